"""Was a feature known when the loan was decided, or does it already know how the loan ended?

A model that is given what only became known later looks excellent and is useless: the term of a loan in records of
closed loans, for instance, is the term it turned out to have. So every feature declares since when it is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from valuation.errors import InputError, RefusalError

__all__ = ["DeclaredFeature", "Moment", "admit_features"]

#: In the order in which they come.
Moment = Literal["application", "approval", "drawdown", "repayment", "outcome"]
_ORDER: tuple[Moment, ...] = get_args(Moment)


@dataclass(frozen=True)
class DeclaredFeature:
    """A feature, the moment since which its recorded value is known, and how one knows that."""

    name: str
    known_since: Moment
    reason: str

    def __post_init__(self) -> None:
        if self.known_since not in _ORDER:
            raise InputError.of(
                f"feature {self.name}: known_since",
                found=repr(self.known_since),
                expected=f"one of {', '.join(_ORDER)}",
            )
        if not self.reason.strip():
            raise InputError.of(f"feature {self.name}: reason", found="nothing", expected="how one knows its date")


def admit_features(
    used: Iterable[str], *, declared: Mapping[str, DeclaredFeature], decided_at: Moment
) -> tuple[str, ...]:
    """Which of these features may a model of this decision use? All of them, or it is refused.

    Parameters
    ----------
    used : names of the features the model is to use.
    declared : every feature that may be used, by name.
    decided_at : the moment at which the model is asked.

    Returns
    -------
    The names, in the order given.

    Raises
    ------
    InputError : a feature that was not declared.
    RefusalError : a feature that becomes known only after the decision.

    References
    ----------
    Kaufman, Rosset, Perlich and Stitelman (2012), Leakage in data mining, ACM TKDD 6(4).

    Tested by: ``tests/pledge/credit/test_feature_dates.py``; the leak is shown on real loans in
    ``tests/examinations/test_default_models.py``.
    """
    names = tuple(used)
    for name in names:
        if name not in declared:
            raise InputError.of(f"feature {name}", found="no declared date", expected="since when its value is known")
        since = declared[name].known_since
        if _ORDER.index(since) > _ORDER.index(decided_at):
            raise RefusalError.of(
                f"feature {name}",
                found=f"known since {since} ({declared[name].reason})",
                expected=f"known at {decided_at} or before",
                advice="Leave it out: a model that uses it is told the outcome",
            )
    return names
