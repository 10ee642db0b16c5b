"""Every jaxpr that a test makes is checked, from the chapter that has them."""

import contextlib

import pytest

try:
    from minijax.staging import enable_checks
except ImportError:
    enable_checks = contextlib.nullcontext


@pytest.fixture(autouse=True)
def checked():
    with enable_checks(True):
        yield
