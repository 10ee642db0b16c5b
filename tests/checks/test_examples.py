"""The sessions that README.md and the landing page print are true."""
import doctest
import re

import pytest

FENCE = re.compile(r"^```(python|pycon)\n(.*?)^```", re.M | re.S)


@pytest.mark.parametrize("name", ["README.md", "book/index.md"])
def test_the_sessions_are_true(name, pytestconfig):
    text = (pytestconfig.rootpath / name).read_text()
    names, said = {}, []
    runner = doctest.DocTestRunner(verbose=False)
    for kind, code in FENCE.findall(text):
        if kind == "python":
            exec(code, names)
        else:
            test = doctest.DocTestParser().get_doctest(
                code, names, name, name, 0)
            runner.run(test, out=said.append, clear_globs=False)
            names.update(test.globs)
    assert runner.tries and not runner.failures, "".join(said)
