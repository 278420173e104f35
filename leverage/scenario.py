"""Which instrument makes how much finance reach firms, whose yuan is each, and is any yuan counted twice?

The loop asks every instrument for its rows of money and never names one; adding, looking through and dividing
happen here, for each instrument and for the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from leverage.answer import AllocationAnswer, AlternativeAnswer, LeverageAnswer, LineUse, who_pays
from leverage.contribution import STAGES, Contribution, Form
from leverage.instrument import Instrument, Outcome, PlacedMoney, Placement, load_instruments
from leverage.instrument_ledger import InstrumentAccount
from leverage.ladder import Ladder, ladder, ratio_text, volume_warning
from leverage.programme import MoneyLine, Programme
from leverage.request import AllocationRequest, AlternativeRequest, ScenarioRequest, request_model
from leverage.source_classes import Convention
from valuation.errors import InputError, RefusalError
from valuation.kernel.dated import DatedTable
from valuation.kernel.digest import digest_of
from valuation.kernel.discovery import named
from valuation.kernel.figures import Graded, check_sources, graded_in
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.money import Money
from valuation.kernel.sources import Source

__all__ = ["PlacedAllocation", "money_lines", "placed_allocations", "request_model", "run_scenario"]


@dataclass(frozen=True)
class _Setting:
    """What every allocation of a run shares."""

    request: ScenarioRequest
    lines: Mapping[str, MoneyLine]
    policies: Mapping[str, DatedTable]
    instruments: Mapping[str, Instrument]
    convention: Convention
    programme: Programme | None = None


@dataclass(frozen=True)
class PlacedAllocation:
    """One allocation: its request, its instrument, the money placed in it, and what the instrument made of it."""

    allocation: AllocationRequest
    instrument: Instrument
    placement: Placement
    outcome: Outcome
    warnings: tuple[NamedWarning, ...]


def run_scenario(
    request: ScenarioRequest,
    *,
    programmes: Mapping[str, Programme],
    policies: Mapping[str, DatedTable],
    instruments: Mapping[str, Instrument] | None = None,
) -> LeverageAnswer:
    """Which instrument makes how much finance reach firms, and whose is each yuan?

    Parameters
    ----------
    request : parsed with the model of :func:`leverage.request.request_model`.
    programmes : see :func:`leverage.programme.load_programmes`.
    policies : see :func:`leverage.policy.load_policies`.
    instruments : the catalogue; the files of ``leverage/instruments`` when not given.

    Raises
    ------
    UnknownNameError : a programme, line, instrument or policy that does not exist.
    InputError : more is allocated than a line holds; a figure's source is not listed; a policy that says nothing
        about the instrument it is named for.
    RefusalError : a policy that binds strictly is broken; no public money.
    BeforeFirstStepError, RepealedError, GapError : a policy has no value on the policy date.

    Tested by: ``tests/leverage/test_scenario.py`` (by hand), ``tests/leverage/test_examples.py``.
    """
    setting = _setting(request, programmes, policies, instruments)
    programme = setting.programme
    listed = _listed_sources(request, programme)
    figure_sources = check_sources(request, listed=listed)
    figures = tuple(graded_in(request))
    placed = {row.id: _placed_all(setting, row) for row in request.alternatives}
    alternatives = tuple(_alternative(setting, row, placed[row.id]) for row in request.alternatives)
    everything = [part for parts in placed.values() for part in parts]
    rules = tuple({(r.source, r.name): r for p in everything for r in p.outcome.rules_used}.values())
    sources = (*_line_sources(setting, everything, listed), *figure_sources, *(rule.source for rule in rules))
    unique = tuple(dict.fromkeys(sources))
    return LeverageAnswer(
        dates=request.dates,
        programme=None if programme is None else programme.name.label,
        alternatives=alternatives,
        conventions=(setting.convention.label, *_CONVENTIONS),
        warnings=(
            *_volume_warnings(alternatives),
            *_figure_warnings(figures, unique),
            *(rule.warning for rule in rules if rule.warning is not None),
        ),
        not_answered=_not_answered(everything),
        figures=figures,
        rules_used=rules,
        sources=unique,
        digest=_digest(request, programme, everything),
    )


def placed_allocations(
    request: ScenarioRequest,
    *,
    programmes: Mapping[str, Programme],
    policies: Mapping[str, DatedTable],
    instruments: Mapping[str, Instrument] | None = None,
) -> dict[str, tuple[PlacedAllocation, ...]]:
    """Which money is placed in which instrument, by alternative? Arguments and errors as of :func:`run_scenario`."""
    setting = _setting(request, programmes, policies, instruments)
    return {row.id: _placed_all(setting, row) for row in request.alternatives}


def _setting(
    request: ScenarioRequest,
    programmes: Mapping[str, Programme],
    policies: Mapping[str, DatedTable],
    instruments: Mapping[str, Instrument] | None,
) -> _Setting:
    programme = None if request.programme is None else _programme(request, programmes)
    return _Setting(
        request=request,
        lines=money_lines(request, programme),
        policies=policies,
        instruments=load_instruments() if instruments is None else instruments,
        convention=Convention(request.state_company_as),
        programme=programme,
    )


# --- the money --------------------------------------------------------------------------------------------


def _programme(request: ScenarioRequest, programmes: Mapping[str, Programme]) -> Programme:
    assert request.programme is not None, "asked for only when named"
    return named(dict(programmes), request.programme, field="programme")


def money_lines(request: ScenarioRequest, programme: Programme | None) -> dict[str, MoneyLine]:
    """Which lines of money are there, by id: the programme's and the request's own?

    Raises
    ------
    InputError : an own line with the id of one of the programme's.
    """
    of_programme = {} if programme is None else {line.id: line for line in programme.lines}
    for line in request.money:
        if line.id in of_programme:
            raise InputError.of(
                f"money.{line.id}", found="an id of the programme's own lines", expected="an id of its own"
            )
    return {**of_programme, **{line.id: line for line in request.money}}


def _listed_sources(request: ScenarioRequest, programme: Programme | None) -> dict[str, Source]:
    own = {name: row.as_source(name) for name, row in request.sources.items()}
    given = {} if programme is None else programme.listed_sources()
    twice = sorted(own.keys() & given.keys())
    if twice:
        raise InputError.of("sources", found=", ".join(twice), expected="ids that the programme does not use")
    missing = [line for line in request.money if line.source not in own and line.source not in given]
    if missing:
        raise InputError.of(f"money.{missing[0].id}.source", found=missing[0].source, expected="a listed source")
    return {**given, **own}


def _line_sources(setting: _Setting, placed: Iterable[PlacedAllocation], listed: Mapping[str, Source]) -> list[Source]:
    return [listed[setting.lines[row.line].source] for part in placed for row in part.placement.money]


def _line_uses(setting: _Setting, alternative: AlternativeRequest) -> tuple[LineUse, ...]:
    """How much of each line does the alternative use? More than a line holds is an error naming the line."""
    used = dict.fromkeys(setting.lines, 0)
    for allocation in alternative.allocations:
        for use in allocation.money:
            named(dict(setting.lines), use.line, field=f"{alternative.id}.{allocation.id}.money.line")
            used[use.line] += use.fen
    for name, fen in used.items():
        if fen > setting.lines[name].fen:
            raise InputError.of(
                f"alternative {alternative.id}: money line {name}",
                found=f"{Money(fen).text} allocated",
                expected=f"at most the {Money(setting.lines[name].fen).text} it holds",
            )
    return tuple(
        LineUse(line.id, line.label.label, line.park, line.source_class, line.fen, used[line.id])
        for line in setting.lines.values()
    )


def _check_limits(setting: _Setting, alternative: AlternativeRequest) -> None:
    """Refuse an instrument that takes a larger share of the programme's money than the programme allows it."""
    if setting.programme is None:
        return
    held = {line.id: line.fen for line in setting.programme.lines}
    for limit in setting.programme.limits:
        rows = [row for row in alternative.allocations if row.instrument == limit.instrument]
        used = sum(use.fen for row in rows for use in row.money if use.line in held)
        if used > Fraction(limit.max_share) * sum(held.values()):
            raise RefusalError.of(
                f"alternative {alternative.id}: {limit.instrument}",
                found=f"{Money(used).text} of {Money(sum(held.values())).text}",
                expected=f"at most a share of {limit.max_share} ({limit.source})",
                advice="Place less in this instrument; the programme limits it",
            )


