"""Every jaxpr that a test of this folder makes is checked."""

import pytest

from minijax.staging import enable_checks


@pytest.fixture(autouse=True)
def checked():
    with enable_checks(True):
        yield
