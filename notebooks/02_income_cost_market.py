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
# # 收益、成本、市场三种途径会相差多远？ How far apart do income, cost and market put one patent, and why?
#
# One invented patent for LED heat sinks, asked by three approaches in one request. Every number is graded as what it
# is: an illustration. What counts is how the answers are made to speak to each other.

# %%
import matplotlib.pyplot as plt
import numpy as np
from matplotlib import font_manager

from valuation.appraisal import appraise, request_model
from valuation.errors import RefusalError
from valuation.kernel.fields import parse
from valuation.uncertainty.break_even import break_even

CHINESE = next((each.name for each in font_manager.fontManager.ttflist if "CJK" in each.name), None)
if CHINESE:
    plt.rcParams["font.family"] = CHINESE
    plt.rcParams["axes.unicode_minus"] = False


def text(zh: str, en: str) -> str:
    """Chinese where a font can draw it."""
    return zh if CHINESE else en


GRADE = {"grade": "hypothesis", "reason": "illustration"}


def figure(value, **more):
    return {"value": value} | GRADE | more


def amount(value, **more):
    return {"value": f"{value:.2f}"} | GRADE | more


def amounts(values, **more):
    return {"values": [f"{value:.2f}" for value in values]} | GRADE | more


def spread(low, mode, high):
    return {"kind": "pert", "low": low, "mode": mode, "high": high}


# %% [markdown]
# ## One request, three approaches

# %%
years = 8
revenue = [12e6 * 1.06**year for year in range(years)]
income = {
    "revenue": amounts(revenue, factor=spread(0.6, 1.0, 1.3)),
    "first_year_end": "2025-12-31",
    "royalty_rate_share": figure(0.035, distribution=spread(0.02, 0.035, 0.05)),
    "owner_cost": amounts([15_000] * years),
    "operating_margin_share": figure(0.14),
    "tax_rate_share": figure(0.25),
    "discount_rate_share": figure(0.15, distribution=spread(0.12, 0.15, 0.19)),
    "timing": "mid_year",
    "survival": {"kind": "exponential", "annual_hazard": figure(0.06)},
    "tax_amortisation": {"kind": "straight_line", "years": figure(10)},
}
cost = {
    "items": [
        {
            "name": "研发人工 labour",
            "amount": amount(620_000, factor=spread(0.9, 1.0, 1.2)),
            "price_index_ratio": figure(1.12),
        },
        {"name": "试制 prototypes", "amount": amount(280_000), "price_index_ratio": figure(1.05)},
        {"name": "申请与维持 filing and fees", "amount": amount(40_000), "price_index_ratio": figure(1.0)},
    ],
    "developer_profit_share": figure(0.2),
    "obsolescence": {
        "combination": "multiplicative",
        "physical_share": figure(0.0),
        "functional_share": figure(0.15, distribution=spread(0.05, 0.15, 0.3)),
        "economic_share": figure(0.05),
    },
}
deals = [("甲", 1_450_000, 0.9, 1.0, 0.4), ("乙", 980_000, 1.1, 1.05, 0.35), ("丙", 1_900_000, 0.7, 0.95, 0.25)]
market = {
    "comparables": [
        {
            "name": name,
            "traded_on": "2023-06-30",
            "price": amount(price),
            "quantity": figure(1.0),
            "adjustments": {"技术 technology": {"factor": figure(one)}, "时间 time": {"factor": figure(two)}},
            "weight_share": weight,
            "weight_reason": "similarity to the subject",
            "related_parties": False,
        }
        for name, price, one, two, weight in deals
    ],
    "subject_quantity": figure(1.0),
    "average": "geometric",
}
WEIGHTS = {"relief_from_royalty": 0.5, "comparable_transactions": 0.3, "replacement_cost": 0.2}
data = {
    "dates": {"valuation_date": "2024-12-31", "policy_date": "2024-12-31", "report_date": "2025-02-28"},
    "currency": "CNY",
    "subject": {
        "kind": "patent",
        "name": "散热结构（示例） heat sink (illustration)",
        "patent_kind": "invention",
        "number": "ZL201510000000.0",
        "jurisdiction": "CN",
        "expiry_date": "2035-03-09",
    },
    "methods": {"relief_from_royalty": income, "replacement_cost": cost, "comparable_transactions": market},
    "reconciliation": {
        "weights": {name: {"share": share, "reason": "illustration"} for name, share in WEIGHTS.items()},
        "maximum_ratio": 2.0,
    },
    "uncertainty": {"seed": 20241231},
}
appraisal = appraise(parse(request_model(), data))
found = {each.method: each for each in appraisal.conclusions}
for each in appraisal.conclusions:
    print(f"{each.label.zh:<12} {each.value:>14,.0f}  {each.interval.low:>12,.0f} – {each.interval.high:,.0f}")
