"""Probability tree 概率树法: what is a chain of chances worth whose ends are known in present values?"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from valuation.discounting.footing import StatedFootings, check_footing, footing_conventions, footing_doubts
from valuation.errors import FieldProblem, InputError
from valuation.kernel.expression import Expression, Name
from valuation.kernel.fields import NOT_EMPTY, FrozenModel, Identifier
from valuation.kernel.figures import Amount, ShareFigure
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet

__all__ = ["METHOD", "ProbabilityTreeInputs"]


class Branch(FrozenModel):
    """One outcome of a chance: where it hangs, how likely it is there, and what it is worth if it is an end.

    ``parent`` is the id of a branch stated earlier, or nothing for the first chance. ``probability_share`` is
    conditional on reaching the parent. ``present_value`` belongs to ends only: everything received and spent on the
    way to it, in present values.
    """

    id: Identifier
    name: Annotated[str, Field(min_length=1, max_length=100)]
    parent: Identifier | None = None
    probability_share: ShareFigure
    present_value: Amount | None = None


class ProbabilityTreeInputs(FrozenModel):
    """What the method needs.

    Attributes
    ----------
    branches : every outcome of every chance; the outcomes of one chance add up to one.
    footing : on what footing the rate and the flows stood when the present values of the ends were found; without it
        nobody checks that they agree, and the conclusion says so.
    """

    branches: Annotated[tuple[Branch, ...], Field(max_length=300), *NOT_EMPTY]
    footing: StatedFootings | None = None


def _build(inputs: ProbabilityTreeInputs, setting: Setting) -> Paper:
    _check(inputs.branches)
    unit = setting.currency
    check_footing(inputs.footing, currency=unit)
    sheet = Sheet(title=_LABEL, axis=Axis(Label("（无分期）", "(no periods)"), ()))
    together: Expression | None = None
    for branch in inputs.branches:
        reaching = _reaching(sheet, branch)
        if branch.present_value is None:
            continue
        end = sheet.figure(
            f"present_value_{branch.id}",
            branch.present_value,
            label=Label(f"现值：{branch.name}", f"present value: {branch.name}"),
            unit=unit,
        )
        part = sheet.line(
            f"part_{branch.id}",
            end * reaching,
            label=Label(f"期望贡献：{branch.name}", f"part of the expectation: {branch.name}"),
            unit=unit,
        )
        together = part if together is None else together + part
    assert together is not None, "a tree has an end"
    sheet.line("value", together, label=Label("期望净现值", "expected net present value"), unit=unit, total=True)
    return Paper(
        worksheet=sheet.finish(),
        answer="value",
        conventions={
            "probabilities": "conditional on the branch before; the outcomes of each chance add up to one",
            **footing_conventions(inputs.footing),
        },
        warnings=(_NO_CHOICE, *footing_doubts(inputs.footing)),
    )


def _reaching(sheet: Sheet, branch: Branch) -> Name:
    share = sheet.figure(
        f"probability_{branch.id}_share",
        branch.probability_share,
        label=Label(f"条件概率：{branch.name}", f"conditional probability: {branch.name}"),
        unit="share",
        domain=(0, 1),
    )
    before = share * 1 if branch.parent is None else Name(f"reaching_{branch.parent}_share", is_row=False) * share
    return sheet.line(
        f"reaching_{branch.id}_share",
        before,
        label=Label(f"到达概率：{branch.name}", f"probability of reaching: {branch.name}"),
        unit="share",
    )


def _check(branches: tuple[Branch, ...]) -> None:
    """Refuse a tree with a branch forgotten, hung in the air, without an end, or worth something half-way."""
    known: set[str] = set()
    sums: dict[str | None, float] = {}
    problems = []
    for number, branch in enumerate(branches):
        field = f"branches.{number}"
        if branch.id in known:
            problems.append(FieldProblem(f"{field}.id", repr(branch.id), "an id of its own"))
        if branch.parent is not None and branch.parent not in known:
            problems.append(FieldProblem(f"{field}.parent", repr(branch.parent), "the id of a branch stated earlier"))
        if branch.probability_share.distribution is not None:
            # Drawn apart from each other the probabilities would no longer add up to one.
            problems.append(FieldProblem(f"{field}.probability_share.distribution", "a distribution", "none"))
        known.add(branch.id)
        sums[branch.parent] = sums.get(branch.parent, 0.0) + branch.probability_share.value
    for number, branch in enumerate(branches):
        is_end = branch.id not in sums
        if is_end == (branch.present_value is None):
            found, expected = ("nothing", "an amount") if is_end else ("an amount", "nothing: the branch goes on")
            problems.append(FieldProblem(f"branches.{number}.present_value", found, expected))
    for parent, whole in sums.items():
        if abs(whole - 1) > 1e-9:
            where = "the first chance" if parent is None else parent
            problems.append(
                FieldProblem("branches.probability_share", f"a sum of {whole:.12g} after {where}", "a sum of 1")
            )
    if problems:
        raise InputError.from_problems(problems)


_NO_CHOICE = NamedWarning(
    "no_decision_in_the_tree",
    Label(
        "树中只有概率没有决策：可中途停止或推迟的权利未计价",
        "chances only: the right to stop or wait is not valued here",
    ),
)
_LABEL = Label("概率树法", "Probability tree")

METHOD = Method(
    id="probability_tree",
    approach="income",
    label=_LABEL,
    question=Label(
        "一连串成败之后的结果已知现值，期望值多少？", "What is a chain of chances worth whose ends are known?"
    ),
    inputs_model=ProbabilityTreeInputs,
    build=_build,
    references=("Merck & Company: Evaluating a Drug Licensing Opportunity (Davanrik), teaching case",),
    cases=("pharma-licence-tree-davanrik-1398",),
    assumes=Label(
        "各分支互斥且合计为一；中途没有放弃的选择。",
        "Branches exclude each other and add up to one; there is no choice to give up on the way.",
    ),
)
