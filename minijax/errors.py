"""The errors of tracing: what was asked of a tracer, and what to do instead.

Types and key words are JAX's (`jax.errors`); the remedies are in the message.
"""


class Picklable:
    """An error is made of a tracer, which stays; its message may travel."""

    def __reduce__(self):
        return type(self).__new__, (type(self), *self.args)


class ConcretizationTypeError(Picklable, TypeError):
    """A Python number was asked of a value that is only being traced."""

    def __init__(self, tracer, asked=""):
        super().__init__(
            "Abstract tracer value encountered where concrete value is "
            f"expected: {tracer.describe()}.\n{asked}{tracer.origin()}")


class TracerBoolConversionError(ConcretizationTypeError):
    """`if`, `while`, `and`, `assert` on a tracer."""

    def __init__(self, tracer):
        TypeError.__init__(
            self,
            "Attempted boolean conversion of "
            f"{tracer.describe()}.\nPython must choose a branch now, but the "
            "value is not known yet. To choose elementwise, use "
            "minijax.numpy.where(condition, a, b); for and, or and not on "
            "arrays use &, | and ~. A flag that is an argument can be known "
            f"now: make it a static argument.\n{tracer.origin()}")


class TracerIntegerConversionError(Picklable, TypeError):
    """A tracer used as a Python integer: `range(n)`, `np.zeros(n)`, `a[n]`."""

    def __init__(self, tracer):
        super().__init__(
            "The __index__() method was called on "
            f"{tracer.describe()}.\nShapes, range() and list indices need "
            "integers that are known while tracing: use x.shape[0], or leave "
            "the number out of what is traced (let the function close over "
            "it, or make it a static argument). To index with a traced value, "
            "index a minijax array: minijax.numpy.asarray(a)[i].\n"
            f"{tracer.origin()}")


class TracerArrayConversionError(Picklable, TypeError):
    """NumPy tried to turn a tracer into an ndarray."""

    def __init__(self, tracer, called="the method __array__()", instead=None):
        remedy = (f"Use {instead} instead." if instead else
                  "Use the function of minijax.numpy that does it; to fill "
                  "an array, use x.at[i].set(v) or minijax.numpy.stack; to "
                  "index an ndarray with a traced value, wrap it first: "
                  "minijax.numpy.asarray(a)[i].")
        super().__init__(
            f"NumPy called {called} on {tracer.describe()}, but a tracer "
            f"holds no numbers for NumPy to read.\n{remedy}\n"
            f"{tracer.origin()}")


class NonConcreteBooleanIndexError(Picklable, IndexError):
    """A traced boolean mask used as an index: the shape would be unknown."""

    def __init__(self, tracer):
        super().__init__(
            "Array boolean indices must be concrete; got "
            f"{tracer.describe()}.\nHow many elements a mask selects is not "
            "known while tracing. Keep the shape instead: "
            "minijax.numpy.where(mask, x, 0), or x.at[...].set(...) through "
            f"where.\n{tracer.origin()}")


class UnexpectedTracerError(Picklable, TypeError):
    """A tracer was used after, or outside, the transformation that made it."""

    def __init__(self, tracer, headline="Encountered an unexpected tracer."):
        super().__init__(
            f"{headline} A function that was transformed had a side effect: "
            "it kept a reference to an intermediate value, "
            f"{tracer.describe()}, wrapped in a {type(tracer).__name__}, "
            "which escaped the scope of the transformation.\n"
            f"{tracer.origin()}\nA global, a list or an attribute is no place "
            "for it; has_aux=True makes room in the output. To catch the leak "
            "where it happens, run with minijax.checking_leaks().")


class MisroutedTracerError(UnexpectedTracerError):
    """A tracer came to NumPy while its own trace is still at work."""

    def __init__(self, tracer):
        TypeError.__init__(
            self,
            f"Encountered an unexpected tracer: {tracer.describe()}, wrapped "
            f"in a {type(tracer).__name__}, came down to NumPy while its "
            f"trace, {tracer.trace.name}, is at work.\nA trace must pass the "
            "values inside its tracers on to its parent, not the tracers; "
            "and a tracer must stay in the thread that made it.\n"
            f"{tracer.origin()}")
