# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 质押贷款违约后，谁承担了多少？ A pledge loan went bad: who bore how much?
#
# The quote of `examples/pledge_quote_drug_patent.toml` is taken up, the patent falls in value, a call is not cured, the
# loan is called, the pool pays, a court sells the patent. Every amount is in whole fen. The borrower, the prices and
# the probabilities of the sale are suppositions; the pool's half is the supposition of the example.

# %%
import tomllib
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib import font_manager

from pledge.cover_limits import CoverLimits
from pledge.cover_permits import maximum_draw
from pledge.cover_pool import assess_cover, follow_cover
from pledge.disposal_comparison import compare_disposals
from pledge.disposal_waterfall import SecuredDebt, distribute, share_back
from pledge.disposal_way import DisposalCase, dispose
from pledge.history import Actor, Command, History, journal, loan_at, record
from pledge.ledger import balances, mirror_differences, unbalanced_parties
from pledge.pledged_pool import CountingRules, CoverAsset, CoverPool
from pledge.quote import load_policies, quote_pledge
from pledge.request import request_model
from pledge.rules.loss_sharing import share_loss
from valuation.kernel.fields import parse

CHINESE = next((each.name for each in font_manager.fontManager.ttflist if "CJK" in each.name), None)
if CHINESE:
    plt.rcParams["font.family"] = CHINESE
    plt.rcParams["axes.unicode_minus"] = False


def text(zh: str, en: str) -> str:
    """Chinese where a font can draw it."""
    return zh if CHINESE else en


def yuan(fen: int) -> str:
    """Whole fen as yuan with two decimals."""
    return f"{Decimal(fen).scaleb(-2):.2f}"


# %% [markdown]
# ## The quote

# %%
asked = tomllib.loads(
    (Path("..") / "examples" / "pledge_quote_drug_patent.toml").read_text("utf-8"), parse_float=Decimal
)
policies = load_policies()
quote = quote_pledge(parse(request_model(policies), asked), policies=policies)
assert quote.offer is not None, "the example is offered a loan"
plan = {row.due_date: row.interest_fen for row in quote.offer.schedule.rows}
lent, drawn_on = quote.offered_principal_fen, asked["loan"]["drawdown_date"]
print(f"{quote.decision}: {yuan(lent)} CNY on {drawn_on}, interest of the whole term {yuan(sum(plan.values()))} CNY")

# %% [markdown]
# ## The pool behind it
# One patent at 25 %. On 30 June its value is put at 12 million; a call restores the whole allowed amount in 30 days.

# %%
FALL = date(2022, 6, 30)
limits = CoverLimits(
    warning_share=Decimal(1),
    enforcement_share=Decimal(1),
    restore_share=Decimal(1),
    buffer_share=Decimal("0.05"),
    cure_period_days=30,
    counting=CountingRules(valuation_validity_months=12),
)


def patent(value_yuan: str, valued_on: date) -> CoverAsset:
    """The patent of the example with one valuation."""
    return CoverAsset(
        id="patent-1",
        kind="invention_patent",
        market_value_fen=int(Decimal(value_yuan) * 100),
        pledgee_value_fen=None,
        pledge_rate_share=Decimal("0.25"),
        valued_on=valued_on,
        expiry_date=asked["asset"]["expiry_date"],
        registered_on=date(2022, 1, 19),
    )


ends_on = quote.offer.schedule.rows[-1].due_date
before = CoverPool((patent(asked["asset"]["appraised_value"], asked["asset"]["appraised_on"]),), ends_on)
after = CoverPool((patent("12000000.00", FALL),), ends_on)
drawable = maximum_draw(before, 0, limits=limits, as_of=drawn_on)
covered = assess_cover(before, lent, limits=limits, as_of=drawn_on)
course = follow_cover(after, lent, limits=limits, first=FALL, last=date(2022, 8, 5), previous=covered.state)
for step in course:
    print(step.as_of, step.state.status, step.reason.text("zh" if CHINESE else "en"))

# %% [markdown]
# ## The life of the loan as events
# Two persons stand behind every step. Interest is paid until June, then nothing.