# --- one allocation ---------------------------------------------------------------------------------------


def _placed_all(setting: _Setting, alternative: AlternativeRequest) -> tuple[PlacedAllocation, ...]:
    _line_uses(setting, alternative)
    _check_limits(setting, alternative)
    return tuple(_placed(setting, allocation) for allocation in alternative.allocations)


def _placed(setting: _Setting, allocation: AllocationRequest) -> PlacedAllocation:
    instrument = named(dict(setting.instruments), allocation.instrument, field=f"{allocation.id}.instrument")
    money = tuple(PlacedMoney(use.line, setting.lines[use.line].source_class, use.fen) for use in allocation.money)
    placement = Placement(
        allocation=allocation.id,
        instrument=instrument.id,
        money=money,
        policies=_policies(setting, allocation, instrument),
        policy_date=setting.request.dates.policy_date,
    )
    if placement.money_fen == 0:
        raise InputError.of(f"{allocation.id}.money", found=Money(0).text, expected="an amount above 0")
    outcome = instrument.contributions(allocation.terms, placement)
    return PlacedAllocation(allocation, instrument, placement, outcome, _policy_warnings(placement, instrument))


def _policies(setting: _Setting, allocation: AllocationRequest, instrument: Instrument) -> dict[str, DatedTable]:
    tables: dict[str, DatedTable] = {}
    for name in allocation.policies:
        table = named(dict(setting.policies), name, field=f"{allocation.id}.policies")
        if not any(table.has(parameter) for parameter in instrument.policy_parameters):
            known = ", ".join(instrument.policy_parameters) or "none"
            raise InputError.of(
                f"{allocation.id}.policies",
                found=f"{name}, which says nothing that {instrument.id} can check",
                expected=f"a policy with one of the parameters {known}",
            )
        tables[name] = table
    return tables


