"""tools/tidy.py keeps of a traceback what is the same on every machine."""
import nbformat

import tidy


def shortened(*lines):
    error = nbformat.v4.new_output(
        "error", ename="TypeError", evalue="no", traceback=list(lines))
    return tidy.short(error).traceback


HEAD = "-----", "TypeError          Traceback (most recent call last)"
OWN = "Cell In[1], line 1\n----> 1 f(2)"
LIBRARY = "File /somewhere/f.py:3, in f(x)\n----> 3 g(x)"


def test_frames_of_libraries_are_left_out():
    assert shortened(*HEAD, OWN, LIBRARY, "\x1b[31mTypeError\x1b[39m: no") == [
        *HEAD, OWN, "\x1b[31mTypeError\x1b[39m: no"]


def test_the_message_stays_above_its_notes():
    assert shortened(*HEAD, OWN, LIBRARY, "TypeError: no", "a note", "two") \
        == [*HEAD, OWN, "TypeError: no", "a note", "two"]
