"""Tracers that outlive the function that they were made for."""
import functools
import threading

import numpy as np

from misuses import right, wrong

X = np.float32([1, 2, 3])
LEAK = "UnexpectedTracerError"
REMEDY = "return|side effect"


def leaked(m, transform, at=1.0):
    kept = []

    def f(x):
        kept.append(x)
        return x * 2
    transform(f)(at)
    return kept[0]


@wrong(LEAK, r"float32\[\]", "scope|side effect", REMEDY,
       seen="jax issue 3086")
def out_of_jit(m):
    leaked(m, m.jit) + 1


@wrong(LEAK, r"\bf at |function f|\(f\)|traced function f",
       "scope|side effect", "jit")
def out_of_jit_by_name(m):
    leaked(m, m.jit) + 1


@wrong(LEAK, r"float32\[\]", "scope|side effect", REMEDY)
def out_of_grad(m):
    leaked(m, m.grad) + 1


@wrong(LEAK, r"float32\[\]", "scope|side effect", REMEDY)
def out_of_vmap(m):
    leaked(m, m.vmap, X) + 1


@wrong(LEAK, r"float32\[\]", "scope|side effect", REMEDY)
def out_of_make_jaxpr(m):
    m.numpy.sin(leaked(m, m.make_jaxpr))


@wrong(LEAK, r"float32\[\]", "scope|side effect", REMEDY)
def out_of_scan(m):
    kept = []
    m.lax.scan(lambda c, x: (kept.append(x) or c, x), 0.0, X)
    kept[0] + 1


@wrong(LEAK, r"float32\[\]", "scope|side effect", REMEDY)
def out_of_one_jit_into_another(m):
    x = leaked(m, m.jit)
    m.jit(lambda y: x + y)(1.0)


@wrong(LEAK, r"float32\[\]", "scope|side effect", REMEDY)
def out_of_grad_into_grad(m):
    x = leaked(m, m.grad)
    m.grad(lambda y: x * y)(1.0)


@wrong(LEAK, r"float32\[\]", "scope|side effect", REMEDY)
def as_an_argument_of_jit(m):
    m.jit(lambda y: y)(leaked(m, m.jit))


@wrong(LEAK, r"float32\[\]", "scope|side effect", REMEDY)
def as_an_argument_of_grad(m):
    m.grad(lambda y: y * y)(leaked(m, m.jit))


@wrong(LEAK + "|TracerBoolConversionError", r"float32\[\]|bool\[\]",
       "scope|side effect|tracing|boolean", REMEDY + "|outside|tracing")
def asked_for_its_truth(m):
    if leaked(m, m.jit) > 0:
        pass


@wrong(LEAK + "|ConcretizationTypeError", r"float32\[\]",
       "scope|side effect|concrete", "return|side effect|outside")
def asked_for_its_number(m):
    float(leaked(m, m.jit))


@wrong(LEAK + "|TracerArrayConversionError", r"float32\[\]",
       "scope|side effect|numbers|__array__", "return|side effect|outside|"
       r"numpy")
def handed_to_numpy(m):
    np.asarray(leaked(m, m.jit))


@wrong(LEAK, r"uint32\[2\]|key<fry>|uint32\[\]", "scope|side effect", REMEDY,
       seen="jax pull request 4312")
def a_global_key_that_a_jitted_function_splits(m):
    state = {"key": m.random.key(0)}

    def draw():
        state["key"], sub = m.random.split(state["key"])
        return m.random.normal(sub, ())
    m.jit(draw)()
    m.random.normal(state["key"], ())


@wrong(LEAK, r"float32\[\]|float32\[3\]", "scope|side effect", REMEDY)
def as_an_attribute_of_a_model(m):
    class Model:
        def __call__(self, x):
            self.hidden = m.numpy.sin(x)
            return self.hidden.sum()
    model = Model()
    m.grad(model)(X)
    model.hidden.sum()


@wrong(LEAK, r"float32\[\]", "scope|side effect", REMEDY)
def in_a_cache(m):
    @functools.lru_cache
    def scale():
        return made[0] * 2
    made = []

    def f(x):
        made.append(x)
        return scale()
    m.jit(f)(1.0)
    scale() + 1


@wrong(LEAK, r"float32\[\]", "scope|side effect", REMEDY)
def in_a_function_that_is_called_later(m):
    later = []

    def f(x):
        later.append(lambda: x + 1)
        return x
    m.jit(f)(1.0)
    later[0]()


@wrong(LEAK, r"float32\[\]", "scope|side effect", REMEDY)
def out_of_a_function_that_failed(m):
    kept = []

    def f(x):
        kept.append(x)
        raise LookupError
    try:
        m.jit(f)(1.0)
    except LookupError:
        pass
    kept[0] + 1


@wrong(LEAK + "|Exception", "Leaked|leaked", r"float32\[\]|Tracer|jit",
       REMEDY + "|refer|closed-over|list")
def caught_by_the_checker(m):
    kept = []
    with m.checking_leaks():
        m.jit(lambda x: kept.append(x) or x)(1.0)


@wrong(LEAK, r"float32\[\]", "scope|side effect|thread", REMEDY + "|thread")
def into_another_thread(m):
    failed = []

    def run(x):
        try:
            x + 1
        except Exception as error:
            failed.append(error)

    def f(x):
        t = threading.Thread(target=run, args=(x,))
        t.start()
        t.join()
        return x
    m.jit(f)(1.0)
    if failed:
        raise failed[0]


@right()
def a_leaked_tracer_can_be_printed(m):
    return "float32[]" in str(leaked(m, m.jit)) or "f32[]" in str(
        leaked(m, m.jit)), True


@right(seen="jax issue 5636")
def the_checker_finds_nothing_where_there_is_nothing(m):
    f = m.custom_jvp(lambda y: y)
    f.defjvp(lambda p, t: (p[0], t[0]))
    with m.checking_leaks():
        return m.jit(lambda y: f(y))(3.0), np.float32(3)


@right()
def an_error_in_the_middle_leaves_nothing(m):
    def f(x):
        raise LookupError
    for transform in m.jit, m.grad, m.vmap, m.make_jaxpr:
        try:
            transform(f)(X)
        except LookupError:
            pass
    return m.numpy.asarray(X) + 1, X + 1


@right()
def a_generator_that_is_never_finished(m):
    def rows(x):
        yield x * 2
        yield x * 3
    return m.grad(lambda x: next(rows(x)))(1.0), np.float32(2)


@wrong("RuntimeError", "eval", "in charge|bottom", "set_current_trace",
       ours=True)
def the_bottom_trace_entered(m):
    with m.core.eval_trace:
        m.numpy.sin(1.0)


@wrong("RuntimeError", "jvp|shapes|trace", "in charge|once",
       "set_current_trace", ours=True)
def a_trace_entered_twice(m):
    trace = m.core.Trace()
    with trace, trace:
        pass
