"""What to do about a failed statement of an apply, by its SQLSTATE."""

from enum import Enum


class Failure(Enum):
    """Kinds of failure, by their cure."""

    REPEAT = "retry the whole transaction"
    SHRINK = "retry with fewer rows"
    LINK = "reconnect, resolve the commit in doubt, then retry"
    POISON = "isolate the rows that cause it"
    FATAL = "stop"


_REPEAT = frozenset({"40001", "40P01", "55P03", "55006"})
_SHRINK = frozenset({"57014", "53200", "54000", "54001"})
_LINK_CLASSES = ("", "08")
# The server ended the session: shut down, crashed, told to, or tired of a client that did not answer.
# Or it met what it never should: a node that died, an internal error. A new session may not meet it again.
_LINK = frozenset({"57P01", "57P02", "57P03", "57P05", "53300", "25P03", "25P04", "XX000"})
# What no row and no statement of ours is to blame for, and time or an administrator cures: the same command goes on.
_CURABLE_CLASSES = ("", "08", "40", "53", "54", "55", "57", "58")
_CURABLE = frozenset({"XX000", "25006", "25P03", "25P04"})
_INCURABLE = frozenset({"57P04"})  # the database was dropped
# What the server cannot do for one row (0A), it cannot do for another. What another session, the server, rights or our
# own gates refuse is nothing that leaving a row out would cure. The database sets a single row aside by the same rule
# (_birth_is_poison). All else speaks of the row that caused it: data exceptions, constraints, and whatever class of its
# own a register function raises.
_FATAL_CLASSES = (
    *("00", "01", "02", "03", "0A", "0L", "0P", "25", "26", "28", "2B", "2D", "34", "3B", "3D", "3F"),
    *("40", "53", "54", "55", "57", "58", "BR", "F0", "HV", "XX"),
)
_FATAL = frozenset({"42501"})
_NOT_REGISTERED = "BR008"


def is_curable(sqlstate: str) -> bool:
    """Whether what stopped an apply may be gone when it is applied again."""
    return sqlstate not in _INCURABLE and (sqlstate[:2] in _CURABLE_CLASSES or sqlstate in _CURABLE)


def failure(sqlstate: str) -> Failure:
    """The kind of failure of an SQLSTATE; '' is a lost link without a word."""
    if sqlstate in _REPEAT:
        return Failure.REPEAT
    if sqlstate in _SHRINK:
        return Failure.SHRINK
    if sqlstate in _LINK or sqlstate[:2] in _LINK_CLASSES:
        return Failure.LINK
    if sqlstate != _NOT_REGISTERED and (sqlstate in _FATAL or sqlstate[:2] in _FATAL_CLASSES):
        return Failure.FATAL
    return Failure.POISON