# %%
OFFICER, APPROVER, POOL = Actor("officer", "loan_officer"), Actor("second", "approver"), Actor("pool", "pool_manager")


class Life:
    """A history that grows by short commands."""

    def __init__(self) -> None:
        self.history = History("loan-1")

    def does(self, kind: str, on: date, *, made_by: Actor = OFFICER, **payload: object) -> None:
        """Record one event, approved by the second person."""
        command = Command(
            kind=kind,
            key=f"{kind}-{len(self.history.events)}",
            effective_date=on,
            made_by=made_by,
            approved_by=APPROVER,
            payload=payload,
        )
        self.history = record(self.history, command, recorded_at="2022-12-31T09:00:00+08:00")

    def owed(self, on: date) -> int:
        """Principal owed to the bank at the end of a day, in fen."""
        return loan_at(self.history, on=on).outstanding_fen


life = Life()
january = [date(2022, 1, day) for day in range(1, 20)]
right = {"asset": "patent-1"}
value = {"appraised_value": asked["asset"]["appraised_value"], "value_basis": "appraised", "pledge_rate_share": "0.25"}
life.does("application_submitted", january[9], requested=yuan(lent))
life.does("application_approved", january[10], approved=yuan(lent))
life.does(
    "facility_agreed",
    january[11],
    limit=yuan(lent),
    available_until="2022-06-30",
    rate={"kind": "fixed", "annual_rate_share": asked["loan"]["annual_rate_share"]},
    repayment={**asked["loan"]["repayment"], "period_count": asked["loan"]["term_months"]},
    penalty_share="0.5",
    compounds=False,
    cover={"warning_share": "1", "call_share": "1", "cure_days": 30, "unsecured_limit": "0.00"},
)
life.does("asset_proposed", january[12], **right, asset_kind="invention_patent", title="a patent")
life.does("asset_verified", january[13], **right, reason="register extract")
life.does("asset_valued", january[14], **right, **value, value_date="2021-12-31")
life.does("asset_contract_signed", january[15], **right, reason="pledge contract")
life.does("asset_filed", january[16], **right, reason="filing")
life.does("asset_registered", january[18], **right, registration_number="Y2022")
life.does("drawdown", drawn_on, amount=yuan(lent))
paid = {day: fen for day, fen in plan.items() if day <= FALL}
due = {day: loan_at(life.history, on=day).due_interest_fen for day in list(paid)[:1]}
for day, fen in paid.items():
    life.does("repayment", day, amount=yuan(fen))
life.does("asset_revalued", FALL, **right, **{**value, "appraised_value": "12000000.00"}, value_date=FALL.isoformat())
short = loan_at(life.history).shortfall_fen()
life.does("cover_call_issued", FALL, amount=yuan(course[0].missing_fen))
life.does("cover_call_escalated", course[-1].state.since, reason="not cured")
life.does("loan_called", date(2022, 8, 5), reason="the call was not cured and the July interest is unpaid")
called = loan_at(life.history)
print(f"called: principal {yuan(called.outstanding_fen)}, interest {yuan(called.due_interest_fen)} CNY")

# %%
days = [drawn_on + timedelta(days=number) for number in range((date(2022, 8, 5) - drawn_on).days + 1)]
debt = [life.owed(day) / 1e8 for day in days]
allowed = [
    assess_cover(before if day < FALL else after, lent, limits=limits, as_of=day).cover.value.allowed_fen / 1e8
    for day in days
]
plt.step(days, debt, where="post", label=text("未还本金", "principal owed"))
plt.step(days, allowed, where="post", label=text("可贷额度（价值 × 质押率）", "allowed amount (value × pledge rate)"))
plt.axvspan(FALL, course[-1].state.since, alpha=0.15, label=text("补足期", "time to cure"))
plt.ylabel(text("百万元", "million CNY"))
plt.ylim(0, None)
plt.legend(loc="lower left")
plt.title(text("价值下跌之后，贷款不再足额", "after the fall in value the loan is no longer covered"))
plt.gcf().autofmt_xdate()
plt.show()

