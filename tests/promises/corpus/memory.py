"""checkpoint, and its policies."""
import numpy as np

from misuses import right, wrong

X = np.float32([1, 2, 3])


@wrong("TypeError", "float|12|Array", "callable|function",
       "callable|function|first argument")
def checkpoint_of_a_value(m):
    m.checkpoint(12.0)(1.0)


@wrong("NotImplementedError|TypeError", "concrete",
       "removed|option|checkpoint", "static_argnums", seen="jax JEP 11830")
def the_option_concrete(m):
    m.checkpoint(lambda x: x, concrete=True)(1.0)


@wrong("ConcretizationTypeError|TracerBoolConversionError", "bool",
       "checkpoint|remat|concrete|boolean", "static_argnums")
def a_flag_that_is_not_static(m):
    m.grad(m.checkpoint(lambda x, flip: -x if flip else x))(1.0, True)


@wrong("ValueError|TypeError", r"\b4\b", "static_argnums",
       "2|argument|positional|len", seen="jax issue 18405")
def static_argnums_past_the_end(m):
    m.grad(m.checkpoint(lambda x, n: x * n, static_argnums=(4,)))(1.0, 2)



@wrong("TypeError", "str|'adam'", "valid|array|number", "static|array|number")
def a_string_that_is_not_static(m):
    m.grad(m.checkpoint(lambda x, how: x))(1.0, "adam")


@wrong("TypeError", "save_only_these_names|function|policy|str", "bool|policy",
       r"save_only_these_names\(|factory|checkpoint_policies|called")
def a_policy_that_was_not_called(m):
    policy = m.checkpoint_policies.save_only_these_names
    m.grad(m.checkpoint(m.numpy.sin, policy=policy))(1.0)


@wrong("TypeError", "str|'nothing_saveable'", "callable|function|policy",
       "checkpoint_policies|callable|function")
def a_policy_that_is_a_name(m):
    m.grad(m.checkpoint(m.numpy.sin, policy="nothing_saveable"))(1.0)


@wrong("TypeError", "NoneType|None", "bool|policy", "bool|True|policy")
def a_policy_that_returns_nothing(m):
    m.grad(m.checkpoint(m.numpy.sin, policy=lambda p, *a, **k: None))(1.0)


@wrong("AttributeError", "save_nothing", "attribute", "nothing_saveable|"
       "save_nothing")
def a_policy_that_there_is_not(m):
    m.checkpoint(m.numpy.sin, policy=m.checkpoint_policies.save_nothing)


@wrong("TypeError", "unexpected|policies", "keyword", "policies")
def a_misspelt_option(m):
    m.checkpoint(m.numpy.sin, policies=None)


@wrong("TypeError", "missing 1 required positional argument: 'y'", "y", "y")
def an_argument_left_out(m):
    m.grad(m.checkpoint(lambda x, y: x * y))(1.0)


@right()
def the_gradient_of_a_checkpointed_chain(m):
    f = m.checkpoint(lambda x: m.numpy.sin(m.numpy.sin(x)))
    want = np.cos(np.sin(1.0)) * np.cos(1.0)
    return m.grad(f)(1.0), np.float32(want)


@right()
def a_checkpoint_that_closes_over_what_is_differentiated(m):
    def f(x):
        return m.checkpoint(lambda y: x * m.numpy.sin(y))(x)
    return m.grad(f)(1.0), np.float32(np.sin(1.0) + np.cos(1.0))


@right()
def a_static_argument_that_python_reads(m):
    f = m.checkpoint(lambda x, flip: -x if flip else x, static_argnums=(1,))
    return m.grad(f)(1.0, True), np.float32(-1)
