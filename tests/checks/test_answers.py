"""tools/answers.py fails where a check would mislead the reader."""


def answers(project):
    status, said = project.tool("answers")
    assert status == 1
    return said


def test_the_little_book_knows_right_from_wrong(woven):
    assert woven.tool("answers") == (0, "1 exercises: stubs refused, mistakes "
                                     "recognized, solutions right\n")


def test_a_stub_that_passes(project):
    project.edit("solutions/01-one.md", "    # BEGIN SOLUTION\n", "")
    project.edit("solutions/01-one.md", "    # END SOLUTION\n", "")
    project.weave()
    assert "exercises/01-one.ipynb: 1.1 should be `not yet written`, " \
           "is `right`" in answers(project)


def test_a_solution_that_is_wrong(project):
    project.edit("solutions/01-one.md", "one() - one()", "one()")
    project.weave()
    assert "solutions/01-one.ipynb: 1.1 should be `right`, is " \
           "`not yet: this is one, not zero`" in answers(project)


def test_an_exercise_that_is_not_checked(project):
    project.edit("solutions/01-one.md", 'check("1.1", zero)', "zero")
    project.weave()
    assert "is `not checked`" in answers(project)


def test_a_mistake_that_is_not_recognized(woven):
    woven.edit("exercises/checks/ch01.py", "this is one", "wrong")
    assert "1.1 should say `one, not zero`, says `not yet: wrong, not zero`" \
        in answers(woven)


def test_a_mistake_that_passes(woven):
    woven.edit("tests/ch01/mistakes.py", "lambda: 1", "lambda: 0")
    assert "says `right`" in answers(woven)


def test_too_few_mistakes(woven):
    woven.write("tests/ch01/mistakes.py",
                'MISTAKES = [("1.1", lambda: 1, "one, not zero")]\n')
    assert "1.1 has 1 mistakes of different names" in answers(woven)
