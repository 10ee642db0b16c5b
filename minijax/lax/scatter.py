"""Windows of an array, written at computed places.

scatter     : (array, indices, updates, dimension numbers) -> array
scatter_add : the same; the updates are added to what is there
scatter_sub, scatter_mul, scatter_min, scatter_max : likewise

JAX twin: jax/_src/lax/slicing.py.
"""

from typing import NamedTuple

import numpy as np

from minijax.core import Primitive
from minijax.lax.shape import canonical_shape
from minijax.lax.standard import same_dtype
from minijax.lax.windows import GatherScatterMode, Windows, check_windows


# [ScatterDimensionNumbers]
class ScatterDimensionNumbers(NamedTuple):
    """Which axis of operand, indices and updates is which.

    A scatter writes where a gather with the same numbers reads; its updates
    have the shape of the gather's result.
    """

    update_window_dims: tuple
    inserted_window_dims: tuple
    scatter_dims_to_operand_dims: tuple
    operand_batching_dims: tuple = ()
    scatter_indices_batching_dims: tuple = ()
# [/ScatterDimensionNumbers]


def window_sizes(ndim, updates_shape, dims):
    """The size of a window of updates along each axis of the operand."""
    hidden = dims.inserted_window_dims + dims.operand_batching_dims
    window = iter([updates_shape[d] for d in dims.update_window_dims])
    return tuple([1 if d in hidden else next(window) for d in range(ndim)])


# [scatter_primitive]
def scatter_primitive(name, write):
    """The primitive that does `write(array, places, updates)` to a copy.

    All three are flat, so updates of one element meet it in their order.
    """
    primitive = Primitive(name)

    @primitive.def_impl
    def scatter_numbers(x, indices, updates, *, dimension_numbers, mode,
                        indices_are_sorted, unique_indices):
        sizes = window_sizes(x.ndim, updates.shape, dimension_numbers)
        if not updates.size:
            return x
        windows = Windows(dimension_numbers, sizes, indices.ndim)
        corners, inside = windows.corners(x.shape, indices)
        places = windows.places(corners, inside.shape, x.shape)
        updates = updates.transpose(windows.arrangement)
        if mode is not GatherScatterMode.CLIP and not inside.all():
            places, updates = places[inside], updates[inside]
        out = x.copy()
        write(out.reshape(-1), places.reshape(-1), updates.reshape(-1))
        return out

    primitive.def_abstract_eval(scattered)
    return primitive
# [/scatter_primitive]


def scattered(x, indices, updates, *, dimension_numbers, indices_are_sorted,
              unique_indices, mode):
    dims = dimension_numbers
    same_dtype("scatter", x, updates)
    rank = indices.ndim - 1 + len(dims.update_window_dims)
    if updates.ndim != rank:
        raise TypeError(f"Updates tensor must be of rank {rank}; got "
                        f"{updates.ndim}: one axis for each of the indices "
                        "but the last, and one for each of a window.")
    check_windows("Scatter", x, indices, dims, updates.ndim)
    sizes = window_sizes(x.ndim, updates.shape, dims)
    if any(size > n for size, n in zip(sizes, x.shape) if updates.size):
        raise TypeError(
            "Bounds of the window dimensions of updates must not exceed the "
            "bounds of the corresponding dimensions of operand: windows "
            f"have size {sizes}, the operand {x.shape}.")
    batch = tuple([n for d, n in enumerate(updates.shape)
                   if d not in dims.update_window_dims])
    if batch != indices.shape[:-1]:
        raise TypeError(
            "Bounds of the scatter dimensions of updates must be the same as "
            "the bounds of the corresponding dimensions of scatter indices: "
            f"got {batch} and {indices.shape[:-1]}.")
    return x


def put(x, places, updates):
    x[places] = updates


# [scatter_p]
scatter_p = scatter_primitive("scatter", put)
scatter_add_p = scatter_primitive("scatter-add", np.add.at)
scatter_sub_p = scatter_primitive("scatter-sub", np.subtract.at)
scatter_mul_p = scatter_primitive("scatter-mul", np.multiply.at)
scatter_min_p = scatter_primitive("scatter-min", np.minimum.at)
scatter_max_p = scatter_primitive("scatter-max", np.maximum.at)
# [/scatter_p]


# [scatter]
def scatterer(primitive, meaning):
    """The public function of a scatter primitive."""
    def scatter(operand, scatter_indices, updates, dimension_numbers, *,
                indices_are_sorted=False, unique_indices=False, mode=None):
        return primitive.bind(
            operand, scatter_indices, updates,
            dimension_numbers=ScatterDimensionNumbers(
                *map(canonical_shape, dimension_numbers)),
            indices_are_sorted=bool(indices_are_sorted),
            unique_indices=bool(unique_indices),
            mode=GatherScatterMode.from_any(mode))

    scatter.__name__ = scatter.__qualname__ = primitive.name.replace("-", "_")
    scatter.__doc__ = f"""The operand, with windows of it {meaning}.

    `updates` holds a window for each corner in `scatter_indices`, shaped as
    a gather with these dimension numbers would give them. A window outside
    is dropped, unless mode="clip" moves it inside.
    """
    return scatter
# [/scatter]


# [scatters]
scatter = scatterer(scatter_p, "replaced by updates, of several the last")
scatter_add = scatterer(scatter_add_p, "increased by updates")
scatter_sub = scatterer(scatter_sub_p, "decreased by updates")
scatter_mul = scatterer(scatter_mul_p, "multiplied by updates")
scatter_min = scatterer(scatter_min_p, "cut down to updates")
scatter_max = scatterer(scatter_max_p, "raised to updates")
# [/scatters]
