"""Flags: a value for the process, another for a thread and a while."""

import threading

import numpy as np
import pytest

import minijax
from minijax import config, dtypes, enable_x64
from minijax.array import as_array
from minijax.config import Flag


@pytest.fixture
def restored():
    yield
    config.update("jax_enable_x64", False)


def in_thread(function):
    out = []
    thread = threading.Thread(target=lambda: out.append(function()))
    thread.start()
    thread.join()
    return out[0]


def test_default_is_32_bits():
    assert config.jax_enable_x64 is False
    assert dtypes.default("f") == np.float32


def test_update_is_for_every_thread(restored):
    config.update("jax_enable_x64", True)
    assert enable_x64.value is True
    assert in_thread(lambda: as_array(1.0).dtype) == np.float64


def test_context_is_for_this_thread():
    with enable_x64():
        assert config.jax_enable_x64 is True
        assert in_thread(lambda: config.jax_enable_x64) is False
    assert config.jax_enable_x64 is False


def test_contexts_nest():
    with enable_x64(True):
        with enable_x64(False):
            assert as_array(1).dtype == np.int32
            with enable_x64(True):
                assert as_array(1).dtype == np.int64
            assert as_array(1).dtype == np.int32
        assert as_array(1).dtype == np.int64


def test_a_context_outranks_the_process_and_forgets_itself(restored):
    with enable_x64(False):
        config.update("jax_enable_x64", True)
        assert config.jax_enable_x64 is False
    assert config.jax_enable_x64 is True


def test_an_exception_restores():
    with pytest.raises(KeyboardInterrupt):
        with enable_x64():
            raise KeyboardInterrupt
    assert config.jax_enable_x64 is False
    assert vars(enable_x64.here) == {}


def test_unknown_option_is_named_with_the_known_ones():
    for use in (lambda: config.update("jax_enable_x46", True),
                lambda: config.jax_enable_x46):
        with pytest.raises(AttributeError) as error:
            use()
        assert "Unrecognized config option: 'jax_enable_x46'" in str(
            error.value)
        assert "jax_enable_x64" in str(error.value)


def test_assignment_is_refused_with_the_call_to_use():
    with pytest.raises(AttributeError, match=r"use config.update"):
        config.jax_enable_x64 = True
    assert config.jax_enable_x64 is False


@pytest.mark.parametrize("value", ["False", None, 2, "yes"])
def test_a_switch_is_true_or_false(value):
    with pytest.raises(TypeError, match="expected True or False"):
        config.update("jax_enable_x64", value)
    with pytest.raises(TypeError, match="expected True or False"):
        with enable_x64(value):
            pass
    assert enable_x64.value is False


def test_other_flags_take_other_values():
    flag = Flag(3)
    with flag(5):
        assert flag.value == 5
    assert flag.value == 3


def test_public_names():
    assert minijax.enable_x64 is enable_x64
    assert minijax.config is config
    assert minijax.checking_leaks.value is False
    assert minijax.float0 == dtypes.float0
    assert issubclass(minijax.core.Tracer, minijax.Array)
