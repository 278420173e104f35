"""Decision tree with learning 决策树（边等边学）: invest now, or wait for what is still to be learned?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from valuation.kernel.expression import Expression, Name, evaluate, exponential, larger, logarithm
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet, Worksheet
from valuation.options._answer import Findings, TreeNode, write_result
from valuation.options._entries import enter_amount, enter_years, slopes_of
from valuation.options._inputs import check_life
from valuation.options._learning_inputs import (
    DecisionDate,
    KnownState,
    LearningTreeInputs,
    Signal,
    WorldState,
    check_tree,
)

__all__ = ["METHOD", "LearningTreeInputs"]


@dataclass(frozen=True)
class _Node:
    """What is known at a decision: what was heard, and each state's probability together with having heard it."""

    id: str
    date: int
    heard: str
    joint: tuple[Expression, ...]
    parent: str | None = None


def _build(inputs: LearningTreeInputs, setting: Setting) -> Paper:
    check_tree(inputs)
    check_life("decisions", inputs.decisions[-1].in_years.value, setting)
    sheet = Sheet(title=_LABEL, axis=Axis(Label("（无分期）", "(no periods)"), ()))
    prior = _enter(sheet, inputs, setting.currency)
    nodes = _grown(sheet, inputs, prior)
    _results(sheet, inputs, nodes, setting.currency)
    worksheet = sheet.finish()
    return Paper(
        worksheet=worksheet,
        answer="value",
        pledgee_answer="conservative_value",
        conventions={
            "exercise": "at each date of decision",
            "footing": inputs.rate_footing,
            "probabilities": "of the states today; after a message by Bayes' rule",
        },
        beside=("static_npv", "option_premium", "value_of_waiting", "value_of_information", "value_of_certainty"),
        details=_findings(inputs, worksheet, nodes).as_details(),
    )


# --- what is entered ------------------------------------------------------------------------------


def _enter(sheet: Sheet, inputs: LearningTreeInputs, unit: str) -> tuple[Name, ...]:
    """Rate, states and decisions; gives each state's probability today."""
    rate = sheet.figure(
        "discount_rate_share",
        inputs.discount_rate_share,
        label=Label("折现率", "discount rate"),
        unit="share",
        domain=(-0.5, 2),
    )
    prior = []
    for number, state in enumerate(inputs.states, start=1):
        label = Label(f"概率：{state.name}", f"probability: {state.name}")
        prior.append(
            sheet.figure(
                f"probability_{number}_share", state.probability_share, label=label, unit="share", domain=(0, 1)
            )
        )
        _enter_worth(sheet, number, state, rate, unit)
    for number, decision in enumerate(inputs.decisions, start=1):
        _enter_decision(sheet, number, decision, rate, unit)
    return tuple(prior)


def _enter_worth(sheet: Sheet, number: int, state: WorldState, rate: Name, unit: str) -> None:
    label = Label(f"投资所得现值：{state.name}", f"worth of investing: {state.name}")
    if state.worth.kind == "present_value":
        sheet.figure(f"worth_{number}", state.worth.amount, label=label, unit=unit)
        return
    present: Expression | None = None
    for year, amount in enumerate(state.worth.amounts, start=1):
        said = Label(f"投资后第 {year} 年现金流：{state.name}", f"flow {year} years after: {state.name}")
        flow = sheet.figure(f"flow_{number}_{year}", amount, label=said, unit=unit)
        part = flow / (1 + rate) ** year
        present = part if present is None else present + part
    assert present is not None, "there is one flow at least"
    sheet.line(f"worth_{number}", present, label=label, unit=unit)


def _enter_decision(sheet: Sheet, number: int, decision: DecisionDate, rate: Name, unit: str) -> None:
    years = enter_years(
        sheet,
        f"decision_{number}_years",
        decision.in_years,
        label=Label(f"第 {number} 次决策年期", f"years to decision {number}"),
    )
    sheet.line(
        f"discount_{number}",
        exponential(-(logarithm(1 + rate) * years)),
        label=Label(f"第 {number} 次决策折现系数", f"discount factor of decision {number}"),
        unit="1",
    )
    if decision.outlay is not None:
        label = Label(f"第 {number} 次决策投入", f"outlay at decision {number}")
        enter_amount(sheet, f"outlay_{number}", decision.outlay, label=label, unit=unit)
    if decision.kept_share is not None:
        label = Label(f"第 {number} 次决策所余比例", f"share kept at decision {number}")
        sheet.figure(f"kept_{number}_share", decision.kept_share, label=label, unit="share", domain=(0, 1))


