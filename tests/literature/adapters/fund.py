"""Published cases of leverage, computed through the public interface from their inputs alone.

Each adapter turns the inputs of one case of ``fund.json`` into a question to ``leverage`` and reads the outputs
off the answer. Comparison with the printed values, and its tolerance, belong to the loader.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from leverage.contribution import Contribution, StatedAmount
from leverage.ladder import Ladder, ladder
from leverage.limits import lesser_of, whole_behind_share
from leverage.policy import load_policies
from leverage.programme import load_programmes
from leverage.scenario import request_model, run_scenario
from leverage.source_classes import Convention
from valuation.kernel.fields import parse
from valuation.kernel.money import Money, split_fen

Case = dict[str, Any]

#: Money units of the sources, in yuan (or whatever the currency of the source is).
WAN, MILLION, YI, BILLION = 10**4, 10**6, 10**8, 10**9


def fen(amount: object, unit: int) -> int:
    return int(Decimal(str(amount)) * unit * 100)


def reported(
    *, public_fen: int, lent_fen: int = 0, exposure_fen: int | None = None, investment_fen: int | None = None
) -> Ladder:
    """The ladder of amounts that a programme reports: public money in a vehicle, loans to firms, stated amounts."""
    common = {"stage": "disbursed", "instrument": "reported", "allocation": "reported"}
    rows = [
        Contribution(
            **common, amount_fen=public_fen, layer="vehicle", form="equity", source_class="central", payee="programme"
        ),
        Contribution(**common, amount_fen=lent_fen, layer="firm", form="loan", source_class="bank"),
    ]
    amounts = {"exposure": exposure_fen, "investment": investment_fen}
    stated = [
        StatedAmount(kind=kind, allocation="reported", stage="disbursed", amount_fen=amount)
        for kind, amount in amounts.items()
        if amount is not None
    ]
    return ladder(rows, stage="disbursed", convention=Convention(), stated=stated)


def multiple(answer: Ladder, rung: str) -> float:
    return float(answer.rung(rung).multiple)


def eu_sme_guarantee(inputs: Case) -> Case:
    answer = reported(
        public_fen=fen(inputs["eu_budget_committed_million"], MILLION),
        lent_fen=fen(inputs["loans_supported_million"], MILLION),
        exposure_fen=fen(inputs["guaranteed_exposure_million"], MILLION),
        investment_fen=fen(inputs["investment_mobilised_million"], MILLION),
    )
    return {
        "exposure_per_budget": multiple(answer, "exposure_per_public"),
        "loans_per_budget": multiple(answer, "finance_to_firms_per_public"),
        "investment_per_budget": multiple(answer, "investment_per_public"),
    }


def capital_injection_bank(inputs: Case) -> Case:
    answer = reported(
        public_fen=fen(inputs["paid_in_capital_billion"], BILLION),
        lent_fen=fen(inputs["additional_lending_billion"], BILLION),
        investment_fen=fen(inputs["total_investment_billion"], BILLION),
    )
    share = Decimal(str(inputs["average_lender_share_of_project"]))
    front_loaded = fen(inputs["front_loaded_lending_billion"], BILLION)
    total = whole_behind_share(front_loaded, share=share, field="average_lender_share_of_project")
    return {
        "lending_per_capital": multiple(answer, "finance_to_firms_per_public"),
        "investment_per_capital": multiple(answer, "investment_per_public"),
        "front_loaded_total_investment_billion": total / (100 * BILLION),
    }


def sbic_debenture_cap(inputs: Case) -> Case:
    limit = lesser_of(
        multiple=Decimal(inputs["multiple_of_lp_commitments"]),
        base_fen=fen(inputs["lp_commitments_million"], MILLION),
        amount_cap_fen=fen(inputs["amount_cap_million"], MILLION),
    )
    return {"maximum_debentures_million": limit.amount_fen / (100 * MILLION)}


def beijing_ip_operation_fund(inputs: Case) -> Case:
    """The whole scenario: three public layers in one fund, each a money line of its own.

    The source prints the sum of the layers only; it is split evenly here, which no multiple depends on. Fees and
    investment are not in the case and set to nothing withheld; no output depends on them.
    """
    public = fen(inputs["public_guidance_wan_yuan"], WAN)
    other = fen(inputs["first_close_wan_yuan"], WAN) - public
    classes = ["central", "city", "district"][: len(inputs["public_levels"])]
    amounts = [Money(part).text for part in split_fen(public, weights=[1] * len(classes))]
    label = {"zh": "引导资金", "en": "guidance money"}
    given = {"grade": "measured", "source": "page"}
    nothing_withheld = {"grade": "assumed", "reason": "not in the case, no output depends on it"}
    request = parse(
        request_model(),
        {
            "dates": {"valuation_date": "2015-12-31", "policy_date": "2015-12-31", "report_date": "2015-12-31"},
            "sources": {"page": {"title": "中国经济网 2015-12-31", "status": "read"}},
            "money": [
                {
                    "id": name,
                    "label": label,
                    "park": "beijing",
                    "source_class": name,
                    "amount": amount,
                    "source": "page",
                }
                for name, amount in zip(classes, amounts, strict=True)
            ],
            "alternatives": [
                {
                    "id": "fund",
                    "allocations": [
                        {
                            "id": "fund",
                            "instrument": "fund",
                            "money": [
                                {"line": name, "amount": amount} for name, amount in zip(classes, amounts, strict=True)
                            ],
                            "terms": {
                                "other_partners": [
                                    {"source_class": "private", "amount": {"value": Money(other).text, **given}}
                                ],
                                "lifetime_fee_share": {"value": "0", **nothing_withheld},
                                "partners_paid_in_share": {"value": "1", **nothing_withheld},
                                "deployed_share": {"value": "1", **nothing_withheld},
                            },
                        }
                    ],
                }
            ],
        },
    )
    answer = run_scenario(request, programmes=load_programmes(), policies=load_policies())
    whole = answer.alternatives[0].ladder("announced")
    assert whole is not None, "a fund always announces"
    return {
        "social_capital_wan_yuan": whole.rung("other_per_public").numerator_fen / (100 * WAN),
        "social_per_public": multiple(whole, "other_per_public"),
        "total_per_public": multiple(whole, "total_per_public"),
    }


def pool_amplification(inputs: Case) -> Case:
    answer = reported(
        public_fen=fen(inputs["pool_yi_yuan"], YI), exposure_fen=fen(inputs["risk_bearing_capacity_yi_yuan"], YI)
    )
    return {"amplification": multiple(answer, "exposure_per_public")}


ADAPTERS: dict[str, Callable[[Case], Case]] = {
    "leverage-eu-sme-guarantee-three-definitions": eu_sme_guarantee,
    "leverage-capital-injection-bank": capital_injection_bank,
    "leverage-sbic-debenture-cap": sbic_debenture_cap,
    "leverage-beijing-ip-operation-fund": beijing_ip_operation_fund,
    "pool-amplification-guangdong": pool_amplification,
}
