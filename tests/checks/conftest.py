"""A book of two chapters about a package of two modules, to try tools on."""
import os
import shutil
import subprocess
import sys

import pytest

HEADER = """\
---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---
"""

FILES = {
    "minijax/__init__.py": '''\
"""Two numbers."""
# [chapter 1]
from minijax.one import one
# [/chapter 1]
# [chapter 2]
from minijax.two import Two
# [/chapter 2]
''',
    "minijax/one.py": '''\
"""One."""


def one():
    """The first number."""
    return 1
''',
    "minijax/two.py": '''\
# [head]
"""Two."""
from minijax.one import one
# [/head]


# [Two]
class Two:
    """The second number."""
# [/Two]

    def value(self):
        return one() + one()
''',
    "book/01-one.md": HEADER + '''\
# One

```{literalinclude} ../minijax/one.py
:lines: 1-6
```

```{literalinclude} ../minijax/__init__.py
:end-before: "# [/chapter 1]"
```

```{code-cell}
from minijax import one
one()
```

```{code-cell}
:tags: [raises-exception]
one(1)
```

## Exercises

```{exercises} ../solutions/01-one.md
```
''',
    "book/02-two.md": HEADER + '''\
# Two

```{literalinclude} ../minijax/two.py
:start-after: "# [head]"
:end-before: "# [/head]"
```

```{literalinclude} ../minijax/two.py
:start-after: "# [Two]"
:end-before: "# [/Two]"
```

```{literalinclude} ../minijax/two.py
:pyobject: Two.value
```

```{literalinclude} ../minijax/__init__.py
:start-after: "# [chapter 2]"
:end-before: "# [/chapter 2]"
```

```{code-cell}
from minijax import Two
Two().value()
```
''',
    "solutions/01-one.md": HEADER + '''\
# Exercises of chapter 1

## 1.1 Zero ★

Write a function that returns 0.

:::{dropdown} Hint
`one() - one()`.
:::

```{code-cell}
from minijax import one

def zero():
    # BEGIN SOLUTION
    return one() - one()
    # END SOLUTION
```

```{code-cell}
:tags: [check]
from checks import check
check("1.1", zero)
```
''',
    "exercises/checks/ch01.py": '''\
from checks import exercise


@exercise("1.1")
def _(answer):
    assert answer() != 1, "this is one, not zero"
    assert answer() == 0, f"expected 0, got {answer()}"
''',
    "tests/ch01/mistakes.py": '''\
MISTAKES = [("1.1", lambda: 1, "one, not zero"),
            ("1.1", lambda: 2, "expected 0, got 2")]
''',
    "tests/ch01/test_one.py": '''\
import minijax


def test_one():
    assert minijax.one() == 1
''',
    "tests/ch02/test_two.py": '''\
import minijax


def test_two():
    assert minijax.Two().value() == 2
''',
}


class Project:
    def __init__(self, root):
        self.root = root

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def edit(self, name, old, new):
        text = (self.root / name).read_text()
        assert old in text
        self.write(name, text.replace(old, new))

    def run(self, *command):
        """The exit status and the output of `python tools/COMMAND`."""
        env = {key: value for key, value in os.environ.items()
               if key != "PYTHONPATH" and not key.startswith("PYTEST_")}
        done = subprocess.run(
            [sys.executable, *command], cwd=self.root, env=env, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout

    def tool(self, name, *arguments):
        return self.run(f"tools/{name}.py", *arguments)

    def weave(self, *arguments):
        """What the weaver says when all goes well."""
        status, said = self.tool("weave", *arguments)
        assert status == 0, said
        return said


@pytest.fixture
def project(tmp_path, pytestconfig):
    """The sources of the little book; no notebook is woven yet."""
    for name in ["conftest.py", "pyproject.toml", "tests/sanitize.cfg",
                 "exercises/checks/__init__.py", "tools"]:
        source, target = pytestconfig.rootpath / name, tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, target)
    made = Project(tmp_path)
    for name, text in FILES.items():
        made.write(name, text)
    return made


@pytest.fixture(scope="session")
def woven_once():
    return {}


@pytest.fixture
def woven(project, woven_once):
    """The little book with its notebooks, which are run only once."""
    if not woven_once:
        project.weave()
        woven_once.update(
            (path.relative_to(project.root), path.read_text())
            for path in project.root.rglob("*.ipynb"))
    for name, text in woven_once.items():
        project.write(name, text)
    return project
