"""Arrays that cannot be written to, and places that there are not."""
import numpy as np

from misuses import right, wrong

X = np.float32([1, 2, 3])


def array(m):
    return m.numpy.asarray(X)


@wrong("TypeError", "immutable|item assignment", "immutable|assignment",
       r"\.at\[\w*\]\.set", seen="autograd issue 375")
def an_element_assigned(m):
    x = array(m)
    x[0] = 5.0


@wrong("TypeError", "immutable|item assignment", "immutable|assignment",
       r"\.at\[\w*\]\.(set|add)", seen="jax issue 7032")
def an_element_added_to(m):
    x = array(m)
    x[0] += 5.0


@wrong("TypeError", "immutable|deletion|item deletion", "immutable|deleted",
       r"numpy\.delete|jnp\.delete|\.at\[")
def an_element_deleted(m):
    x = array(m)
    del x[0]


@wrong("TypeError", "at|item assignment|_Indexer|IndexUpdate", "assignment|"
       "immutable", r"\.set\(|\.at\[\w*\]\.set")
def at_assigned_to(m):
    x = array(m)
    x.at[0] = 5.0


@wrong("TypeError|AttributeError|ValueError", "at|Index", "set|method|add|"
       "operand|valid", r"\.set\(|\.get\(|\.add\(|set, ")
def at_without_a_method(m):
    m.numpy.sin(array(m).at[0])


@wrong("IndexError", r"\b10\b", r"\b3\b", "bounds|range|mode=",
       seen="jax issues 4383, 11277")
def an_element_that_there_is_not(m):
    array(m)[10]


@wrong("IndexError", r"-5\b", r"\b3\b", "bounds|range|mode=",
       seen="jax issue 278")
def an_element_before_the_first(m):
    array(m)[-5]


@wrong("IndexError", r"\b13\b", r"\b3\b", "bounds|range|mode=",
       seen="jax issue 278")
def a_list_of_places_that_there_are_not(m):
    array(m)[np.array([0, 13])]


@wrong("IndexError|ValueError", r"\b10\b", r"\b3\b", "bounds|range|mode=",
       seen="jax issue 3774")
def take_what_there_is_not(m):
    m.numpy.take(array(m), 10)


@wrong("IndexError|ValueError", r"\b10\b", r"\b3\b", "bounds|range|mode=",
       seen="jax issue 3774")
def set_what_there_is_not(m):
    array(m).at[10].set(1.0)


@wrong("IndexError", r"\b2\b", r"\b1\b", "indices|dimension")
def too_many_indices(m):
    array(m)[0, 0]


@wrong("TypeError|IndexError", r"float|1\.0", "integer", "integer|int|astype")
def an_index_that_is_a_float(m):
    array(m)[1.0]


@wrong("TypeError|IndexError", "float32|float", "integer", "integer|astype")
def an_index_array_of_floats(m):
    array(m)[m.numpy.asarray([0.0, 1.0])]


@wrong("TypeError|IndexError", "list|sequence", "array|tuple|integer",
       r"asarray|np\.array|array\(|tuple")
def an_index_that_is_a_list(m):
    array(m)[[0, 1]]


@wrong("TypeError|IndexError", "'a'|str", "integer|slice|support",
       "integer|slice|array")
def an_index_that_is_a_string(m):
    array(m)["a"]


@wrong("IndexError|TypeError", r"\b2\b|\(2,\)", r"\b3\b|\(3,\)",
       "boolean|mask|shape")
def a_mask_of_another_shape(m):
    array(m)[np.array([True, False])]


@wrong("ValueError|TypeError", r"\(2,\)|\[2\]", r"\(3,\)|\[3\]|\(\)|\(1,\)",
       "broadcast|shape")
def a_value_that_does_not_fit(m):
    array(m).at[:].set(np.ones(2, "float32"))


@wrong("TypeError|ValueError|FutureWarning", "float32", "int32",
       "astype|cast|dtype")
def a_float_set_among_integers(m):
    m.numpy.arange(3).at[0].set(1.5)


