"""Where a child sits in its container, and how a path of such steps prints.

KeyEntry : one step, from a container to one of its children
KeyPath  = (KeyEntry, ...)
keystr   : KeyPath -> str

JAX twin: the key classes of jaxlib's pytree module, and `keystr` in
jax/_src/tree_util.py.
"""

from dataclasses import dataclass


# [KeyEntry]
class KeyEntry:
    """One step down a pytree; prints as the Python that takes it."""

    def _parts(self):
        return type(self), *vars(self).values()

    def __eq__(self, other):
        return isinstance(other, KeyEntry) and self._parts() == other._parts()

    def __hash__(self):
        return hash(self._parts())


@dataclass(frozen=True, eq=False)
class SequenceKey(KeyEntry):
    """An item of a list or a tuple."""

    idx: int

    def __str__(self):
        return f"[{self.idx!r}]"
# [/KeyEntry]


# [other keys]
@dataclass(frozen=True, eq=False)
class DictKey(KeyEntry):
    """A value of a dict."""

    key: object

    def __str__(self):
        return f"[{self.key!r}]"


@dataclass(frozen=True, eq=False)
class GetAttrKey(KeyEntry):
    """A field of a namedtuple or a dataclass."""

    name: str

    def __str__(self):
        return f".{self.name}"


@dataclass(frozen=True, eq=False)
class FlattenedIndexKey(KeyEntry):
    """A child of a custom node that was registered without keys."""

    key: int

    def __str__(self):
        return f"[<flat index {self.key}>]"
# [/other keys]


def keystr(keys, *, simple=False, separator=""):
    """`['w'][0]`; with simple=True, separator="/", `w/0` (JAX: `keystr`)."""
    if simple:
        keys = [k._parts()[1] if isinstance(k, KeyEntry) else k for k in keys]
    return separator.join(map(str, keys))
