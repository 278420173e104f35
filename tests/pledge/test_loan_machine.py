"""Ten thousand random steps on loans: whatever is tried, the books balance and the state is the fold of the events.

Checked against: the invariants in ``loan_machine.py`` (books of every party, mirrors, state against ledger, replay,
order of recording, duplicates, wrong persons, tampering, time in one step or two), after every step. A longer run:
``python -m tests.pledge.loan_machine_long 100000``.
"""

from __future__ import annotations

from pledge.history import event_kinds
from tests.pledge.loan_machine import PAYLOADS, SCRIPTS, SEEN, WALKED, LoanMachine
from tests.pledge.loan_machine_run import run_apart


def walk_the_beginnings() -> list[str]:
    """Every beginning by itself, without chance; the steps of them that were refused."""
    refused = []
    for script, steps in {**SCRIPTS, **WALKED}.items():
        machine = LoanMachine()
        machine.begin(script, 0, 0)
        machine.teardown()
        recorded = [event.kind for event in machine.history.events]
        refused += [f"{script}: {kind}" for kind, _, _ in steps if kind not in recorded]
    return refused


def test_ten_thousand_steps() -> None:
    SEEN.clear()
    SEEN.update(run_apart(10_000))
    assert SEEN["commands"] >= 5_000
    for thing in ("backdated", "duplicate", "wrong persons", "tampering", "time"):
        assert SEEN[thing] >= 100, (thing, SEEN[thing])
    assert SEEN["orders compared"] >= 0.9 * SEEN["orders tried"] >= 90
    assert walk_the_beginnings() == []
    never = [kind for kind in PAYLOADS if not SEEN[f"recorded {kind}"]]
    assert never == [], f"kinds that were never recorded: {never}"


def test_every_kind_of_event_is_tried() -> None:
    assert set(PAYLOADS) == set(event_kinds()) - {"reversal"}
