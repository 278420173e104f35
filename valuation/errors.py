"""What can go wrong, as one tree.

IpfinError
├── InputError            something in the request is missing, malformed, out of range or contradictory
│   └── UnknownNameError  a method, policy, instrument, currency … that does not exist
├── RefusalError          the input is well formed, but the method must not answer with it
├── ReferenceDataError    a table of law, practice or markets cannot give the number
│   ├── SourceMissingError     a step without a listed source: the file does not load
│   ├── BeforeFirstStepError   the date is earlier than the first known value
│   ├── RepealedError          the value was repealed before the date
│   └── GapError               the value was looked for and not found; it is never guessed
└── NotBuiltError         the question is understood, the answer is not implemented

Domain errors know nothing of HTTP; one table in ``api/errors.py`` gives status and code.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = [
    "BeforeFirstStepError",
    "FieldProblem",
    "GapError",
    "InputError",
    "IpfinError",
    "NotBuiltError",
    "ReferenceDataError",
    "RefusalError",
    "RepealedError",
    "SourceMissingError",
    "UnknownNameError",
]


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with one field: where it is, what was found there, what was expected."""

    field: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.field}: found {self.found}, expected {self.expected}"


class IpfinError(Exception):
    """The root of every error raised on purpose; ``code`` is stable and public."""

    code = "ipfin-error"

    def __init__(self, message: str, *, problems: Sequence[FieldProblem] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.problems = tuple(problems)


class InputError(IpfinError):
    """The request is missing, malformed, out of range or contradicts itself; nothing was computed."""

    code = "invalid-input"

    @classmethod
    def of(cls, field: str, *, found: object, expected: str) -> InputError:
        """Build the error for one field."""
        return cls.from_problems([FieldProblem(field, str(found), expected)])

    @classmethod
    def from_problems(cls, problems: Iterable[FieldProblem]) -> InputError:
        """Build the error for several fields at once, in the order given."""
        listed = tuple(problems)
        return cls("; ".join(str(problem) for problem in listed), problems=listed)


class UnknownNameError(InputError):
    """A name that is not in its catalogue."""

    code = "unknown-name"

    @classmethod
    def among(cls, field: str, *, found: str, known: Iterable[str]) -> UnknownNameError:
        """Build the error, listing the known names."""
        expected = "one of " + ", ".join(sorted(known))
        return cls(
            f"{field}: found {found!r}, expected {expected}",
            problems=[FieldProblem(field, repr(found), expected)],
        )


class RefusalError(IpfinError):
    """The input is well formed, but an answer built on it would mislead."""

    code = "refused"

    @classmethod
    def of(cls, field: str, *, found: object, expected: str, advice: str) -> RefusalError:
        """Build the refusal: what was found, what would be acceptable, what to do next."""
        problem = FieldProblem(field, str(found), expected)
        return cls(f"{problem}. {advice}", problems=[problem])


class ReferenceDataError(IpfinError):
    """A dated table cannot give the number that was asked for."""

    code = "reference-data"


class SourceMissingError(ReferenceDataError):
    """A value in a table names no listed source, so the table does not load."""

    code = "source-missing"


class BeforeFirstStepError(ReferenceDataError):
    """The date asked for lies before the first known step of the value."""

    code = "before-first-step"


class RepealedError(ReferenceDataError):
    """The value had been repealed on the date asked for."""

    code = "repealed"


class GapError(ReferenceDataError):
    """The value was looked for and not found; the product does not guess it."""

    code = "gap"


class NotBuiltError(IpfinError):
    """The question is understood and its answer is not implemented."""

    code = "not-built"
