"""What can go wrong when something is recorded on a loan, as one tree.

RefusalError (valuation.errors)
├── IllegalStepError           the state of the loan does not allow it on that day
│   └── LaterEventIllegalError it is allowed by itself, but an event of a later day would not be any more
├── NotPermittedError          the person's role may not do this
└── SecondPersonError          a second person must approve, and it must be another one
InputError (valuation.errors)
└── CommandKeyReusedError      the key was used for another command on this loan
BrokenChainError               a recorded event is not what was recorded
"""

from __future__ import annotations

from valuation.errors import InputError, IpfinError, RefusalError

__all__ = [
    "BrokenChainError",
    "CommandKeyReusedError",
    "IllegalStepError",
    "LaterEventIllegalError",
    "NotPermittedError",
    "SecondPersonError",
]


class IllegalStepError(RefusalError):
    """The state of the loan does not allow this on that day; nothing was recorded."""

    code = "illegal-step"


class LaterEventIllegalError(IllegalStepError):
    """By this, an event already recorded for a later day would become illegal; nothing was recorded."""

    code = "later-event-illegal"


class NotPermittedError(RefusalError):
    """The role of the person does not permit this."""

    code = "role-not-permitted"


class SecondPersonError(RefusalError):
    """Money and collateral values need the approval of a second person, in a role that may approve."""

    code = "second-person-required"


class CommandKeyReusedError(InputError):
    """The key of a command was used before for another content."""

    code = "command-key-reused"


class BrokenChainError(IpfinError):
    """A recorded event is not what was recorded: the chain of digests does not hold."""

    code = "broken-chain"
