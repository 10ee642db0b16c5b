"""Which results a checkpointed function keeps for its backward pass.

policy          : (Primitive, *types, **params) -> bool
checkpoint_name : (a, name) -> a

JAX twin: `jax.checkpoint_policies`.
"""

from functools import cache

from minijax import lax, tree_util
from minijax.batching_rules import defunary
from minijax.core import Primitive
from minijax.forward import jvp_rules
from minijax.transpose_rules import deftranspose

# [checkpoint_name]
name_p = Primitive("name")
name_p.def_impl(lambda x, *, name: x)
name_p.def_abstract_eval(lambda x, *, name: x)
jvp_rules[name_p] = lambda primals, tangents, *, name: (
    name_p.bind(*primals, name=name), *tangents)
deftranspose(name_p, lambda ct, x, *, name: ct)
defunary(name_p)


def checkpoint_name(x, name):
    """`x`, a container of arrays, under a name that policies know.

    JAX twin: `jax.ad_checkpoint.checkpoint_name`.
    """
    return tree_util.tree_map(lambda v: name_p.bind(v, name=name), x)
# [/checkpoint_name]


# [policies]
def everything_saveable(primitive, *avals, **params):
    return True


def nothing_saveable(primitive, *avals, **params):
    return False


def dots_saveable(primitive, *avals, **params):
    """Matrix products, which cost the most to compute again."""
    return primitive is lax.dot_general_p


def dots_with_no_batch_dims_saveable(primitive, *avals, **params):
    """Products with weights, say, whose results grow with one batch only."""
    return primitive is lax.dot_general_p and not any(
        params["dimension_numbers"][1])


checkpoint_dots = dots_saveable
checkpoint_dots_with_no_batch_dims = dots_with_no_batch_dims_saveable
# [/policies]


# [names]
@cache  # one policy for the same names: programs are kept by their policies
def save_only_these_names(*names):
    """What checkpoint_name has given one of these names."""
    def only_these_names(primitive, *avals, **params):
        return primitive is name_p and params["name"] in names
    return only_these_names


@cache
def save_any_names_but_these(*names):
    """What checkpoint_name has given any other name."""
    def any_names_but_these(primitive, *avals, **params):
        return primitive is name_p and params["name"] not in names
    return any_names_but_these


@cache
def save_anything_except_these_names(*names):
    """Everything but what checkpoint_name has given one of these names."""
    def anything_except_these_names(primitive, *avals, **params):
        return primitive is not name_p or params["name"] not in names
    return anything_except_these_names


@cache
def save_from_both_policies(first, second):
    """What at least one of two policies keeps."""
    def from_both_policies(primitive, *avals, **params):
        return (first(primitive, *avals, **params)
                or second(primitive, *avals, **params))
    return from_both_policies
# [/names]
