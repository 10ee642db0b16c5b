"""Containers of one's own: the ways to register a class as a pytree node.

register_pytree_node_class : a class that says how itself
register_pytree_with_keys  : with names for the children
register_dataclass         : fields are children, or static
register_static            : no children at all, only data
Partial                    : a function and those arguments that it has

JAX twin: jax/_src/tree_util.py.
"""

import dataclasses
import operator
from collections import OrderedDict, defaultdict

from minijax.pytree import register_pytree_node
from minijax.tree_keys import DictKey, GetAttrKey


# [classes]
def register_pytree_node_class(cls):
    """Decorator: the class has tree_flatten() and tree_unflatten(data, xs)."""
    register_pytree_node(
        cls, operator.methodcaller("tree_flatten"), cls.tree_unflatten)
    return cls


def register_pytree_with_keys_class(cls):
    """Decorator: the class has tree_flatten_with_keys(), tree_unflatten()."""
    register_pytree_with_keys(
        cls, operator.methodcaller("tree_flatten_with_keys"),
        cls.tree_unflatten,
        getattr(cls, "tree_flatten", None))
    return cls
# [/classes]


def register_pytree_with_keys(nodetype, flatten_with_keys, unflatten_func,
                              flatten_func=None):
    """Make a class a container whose children have keys for their paths.

    flatten_with_keys : x -> ([(key, child)], data)
    unflatten_func : (data, children) -> x
    flatten_func : x -> (children, data), where it can be had cheaper
    """
    def flatten(x):
        pairs, data = flatten_with_keys(x)
        return [child for _, child in pairs], data

    register_pytree_node(nodetype, flatten_func or flatten, unflatten_func,
                         flatten_with_keys)


# [dicts]
register_pytree_with_keys(
    OrderedDict,
    lambda d: ([(DictKey(k), v) for k, v in d.items()], tuple(d)),
    lambda keys, xs: OrderedDict(zip(keys, xs, strict=True)))

register_pytree_with_keys(
    defaultdict,
    lambda d: ([(DictKey(k), d[k]) for k in sorted(d)],
               (d.default_factory, tuple(sorted(d)))),
    lambda data, xs: defaultdict(data[0], zip(data[1], xs, strict=True)))
# [/dicts]


def register_static(cls):
    """Decorator: a container without leaves, whose instances are all data.

    Instances must be hashable and comparable: they are part of the treedef.
    """
    register_pytree_node(cls, lambda x: ((), x), lambda x, _: x)
    return cls


def register_dataclass(nodetype, data_fields=None, meta_fields=None,
                       drop_fields=()):
    """Make a dataclass a container: data fields children, meta fields data.

    Without lists of fields, those made with
    `dataclasses.field(metadata={"static": True})` are meta fields. A class
    that is no dataclass needs both lists, and a constructor that takes the
    fields by name. drop_fields: left out, so they need defaults.
    """
    data, meta = _fields(nodetype, data_fields, meta_fields)
    _check_fields(nodetype, data, meta, drop_fields)

    def flatten(x):
        return ([getattr(x, name) for name in data],
                tuple(getattr(x, name) for name in meta))

    def with_keys(x):
        return [(GetAttrKey(name), getattr(x, name)) for name in data], meta

    def unflatten(values, children):
        return nodetype(**dict(zip(data + meta, (*children, *values),
                                   strict=True)))

    register_pytree_node(nodetype, flatten, unflatten, with_keys)
    return nodetype


def _fields(nodetype, data_fields, meta_fields):
    """The names of the data fields and of the meta fields."""
    if data_fields is not None and meta_fields is not None:
        return tuple(data_fields), tuple(meta_fields)
    if data_fields is not None or meta_fields is not None:
        raise TypeError(
            "register_dataclass: data_fields and meta_fields must both be "
            f"specified when either is specified. Got {data_fields=} "
            f"{meta_fields=}.")
    if not dataclasses.is_dataclass(nodetype):
        raise TypeError(
            "register_dataclass: data_fields and meta_fields are required "
            f"when nodetype is not a dataclass. Got {nodetype=}.")
    fields = dataclasses.fields(nodetype)
    static = [f.name for f in fields if f.metadata.get("static", False)]
    return tuple(f.name for f in fields if f.name not in static), tuple(static)


def _check_fields(nodetype, data, meta, drop):
    """A ValueError unless every field is spoken for once."""
    if both := set(data) & set(meta):
        raise ValueError("data_fields and meta_fields must not overlap. "
                         f"Overlapping fields: {both}.")
    if not dataclasses.is_dataclass(nodetype):
        return
    wanted = {f.name for f in dataclasses.fields(nodetype) if f.init}
    wanted, given = wanted - set(drop), {*data, *meta}
    if wanted == given:
        return
    words = ("data_fields and meta_fields must include all dataclass fields "
             "with ``init=True`` and only them.")
    if missing := wanted - given:
        words += (f" Missing fields: {missing}. Add them to drop_fields to "
                  "suppress this error.")
    if unexpected := given - wanted:
        words += f" Unexpected fields: {unexpected}."
    raise ValueError(words)


class Partial:
    """functools.partial as a container: its arguments are its children.

    `f` must be hashable: it is part of the treedef. Twin: `Partial`.
    """

    def __init__(self, func, /, *args, **keywords):
        self.func, self.args, self.keywords = func, args, keywords

    def __call__(self, /, *args, **keywords):
        return self.func(*self.args, *args, **{**self.keywords, **keywords})

    def __repr__(self):
        given = [repr(self.func), *map(repr, self.args)]
        given += [f"{k}={v!r}" for k, v in self.keywords.items()]
        return f"Partial({', '.join(given)})"


# [Partial]
register_pytree_node(
    Partial, lambda p: ((p.args, p.keywords), p.func),
    lambda func, xs: Partial(func, *xs[0], **xs[1]))
# [/Partial]