print(f"{text('评估结论', 'conclusion'):<12} {appraisal.reconciled.value:>14,.0f}")

# %% [markdown]
# ## The three answers beside each other
# The bars are each method's own 90 % interval. The market interval comes from the scatter of its comparables, the
# other two from the stated spread of their inputs: they do not mean the same, and the answer says which is which.

# %%
figure_, axes = plt.subplots(figsize=(8, 3))
for row, each in enumerate(appraisal.conclusions):
    axes.plot([each.interval.low, each.interval.high], [row, row], lw=8, alpha=0.4)
    axes.plot(each.value, row, "k|", ms=18)
axes.axvline(appraisal.reconciled.value, ls="--", color="k")
axes.set_yticks(range(3), [text(each.label.zh, each.label.en) for each in appraisal.conclusions])
axes.set_xlabel(text("价值（元）", "value, CNY"))
axes.set_title(text("三种途径及加权结论", "three approaches and the weighted conclusion"))
plt.show()

# %% [markdown]
# ## What does the income answer hang on?

# %%
royalty_relief = found["relief_from_royalty"]
figure_, axes = plt.subplots(figsize=(8, 3))
for row, swing in enumerate(reversed(royalty_relief.sensitivities)):
    ends = sorted((swing.answer_at_low, swing.answer_at_high))
    axes.barh(row, ends[1] - ends[0], left=ends[0])
names = [text(each.label.zh, each.label.en) for each in reversed(royalty_relief.sensitivities)]
axes.set_yticks(range(len(names)), names)
axes.axvline(royalty_relief.value, color="k")
axes.set_title(text("单因素敏感性：许可费节省法", "one input at a time: relief from royalty"))
plt.show()

# %% [markdown]
# ## At which royalty rate would the income answer be no more than the cost of doing it again?

# %%
paper = royalty_relief.worksheet
crossing = break_even(
    paper,
    input_name="royalty_rate_share",
    answer="value",
    target=found["replacement_cost"].value,
    bracket=(0.005, 0.1),
)
print(crossing.meaning.zh, crossing.roots[0].value)
rates = np.linspace(0.01, 0.06, 41)
values = paper.simulate({"royalty_rate_share": rates}, outputs=["value"])["value"]
figure_, axes = plt.subplots(figsize=(8, 3))
axes.plot(rates, values)
axes.axhline(found["replacement_cost"].value, ls=":", color="k")
axes.axvline(crossing.roots[0].value, ls=":", color="k")
axes.set_xlabel(text("许可费率", "royalty rate"))
axes.set_ylabel(text("收益法评估值（元）", "value by income, CNY"))
plt.show()

# %% [markdown]
# ## No silent averaging
# With a tenth of the revenue the income answer falls out of line. The reconciliation refuses to average answers that
# contradict each other until somebody says why they do.

# %%
contradicting = data | {
    "methods": data["methods"] | {"relief_from_royalty": income | {"revenue": amounts([r / 10 for r in revenue])}}
}
try:
    appraise(parse(request_model(), contradicting))
    refusal = None
except RefusalError as error:
    refusal = str(error)
print(refusal)

# %% [markdown]
# ## Checks
# Cost and market by hand, the income answer by a plain loop, the weights, the break-even, and the refusal.

# %%
by_cost = (620_000 * 1.12 + 280_000 * 1.05 + 40_000) * 1.2 * 0.85 * 0.95
by_market = np.exp(sum(weight * np.log(price * one * two) for _, price, one, two, weight in deals))
by_income = 0.0
for year, sales in enumerate(revenue):
    flow = (sales * 0.035 - 15_000) * 0.75
    by_income += flow * np.exp(-0.06 * (year + 0.5)) / 1.15 ** (year + 0.5)
by_income /= 1 - 0.25 / 10 * (1 - 1.15**-10) / 0.15 * 1.15**0.5
by_hand = {"relief_from_royalty": by_income, "comparable_transactions": by_market, "replacement_cost": by_cost}

for method, expected in by_hand.items():
    assert abs(found[method].value / expected - 1) < 1e-6, method
assert abs(appraisal.reconciled.value - sum(WEIGHTS[name] * found[name].value for name in WEIGHTS)) < 1e-6
assert abs(paper.with_inputs({"royalty_rate_share": crossing.roots[0].value}).value("value") - by_cost) < 0.01
assert np.all(np.diff(values) > 0)
assert royalty_relief.interval.low < royalty_relief.value < royalty_relief.interval.high
assert refusal is not None
