"""A kind of event joins by its file: it is found, says who may record it, and can be recorded.

Checked against: the files as they are, the tables of the state machines, and a file laid into the folder for the time
of one test.
"""

from __future__ import annotations

import datetime
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import pledge.events
from pledge.history import event_kinds
from pledge.workflow import ROLES, machines
from tests.pledge.loan_life import Life

FILE = '''"""来访: somebody visited the borrower."""

from pledge.event_kind import EventKind
from valuation.kernel.fields import FrozenModel, Reason
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class Visit(FrozenModel):
    """What was seen."""

    seen: Reason


EVENT_KIND = EventKind(
    id="visit",
    label=Label("贷后走访", "visit"),
    payload=Visit,
    apply=lambda loan, event, payload: (loan, ()),
    roles=frozenset({"loan_officer"}),
)
'''


@pytest.fixture
def visit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "visit.py").write_text(FILE, encoding="utf-8")
    monkeypatch.setattr(pledge.events, "__path__", [*pledge.events.__path__, str(tmp_path)])
    importlib.invalidate_caches()
    yield
    sys.modules.pop("pledge.events.visit", None)


def test_a_kind_joins_by_its_file(visit: None) -> None:
    assert event_kinds()["visit"].label.zh == "贷后走访"
    life = Life().agreed().does("visit", "0105", seen="the laboratory is at work")
    assert life.last.day == datetime.date(2026, 1, 5)


def test_a_kind_leaves_with_its_file() -> None:
    assert "visit" not in event_kinds()


@pytest.mark.parametrize("name", event_kinds())
def test_each_kind_says_who_may_record_it_and_what_it_needs(name: str) -> None:
    kind = event_kinds()[name]
    assert kind.may_record
    assert kind.may_record | kind.may_approve <= set(ROLES)
    actions = {(machine.id, step.action) for machine in machines().values() for step in machine.steps}
    assert set(kind.steps) <= actions
    document = kind.as_document()
    assert document["payload"]["type"] == "object"
    assert document["payload"]["additionalProperties"] is False


def test_the_steps_that_concern_money_or_values_are_never_one_persons() -> None:
    for kind in event_kinds().values():
        rows = [row for name, action in kind.steps for row in machines()[name].steps if row.action == action]
        assert kind.may_approve or not any(row.concerns for row in rows), kind.id