# %% [markdown]
# ## The pool pays
# Half of the lost principal, as supposed in the example, within what the pool holds.

# %%
lost = share_loss(
    called.outstanding_fen,
    shares={"pool": Decimal("0.5"), "bank": Decimal("0.5")},
    pool_balance_fen=int(Decimal(asked["pool_balance"]) * 100),
)
from_pool = yuan(lost.by_party["pool"])
life.does("claim_filed", date(2022, 8, 20), party="pool", claimed=from_pool)
life.does("claim_accepted", date(2022, 8, 25), made_by=POOL, party="pool", reason="the rules of the pool")
life.does("claim_settled", date(2022, 9, 10), made_by=POOL, party="pool", compensation=from_pool)

# %% [markdown]
# ## How to turn the patent into money
# A court puts it at 6 million. The claim to be met is the half left with the bank. Four ways are possible; prices and
# probabilities are stated, and no way is called best.

# %%
START = date(2022, 9, 15)
case = DisposalCase(
    right_id="patent-1",
    appraised_value_fen=6_000_000_00,
    expiry_date=asked["asset"]["expiry_date"],
    starts_on=START,
    policy_date=START,
    annual_rate_share=Decimal(asked["loan"]["annual_rate_share"]),
)
charges = {"fixed_cost": "5000.00", "cost_share": "0.05", "tax_share": "0.06"}
first = {"days_after_previous": 30, "reserve_share": "0.70", "sale_probability_share": "0.3", "price_over_reserve": "1"}
second = {**first, "reserve_share": "0.56", "sale_probability_share": "0.4"}
sale = {"days_after_previous": 15, "days": 60, "sale_probability_share": "0.5", "price_over_reserve": "1"}
stated = {
    "court_auction": {
        "venue": "online",
        "rounds": [first, second],
        "sale_period": sale,
        "cost_per_round": "10000.00",
        "days_to_payment": 10,
        "charges": charges,
    },
    "licence_stream": {
        "scenarios": [
            {
                "name": "licensee",
                "probability_share": "0.5",
                "payment": "150000.00",
                "first_after_days": 90,
                "period_months": 3,
                "payment_count": 32,
            },
            {
                "name": "none",
                "probability_share": "0.5",
                "payment": "0.00",
                "first_after_days": 0,
                "period_months": 3,
                "payment_count": 0,
            },
        ],
        "set_up_cost": "20000.00",
        "charges_of_each_payment": {"fixed_cost": "0.00", "cost_share": "0.05", "tax_share": "0.06"},
    },
    "buy_back": {
        "buyer": "state_company",
        "price": "2000000.00",
        "pays_after_days": 60,
        "performance_probability_share": "0.95",
        "fallback_price": "0.00",
        "fallback_after_days": 180,
        "charges": charges,
    },
    "debt_to_patent": {
        "settlement_value": "3360000.00",
        "failed_reserve": "3360000.00",
        "transfer_after_days": 75,
        "transfer_cost": "10000.00",
        "transfer_tax_share": "0.03",
        "holding_cost": "15000.00",
        "resales": [
            {"name": "sold", "probability_share": "0.6", "price": "3000000.00", "after_days": 400},
            {"name": "kept", "probability_share": "0.4", "price": "0.00", "after_days": 700},
        ],
        "charges": charges,
    },
}
ways = {name: dispose(name, inputs, case=case) for name, inputs in stated.items()}
comparison = compare_disposals(list(ways.values()), claim_fen=life.owed(START))
for criterion, ranks in comparison.ranks.items():
    print(criterion, [f"{rank.place} {rank.way}" for rank in ranks])
print("behind by every measure:", comparison.dominated_by)

# %%
figure, places = plt.subplots(1, len(ways), figsize=(11, 3.4), sharey=True)
for place, way in zip(places, ways.values(), strict=True):
    nets = [outcome.net_fen / 1e8 for outcome in way.outcomes]
    place.bar(range(len(nets)), nets, color=["C0" if net > 0 else "C3" for net in nets])
    place.axhline(way.expected_present_value_fen / 1e8, linestyle="--", color="black", linewidth=1)
    place.set_xticks(range(len(nets)), [f"{float(outcome.probability_share):.0%}" for outcome in way.outcomes])
    place.set_title(way.label.text("zh" if CHINESE else "en"), fontsize=9)
