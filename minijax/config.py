"""Switches, each with one value for everybody and one for this thread.

config.update : (name, value) -> None      for the whole process
Flag.__call__ : value -> context manager   for this thread, for a while
"""

import contextlib
import threading


class Flag:
    """A switch: `flag.value` reads it, `with flag(True):` sets it here."""

    def __init__(self, default):
        self.everywhere = default
        self.here = threading.local()

    @property
    def value(self):
        return getattr(self.here, "value", self.everywhere)

    @contextlib.contextmanager
    def __call__(self, value=True):
        before = self.here.__dict__.copy()
        self.here.value = value
        try:
            yield
        finally:
            self.here.__dict__.clear()
            self.here.__dict__.update(before)


class Config:
    """The flags by name. JAX twin: `jax.config`."""

    def __init__(self):
        self.flags = {}

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
        self.flag(name).everywhere = value

    def __getattr__(self, name):
        return self.flag(name).value


config = Config()
enable_x64 = config.define("jax_enable_x64", False)
checking_leaks = config.define("jax_check_tracer_leaks", False)
