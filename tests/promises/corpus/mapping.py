"""vmap: which axes of what, and how many."""
import numpy as np

from misuses import right, wrong

X = np.arange(6, dtype="float32").reshape(2, 3)


def scale(a, x):
    return a * x


@wrong("ValueError", r"size 2.*size 3|size 3.*size 2", r"argument (a|x)",
       "inconsistent sizes|in_axes", seen="jax issue 705")
def sizes_that_disagree(m):
    m.vmap(scale)(X[:, 0], X[0])


@wrong("ValueError", r"\['w'\]", "size", "inconsistent sizes|in_axes")
def the_leaf_whose_size_disagrees(m):
    m.vmap(lambda p, x: x)({"w": X[0], "b": X[:, 0]}, X)


@wrong("ValueError", r"len\(in_axes\)=3|3", r"len\(args\)=2|2", "in_axes",
       seen="jax issue 9928")
def in_axes_too_many(m):
    m.vmap(scale, in_axes=(0, 0, None))(X, X)


@wrong("TypeError|ValueError", r"\{'a': 0\}", "tuple", "in_axes|positional",
       seen="jax issue 18548")
def in_axes_a_dict(m):
    m.vmap(lambda p: p["a"], in_axes={"a": 0})({"a": X})


@wrong("ValueError|TypeError", r"\['b'\]|\{'b'\}|key", "in_axes",
       "prefix|structure|keys")
def in_axes_with_another_key(m):
    m.vmap(lambda p: p["a"], in_axes=({"b": 0},))({"a": X})


@wrong("TypeError", "'0'|str", "int, None", "in_axes|container")
def in_axes_a_string(m):
    m.vmap(scale, in_axes=("0", 0))(X, X)


@wrong("TypeError", r"0\.0", "int, None", "in_axes|tuple")
def in_axes_a_float(m):
    m.vmap(scale, in_axes=0.0)(X, X)


@wrong("ValueError", r"axis 2.*\(2, 3\)|\(2, 3\).*axis 2", "rank",
       "in_axes|argument")
def an_axis_that_there_is_not(m):
    m.vmap(lambda x: x, in_axes=2)(X)


@wrong("ValueError", r"\bx\b|args\[1\]|argument 1", "rank",
       "None|in_axes", seen="jax issue 5201")
def a_scalar_to_map_over(m):
    m.vmap(scale)(X, 2.0)


@wrong("ValueError", "None", "in_axes", "axis_size|non-None")
def nothing_to_map_over(m):
    m.vmap(lambda x: x, in_axes=None)(X)


@wrong("ValueError", "no|at least one|empty", "argument", "axis_size|at least")
def no_arguments(m):
    m.vmap(lambda: 1.0)()


@wrong("ValueError", r"\b5\b.*\b2\b|\b2\b.*\b5\b", "axis_size", "axis_size")
def an_axis_size_that_disagrees(m):
    m.vmap(lambda x: x, axis_size=5)(X)


@wrong("ValueError", "None", "out_axes", "axis|batched")
def out_axes_none_of_what_differs(m):
    m.vmap(lambda x: x, out_axes=None)(X)


@wrong("ValueError", r"\(0, 0\)|tuple", "out_axes", "prefix|structure|tree",
       seen="jax issue 3613")
def out_axes_too_many(m):
    m.vmap(lambda x: x, out_axes=(0, 0))(X)


@wrong("ValueError|AxisError", r"\b5\b", "out_axes|dimension|bounds",
       "out_axes|dimension")
def out_axes_past_the_end(m):
    m.vmap(lambda x: x, out_axes=5)(X)


@wrong("NameError", "batch", "unbound axis name", "axis_name=|vmap|shard_map",
       seen="jax issue 3120")
def an_axis_without_a_name(m):
    m.vmap(lambda x: m.lax.psum(x, "batch"))(X)


@wrong("NameError", "bacth", "unbound axis name", "'batch'|batch",
       seen="jax issue 3120")
def a_misspelt_axis_name(m):
    m.vmap(lambda x: m.lax.psum(x, "bacth"), axis_name="batch")(X)


@wrong("NameError", "i", "unbound axis name", "axis_name=|vmap|shard_map",
       seen="jax issue 1347")
def an_axis_name_under_jit(m):
    m.jit(lambda x: m.lax.psum(x, "i"))(X)



@wrong("TypeError", "Array|array|float", "callable", "callable|function")
def vmap_of_a_value(m):
    m.vmap(X)(X)


@wrong("TypeError|ValueError", "str|'a'", "array|number|valid|JAX",
       "array|number")
def a_list_of_strings(m):
    m.vmap(lambda x: x)(["a", "b"])


@wrong("ValueError", r"size 1.*size 2|size 2.*size 1", "argument|args",
       "inconsistent sizes|in_axes")
def a_size_of_one_is_not_stretched(m):
    m.vmap(scale)(X[:1], X)


@wrong("ValueError|TypeError", r"\b3\b.*\b2\b|\b2\b.*\b3\b",
       "signature|dimension|size", r"\(n\)|n|core dimension")
def vectorize_with_sizes_that_disagree(m):
    m.numpy.vectorize(lambda x, y: x @ y, signature="(n),(n)->()")(
        X[0], X[:, 0])


@wrong("ValueError", r"n->n", "signature", r"\(|gufunc|parenthes")
def vectorize_with_a_bad_signature(m):
    m.numpy.vectorize(lambda x: x, signature="n->n")(X)


@wrong("TypeError|ValueError", r"\(n\),\(n\)|signature|2", "1|one",
       "argument|signature|positional")
def vectorize_with_too_few_arguments(m):
    m.numpy.vectorize(lambda x: x, signature="(n),(n)->()")(X)


@wrong("TypeError|ValueError|IndexError|ConcretizationTypeError|"
       "TracerIntegerConversionError", r"int32|i32",
       "concrete|static|integer|__index__", "shape|static|where|dynamic_slice")
def a_different_size_for_each_example(m):
    m.vmap(lambda x, n: x[:n].sum())(X, np.int32([1, 2]))


@right()
def a_negative_axis(m):
    return m.vmap(lambda x: x.sum(), in_axes=-1)(X), np.float32([3, 5, 7])


@right()
def keyword_arguments_are_mapped(m):
    return m.vmap(scale, in_axes=0)(X[:, 0], x=X[:, 1]), np.float32([0, 12])


@right()
def a_constant_result(m):
    return m.vmap(lambda x: 1.0)(X), np.float32([1, 1])


@right()
def a_scatter_in_each_example(m):
    got = m.vmap(lambda x, i: x.at[i].set(0.0))(X, np.int32([0, 2]))
    return got, np.float32([[0, 1, 2], [3, 4, 0]])


@right()
def a_while_loop_of_different_lengths(m):
    def collatz(n):
        def step(s):
            n, k = s
            return m.numpy.where(n % 2 == 0, n // 2, 3 * n + 1), k + 1
        return m.lax.while_loop(lambda s: s[0] != 1, step, (n, 0))[1]
    return m.vmap(collatz)(np.int32([1, 6, 7])), np.int32([0, 8, 16])


@right()
def the_mean_over_two_named_axes(m):
    def f(x):
        return x - m.lax.pmean(m.lax.pmean(x, "i"), "j")
    got = m.vmap(m.vmap(f, axis_name="j"), axis_name="i")(X)
    return got, X - np.float32(2.5)
