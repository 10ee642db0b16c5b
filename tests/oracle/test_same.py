"""The examples with a badge print under JAX what the book prints."""
import subprocess
import sys
from pathlib import Path

import pytest

jax = pytest.importorskip("jax")
pytest.importorskip("nbclient")
ROOT = Path(__file__).resolve().parents[2]
RECORD = pytest.importorskip("badges").record()


@pytest.mark.skipif(jax.__version__ != RECORD["jax"],
                    reason="the record is of another version of JAX")
@pytest.mark.parametrize("page", RECORD["pages"])
def test_the_examples_are_the_same_under_jax(page):
    done = subprocess.run([sys.executable, "tools/same.py", page], cwd=ROOT,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
