"""A table of rules: for each primitive, what a transformation makes of it.

Rules : Primitive -> rule, or the reason why there cannot be one
"""


class Refusal:
    """In place of a rule: why this primitive cannot have one."""

    def __init__(self, message):
        self.message = message

    def __call__(self, *args, **params):
        raise NotImplementedError(self.message)


class Rules(dict):
    """The rules of one transformation, by primitive."""

    def __init__(self, what):
        self.what = what

    def __missing__(self, primitive):
        raise NotImplementedError(
            f"{self.what} rule for '{primitive}' not implemented. A primitive "
            "needs one rule for each transformation that meets it; enter it "
            "in the table of that transformation.")

    def refuse(self, primitive, reason):
        """Declare that `primitive` has no rule here, and why."""
        self[primitive] = Refusal(
            f"{self.what} rule for '{primitive}' cannot be given: {reason}")
