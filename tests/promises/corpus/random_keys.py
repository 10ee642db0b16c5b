"""Keys, and what is drawn with them."""
import numpy as np

from misuses import right, wrong


@wrong("TypeError", r"1\.5|float", "integer", r"int\(|integer")
def a_seed_that_is_a_float(m):
    m.random.key(1.5)


@wrong("TypeError", r"\(2,\)", "scalar", "vmap|scalar")
def seeds_in_a_list(m):
    m.random.key(np.int32([0, 1]))


@wrong("TypeError", "key", "seed", "split|scalar seed",
       seen="jax pull request 16028")
def a_key_as_a_seed(m):
    m.random.key(m.random.key(0))


@wrong("TypeError", r"\b42\b|int", "key", r"random\.key|PRNGKey|key\(seed\)",
       seen="keras-core pull request 651")
def a_seed_as_a_key(m):
    m.random.normal(42, (3,))


@wrong("TypeError", r"tuple|\(3,\)|shape", "key", r"random\.key|key")
def a_shape_as_a_key(m):
    m.random.normal((3,))


@wrong("ValueError|TypeError", r"\(8,\)|\(8, 2\)", "single key", "vmap",
       seen="jax issue 19376")
def many_keys_as_one(m):
    m.random.normal(m.random.split(m.random.key(0), 8), (8,))


@wrong("TypeError|ValueError", r"2\.5|float", "integer|int", "int|shape|num")
def a_split_into_a_float(m):
    m.random.split(m.random.key(0), 2.5)


@wrong("TypeError|ValueError", r"\(4,\)", "single key", "vmap")
def a_split_of_many(m):
    m.random.split(m.random.split(m.random.key(0), 4))


@wrong("TypeError", r"1\.5|float", "integer", r"int|astype")
def a_float_folded_in(m):
    m.random.fold_in(m.random.key(0), 1.5)


@wrong("TypeError", "key", "add|arithmetic|key<fry>", "split|key_data|fold_in",
       seen="jax issue 17904")
def a_key_plus_one(m):
    m.random.key(0) + 1


@wrong("TypeError", "key", "NumPy|numpy|array", "key_data")
def a_key_for_numpy(m):
    np.asarray(m.random.key(0))


@wrong("TypeError", "key", "bool|truth", "bernoulli|key_data|is None|not None")
def a_key_as_a_truth(m):
    if m.random.key(0):
        pass


@wrong("ValueError|TypeError", "int32", "float", "randint|float")
def uniform_integers(m):
    m.random.uniform(m.random.key(0), (3,), "int32")


@wrong("ValueError|TypeError", "float32", "int", "uniform|integer")
def floats_of_randint(m):
    m.random.randint(m.random.key(0), (3,), 0, 5, "float32")


@wrong("TypeError", "minval|maxval", "missing", "minval|maxval")
def randint_without_bounds(m):
    m.random.randint(m.random.key(0), (3,))


@wrong("ValueError", r"\b5\b.*\b3\b|\b3\b.*\b5\b", "sample|replace",
       "replace")
def more_than_there_are(m):
    m.random.choice(m.random.key(0), 3, (5,), replace=False)


@wrong("TypeError|ValueError", "float|2.5", "int|array", "int|array|scalar")
def a_choice_of_a_float(m):
    m.random.choice(m.random.key(0), 2.5)


@wrong("TracerIntegerConversionError|TypeError", r"int32", "shape|concrete|"
       "integer", "static|shape", seen="jax issue 648")
def a_traced_number_of_draws(m):
    m.jit(lambda n: m.random.normal(m.random.key(0), (n,)))(3)


@wrong("TypeError|ValueError", r"2\.0|float", "integer|int|shape", "int|shape")
def a_shape_of_floats(m):
    m.random.normal(m.random.key(0), (2.0,))


@wrong("ValueError|TypeError", r"\(2,\).*\(3,\)|\(3,\).*\(2,\)",
       "broadcast|shape", "shape")
def a_shape_that_the_parameters_do_not_fit(m):
    m.random.gamma(m.random.key(0), np.ones(3, "float32"), (2,))


@wrong("ValueError|TypeError", r"\(3, ?3\)|\[3,3\]|\(2,\)",
       "mean|cov|shape|dimension", "mean|cov")
def a_covariance_that_does_not_fit(m):
    m.random.multivariate_normal(m.random.key(0), np.zeros(2, "float32"),
                                 np.eye(3, dtype="float32"))


@wrong("TypeError", r"\(3,\)", r"\(2,\)", r"random\.key|key_data|key\(seed\)")
def words_that_are_no_key(m):
    m.random.wrap_key_data(np.uint32([1, 2, 3]))


@wrong("TypeError", "float32|float", "uint32", r"key\(|key_data")
def words_that_are_floats(m):
    m.random.normal(np.float32([0, 1]), (3,))


@wrong("ValueError", "mt19937", "implementation|impl", "threefry")
def another_generator(m):
    m.random.key(0, impl="mt19937")


@wrong("ValueError|TypeError", r"\b1\b", "axis", "axis|dimension")
def a_permutation_along_no_axis(m):
    m.random.permutation(m.random.key(0), 5, axis=1)


@wrong("ValueError|TypeError", r"\(2,\)|\[2\]|\b2\b", "p\\b|shape|size",
       r"p\b|same|a\b")
def probabilities_that_do_not_fit(m):
    m.random.choice(m.random.key(0), 3, p=np.float32([0.5, 0.5]))


@wrong("TypeError", "key|Key|uint32", "real|float|valid|key",
       "allow_int|argnums|float|closure|key_data")
def grad_by_a_key(m):
    m.grad(lambda key: m.random.normal(key))(m.random.key(0))


@right()
def a_large_seed(m):
    a, b = (m.random.key_data(m.random.key(s)) for s in (2**33, 2**33 + 1))
    return bool((np.asarray(a) == np.asarray(b)).all()), False


@right(seen="jax pull request 4312")
def a_global_key_makes_a_jitted_function_repeat_itself(m):
    draw = m.jit(lambda key: m.random.normal(key, ()))
    a, b = (float(draw(k)) for k in m.random.split(m.random.key(0)))
    return a == b, False


@right()
def bits_do_not_depend_on_the_number_of_draws(m):
    key = m.random.key(0)
    a, b = m.random.split(key, 2), m.random.split(key, 5)
    return bool((np.asarray(m.random.key_data(a)) ==
                 np.asarray(m.random.key_data(b))[:2]).all()), True


@right()
def integers_of_a_range_that_is_too_wide(m):
    draws = m.random.randint(m.random.key(0), (100,), -2**31, 2**31 - 1)
    return bool(np.asarray(draws).min() < 0 < np.asarray(draws).max()), True