@wrong("TypeError|ValueError", r"\b3\b", r"\b4\b|\(2, 2\)", "reshape|size")
def a_shape_of_another_size(m):
    array(m).reshape(2, 2)


@wrong("TypeError|ValueError", r"\(3,\).*\(2,\)|\[3\].*\[2\]|\(2,\)",
       "broadcast|shape|incompatible", "broadcast|shape|equal|incompatible")
def a_sum_that_does_not_fit(m):
    array(m) + np.ones(2, "float32")


@wrong("TypeError|ValueError", r"\(2, 3\)|\[2,3\]|2", r"\(2, 2\)|\[2,2\]|3",
       "concatenat|dimension|shape")
def a_concatenation_that_does_not_fit(m):
    m.numpy.concatenate([np.ones((2, 3)), np.ones((2, 2))])


@wrong("TypeError|ValueError", r"\(2,\)|\[2\]|shapes?", r"stack|shape",
       "same|equal|shape")
def a_stack_of_different_shapes(m):
    m.numpy.stack([np.ones(3), np.ones(2)])


@wrong("ValueError", r"\b2\b", "axis|out of bounds", "dimension")
def an_axis_that_there_is_not(m):
    array(m).sum(axis=2)


@wrong("TypeError", r"\b0\b", "axes|iterable|tuple|sequence", r"\(0,\)|tuple|"
       "sequence")
def axes_that_are_a_number(m):
    m.lax.reduce_max_p.bind(array(m), axes=0) if not hasattr(
        m.lax, "reduce_max") else m.lax.reduce_max(array(m), 0)


@wrong("TypeError", "list", "array", "asarray|array")
def the_sum_of_a_list(m):
    m.numpy.sum([1.0, 2.0])


@wrong("ValueError|TypeError", r"\b3\b|rest is 1", "equal", "array_split")
def a_split_that_leaves_something_over(m):
    m.numpy.split(array(m), 2)


@wrong("ValueError|TypeError", "inhomogeneous|shape|ragged|2|different",
       "same|homogeneous|shape|length|sequence", "array|shape|pad|same")
def a_ragged_list(m):
    m.numpy.array([[1.0, 2.0], [3.0]])


@wrong("ValueError", r"axis 0|\b3\b|axis=0", "squeeze|size", "size|1|one")
def an_axis_that_cannot_be_squeezed(m):
    m.numpy.squeeze(array(m), 0)


@wrong("ValueError|TypeError", r"\(0, 0\)|0, 0", "permut|axes|repeat",
       "permut|axes|distinct|repeat")
def axes_that_are_no_permutation(m):
    m.numpy.transpose(np.ones((2, 2)), (0, 0))


@wrong("TypeError|ValueError|ConcretizationTypeError|"
       "TracerIntegerConversionError", "int32|i32",
       "concrete|static|integer|int", "static|shape|dynamic")
def a_traced_size_of_a_slice(m):
    m.jit(lambda x, n: m.lax.dynamic_slice(x, (0,), (n,)))(X, 2)


@wrong("ValueError|TypeError", "empty|zero-size|size 0|no identity",
       "max|identity", "initial|identity|where")
def the_greatest_of_none(m):
    m.numpy.max(m.numpy.zeros(0))


@wrong("ValueError|TypeError", "empty|size 0|zero", "argmax|sequence|empty",
       "empty|size")
def the_place_of_the_greatest_of_none(m):
    m.numpy.argmax(m.numpy.zeros(0))


@right()
def a_traced_index_past_the_end(m):
    return m.jit(lambda x, i: x[i])(X, 10), np.float32(3)


@right()
def a_traced_update_past_the_end(m):
    return m.jit(lambda x, i: x.at[i].set(9.0))(X, 10), X


@right()
def the_same_place_added_to_twice(m):
    got = m.numpy.zeros(2).at[np.array([0, 0, 1])].add(1.0)
    return got, np.float32([2, 1])


@right()
def the_gradient_of_a_repeated_index(m):
    got = m.grad(lambda x: x[np.array([0, 0, 1])].sum())(X)
    return got, np.float32([2, 1, 0])


@right()
def an_addition_in_place_rebinds(m):
    x = y = array(m)
    x += 1
    return y, X
