"""Keys: where they come from, how they travel, and what is refused."""

import pickle

import numpy as np
import pytest

import minijax as mj
from minijax import lax, random
from minijax import numpy as jnp
from minijax.random.keys import KeyArray


def words(keys):
    return np.asarray(random.key_data(keys)).tolist()


def test_the_words_of_a_seed():
    assert words(random.key(42)) == [0, 42]
    assert words(random.key(-1)) == [0, 2**32 - 1]
    assert words(random.key(2**40 + 3)) == [0, 3]
    with mj.enable_x64():
        assert words(random.key(2**40 + 3)) == [256, 3]
        assert words(random.key(-1)) == [2**32 - 1] * 2
        assert words(random.key(np.int32(5))) == [0, 5]


def test_both_forms_are_the_same_key():
    raw, typed = random.PRNGKey(7), random.key(7)
    assert raw.dtype == np.uint32 and raw.shape == (2,)
    for f in (random.split, random.uniform, random.bits,
              lambda k: random.fold_in(k, 3)):
        a, b = f(raw), f(typed)
        assert (type(a), type(b)) == (type(raw), KeyArray) or a == b
        if isinstance(b, KeyArray):
            assert (np.asarray(a) == np.asarray(random.key_data(b))).all()
    again = random.wrap_key_data(random.key_data(typed))
    assert bool(again == typed)
    assert float(random.uniform(np.asarray(raw))) == float(
        random.uniform(raw))


def test_split_is_fold_in_and_has_stable_prefixes():
    key = random.key(3)
    five = random.split(key, 5)
    assert words(five[:2]) == words(random.split(key))
    for i in range(5):
        assert words(five[i]) == words(random.fold_in(key, i))
    table = random.split(key, (2, 3))
    assert table.shape == (2, 3)
    assert words(table.reshape(6)[:5]) == words(five)


def test_children_are_different():
    tree = random.split(random.key(0), 1000)
    tree = mj.vmap(lambda k: random.split(k, 10))(tree).reshape(-1)
    assert len({tuple(w) for w in words(tree)}) == 10_000


def test_arrays_of_keys():
    keys = random.split(random.key(1), 4)
    assert keys.shape == (4,) and keys.ndim == 1 and keys.size == len(keys)
    assert repr(keys.dtype) == "key<fry>"
    one, *others = keys
    assert one.shape == () and len(others) == 3
    assert words(keys[2]) == words(others[1])
    assert words(keys[1:3]) == words(keys)[1:3]
    assert repr(random.key(42)) == (
        "Array((), dtype=key<fry>) overlaying:\n[ 0 42]")
    assert words(pickle.loads(pickle.dumps(keys))) == words(keys)
    assert (keys == keys[::-1]).tolist() == [False] * 4
    assert (keys == 3) is False


def test_through_transformations():
    keys = random.split(random.key(1), 6).reshape(3, 2)
    loop = [[float(random.uniform(k)) for k in row] for row in keys]
    both = mj.vmap(mj.vmap(random.uniform))(keys)
    assert both.tolist() == loop
    columns = mj.vmap(mj.vmap(random.uniform), in_axes=-1)(keys)
    assert columns.tolist() == np.transpose(loop).tolist()
    out = mj.jit(lambda k: random.split(k, 3))(random.key(1))
    assert isinstance(out, KeyArray) and out.shape == (3,)
    assert words(out) == words(random.split(random.key(1), 3))
    turned = mj.vmap(random.split, out_axes=-1)(keys[0])
    assert turned.shape == (2, 2)
    assert words(turned[:, 1]) == words(random.split(keys[0, 1]))
    seeds = mj.vmap(random.key)(jnp.arange(3))
    assert words(seeds) == [[0, 0], [0, 1], [0, 2]]
    assert mj.eval_shape(random.split, random.key(0)).shape == (2,)


def test_through_loops():
    def step(key, _):
        key, now = random.split(key)
        return key, random.uniform(now)

    end, drawn = lax.scan(step, random.key(2), length=4)
    key, expected = random.key(2), []
    for _ in range(4):
        key, x = step(key, None)
        expected.append(float(x))
    assert drawn.tolist() == expected and words(end) == words(key)
    over = lax.scan(lambda c, k: (c, random.uniform(k)), 0,
                    random.split(random.key(2), 3))[1]
    assert over.tolist() == mj.vmap(random.uniform)(
        random.split(random.key(2), 3)).tolist()


def test_one_trace_for_all_keys():
    traced = []

    @mj.jit
    def draw(key):
        traced.append(key)
        return random.normal(key, (2,))

    a, b = draw(random.key(0)), draw(random.key(1))
    assert len(traced) == 1 and not (a == b).any()
    assert (a == random.normal(random.key(0), (2,))).all()


REFUSED = [
    (lambda k: random.uniform(3.0), TypeError, "random.key(seed) makes"),
    (lambda k: random.split("abc"), TypeError, "invalid PRNG key data"),
    (lambda k: random.uniform(jnp.zeros(3, "uint32")), TypeError,
     "end with (2,)"),
    (lambda k: random.uniform(jnp.arange(2)), TypeError,
     "key_data.dtype = uint32; got dtype=int32"),
    (lambda k: random.uniform(random.split(k)), ValueError,
     "accepts a single key, but was given a key array of shape (2,)"),
    (lambda k: random.normal(jnp.zeros((3, 2), "uint32")), ValueError,
     "Use minijax.vmap"),
    (lambda k: random.key(1.5), TypeError, "must be an integer"),
    (lambda k: random.key(jnp.arange(2)), TypeError, "scalar seed"),
    (lambda k: random.key(k), TypeError, "was given a PRNG key"),
    (lambda k: random.key(2**63), OverflowError, "64 bits"),
    (lambda k: random.key(0, impl="rbg"), ValueError, "threefry2x32"),
    (lambda k: random.fold_in(k, jnp.arange(2)), TypeError, "a scalar"),
    (lambda k: random.fold_in(k, 1.5), TypeError, "accepts an integer"),
    (lambda k: random.fold_in(k, -1), OverflowError, "out of bounds"),
    (lambda k: random.split(k, -1), TypeError, "nonnegative"),
    (lambda k: random.split(k, 1.5), TypeError, "integer"),
    (lambda k: random.bits(k, (2**20, 2**20)), NotImplementedError, "split"),
    (bool, TypeError, "random.bernoulli"),
    (len, TypeError, "unsized"),
    (list, TypeError, "0-d"),
    (np.asarray, TypeError, "key_data"),
    (lambda k: np.sin(k), TypeError, "key_data"),
    (lambda k: jnp.sin(k), TypeError, "KeyArray"),
    (lambda k: k + 1, TypeError, "a key is no number"),
    (lambda k: jnp.ones(2) * k, TypeError, "a key is no number"),
    (lambda k: mj.grad(lambda k: random.uniform(k))(k), TypeError,
     "real- or complex-valued inputs"),
    (lambda k: mj.jit(lambda s: random.uniform(k, (s,)))(3), TypeError,
     "random|concrete|static"),
]


@pytest.mark.parametrize("i", range(len(REFUSED)))
def test_refusals(i):
    f, error, text = REFUSED[i]
    with pytest.raises(error) as caught:
        f(random.key(0))
    assert any(part in str(caught.value) for part in text.split("|"))


def test_a_traced_key_prints():
    seen = []
    mj.jit(lambda k: seen.append(repr(k)))(random.key(0))
    assert "key<fry>" in seen[0] and "u32[]" in seen[0]