# --- the tree -------------------------------------------------------------------------------------


def _grown(sheet: Sheet, inputs: LearningTreeInputs, prior: tuple[Name, ...]) -> list[_Node]:
    """Every state of information, date by date; each message splits those of the date before."""
    level = [_Node("0", 0, "", prior)]
    nodes: list[_Node] = []
    for date in range(1, len(inputs.decisions) + 1):
        level = [
            _Node(f"{date}_{number}", date, node.heard, node.joint, node.parent)
            for number, node in enumerate(_split(sheet, inputs, level, date), start=1)
        ]
        nodes += level
    return nodes


def _split(sheet: Sheet, inputs: LearningTreeInputs, level: Sequence[_Node], date: int) -> list[_Node]:
    """The nodes of a date: those before it, each with every combination of messages."""
    found = [_Node(node.id, date, node.heard, node.joint, node.id if node.date else None) for node in level]
    for position, news in enumerate(inputs.information, start=1):
        if news.before_decision == date:
            messages = _messages(sheet, inputs, news, position)
            found = [_heard(node, name, likelihood) for node in found for name, likelihood in messages]
    return found


def _heard(node: _Node, name: str, likelihood: Sequence[Expression | float]) -> _Node:
    joint = tuple(each * share for each, share in zip(node.joint, likelihood, strict=True))
    heard = f"{node.heard}, {name}" if node.heard else name
    return _Node(node.id, node.date, heard, joint, node.parent)


def _messages(
    sheet: Sheet, inputs: LearningTreeInputs, news: KnownState | Signal, position: int
) -> list[tuple[str, list[Expression | float]]]:
    """Each message with its likelihood by state."""
    states = inputs.states
    if news.kind == "state_known":
        return [(state.name, [float(other is state) for other in states]) for state in states]
    found: list[tuple[str, list[Expression | float]]] = []
    for number, outcome in enumerate(news.outcomes, start=1):
        likelihood: list[Expression | float] = []
        for column, state in enumerate(states, start=1):
            label = Label(f"{state.name} 下出现 {outcome.name} 的概率", f"likelihood of {outcome.name} in {state.name}")
            name = f"likelihood_{position}_{number}_{column}_probability"
            share = outcome.in_state(state.name)
            likelihood.append(sheet.figure(name, share, label=label, unit="share", domain=(0, 1)))
        found.append((outcome.name, likelihood))
    return found


# --- rolled back ----------------------------------------------------------------------------------


def _results(sheet: Sheet, inputs: LearningTreeInputs, nodes: Sequence[_Node], unit: str) -> None:
    """All amounts are discounted to today and weighted by the probability of the node: so they simply add up."""
    for node in reversed(nodes):
        _roll_back(sheet, inputs, node, [each for each in nodes if each.parent == node.id], unit)
    value = sheet.line(
        "value",
        _sum([Name(f"node_{node.id}", is_row=False) for node in nodes if node.date == 1]),
        label=Label("可等待、可学习的投资机会价值", "value of the chance to invest, to wait and to learn"),
        unit=unit,
        total=True,
    )
    prior = [Name(f"probability_{number}_share", is_row=False) for number in range(1, len(inputs.states) + 1)]
    static = _certain_plan(sheet, inputs, prior, unit)
    write_result(
        sheet,
        value=value,
        static_npv=static * 1,
        conservative=larger(static, 0),
        unit=unit,
        static_label=Label("最早可投资日即投资的净现值", "net present value of investing at the first open date"),
        conservative_label=Label(
            "质权人可依赖值（首个日期投资或放弃）", "value a pledgee may count on (first date or never)"
        ),
    )
    sheet.line(
        "value_of_waiting",
        value - larger(static, 0),
        label=Label("等待的价值", "value of waiting"),
        unit=unit,
        total=True,
    )
    _information(sheet, inputs, prior, value, unit)


