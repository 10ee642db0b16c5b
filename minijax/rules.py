"""A table of rules: for each primitive, what a transformation makes of it.

Rules : Primitive -> rule, or the reason why there cannot be one
"""


class Refusal:
    """In place of a rule: why this primitive cannot have one."""

    def __init__(self, error, message):
        self.error, self.message = error, message

    def __call__(self, *args, **params):
        raise self.error(self.message)


class Rules(dict):
    """The rules of one transformation, by primitive."""

    def __init__(self, what, refused=NotImplementedError):
        self.what, self.refused = what, refused

    def __missing__(self, primitive):
        raise NotImplementedError(
            f"{self.what} for '{primitive}' not implemented. A primitive "
            "needs one rule for each transformation that meets it; enter it "
            "in the table of that transformation.")

    def refuse(self, primitive, reason):
        """Declare that `primitive` has no rule here, and why."""
        self[primitive] = Refusal(
            self.refused,
            f"{self.what} for '{primitive}' not implemented: {reason}")