def _policy_warnings(placement: Placement, instrument: Instrument) -> tuple[NamedWarning, ...]:
    """Name what no policy was asked about, and what a named policy says that is not checked here."""
    if not placement.policies:
        text = Label("未指定任何政策，合规性未核对", "no policy is named, compliance was not checked")
        return (NamedWarning("no_policy_checked", text),)
    warnings = []
    for table in placement.policies.values():
        open_points = [row for name, row in table.parameters.items() if name not in instrument.policy_parameters]
        if open_points:
            zh = "、".join(row.label.zh for row in open_points)
            en = ", ".join(row.label.en for row in open_points)
            text = Label(f"《{table.label.zh}》中本次未核对：{zh}", f"{table.label.en}: not checked here: {en}")
            warnings.append(NamedWarning("policy_points_not_checked", text))
    return tuple(warnings)


def _allocation(setting: _Setting, placed: PlacedAllocation) -> AllocationAnswer:
    return AllocationAnswer(
        id=placed.allocation.id,
        instrument=placed.instrument.id,
        label=placed.instrument.label,
        question=placed.instrument.question,
        money=placed.placement.money,
        ladders=_ladders(setting, (placed,)),
        conventions=placed.outcome.conventions,
        warnings=(*placed.warnings, *placed.outcome.warnings),
        principal_loss=placed.instrument.principal_loss,
        account=_account(placed),
    )


def _account(placed: PlacedAllocation) -> InstrumentAccount | None:
    """Ask the instrument for its payments over time, where the request states a course."""
    course = placed.allocation.course
    if course is None:
        return None
    if placed.instrument.account is None:
        raise InputError.of(
            f"{placed.allocation.id}.course",
            found="a course",
            expected=f"none: {placed.instrument.id} keeps no ledger over time",
        )
    return placed.instrument.account(placed.allocation.terms, placed.placement, course)


# --- the whole --------------------------------------------------------------------------------------------


