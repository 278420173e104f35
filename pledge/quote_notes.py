"""What must a reader of the quote still do, and what must he doubt?"""

from __future__ import annotations

from collections.abc import Iterable

from pledge.eligibility_rule import check_eligibility
from pledge.pledged_asset import ASSET_KINDS
from pledge.policy_catalogue import open_gaps
from pledge.policy_doubts import doubts_about
from pledge.quote_basis import QuoteBasis
from valuation.kernel.dated import DatedTable, DatedValue
from valuation.kernel.labels import Label, NamedWarning

__all__ = ["conditions_of", "doubts_of"]


def conditions_of(basis: QuoteBasis) -> tuple[tuple[Label, ...], tuple[DatedValue, ...]]:
    """Which conditions come with the quote, and which values of policies do they state?

    Registration and its grounds that no stated fact settles; a mark-up the policy prices at; every gap of the
    policies used that this right and loan could meet.
    """
    conditions, values = _registration_conditions(basis)
    markup = "rate_markup_over_benchmark_share"
    if basis.policy.has(markup):
        value = basis.policy.value(markup, on=basis.policy_date)
        values.append(value)
        conditions.append(_markup(value))
    for table in (basis.policy, *basis.support_policies):
        conditions.extend(_gaps(table, basis))
    return tuple(conditions), tuple(values)


def doubts_of(basis: QuoteBasis, used: Iterable[DatedValue]) -> list[NamedWarning]:
    """Which doubts does the basis of the quote itself carry?

    Recalled and supposed values that were used; values that somebody doubts; what-if values that nothing used;
    registration rules that are not loaded, or list no grounds of refusal.
    """
    values = list(used)
    doubts = [value.warning for value in values if value.warning is not None]
    names = {value.name for value in values}
    doubts += [doubt for table in (basis.policy, *basis.support_policies) for doubt in doubts_about(table, names)]
    doubts += _unused_hypotheses(basis, {value.source.id for value in values if value.status == "hypothesis"})
    if basis.case.registration is None:
        doubts.append(_no_registration_rules(basis))
    elif not any(name.startswith("refusal_grounds.") for name in basis.case.registration.parameters):
        doubts.append(_no_grounds_listed(basis))
    return doubts


def _registration_conditions(basis: QuoteBasis) -> tuple[list[Label], list[DatedValue]]:
    registration = basis.case.registration
    if registration is None:
        return [], []
    rules = [name for name in ("created_at_registration", "filed_jointly") if registration.has(name)]
    stated = [registration.value(name, on=basis.policy_date) for name in rules]
    noted = [f"refusal_grounds.{found.ground}" for found in check_eligibility(basis.case) if found.outcome == "noted"]
    grounds = [registration.value(name, on=basis.policy_date) for name in noted if registration.has(name)]
    conditions = [_cited(value, zh="", en="") for value in stated]
    conditions += [
        _cited(value, zh="本报价未判断、须核对材料的不予登记情形：", en="not judged here, check the papers: ")
        for value in grounds
    ]
    return conditions, [*stated, *grounds]


def _cited(value: DatedValue, *, zh: str, en: str) -> Label:
    source = value.source.number or value.source.title
    return Label(f"{zh}{value.label.zh}（{source}）", f"{en}{value.label.en} ({source})")


def _markup(value: DatedValue) -> Label:
    return Label(
        f"{value.label.zh}：{value.value:%}；基准利率不在数据内，未核对贷款利率",
        f"{value.label.en}: {value.value:%}; the benchmark is not in the data, the loan rate was not checked",
    )


def _gaps(table: DatedTable, basis: QuoteBasis) -> list[Label]:
    """Gaps of a policy, but for those that concern another kind of right."""
    others = set(map(str, ASSET_KINDS)) - {basis.request.asset.kind}
    return [
        Label(
            f"{table.label.zh}：{table.parameters[name].label.zh}未知，须查原文",
            f"{table.id}: {name} is not known; {remedy}",
        )
        for name, remedy in open_gaps(table, on=basis.policy_date).items()
        if name.rpartition(".")[2] not in others
    ]


def _unused_hypotheses(basis: QuoteBasis, used: set[str]) -> list[NamedWarning]:
    return [
        NamedWarning(
            "hypothesis_not_used",
            Label(
                f"假设值{policy}: {name}未影响本报价",
                f"the what-if value {policy}: {name} had no part in this quote",
            ),
        )
        for policy, values in basis.request.what_if.items()
        for name in values
        if f"what-if:{name}" not in used
    ]


def _no_registration_rules(basis: QuoteBasis) -> NamedWarning:
    kind = ASSET_KINDS[basis.request.asset.kind]
    return NamedWarning(
        "registration_rules_not_loaded",
        Label(
            f"未收录{kind.zh}的质押登记规则，登记条件仅按一般事实判断，未对照法规原文",
            f"no registration rules are loaded for this kind of right ({kind.en}); the facts were tested, but"
            " against no text of law",
        ),
    )


def _no_grounds_listed(basis: QuoteBasis) -> NamedWarning:
    kind = ASSET_KINDS[basis.request.asset.kind]
    return NamedWarning(
        "refusal_grounds_not_listed",
        Label(
            f"{kind.zh}的登记规则未列不予登记情形，登记条件仅按一般事实判断",
            f"the registration rules for this kind of right ({kind.en}) list no grounds of refusal; the facts were"
            " tested against none",
        ),
    )
