"""Notebooks and tests import the minijax and the checks of this folder.

Also for `pytest --nbval book solutions exercises`, whose kernels are processes
of their own.
"""
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent


def pytest_configure(config):
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