places[0].set_ylabel(text("净额（百万元），虚线为期望现值", "net, million CNY; dashed: expected present value"))
figure.supxlabel(text("概率", "probability"))
plt.show()

# %% [markdown]
# ## The court sells in the second auction
# The same proceeds go through the waterfall and through the ledger of the loan.

# %%
auction = ways["court_auction"]
sold = auction.outcomes[1]
before_sale = loan_at(life.history, on=sold.last_day)
principal = before_sale.outstanding_fen + before_sale.claims["pool"].subrogated_fen
secured = SecuredDebt(
    {
        "penalty_interest": before_sale.late_interest_fen,
        "interest": before_sale.due_interest_fen,
        "principal": principal,
    },
    order=("penalty_interest", "interest", "principal"),
)
waterfall = distribute(sold.proceeds_fen, costs_fen=sold.costs_of_enforcement_fen, prior=(), debt=secured)
shares = share_back(
    waterfall.paid_fen("principal"),
    borne_fen={"bank": before_sale.outstanding_fen, "pool": before_sale.claims["pool"].subrogated_fen},
)
life.does("asset_enforced", START, **right, title_of_enforcement="judgment")
life.does(
    "asset_sold",
    sold.last_day,
    **right,
    buyer="a company",
    price=yuan(sold.proceeds_fen),
    costs=yuan(sold.costs_of_enforcement_fen),
)
at_sale = loan_at(life.history)
life.does("recovery_passed_on", sold.last_day + timedelta(days=10), party="pool", amount=yuan(shares["pool"]))
life.does("written_off", sold.last_day + timedelta(days=20), ground="nothing more can be enforced")
end, books = loan_at(life.history), balances(journal(life.history))
for row in waterfall.rows:
    print(row.label.text("zh" if CHINESE else "en"), yuan(row.paid_fen), "of", yuan(row.claimed_fen))

# %%
borne = {"bank": end.principal_written_off_fen, "pool": -books["pool", "cash"]}
names = {"bank": text("银行", "bank"), "pool": text("资金池", "pool"), "patent": text("专利变价", "sale of the patent")}
parts = {"patent": waterfall.paid_fen("principal"), **borne}
left = 0.0
for name, fen in parts.items():
    plt.barh(0, fen / 1e8, height=0.4, left=left, label=f"{names[name]} {yuan(fen)}")
    left += fen / 1e8
plt.yticks([])
plt.ylim(-0.4, 0.8)
plt.xlabel(text("本金（百万元）", "principal, million CNY"))
plt.legend(loc="upper left")
plt.title(text("本金最后由谁承担", "where the principal came from in the end"))
plt.show()

# %% [markdown]
# ## What must hold
# Quote, cover, ledger and waterfall are four programs; they must agree to the fen.

# %%
assert drawable.maximum_fen == lent, "what may be drawn is what was quoted"
assert all(fen == plan[day] for day, fen in due.items()), "interest falls due as quoted"
assert course[0].state.status == "call"
assert course[-1].state.status == "escalated"
assert short == course[0].missing_fen == lent - 3_000_000_00, "12,000,000 × 25 % = 3,000,000"
assert sum(way.probability_of(lambda _: True) for way in ways.values()) == len(ways)
assert auction.outcomes[1].probability_share == Fraction("0.28")
assert sum(row.paid_fen for row in waterfall.rows) + waterfall.surplus_fen == sold.proceeds_fen
assert at_sale.outstanding_fen == before_sale.outstanding_fen - shares["bank"], (
    "the ledger shares as the waterfall does"
)
assert at_sale.claims["pool"].subrogated_fen == before_sale.claims["pool"].subrogated_fen - shares["pool"]
assert sum(parts.values()) == lent, "sale, bank and pool together are the principal that was lent"
assert unbalanced_parties(books) == {}
assert mirror_differences(books) == {}
