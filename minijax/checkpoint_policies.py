"""Which results a checkpointed function keeps for its backward pass.

policy          : (Primitive, *types, **params) -> bool
checkpoint_name : (a, name) -> a

JAX twin: `jax.checkpoint_policies`.
"""

from minijax import lax, tree_util
from minijax.batching_rules import defunary
from minijax.core import Primitive
from minijax.forward import deflinear
from minijax.transpose_rules import deftranspose

# [checkpoint_name]
name_p = Primitive("name")
name_p.def_impl(lambda x, *, name: x)
name_p.def_abstract_eval(lambda x, *, name: x)
deflinear(name_p)
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
    return primitive is lax.dot_general_p and not any(
        params["dimension_numbers"][1])


def save_only_these_names(*names):
    """What checkpoint_name has given one of these names."""
    def policy(primitive, *avals, **params):
        return primitive is name_p and params["name"] in names
    return policy


def save_any_names_but_these(*names):
    """What checkpoint_name has given any other name."""
    def policy(primitive, *avals, **params):
        return primitive is name_p and params["name"] not in names
    return policy


def save_anything_except_these_names(*names):
    """Everything but what checkpoint_name has given one of these names."""
    def policy(primitive, *avals, **params):
        return primitive is not name_p or params["name"] not in names
    return policy


def save_from_both_policies(first, second):
    """What at least one of two policies keeps."""
    def policy(primitive, *avals, **params):
        return (first(primitive, *avals, **params)
                or second(primitive, *avals, **params))
    return policy


checkpoint_dots = dots_saveable
checkpoint_dots_with_no_batch_dims = dots_with_no_batch_dims_saveable
# [/policies]
