"""What can go wrong in a way that the operator can mend."""


class Unusable(Exception):
    """The worker cannot start or go on; the message is one sentence that says what to do."""


class Fenced(Exception):
    """Another worker has taken the partition over: it is not ours any more."""