def _alternative(
    setting: _Setting, alternative: AlternativeRequest, placed: tuple[PlacedAllocation, ...]
) -> AlternativeAnswer:
    ladders = _ladders(setting, placed)
    lines = _line_uses(setting, alternative)
    rows = [row for part in placed for row in part.outcome.contributions]
    names = [part.instrument.label for part in placed]
    label = Label(" + ".join(row.zh for row in names), " + ".join(row.en for row in names))
    return AlternativeAnswer(
        id=alternative.id,
        label=label if alternative.label is None else alternative.label.label,
        allocations=tuple(_allocation(setting, part) for part in placed),
        ladders=ladders,
        payers=who_pays(rows, convention=setting.convention),
        lines=lines,
        warnings=(
            *_displacement_warnings(placed),
            *_left_out_warnings(lines, setting.convention),
            *_state_company_warnings(rows, setting.convention),
        ),
    )


def _ladders(setting: _Setting, placed: Sequence[PlacedAllocation]) -> tuple[Ladder, ...]:
    """Ladders at every stage that each of the allocations speaks of: gross, and net where displacement is stated."""
    rows = [row for part in placed for row in part.outcome.contributions]
    stated = [row for part in placed for row in part.outcome.stated]
    displacement = {
        part.allocation.id: part.allocation.displacement.value for part in placed if part.allocation.displacement
    }
    bases: list[dict[str, Decimal] | None] = [None]
    if len(displacement) == len(placed):
        bases.append(displacement)
    return tuple(
        ladder(rows, stage=stage, convention=setting.convention, stated=stated, displacement=basis)
        for stage in STAGES
        if {row.allocation for row in rows if row.stage == stage} == {part.allocation.id for part in placed}
        for basis in bases
    )


# --- what the reader must know ----------------------------------------------------------------------------


def _displacement_warnings(placed: Sequence[PlacedAllocation]) -> list[NamedWarning]:
    without = [part.allocation.id for part in placed if part.allocation.displacement is None]
    if not without:
        return []
    text = Label(
        f"未说明替代比例（{'、'.join(without)}）：只给出未扣除替代的倍数，其中部分融资可能本来就会发生",
        f"no displacement is stated ({', '.join(without)}): multiples are gross only; part of the finance might have"
        " come anyway",
    )
    return [NamedWarning("displacement_not_stated", text)]


def _left_out_warnings(lines: Sequence[LineUse], convention: Convention) -> list[NamedWarning]:
    """Name public money of the same park that is not in the denominator."""
    parks = {line.park for line in lines if line.used_fen}
    left = [
        line
        for line in lines
        if line.park in parks and line.used_fen < line.held_fen and convention.is_public(line.source_class)
    ]
    if not left:
        return []
    zh = "、".join(f"{line.label.zh}余{Money(line.held_fen - line.used_fen).text}元" for line in left)
    en = ", ".join(f"{line.label.en}: {Money(line.held_fen - line.used_fen).text} CNY left" for line in left)
    text = Label(
        f"同一园区尚有公共资金未计入分母：{zh}", f"public money of the same park is not in the denominator: {en}"
    )
    return [NamedWarning("public_money_left_out", text)]


def _state_company_warnings(rows: Sequence[Contribution], convention: Convention) -> list[NamedWarning]:
    """Show what the other convention would give, whenever state-company money takes part."""
    amounts = {
        name: sum(row.amount_fen for row in rows if _counts(row) and (row.source_class == "state_company") == name)
        for name in (True, False)
    }
    if not amounts[True]:
        return []
    flipped = Convention("other" if convention.state_company_as == "public" else "public")
    public = sum(row.amount_fen for row in rows if _counts(row) and flipped.is_public(str(row.source_class)))
    if public == 0:
        return []
    text, _ = ratio_text(Fraction(sum(amounts.values()) - public, public))
    state = Money(amounts[True]).text
    zh, en = ("其他资金", "other") if flipped.state_company_as == "other" else ("公共资金", "public")
    label = Label(
        f"国有企业出资{state}元（已到位口径）单独列示；若改计为{zh}，撬动倍数为{text}",
        f"state companies put in {state} CNY (disbursed), shown as their own class; counted as {en}, other/public"
        f" would be {text}",
    )
    return [NamedWarning("state_company_money", label)]


