"""Notebooks and tests import the minijax and the checks of this folder.

Also for `pytest --nbval book solutions exercises`, whose kernels are processes
of their own.
"""
import os
from pathlib import Path

import nbval.kernel
import pytest

ROOT = Path(__file__).resolve().parent


def patient(start, tries=4):
    """Two kernels can be given one port, and one of them dies: try again."""
    def start_again(*args, **kwargs):
        for _ in range(tries - 1):
            try:
                return start(*args, **kwargs)
            except RuntimeError:
                continue
        return start(*args, **kwargs)
    return start_again


def pytest_configure(config):
    nbval.kernel.start_new_kernel = patient(nbval.kernel.start_new_kernel)
    paths = [str(ROOT), str(ROOT / "exercises"), os.environ.get("PYTHONPATH")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    config.option.nbval_sanitize_with = str(ROOT / "tests/sanitize.cfg")
    config.option.nbval_current_env = True


def pytest_report_header(config):
    import minijax
    if ROOT not in Path(minijax.__file__).parents:
        raise pytest.UsageError(f"minijax comes from {minijax.__file__}, "
                                f"not from {ROOT}")
    return f"minijax: {minijax.__file__}"
