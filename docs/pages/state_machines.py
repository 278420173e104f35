"""Every state machine: its diagram and its table of steps, one page each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from docs.markdown import both, document, table
from pledge.workflow import ROLES, StateMachine, Step, machines
from valuation.kernel.labels import Label

__all__ = ["links", "pages"]

_CONCERNS = {"money": Label("款项", "money"), "collateral_value": Label("担保价值", "collateral value")}
_HEADS = ("从 From", "步骤 Step", "到 To", "由谁 By", "第二人批准 Approved by", "涉及 Concerns", "依据 Source")


def pages() -> dict[str, Callable[[], str]]:
    """The pages, by their file below ``docs``."""
    return {_path(machine): partial(_page, machine) for machine in machines().values()}


def links() -> Iterator[tuple[str, Label]]:
    """Where the page of each machine lies, and what it is called."""
    for machine in machines().values():
        yield _path(machine), Label(f"状态：{machine.label.zh}", f"states: {machine.label.en}")


def _path(machine: StateMachine) -> str:
    return f"reference/machine_{machine.id}.md"


def _page(machine: StateMachine) -> str:
    opening = (f"`{machine.id}`：{machine.question.zh} {machine.question.en}", "")
    rows = (_row(machine, step) for step in _merged(machine))
    return document(
        f"{both(machine.label)}",
        opening,
        _diagram(machine),
        _states(machine),
        ["## 步骤 · Steps", ""],
        table(_HEADS, rows),
    )


def _diagram(machine: StateMachine) -> Iterator[str]:
    yield from ("```mermaid", "stateDiagram-v2")
    yield from (f'  state "{label.zh} {label.en}" as {state}' for state, label in machine.states.items())
    yield f"  [*] --> {machine.initial}"
    for step in machine.steps:
        sign = " ②" if step.approvals == 2 else ""
        starts = (state for state in machine.states if state in step.starts)
        yield from (f"  {start} --> {step.end} : {step.label.zh}{sign}" for start in starts)
    yield from (f"  {state} --> [*]" for state in machine.states if state in machine.final)
    yield from ("```", "", "② 须两人：一人提出，另一人批准。 ② takes two persons: one proposes, another approves.", "")


def _states(machine: StateMachine) -> Iterator[str]:
    yield from ("## 状态 · States", "")
    rows = ((f"`{state}`", both(label), _kind(machine, state)) for state, label in machine.states.items())
    yield from table(("状态 State", "名称 Name", "位置 Place"), rows)


def _kind(machine: StateMachine, state: str) -> str:
    if state == machine.initial:
        return "初始 initial"
    return "终态 final" if state in machine.final else ""


def _merged(machine: StateMachine) -> Iterable[tuple[Step, ...]]:
    """The rows of one action that differ only in where they start and end stand together."""
    groups: dict[str, list[Step]] = {}
    for step in machine.steps:
        groups.setdefault(step.action, []).append(step)
    return (tuple(steps) for steps in groups.values())


def _row(machine: StateMachine, steps: tuple[Step, ...]) -> tuple[str, ...]:
    step = steps[0]
    starts = [f"`{state}`" for state in machine.states if any(state in each.starts for each in steps)]
    same = all(each.starts == {each.end} for each in steps)
    ends = "（不变 the same）" if same else ", ".join(dict.fromkeys(f"`{each.end}`" for each in steps))
    return (
        ", ".join(starts),
        f"`{step.action}` {both(step.label)}",
        ends,
        _roles(step.roles),
        _roles(step.approver_roles),
        "" if step.concerns is None else both(_CONCERNS[step.concerns]),
        "" if step.source is None else both(step.source),
    )


def _roles(roles: frozenset[str]) -> str:
    return "；".join(both(label) for role, label in ROLES.items() if role in roles)
