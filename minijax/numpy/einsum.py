"""Einstein's notation: einsum("ij,jk->ik", a, b).

einsum : (subscripts, Array, …) -> Array

Operands are contracted two at a time, from the left, each pair by one
lax.dot_general. JAX twin: jax/_src/numpy/einsum.py.
"""

import string

from minijax import lax
from minijax.numpy.creation import optional_dtype
from minijax.numpy.products import contract
from minijax.numpy.promotion import (
    arraylike,
    cast,
    promote_dtypes,
)
from minijax.numpy.reductions import sum as sum_along
from minijax.numpy.taking import diagonal


def einsum(subscripts, /, *operands, optimize="auto", precision=None,
           preferred_element_type=None):
    """Sums of products: letters name axes, those not in the result are summed.

    Also einsum(a, [0, 1], b, [1, 2], [0, 2]). `optimize` is accepted for
    JAX's sake.
    """
    if not isinstance(subscripts, str):
        subscripts, operands = from_lists(subscripts, *operands)
    arrays = [arraylike("einsum", x) for x in operands]
    terms, out = parse(subscripts, [x.ndim for x in arrays])
    sizes = check_sizes(terms, arrays)
    dtype = optional_dtype(preferred_element_type)
    if dtype is None:
        arrays = promote_dtypes(*arrays)
    pairs = [take_diagonals(x, t) for x, t in zip(arrays, terms)]
    x, term = pairs[0]
    for i in range(1, len(pairs)):
        wanted = set(out).union(*[t for _, t in pairs[i + 1:]])
        x, term = contract_pair((x, term), pairs[i], wanted, sizes, precision,
                                dtype)
    x = sum_axes(x, term, set(out))
    term = [c for c in term if c in out]
    x = lax.transpose(x, tuple(term.index(c) for c in out))
    return x if dtype is None else cast(x, dtype)


def from_lists(*args):
    """Subscripts and operands of the form einsum(a, [0, 1], …, [1, 0])."""
    letters = string.ascii_letters

    def word(axes):
        return "".join("..." if i is Ellipsis else letters[i] for i in axes)

    out = "->" + word(args[-1]) if len(args) % 2 else ""
    args = args[:len(args) // 2 * 2]
    return ",".join(map(word, args[1::2])) + out, args[::2]


# [parse]
def parse(subscripts, ranks):
    """([letters of each operand], letters of the result), without dots."""
    subscripts = subscripts.replace(" ", "")
    left, arrow, out = subscripts.partition("->")
    terms = left.split(",")
    if len(terms) != len(ranks):
        raise ValueError(f"Number of einsum subscripts, {len(terms)}, must be "
                         "equal to the number of operands, "
                         f"{len(ranks)}.")
    unused = [c for c in string.ascii_letters if c not in subscripts]
    most = max([n - len(t.replace("...", "")) for t, n in zip(terms, ranks)
                if "..." in t], default=0)
    dots = "".join(unused[:most])
    if not arrow:
        letters = left.replace(",", "").replace(".", "")
        out = ("..." if "..." in left else "") + "".join(
            sorted(c for c in set(letters) if letters.count(c) == 1))
    terms = [spell(t, n, dots) for t, n in zip(terms, ranks)]
    out = out.replace("...", dots)
    for c in out:
        if out.count(c) > 1 or not any(c in t for t in terms):
            raise ValueError(f"einsum: {c!r} must occur once in the output "
                             f"and in some operand of {subscripts!r}")
    return terms, out


def spell(term, rank, dots):
    """The letters of one operand; `...` stands for the last of `dots`."""
    if "..." in term:
        n = rank - len(term.replace("...", ""))
        term = term.replace("...", dots[len(dots) - n:] if n > 0 else "")
    if len(term) != rank or not term.isalpha() and term:
        raise ValueError(f"Einstein sum subscript {term!r} does not contain "
                         f"the correct number of indices for an operand with "
                         f"{rank} axes")
    return term
# [/parse]


def check_sizes(terms, arrays):
    """{letter: size}; ValueError if a letter has two sizes (1 goes with any).
    """
    sizes = {}
    for term, x in zip(terms, arrays):
        for c, n in zip(term, x.shape):
            if sizes.setdefault(c, n) not in (n, 1) and n != 1:
                raise ValueError(f"Size of label {c!r} for operand of shape "
                                 f"{x.shape} does not match previous terms: "
                                 f"{n} and {sizes[c]}")
            sizes[c] = n if sizes[c] == 1 else sizes[c]
    return sizes


def take_diagonals(x, term):
    """The operand with each letter once: "iij" becomes "ji"."""
    for c in dict.fromkeys(term):
        while term.count(c) > 1:
            i = term.index(c)
            j = term.index(c, i + 1)
            x = diagonal(x, 0, i, j)
            term = term[:i] + term[i + 1:j] + term[j + 1:] + c
    return x, term


def sum_axes(x, term, wanted):
    """The operand summed over letters that nobody wants any more."""
    axes = tuple(i for i, c in enumerate(term) if c not in wanted)
    return sum_along(x, axes, x.dtype) if axes else x


def contract_pair(first, second, wanted, sizes, precision, dtype):
    """Two operands as one: shared letters are batched, or summed."""
    first = prepare(*first, wanted | set(second[1]), sizes)
    second = prepare(*second, wanted | set(first[1]), sizes)
    (a, s), (b, t) = first, second
    shared = [c for c in s if c in t]
    batch = [c for c in shared if c in wanted]
    summed = [c for c in shared if c not in wanted]
    axes = [tuple(term.index(c) for c in letters)
            for letters in (summed, batch) for term in (s, t)]
    out = contract(a, b, tuple(axes[:2]), tuple(axes[2:]), precision, dtype)
    return out, "".join(batch + [c for c in s if c not in shared]
                        + [c for c in t if c not in shared])


def prepare(x, term, wanted, sizes):
    """An operand without letters that only it has and nobody wants, and
    without axes of size 1 that stand for a larger size."""
    x = sum_axes(x, term, wanted)
    term = "".join(c for c in term if c in wanted)
    ones = tuple(i for i, c in enumerate(term) if x.shape[i] != sizes[c])
    x = lax.squeeze(x, ones) if ones else x
    return x, "".join(c for i, c in enumerate(term) if i not in ones)