def _invested(inputs: LearningTreeInputs, date: int, joint: Sequence[Expression]) -> Expression | None:
    """What investing at a date brings, weighted and discounted; None where it is not open."""
    decision = inputs.decisions[date - 1]
    if decision.outlay is None:
        return None
    outlay, discount = Name(f"outlay_{date}", is_row=False), Name(f"discount_{date}", is_row=False)
    parts = []
    for number, weight in enumerate(joint, start=1):
        worth: Expression = Name(f"worth_{number}", is_row=False)
        if decision.kept_share is not None:
            worth = worth * Name(f"kept_{date}_share", is_row=False)
        parts.append(weight * (worth - outlay))
    return discount * _sum(parts)


def _roll_back(sheet: Sheet, inputs: LearningTreeInputs, node: _Node, after: Sequence[_Node], unit: str) -> None:
    """Lines of one node: its probability, investing, waiting, and the best of them and nothing."""
    where = Label(f"第 {node.date} 次决策", f"decision {node.date}")
    heard = f"（{node.heard}）" if node.heard else ""
    sheet.line(
        f"reached_{node.id}",
        _sum(node.joint),
        label=Label(f"{where.zh}{heard}：到达概率", f"{where.en} {node.heard}: probability"),
        unit="share",
    )
    choices: list[Expression] = []
    invested = _invested(inputs, node.date, node.joint)
    if invested is not None:
        label = Label(f"{where.zh}{heard}：投资", f"{where.en} {node.heard}: invest")
        choices.append(sheet.line(f"invest_{node.id}", invested, label=label, unit=unit))
    if after:
        waited = _sum([Name(f"node_{each.id}", is_row=False) for each in after])
        label = Label(f"{where.zh}{heard}：等待", f"{where.en} {node.heard}: wait")
        choices.append(sheet.line(f"wait_{node.id}", waited, label=label, unit=unit))
    best: Expression = choices[0] * 0 if not choices else larger(choices[0], 0)
    for choice in choices[1:]:
        best = larger(best, choice)
    label = Label(f"{where.zh}{heard}：最优", f"{where.en} {node.heard}: the best")
    sheet.line(f"node_{node.id}", best, label=label, unit=unit)


def _certain_plan(sheet: Sheet, inputs: LearningTreeInputs, prior: Sequence[Name], unit: str) -> Name:
    """Investing at the first open date, decided today; and, beside it, at the best date decided today."""
    plans = []
    for date in range(1, len(inputs.decisions) + 1):
        invested = _invested(inputs, date, prior)
        if invested is not None:
            label = Label(f"今日即定于第 {date} 次决策投资", f"committed today to invest at decision {date}")
            plans.append(sheet.line(f"committed_{date}", invested, label=label, unit=unit))
    best: Expression = larger(plans[0], 0)
    for plan in plans[1:]:
        best = larger(best, plan)
    sheet.line("uninformed", best, label=Label("不获信息时的最优", "the best without any information"), unit=unit)
    return plans[0]


def _information(sheet: Sheet, inputs: LearningTreeInputs, prior: Sequence[Name], value: Name, unit: str) -> None:
    """What the information adds to the best plan without it, and what knowing the state today would add to that."""
    parts = []
    for number, state in enumerate(inputs.states, start=1):
        alone = [each if column == number else each * 0 for column, each in enumerate(prior, start=1)]
        best: Expression | None = None
        for date in range(1, len(inputs.decisions) + 1):
            invested = _invested(inputs, date, alone)
            if invested is not None:
                best = larger(invested, 0 if best is None else best)
        assert best is not None, "investing is open at some date"
        label = Label(f"今日已知 {state.name} 时", f"if {state.name} were known today")
        parts.append(sheet.line(f"known_{number}", best, label=label, unit=unit))
    known = sheet.line(
        "known_today",
        _sum(parts),
        label=Label("今日即知真实状态的价值", "value if the state were known today"),
        unit=unit,
    )
    sheet.line(
        "value_of_information",
        value - Name("uninformed", is_row=False),
        label=Label("所述信息的价值", "value of the stated information"),
        unit=unit,
        total=True,
    )
    sheet.line(
        "value_of_certainty",
        known - value,
        label=Label("完全信息的追加价值", "what knowing the state today would add"),
        unit=unit,
        total=True,
    )


def _sum(parts: Sequence[Expression]) -> Expression:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


# --- what is found beside -------------------------------------------------------------------------


