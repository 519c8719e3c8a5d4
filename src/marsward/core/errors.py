"""The errors that marsward raises, each with the exit code that the command line gives it."""


class MarswardError(Exception):
    """One clear sentence: what went wrong, where, with which value, and what to type instead."""

    exit_code = 1


class InputError(MarswardError):
    """The mission file, the call or a value in it is wrong."""

    exit_code = 2


class DataError(MarswardError):
    """Data that the work needs is missing, truncated or does not cover the time asked for."""

    exit_code = 3


class PhysicsError(MarswardError):
    """The physics has no answer: no trajectory, no convergence, an epoch outside a trajectory."""

    exit_code = 4


class VerifyError(MarswardError):
    """A published figure was not reproduced within its tolerance."""

    exit_code = 5
