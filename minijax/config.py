"""Switches, each with one value for everybody and one for this thread.

config.update : (name, value) -> None      for the whole process
Flag.__call__ : value -> context manager   for this thread, for a while
"""

import contextlib
import threading


class Flag:
    """A switch: `flag.value` reads it, `with flag(True):` sets it here."""

    def __init__(self, default):
        # A thread that sets no value of its own sees the one of the class.
        self.here = type("Here", (threading.local,), {"value": default})()

    @property
    def value(self):
        return self.here.value

    def update(self, value):
        type(self.here).value = self.checked(value)

    def checked(self, value):
        if isinstance(self.value, bool) and value not in (True, False):
            raise TypeError(f"expected True or False, got {value!r}")
        return value

    @contextlib.contextmanager
    def __call__(self, value=True):
        before = self.here.__dict__.copy()
        self.here.value = self.checked(value)
        try:
            yield
        finally:
            self.here.__dict__.clear()
            self.here.__dict__.update(before)


class Config:
    """The flags by name. JAX twin: `jax.config`."""

    def __init__(self):
        vars(self)["flags"] = {}

    def define(self, name, default):
        """A new flag; chapters declare theirs as they come."""
        self.flags[name] = Flag(default)
        return self.flags[name]

    def flag(self, name):
        if name not in self.flags:
            known = ", ".join(sorted(self.flags))
            raise AttributeError(f"Unrecognized config option: {name!r}. "
                                 f"The options are: {known}.")
        return self.flags[name]

    def update(self, name, value):
        """Set a flag for the whole process."""
        self.flag(name).update(value)

    def __getattr__(self, name):
        return self.flag(name).value

    def __setattr__(self, name, value):
        raise AttributeError("an option is not set by assignment; use "
                             f"config.update({name!r}, {value!r})")


config = Config()
enable_x64 = config.define("jax_enable_x64", False)
checking_leaks = config.define("jax_check_tracer_leaks", False)
