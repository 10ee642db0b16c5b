"""The page of names is what the two packages say of themselves."""

import subprocess
import sys
from pathlib import Path

import pytest

jax = pytest.importorskip("jax")
ROOT = Path(__file__).resolve().parents[2]


def test_the_page_says_what_there_is():
    page = (ROOT / "book" / "names.md").read_text()
    if f"JAX {jax.__version__}," not in page:
        pytest.skip("the page speaks of another version of JAX")
    done = subprocess.run([sys.executable, "tools/names.py", "--check"],
                          cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
