"""The scripted life of a loan: dated commands in a file, the loan and its books out; nothing is stored."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from api.bodies import read_model
from api.files import read_file
from api.pledge_loans.documents import (
    claims_document,
    cover_document,
    ledger_document,
    loan_document,
    schedule_document,
)
from pledge.history import Actor, Command, History, journal, loan_at, record
from pledge.loan import Loan
from valuation.errors import IpfinError, UnknownNameError
from valuation.kernel.fields import Day, FrozenModel, Identifier

__all__ = ["LoanScript", "ScriptedLoan", "scripted_loan"]

Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]
MAXIMUM_STEPS = 2000


class ScriptedStep(FrozenModel):
    """One command of the script.

    Attributes
    ----------
    effective_date : the day on which it takes effect.
    recorded_on : the day on which it is recorded, by default the effective date; later for a backdated event.
    kind : the kind of event.
    made_by, approved_by : persons of the script.
    payload : what the event says.
    """

    effective_date: Day
    recorded_on: Day | None = None
    kind: Name
    made_by: Name
    approved_by: Name | None = None
    payload: dict[str, Any] = Field(default_factory=dict)


class LoanScript(FrozenModel):
    """The life of a loan as a file tells it.

    Attributes
    ----------
    loan : the loan's id.
    title : what it is called.
    as_of : the day at whose end the loan is shown.
    persons : everybody who acts, with the role.
    steps : the commands, in the order in which they are recorded.
    """

    loan: Identifier
    title: Name
    as_of: Day
    persons: dict[str, Name]
    steps: Annotated[tuple[ScriptedStep, ...], Field(min_length=1, max_length=MAXIMUM_STEPS)]


@dataclass(frozen=True)
class ScriptedLoan:
    """A loan after its script."""

    script: LoanScript
    history: History

    @property
    def loan(self) -> Loan:
        """The loan at the end of the day that the script asks for."""
        return loan_at(self.history, on=self.script.as_of)

    def as_document(self) -> dict[str, Any]:
        """State, plan, cover, claims, books and events, as the API gives them."""
        as_of = self.script.as_of
        entries = journal(self.history, closed_to=as_of)
        past = [entry for entry in entries if entry.posting.day <= as_of]
        return {
            "loan": self.script.loan,
            "title": self.script.title,
            "state": loan_document(self.loan),
            "schedule": schedule_document(self.loan),
            "cover": cover_document(self.loan),
            "claims": claims_document(self.loan),
            "ledger": ledger_document(self.script.loan, past, as_of=as_of),
            "events": [event.as_document() for event in self.history.events],
        }


def scripted_loan(path: Path) -> ScriptedLoan:
    """What becomes of the loan whose life this file tells?

    Raises
    ------
    InputError : no such file, no TOML, no script.
    IpfinError : a step that is not allowed; it is named by its number, kind and day.
    """
    script = read_model(LoanScript, read_file(path))
    history = History(script.loan)
    for number, step in enumerate(script.steps):
        with _named(number, step):
            history = record(history, _command(script, number, step), recorded_at=_recorded_at(step))
    return ScriptedLoan(script, history)


def _command(script: LoanScript, number: int, step: ScriptedStep) -> Command:
    return Command(
        kind=step.kind,
        key=f"step-{number + 1}",
        effective_date=step.effective_date,
        made_by=_person(script, step.made_by, field="made_by"),
        approved_by=None if step.approved_by is None else _person(script, step.approved_by, field="approved_by"),
        payload=step.payload,
    )


def _person(script: LoanScript, name: str, *, field: str) -> Actor:
    if name not in script.persons:
        raise UnknownNameError.among(field, found=name, known=script.persons)
    return Actor(name, script.persons[name])


def _recorded_at(step: ScriptedStep) -> str:
    """A script has no clock: what it records is recorded at noon of the day it states, in China."""
    day = step.recorded_on or step.effective_date
    zone = datetime.timezone(datetime.timedelta(hours=8))
    return datetime.datetime.combine(day, datetime.time(12), tzinfo=zone).isoformat()


@contextmanager
def _named(number: int, step: ScriptedStep) -> Iterator[None]:
    """Name the step of the script at which something went wrong."""
    try:
        yield
    except IpfinError as error:
        where = f"steps.{number}"
        problems = [replace(each, field=f"{where}.{each.field}") for each in error.problems]
        message = f"{where} ({step.kind}, {step.effective_date}): {error.message}"
        raise type(error)(message, problems=problems) from error