def _counts(row: Contribution) -> bool:
    return row.is_origin and row.stage == "disbursed"


def _volume_warnings(alternatives: Sequence[AlternativeAnswer]) -> list[NamedWarning]:
    ladders = [row for alternative in alternatives for row in alternative.ladders if row.basis == "gross"]
    forms: set[Form] = set()
    for row in ladders:
        forms |= {"equity"} if row.equity_fen else set()
        forms |= {"loan"} if row.loans_fen else set()
    warning = volume_warning(forms)
    return [] if warning is None else [warning]


def _figure_warnings(figures: Sequence[tuple[str, Graded]], sources: Sequence[Source]) -> list[NamedWarning]:
    warnings = []
    unsure = [path for path, figure in figures if figure.grade in ("assumed", "hypothesis")]
    if unsure:
        paths = ", ".join(unsure)
        text = Label(f"下列条款为假定或假设，不是协议或实测：{paths}", f"assumed or hypothetical terms: {paths}")
        warnings.append(NamedWarning("hypothetical_terms", text))
    recalled = [source for source in sources if source.status == "recalled"]
    if recalled:
        zh = "；".join(source.citation for source in recalled)
        text = Label(f"下列来源凭记忆，尚未核对原文：{zh}", f"recalled, not yet checked against the text: {zh}")
        warnings.append(NamedWarning("recalled_source", text))
    return warnings


def _not_answered(placed: Sequence[PlacedAllocation]) -> tuple[NamedWarning, ...]:
    """Say by name what this answer leaves open: the risk to the principal, by each instrument's definition."""
    without = [part for part in placed if part.allocation.course is None]
    kinds = {part.instrument.id: part.instrument for part in placed}
    zh = "；".join(f"{row.label.zh}：{row.principal_loss.zh}" for row in kinds.values())
    en = "; ".join(f"{row.label.en}: {row.principal_loss.en}" for row in kinds.values())
    loss = Label(
        f"本金损失的概率与金额未计算（须作模拟运行，另述风险）。各工具的损失定义——{zh}",
        "the probability and size of a loss of principal are not computed here: a simulated run does, given the risk."
        f" What loss means — {en}",
    )
    timing = Label(
        "资金到位与回收的时间未计算：各年资金直接相加，不折现",
        "the timing of money in and out is not computed: money of different years is added, nothing is discounted",
    )
    one_course = Label(
        "所述进程只是一种情形：给出该情形下的账目与本金结果，不是概率",
        "a stated course is one case: its ledger and what becomes of the principal, not a probability",
    )
    open_points = [NamedWarning("loss_of_principal", loss)]
    open_points += [NamedWarning("timing", timing)] if without else []
    open_points += [NamedWarning("one_course", one_course)] if len(without) < len(placed) else []
    return tuple(open_points)


def _digest(request: ScenarioRequest, programme: Programme | None, placed: Sequence[PlacedAllocation]) -> str:
    return digest_of(
        {
            "request": request.model_dump(mode="json"),
            "programme": None if programme is None else programme.model_dump(mode="json"),
            "rules_used": [rule.as_document() for part in placed for rule in part.outcome.rules_used],
        }
    )


_CONVENTIONS = (
    Label(
        "各级公共资金（中央、省、市、区县等）全部计入分母；每一元只在到达企业处计一次，经过几层载体不影响结果",
        "public money of every layer stands in the denominator; a yuan counts once, where it reaches a firm, however"
        " many vehicles it passes",
    ),
    Label(
        "已公布、已签约、已到位三个口径分开，互不相加；“已到位”按所述使用比例推算",
        "announced, signed and disbursed are kept apart and never added; disbursed follows the stated shares of use",
    ),
    Label(
        "倍数非有限小数时四舍五入至六位小数，分子分母精确到分",
        "a multiple that does not end is rounded half up to"
        " six decimals; numerator and denominator are exact to the fen",
    ),
)
