"""Is every state machine a table in which one can neither get lost nor get by alone?

Checked against: the tables themselves, walked by a second, independent reading (plain sets of edges); refusals by
hand; hypothesis walks that offer legal and illegal steps alike. The order of the main path of each machine is written
out by hand from the rules it serves (registration under CNIPA announcement 461; advance payment before settlement).
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pledge.machines
from docs.pages.state_machines import pages
from pledge.loan_errors import IllegalStepError, NotPermittedError, SecondPersonError
from pledge.machines.pledged_asset import SECURING_STATES
from pledge.workflow import ROLES, StateMachine, Step, machines
from valuation.errors import IpfinError, UnknownNameError
from valuation.kernel.labels import Label

MACHINES = machines()
every_machine = pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)


def edges(machine: StateMachine) -> set[tuple[str, str]]:
    return {(start, step.end) for step in machine.steps for start in step.starts}


def reached(machine: StateMachine) -> set[str]:
    found, more = set(), {machine.initial}
    while more:
        found |= more
        more = {end for start, end in edges(machine) if start in found} - found
    return found


def take(machine: StateMachine, state: str, action: str) -> str:
    """Take a step with the first role that may, and a second person where one is needed."""
    found = machine.find(state, action)
    return machine.step(
        state,
        action,
        role=min(found.roles),
        approver_role=min(found.approver_roles, default=None),
        person="Wang",
        approver="Li",
    )


def test_the_machines_are_those_of_a_pledge_loan() -> None:
    expected = {"application", "claim", "cover", "facility", "instalment", "pledged_asset"}
    assert expected <= set(MACHINES)


@every_machine
def test_every_state_is_reached(machine: StateMachine) -> None:
    assert reached(machine) == set(machine.states)


@every_machine
def test_exactly_the_final_states_have_no_way_out(machine: StateMachine) -> None:
    assert {start for start, _ in edges(machine)} == set(machine.states) - machine.final


@every_machine
def test_from_every_state_an_end_can_be_reached(machine: StateMachine) -> None:
    ending = set(machine.final)
    for _ in machine.states:
        ending |= {start for start, end in edges(machine) if end in ending}
    assert ending == set(machine.states)


@every_machine
def test_no_step_is_without_a_role_and_money_and_values_take_two(machine: StateMachine) -> None:
    for step in machine.steps:
        assert step.roles <= set(ROLES)
        assert step.roles
        if step.concerns is not None:
            assert step.approvals == 2, step.action


#: By hand: the actions that pay, promise or take money, and those that change what the security counts for.
MONEY = {
    "application": {"approve", "contract"},
    "facility": {"agree", "draw", "call", "write_off"},
    "instalment": {"pay", "pay_part", "compensate", "write_off", "replan"},
    "claim": {"file", "accept", "pre_pay", "settle", "repay_advance", "share_recovery"},
    "pledged_asset": {"sell", "license", "take_for_debt"},
    "cover": set(),
}
VALUES = {
    "pledged_asset": {"value", "revalue", "register", "change", "change_again", "release", "enforce", "extinguish"},
    "cover": {"reduce_call"},
}


@every_machine
def test_the_steps_of_money_and_values_are_those_named_by_hand(machine: StateMachine) -> None:
    by_concern = {
        concern: {step.action for step in machine.steps if step.concerns == concern}
        for concern in ("money", "collateral_value")
    }
    assert by_concern == {"money": MONEY[machine.id], "collateral_value": VALUES.get(machine.id, set())}


@pytest.mark.parametrize(
    ("machine", "path"),
    [
        ("application", "submit ask_for_papers complete approve contract -> contracted"),
        ("application", "submit refuse submit withdraw -> withdrawn"),
        ("pledged_asset", "propose verify value sign file register change revalue release -> released"),
        ("pledged_asset", "propose verify value sign file refuse file register enforce license sell -> sold"),
        ("pledged_asset", "propose verify value sign file register enforce take_for_debt -> debt_to_patent"),
        ("facility", "agree draw draw call write_off settle -> settled"),
        ("cover", "warn issue_call increase_call escalate confirm_cure close_call -> covered"),
        ("cover", "issue_call confirm_cure issue_call reduce_call -> call"),
        ("instalment", "fall_due pay_part become_overdue pay_part pay -> paid"),
        ("claim", "file accept pre_pay settle share_recovery share_recovery close -> closed"),
        ("claim", "file accept pre_pay repay_advance withdraw -> withdrawn"),
    ],
)
def test_the_main_paths_are_walked(machine: str, path: str) -> None:
    actions, _, end = path.partition(" -> ")
    state = MACHINES[machine].initial
    for action in actions.split():
        state = take(MACHINES[machine], state, action)
    assert state == end


def test_a_pledge_secures_from_registration_only() -> None:
    """Civil Code art. 444, by hand: neither the signed contract nor the filing secures anything."""
    machine = MACHINES["pledged_asset"]
    assert {start for start, end in edges(machine) if end in SECURING_STATES and start not in SECURING_STATES} == {
        "filed"
    }


def test_an_unpermitted_action_names_state_action_and_what_is_permitted() -> None:
    with pytest.raises(IllegalStepError) as raised:
        MACHINES["pledged_asset"].step("valued", "register", role="registrar", approver_role="approver")
    text = raised.value.message
    assert "register in state valued" in text
    assert "sign (loan_officer)" in text
    assert "withdraw (borrower, loan_officer)" in text


def test_a_final_state_says_that_it_is_final() -> None:
    with pytest.raises(IllegalStepError, match="nothing more, the state is final"):
        MACHINES["facility"].step("settled", "draw", role="loan_officer", approver_role="approver")


def test_the_wrong_role_is_named_with_the_right_ones() -> None:
    with pytest.raises(
        NotPermittedError, match=r"found borrower, expected one of loan_officer\. facility: draw in state"
    ):
        MACHINES["facility"].step("agreed", "draw", role="borrower", approver_role="approver")


@pytest.mark.parametrize("approver", [None, "borrower", "loan_officer"])
def test_money_without_a_fitting_second_role_is_refused(approver: str | None) -> None:
    with pytest.raises(SecondPersonError, match=f"found {approver or 'nobody'}, expected one of approver"):
        MACHINES["facility"].step("agreed", "draw", role="loan_officer", approver_role=approver)


def test_the_two_persons_must_differ() -> None:
    with pytest.raises(SecondPersonError, match="found Wang, who takes the step, expected another person"):
        MACHINES["facility"].step(
            "agreed", "draw", role="loan_officer", approver_role="approver", person="Wang", approver="Wang"
        )


def test_unknown_states_and_actions_are_named_with_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"facility.state: found 'open', expected one of agreed, "):
        MACHINES["facility"].step("open", "draw", role="loan_officer")
    with pytest.raises(UnknownNameError, match=r"facility.action: found 'pay', expected one of agree, "):
        MACHINES["facility"].step("agreed", "pay", role="loan_officer")


ROLE_CHOICE = st.sampled_from([*ROLES, "stranger"])


@every_machine
@settings(max_examples=60)
@given(data=st.data())
def test_a_walk_never_takes_a_step_that_the_table_does_not_hold(machine: StateMachine, data: st.DataObject) -> None:
    """The table read a second way: plain tuples; every offer is accepted exactly if a tuple allows it."""
    rows = {
        (start, step.action): (step.end, step.roles, step.approver_roles)
        for step in machine.steps
        for start in step.starts
    }
    state, actions = machine.initial, sorted({step.action for step in machine.steps})
    for _ in range(data.draw(st.integers(1, 15))):
        action, role = data.draw(st.sampled_from(actions)), data.draw(ROLE_CHOICE)
        approver = data.draw(st.none() | ROLE_CHOICE)
        persons = data.draw(st.tuples(st.sampled_from("AB"), st.sampled_from("AB")))
        end, roles, approver_roles = rows.get((state, action), (None, frozenset(), frozenset()))
        is_legal = role in roles and (not approver_roles or (approver in approver_roles and persons[0] != persons[1]))
        try:
            after = machine.step(
                state, action, role=role, approver_role=approver, person=persons[0], approver=persons[1]
            )
        except IpfinError:
            assert not is_legal
        else:
            assert is_legal
            assert after == end
            state = after


def a_step(**changes: object) -> Step:
    given: dict[str, object] = {
        "action": "go",
        "label": Label("走", "go"),
        "starts": frozenset({"here"}),
        "end": "there",
        "roles": frozenset({"system"}),
    }
    return Step(**(given | changes))  # type: ignore[arg-type]


def a_machine(*steps: Step) -> StateMachine:
    return StateMachine(
        id="toy",
        label=Label("玩具", "toy"),
        question=Label("在哪？", "Where?"),
        states={"here": Label("这", "here"), "there": Label("那", "there")},
        initial="here",
        final=frozenset({"there"}),
        steps=steps,
    )


def test_a_table_that_contradicts_itself_stops_the_start() -> None:
    with pytest.raises(AssertionError, match="nobody may take this step"):
        a_step(roles=frozenset())
    with pytest.raises(AssertionError, match="a role that does not exist"):
        a_step(roles=frozenset({"king"}))
    with pytest.raises(AssertionError, match="money needs two persons"):
        a_step(concerns="money")
    with pytest.raises(AssertionError, match="a state is not listed"):
        a_machine(a_step(end="nowhere"))
    with pytest.raises(AssertionError, match="leaves a final state"):
        a_machine(a_step(starts=frozenset({"there"})))
    with pytest.raises(AssertionError, match="two rows for one state"):
        a_machine(a_step(), a_step(end="here"))


def test_a_machine_joins_by_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Path(pledge.machines.__path__[0]) / "facility.py"
    text = source.read_text(encoding="utf-8").replace('id="facility"', 'id="a_toy"')
    (tmp_path / "a_toy.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(pledge.machines, "__path__", [*pledge.machines.__path__, str(tmp_path)])
    assert machines()["a_toy"].step("drawn", "settle", role="system") == "settled"


@every_machine
def test_the_page_of_a_machine_draws_every_edge_and_lists_every_action(machine: StateMachine) -> None:
    page = pages()[f"reference/machine_{machine.id}.md"]()
    for step in machine.steps:
        assert f"`{step.action}` {step.label.zh} · {step.label.en}" in page
        for start in step.starts:
            assert f"  {start} --> {step.end} : {step.label.zh}{' ②' if step.approvals == 2 else ''}" in page
    assert page.count(" --> ") == sum(len(step.starts) for step in machine.steps) + 1 + len(machine.final)


@every_machine
def test_neighbouring_rows_of_one_action_agree_on_who_may(machine: StateMachine) -> None:
    """The page merges the rows of one action; so they may differ only in where they start and end."""
    for one, other in pairwise(sorted(machine.steps, key=lambda step: step.action)):
        if one.action == other.action:
            assert (one.roles, one.approver_roles, one.concerns) == (other.roles, other.approver_roles, other.concerns)


def test_the_table_is_given_as_a_document() -> None:
    document = MACHINES["facility"].as_document()
    (cancel,) = [step for step in document["steps"] if step["action"] == "cancel"]
    assert cancel == {
        "action": "cancel",
        "label": {"zh": "取消未用授信", "en": "cancel"},
        "starts": ["agreed"],
        "end": "cancelled",
        "roles": ["loan_officer"],
        "approver_roles": ["approver"],
        "concerns": None,
    }
    assert [step.action for step in MACHINES["facility"].permitted("drawn", role="system")] == ["settle"]