def _findings(inputs: LearningTreeInputs, worksheet: Worksheet, nodes: Sequence[_Node]) -> Findings:
    choices = {node.id: _choice(worksheet, node) for node in nodes}
    slopes = slopes_of(worksheet, {"rho": "discount_rate_share"}, compounding="annual")
    none = "there is no factor that moves: the world has stated states"
    return Findings(
        convergence=f"exact: every one of {len(nodes)} states of information is rolled back, nothing is approximated",
        timing="flows come at the end of each year after the investment; outlays on the day of the decision",
        pledgee="investing at the first open date, decided today, or never: no waiting and no learning is counted on",
        sensitivities=slopes,
        probabilities=_chances(worksheet, nodes, choices),
        probability_measure="real_world",
        tree=_tree(inputs, worksheet, nodes, choices),
        not_applicable={
            "seed": "nothing is drawn at random",
            "thresholds": "what is decided depends on what was heard, as the tree shows, and on no level",
            "boundary_svg": "there is no level to draw a boundary at",
            "delta": none,
            "vega": none,
            "hazard": "a sudden end is one of the stated states, or none",
        },
        level_label=Label("所得期望现值（扣投入前）", "expected worth of investing"),
    )


def _choice(worksheet: Worksheet, node: _Node) -> str:
    """The best action; investing goes before waiting where they are equal, and doing nothing comes last."""
    amounts = {
        action: worksheet.value(f"{action}_{node.id}")
        for action in ("invest", "wait")
        if f"{action}_{node.id}" in worksheet.names
    }
    best = max(amounts, key=lambda action: amounts[action], default="abandon")
    return best if amounts and amounts[best] > 0 else "abandon"


def _chances(worksheet: Worksheet, nodes: Sequence[_Node], choices: Mapping[str, str]) -> dict[str, float]:
    """How often is invested and given up, at each decision, along the tree as it is decided?"""
    live: set[str] = set()
    found: dict[str, float] = {}
    for node in nodes:
        if node.parent is None or (node.parent in live and choices[node.parent] == "wait"):
            live.add(node.id)
            event = f"{choices[node.id]} at decision {node.date}"
            found[event] = found.get(event, 0.0) + worksheet.value(f"reached_{node.id}")
    return {event: share for event, share in found.items() if not event.startswith("wait")}


def _tree(
    inputs: LearningTreeInputs, worksheet: Worksheet, nodes: Sequence[_Node], choices: Mapping[str, str]
) -> list[TreeNode]:
    """The tree with what is heard, valued at each node on its own day and given that it is reached."""
    index = {node.id: number for number, node in enumerate(nodes)}
    worths = [worksheet.value(f"worth_{number}") for number in range(1, len(inputs.states) + 1)]
    values = {name: np.array([worksheet.value(name)]) for name in worksheet.names}
    found = []
    for node in nodes:
        reached = worksheet.value(f"reached_{node.id}")
        joint = [float(evaluate(each, values)[0]) for each in node.joint]
        discount = worksheet.value(f"discount_{node.date}")
        certain = reached > 0
        level = math.fsum(w * share for w, share in zip(worths, joint, strict=True)) / reached if certain else 0.0
        value = worksheet.value(f"node_{node.id}") / (reached * discount) if certain else 0.0
        action = f"{choices[node.id]} ({node.heard})" if node.heard else choices[node.id]
        parents = () if node.parent is None else (index[node.parent],)
        found.append(TreeNode(worksheet.value(f"decision_{node.date}_years"), level, value, action, parents))
    return found


_LABEL = Label("决策树（边等边学）", "Decision tree with learning")

METHOD = Method(
    id="learning_tree",
    approach="options",
    label=_LABEL,
    question=Label(
        "信息会逐步明朗时，现在投资还是等待，机会值多少？",
        "What is a chance to invest worth if one may wait until more is known?",
    ),
    inputs_model=LearningTreeInputs,
    build=_build,
    references=(
        "Raiffa (1968), Decision Analysis (backward induction, value of information)",
        "Dixit, Pindyck (1994), Investment under Uncertainty, ch. 2 (waiting in a tree)",
    ),
    cases=("postponement-option-three-states", "wiki-invest-next-year"),
    assumes=Label(
        "世界只有所列状态，概率为今日主观或实测概率；信息在状态给定下彼此独立；同一折现率用于全部金额。",
        "The world has the stated states only, with real-world probabilities; messages are independent given the "
        "state; one discount rate serves every amount.",
    ),
)
