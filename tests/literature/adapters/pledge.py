"""Published cases of loan schedules, pledge limits and dated rates, computed from their inputs alone.

Each adapter turns the inputs of one case of ``pledge.json`` (or an ``xirr-`` case of ``fund.json``) into a question
to ``pledge`` or ``valuation`` and reads the outputs off the answer. Comparison with the printed values, and its
tolerance, belong to the loader.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from pledge.amortised_cost import amortised_cost
from pledge.cover import Cover, cover, maximum_loan
from pledge.instalments import LoanTerms, Period, Schedule, build_schedule
from pledge.plan import accrued_interest, payment_plan
from valuation.discounting.internal_rate import InternalRate, dated_internal_rate
from valuation.kernel.money import Rounding

Case = dict[str, Any]

#: A case that states no day of drawdown counts whole months, which do not depend on it.
ANY_DAY = date(2024, 1, 1)
WHOLE_UNIT_UP = Rounding(unit_fen=100, mode="ceiling")
HALF_EVEN = Rounding(unit_fen=1, mode="half_even")
ROUNDINGS = {
    "ceiling to whole currency unit": WHOLE_UNIT_UP,
    "half-even, 2 decimals": HALF_EVEN,
    "2 decimals": Rounding(),
    "nearest whole unit": Rounding(unit_fen=100),
}
PERIODS = {"month": Period(months=1), "7 days": Period(days=7)}


def fen(amount: object, *, unit: int = 1) -> int:
    return int(Decimal(str(amount)) * unit * 100)


def units(amount_fen: object) -> float:
    return float(amount_fen) / 100  # type: ignore[arg-type]


def share_of_percent(percent: object) -> Decimal:
    return Decimal(str(percent)) / 100


def equal_instalment_rounded_up(inputs: Case) -> Case:
    terms = LoanTerms(
        principal_fen=fen(inputs["principal"]),
        annual_rate_share=share_of_percent(inputs["annual_rate_pct"]),
        drawdown_date=ANY_DAY,
        period_count=inputs["months"],
        instalment_rounding=ROUNDINGS[inputs["instalment_rounding"]],
    )
    schedule = build_schedule("equal_instalment", terms)
    rows = {row.number: row for row in schedule.rows}
    return {
        "instalment": units(schedule.instalment_fen),
        "total_interest": units(schedule.total_interest_fen),
        "period4_principal": units(rows[4].principal_fen),
        "period4_interest": units(rows[4].interest_fen),
        "period4_balance": units(rows[4].balance_fen),
        "period18_balance": units(rows[18].balance_fen),
        "period20_principal": units(rows[20].principal_fen),
        "period20_interest": units(rows[20].interest_fen),
    }


def declining_equal_principal(inputs: Case) -> Case:
    terms = LoanTerms(
        principal_fen=fen(inputs["principal"]),
        annual_rate_share=share_of_percent(inputs["annual_rate_pct"]),
        drawdown_date=date.fromisoformat(inputs["disbursement_date"]),
        period_count=inputs["monthly_instalments"],
        interest_rounding=ROUNDINGS[inputs["interest_rounding"]],
        instalment_rounding=ROUNDINGS[inputs["principal_rounding"]],
    )
    schedule = build_schedule("equal_principal", terms)
    first, last = schedule.rows[0], schedule.rows[-1]
    return {
        "principal_each_period": units(first.principal_fen),
        "instalment_period1": units(first.payment_fen),
        "last_instalment": units(last.payment_fen),
        "last_principal": units(last.principal_fen),
        "total_interest": units(schedule.total_interest_fen),
    }


def _equal_instalment(inputs: Case, day_count: Any) -> Schedule:
    rounding = ROUNDINGS[inputs["money_rounding"]]
    terms = LoanTerms(
        principal_fen=fen(inputs["principal"]),
        annual_rate_share=share_of_percent(inputs["annual_rate_pct"]),
        drawdown_date=date.fromisoformat(inputs["first_date"]),
        period_count=inputs["periods"],
        period=PERIODS[inputs["period"]],
        day_count=day_count,
        interest_rounding=rounding,
        instalment_rounding=rounding,
    )
    return build_schedule("equal_instalment", terms)


def equal_instalment_thirty_360(inputs: Case) -> Case:
    schedule = _equal_instalment(inputs, {"30/360": "monthly"}[inputs["day_count"]])
    return {
        "instalment": units(schedule.instalment_fen),
        **{f"interest_{row.number}": units(row.interest_fen) for row in schedule.rows},
        "balance_3": units(schedule.rows[2].balance_fen),
        "balance_5": units(schedule.rows[4].balance_fen),
    }


def weekly_instalments(inputs: Case) -> Case:
    schedule = _equal_instalment(inputs, inputs["day_count"].replace(" ", ""))
    return {
        "instalment": units(schedule.instalment_fen),
        "interest_1": units(schedule.rows[0].interest_fen),
        "balance_3": units(schedule.rows[2].balance_fen),
        "last_instalment": units(schedule.rows[-1].payment_fen),
    }


def _by_months(inputs: Case, form: str, parameters: Case | None = None) -> Schedule:
    terms = LoanTerms(
        principal_fen=fen(inputs["principal"]),
        annual_rate_share=share_of_percent(inputs["annual_rate_pct"]),
        drawdown_date=date.fromisoformat(inputs["disbursement_date"]),
        period_count=inputs["monthly_instalments"],
        interest_rounding=ROUNDINGS[inputs["interest_rounding"]],
        instalment_rounding=ROUNDINGS[inputs["instalment_rounding"]],
    )
    return build_schedule(form, terms, parameters)


def flat_interest(inputs: Case) -> Case:
    schedule = _by_months(inputs, "flat_rate")
    (interest_each,) = {row.interest_fen for row in schedule.rows}
    return {
        "instalment": units(schedule.rows[0].payment_fen),
        "interest_each_period": units(interest_each),
        "last_instalment": units(schedule.rows[-1].payment_fen),
        "total_interest": units(schedule.total_interest_fen),
        "balance_after_12": units(schedule.rows[11].balance_fen),
    }


def interest_only_start(inputs: Case) -> Case:
    parameters = {
        "grace_periods": inputs["interest_only_periods_at_start"],
        "meaning": "interest_only",
        "afterwards": "equal_instalment",
    }
    schedule = _by_months(inputs, "grace", parameters)
    return {
        "instalment_in_grace": units(schedule.rows[0].payment_fen),
        "instalment_after_grace": units(schedule.rows[3].payment_fen),
        "last_instalment": units(schedule.rows[-1].payment_fen),
        "total_interest": units(schedule.total_interest_fen),
        "balance_after_4": units(schedule.rows[3].balance_fen),
    }


def interest_to_payoff_date(inputs: Case) -> Case:
    rounding = ROUNDINGS[inputs["money_rounding"]]
    terms = LoanTerms(
        principal_fen=fen(inputs["principal"]),
        annual_rate_share=share_of_percent(inputs["annual_rate_pct"]),
        drawdown_date=date.fromisoformat(inputs["first_date"]),
        period_count=inputs["periods"],
        period=PERIODS[inputs["period"]],
        day_count={"30/360, a month split by actual days": "monthly"}[inputs["day_count"]],
        interest_rounding=rounding,
        instalment_rounding=rounding,
    )
    plan, payoff = payment_plan("equal_instalment", terms), date.fromisoformat(inputs["payoff_date"])
    row = plan.row_on(payoff)
    return {
        "instalment": units(plan.rows[0].principal_fen + plan.rows[0].interest_fen),
        "scheduled_balance_after_1": units(plan.principal_after(plan.rows[0].period_end)),
        "interest_period2_to_payoff_date": units(rounding.to_fen(accrued_interest(row, upto=payoff))),
        "interest_period2_full": units(row.interest_fen),
    }


def bond_above_par(inputs: Case) -> Case:
    ten_thousand = 10_000
    face = fen(inputs["face_10k_cny"], unit=ten_thousand)
    coupon = face * share_of_percent(inputs["coupon_rate_pct"]) / inputs["coupons_per_year"]
    rows = amortised_cost(
        fen(inputs["initial_fair_value_10k_cny"], unit=ten_thousand),
        cash_fen=[int(coupon)] * inputs["half_years_elapsed"],
        effective_rate_share=Decimal(str(inputs["effective_rate_per_half_year"])),
    )
    return {"amortised_cost": units(rows[-1].closing_fen) / ten_thousand}


def chinese_bank_table(inputs: Case) -> Case:
    """The page prints totals without rounding; the schedule reports them beside the total of its rows."""
    terms = LoanTerms(
        principal_fen=fen(inputs["principal_cny"]),
        annual_rate_share=share_of_percent(inputs["annual_rate_pct"]),
        drawdown_date=ANY_DAY,
        period_count=inputs["months"],
    )
    level, falling = build_schedule("equal_instalment", terms), build_schedule("equal_principal", terms)
    first, second = falling.rows[:2]
    return {
        "equal_instalment": units(level.instalment_fen),
        "equal_instalment_total_paid": units(terms.principal_fen + level.exact_total_interest_fen),
        "equal_instalment_interest": units(level.exact_total_interest_fen),
        "equal_principal_first": units(first.payment_fen),
        "equal_principal_step_down": units(first.payment_fen - second.payment_fen),
        "equal_principal_interest": units(falling.exact_total_interest_fen),
        "equal_principal_total_paid": units(terms.principal_fen + falling.exact_total_interest_fen),
    }


def pledge_rate_first_loan(inputs: Case) -> Case:
    ten_thousand = 10_000
    limit = maximum_loan(
        fen(inputs["appraised_value_10k_cny"], unit=ten_thousand),
        pledge_rate_share=Decimal(str(inputs["pledge_rate_cap"])),
        loan_cap_fen=fen(inputs["product_loan_cap_10k_cny"], unit=ten_thousand),
    )
    return {"maximum_loan_10k_cny": units(limit.amount_fen) / ten_thousand}


def shortfall_after_price_fall(inputs: Case) -> Case:
    allowed = Decimal(str(inputs["allowed_loan_to_value"]))

    def against(unit_value: object) -> Cover:
        value = fen(Decimal(inputs["pledged_units"]) * Decimal(str(unit_value)))
        return cover(fen(inputs["outstanding_principal"]), value_fen=value, pledge_rate_share=allowed)

    now, later = against(inputs["unit_value_now"]), against(inputs["unit_value_after_recovery"])
    return {
        "collateral_value_now": units(now.value_fen),
        "shortfall": units(now.shortfall_fen),
        "shortfall_after_recovery": units(later.shortfall_fen),
    }


def _xirr(found: InternalRate, *, choice: str | None) -> Case:
    """The rate; where a case says which of several roots it means, that one."""
    return {"xirr": found.nearest_zero if choice is not None else found.rate}


def xirr_of_pairs(inputs: Case) -> Case:
    dates, amounts = zip(*inputs["cash_flows"], strict=True)
    return _xirr(dated_internal_rate([date.fromisoformat(day) for day in dates], amounts), choice=None)


def xirr_of_lists(inputs: Case) -> Case:
    dates = [date.fromisoformat(day) for day in inputs["dates"]]
    return _xirr(dated_internal_rate(dates, inputs["amounts"]), choice=inputs.get("root_choice"))


ADAPTERS: dict[str, Callable[[Case], Case]] = {
    "equal-instalment-rounded-up-20-months": equal_instalment_rounded_up,
    "declining-equal-principal": declining_equal_principal,
    "equal-instalment-30-360-exact-table": equal_instalment_thirty_360,
    "weekly-instalments-364-day-year": weekly_instalments,
    "flat-interest-equal-instalments": flat_interest,
    "principal-grace-three-periods": interest_only_start,
    "early-payoff-interest-to-date": interest_to_payoff_date,
    "amortised-cost-semiannual-premium": bond_above_par,
    "cn-equal-instalment-and-equal-principal-630k": chinese_bank_table,
    "cn-patent-pledge-rate-first-loan": pledge_rate_first_loan,
    "pledge-shortfall-after-price-fall": shortfall_after_price_fall,
    "xirr-microsoft-example": xirr_of_pairs,
    "xirr-excel-documentation": xirr_of_lists,
    "xirr-near-total-loss": xirr_of_lists,
    "xirr-idle-years": xirr_of_lists,
}
