# [chapter 1]
"""minijax: the transformations of JAX, on NumPy alone.

The book in `book/` builds this package and shows every line of it. What a
chapter adds to the public names stands here, between that chapter's markers.
"""
from minijax import testing as testing
# [/chapter 1]

# [chapter 2]
from minijax import core as core
from minijax import dtypes as dtypes
from minijax import errors as errors
from minijax.array import Array as Array
from minijax.config import checking_leaks as checking_leaks
from minijax.config import config as config
from minijax.config import enable_x64 as enable_x64
from minijax.dtypes import float0 as float0
# [/chapter 2]

# [chapter 3]
from minijax import lax as lax
from minijax import numpy as numpy
# [/chapter 3]

# [chapter 4]
from minijax import flatten_util as flatten_util
from minijax import tree as tree
from minijax import tree_util as tree_util
# [/chapter 4]

# [chapter 5]
from minijax import jvp_elementwise as jvp_elementwise
from minijax import jvp_structural as jvp_structural
from minijax import test_util as test_util
from minijax.forward import jvp as jvp
# [/chapter 5]
