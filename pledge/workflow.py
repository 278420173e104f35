"""Which steps may be taken next, by whom, and with whose approval?

A state machine is a table: one file in ``pledge/machines`` holds one. Whoever takes a step asks its machine first; no
other place says what may follow what. Nothing here looks at amounts or dates: limits and periods are tested by the
code that owns them, and the step is then taken here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pledge.machines
from pledge.loan_errors import IllegalStepError, NotPermittedError, SecondPersonError
from valuation.errors import UnknownNameError
from valuation.kernel.discovery import discover
from valuation.kernel.labels import Label

__all__ = ["ROLES", "Concern", "StateMachine", "Step", "machines"]

#: Who acts on a loan.
ROLES: dict[str, Label] = {
    "borrower": Label("借款人", "borrower"),
    "loan_officer": Label("客户经理", "loan officer"),
    "approver": Label("审批人", "approver"),
    "registrar": Label("登记机构经办人", "clerk of the IP office"),
    "valuer": Label("评估人员", "valuer"),
    "pool_manager": Label("资金池管理人", "manager of the pool"),
    "guarantor": Label("担保机构", "guarantor"),
    "insurer": Label("保险公司", "insurer"),
    "system": Label("系统", "system"),
}

#: What a step touches that one person alone may not decide: money, or what the security counts for.
Concern = Literal["money", "collateral_value"]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One row of a table: an action, the states it starts from, the state it leads to, who may take it.

    Parameters
    ----------
    roles : who may take the step.
    approver_roles : who may approve it as the second person; empty when one person is enough.
    concerns : money or collateral values; such a step always needs a second person.
    source : the rule of law or of the contract the step rests on, if one asks for it.
    """

    action: str
    label: Label
    starts: frozenset[str]
    end: str
    roles: frozenset[str]
    approver_roles: frozenset[str] = frozenset()
    concerns: Concern | None = None
    source: Label | None = None

    def __post_init__(self) -> None:
        assert self.roles, f"{self.action}: nobody may take this step"
        assert self.roles | self.approver_roles <= set(ROLES), f"{self.action}: a role that does not exist"
        assert self.approver_roles or self.concerns is None, f"{self.action}: {self.concerns} needs two persons"

    @property
    def approvals(self) -> Literal[1, 2]:
        """How many persons does it take?"""
        return 2 if self.approver_roles else 1


@dataclass(frozen=True, kw_only=True)
class StateMachine:
    """A table of states and of the steps between them.

    Parameters
    ----------
    id : the name of its file.
    question : what a reader of the state wants to know.
    states : every state with its name, in the order in which a reader meets them.
    initial : the state before anything happened.
    final : the states that no step leaves.
    """

    id: str
    label: Label
    question: Label
    states: Mapping[str, Label]
    initial: str
    final: frozenset[str]
    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        assert self.initial in self.states, f"{self.id}: the initial state is not listed"
        assert self.final <= set(self.states), f"{self.id}: a final state is not listed"
        seen: set[tuple[str, str]] = set()
        for step in self.steps:
            assert step.starts | {step.end} <= set(self.states), f"{self.id}.{step.action}: a state is not listed"
            assert not step.starts & self.final, f"{self.id}.{step.action}: leaves a final state"
            keys = {(start, step.action) for start in step.starts}
            assert not keys & seen, f"{self.id}.{step.action}: two rows for one state"
            seen |= keys

    def step(
        self,
        state: str,
        action: str,
        *,
        role: str,
        approver_role: str | None = None,
        person: str | None = None,
        approver: str | None = None,
    ) -> str:
        """In which state is the thing after this action?

        Parameters
        ----------
        role, approver_role : the roles of who takes the step and of who approves it, None when nobody did.
        person, approver : who they are, when the caller knows; they must not be the same.

        Raises
        ------
        UnknownNameError : no such state or action in this machine.
        IllegalStepError : the action is not permitted in this state; the permitted ones are named.
        NotPermittedError : the role may not take the step.
        SecondPersonError : the step needs a second person, who is missing, may not approve, or is the first again.

        Examples
        --------
        >>> machines()["application"].step("submitted", "refuse", role="approver")
        'refused'

        Tested by: ``tests/pledge/test_workflow.py`` (each refusal by hand; walks by hypothesis).
        """
        found = self.find(state, action)
        where = f"{self.id}: {action} in state {state}"
        if role not in found.roles:
            raise NotPermittedError.of("role", found=role, expected=_one_of(found.roles), advice=where + ".")
        if found.approvals == 1:
            return found.end
        if approver_role not in found.approver_roles:
            nobody = "nobody" if approver_role is None else approver_role
            raise SecondPersonError.of(
                "approver_role", found=nobody, expected=_one_of(found.approver_roles), advice=f"{where}: two persons."
            )
        if person is not None and person == approver:
            raise SecondPersonError.of(
                "approver", found=f"{approver}, who takes the step", expected="another person", advice=where + "."
            )
        return found.end

    def find(self, state: str, action: str) -> Step:
        """Which row of the table permits this action in this state?

        Raises
        ------
        UnknownNameError, IllegalStepError : as for :meth:`step`.
        """
        if state not in self.states:
            raise UnknownNameError.among(f"{self.id}.state", found=state, known=self.states)
        if action not in {step.action for step in self.steps}:
            raise UnknownNameError.among(f"{self.id}.action", found=action, known={each.action for each in self.steps})
        permitted = self.permitted(state)
        found = next((step for step in permitted if step.action == action), None)
        if found is None:
            names = ", ".join(f"{step.action} ({', '.join(sorted(step.roles))})" for step in permitted)
            raise IllegalStepError.of(
                self.id,
                found=f"{action} in state {state}",
                expected=f"one of {names}" if names else "nothing more, the state is final",
                advice="No state was changed.",
            )
        return found

    def permitted(self, state: str, *, role: str | None = None) -> tuple[Step, ...]:
        """Which steps may be taken from here, by anybody or by one role?"""
        return tuple(step for step in self.steps if state in step.starts and (role is None or role in step.roles))

    def as_document(self) -> dict[str, Any]:
        """The table for JSON."""
        return {
            "id": self.id,
            "label": self.label.as_document(),
            "initial": self.initial,
            "final": [state for state in self.states if state in self.final],
            "states": {state: label.as_document() for state, label in self.states.items()},
            "steps": [
                {
                    "action": step.action,
                    "label": step.label.as_document(),
                    "starts": [state for state in self.states if state in step.starts],
                    "end": step.end,
                    "roles": sorted(step.roles),
                    "approver_roles": sorted(step.approver_roles),
                    "concerns": step.concerns,
                }
                for step in self.steps
            ],
        }


def machines() -> dict[str, StateMachine]:
    """Which state machines exist? One file each in ``pledge/machines``."""
    return discover(pledge.machines, attribute="MACHINE", of_type=StateMachine)


def _one_of(roles: frozenset[str]) -> str:
    return f"one of {', '.join(sorted(roles))}"
