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
# # 橡胶树新品种的价值为什么来得这么晚？ Why does the value of a rubber clone come so late, and what would hurry it?
#
# The clone of `examples/plant_variety.toml`, told by its land instead of by its revenue: hectares that are fit, the
# part of them that is planted, the seven years until a tree is tapped, and what the growers pay. The price of rubber
# is measured (World Bank, mean of 2019); everything about the clone is an illustration and graded so.

# %%
import tomllib
from decimal import Decimal
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import font_manager

from valuation.appraisal import appraise, request_model
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
MEASURED = {"grade": "measured", "source": "pink_sheet"}
example = tomllib.loads((Path("..") / "examples" / "plant_variety.toml").read_text("utf-8"), parse_float=Decimal)
stated = example["methods"]["relief_from_royalty"]

# %% [markdown]
# ## The land
# 10,000 hectares of rubber, eight tenths of them fit for the clone; it is planted on 500 more hectares a year for
# four years, then holds. Nothing stood before.

# %%
YEARS, WAIT = 20, 7
ADOPTED = [min(500.0 * (year + 1), 2000.0) / 8000 for year in range(YEARS)]
PRICE = 1.41 * 7 * 1000  # USD a kilogram, 7 CNY a dollar, a tonne


def asked(wait=WAIT, royalty=None, **changes):
    variety = {
        "crop_area_hectares": {"value": 10_000.0} | GRADE,
        "territorial_fit_share": {"value": 0.8} | GRADE,
        "adoption": {"kind": "table", "share": {"values": ADOPTED} | GRADE},
        "replacement": {"kind": "none", "reason": "in the survival of the right, as in the example"},
        "plant_life": {"kind": "perennial", "standing_before_hectares": [{"value": 0.0} | GRADE] * wait},
        "royalty": royalty
        or {
            "kind": "harvest",
            "yield_tonnes_per_hectare": {"value": 1.2} | GRADE,
            "price_per_tonne": {"values": [f"{PRICE:.2f}"] * YEARS} | MEASURED,
            "royalty_rate_share": {"value": 0.05} | GRADE,
        },
        "collected_share": {"value": 1.0} | GRADE,
        "owner_cost": stated["owner_cost"],
        "tax": {"kind": "rate", "rate_share": stated["tax_rate_share"], "on_losses": "not_credited"},
        "tax_amortisation": stated["tax_amortisation"],
        "forecast": {
            "first_year_end": stated["first_year_end"],
            "discount_rate_share": stated["discount_rate_share"],
            "timing": stated["timing"],
            "survival": stated["survival"],
        },
    } | changes
    weights = {"plant_variety_royalty": {"share": 1, "reason": "the only method"}}
    return {
        "dates": example["dates"],
        "currency": "CNY",
        "subject": example["subject"],
        "sources": {"pink_sheet": example["sources"]["pink_sheet"]},
        "methods": {"plant_variety_royalty": variety},
        "reconciliation": {"weights": weights, "maximum_ratio": 2.0},
        "uncertainty": {"seed": 20191231},
    }


def concluded(**changes):
    return appraise(parse(request_model(), asked(**changes))).conclusions[0]


conclusion = concluded()
paper = conclusion.worksheet
years = [label[:4] for label in paper.axis.columns]
print(f"{conclusion.label.zh}: {conclusion.value:,.0f} CNY")

# %% [markdown]
# ## Planted long before tapped

# %%
figure_, (land, money) = plt.subplots(2, 1, figsize=(9, 6), sharex=True)
land.bar(years, paper.row("planted_area"), label=text("当年种植", "planted"))
land.step(years, paper.row("standing_area"), where="mid", label=text("存量", "standing"))
land.step(years, paper.row("harvested_area"), where="mid", label=text("开割", "tapped"))
land.set_ylabel(text("公顷", "hectares"))
land.legend()
money.bar(years, np.array(paper.row("present_value_by_year")) / 1e4)
money.axhline(0, color="k", lw=0.8)
money.set_ylabel(text("现值（万元）", "present value, 10,000 CNY"))
money.tick_params(axis="x", rotation=60)
plt.show()

# %% [markdown]
# ## What is each year of waiting worth?
# Breeding for early tapping is a known aim. Each year by which the first tapping comes sooner moves the whole income.

# %%
waits = list(range(4, 10))
by_wait = [concluded(wait=wait).value for wait in waits]
figure_, axes = plt.subplots(figsize=(8, 3))
axes.plot(waits, np.array(by_wait) / 1e4, "o-")
axes.set_xlabel(text("种植到开割年数", "years from planting to tapping"))
axes.set_ylabel(text("价值（万元）", "value, 10,000 CNY"))
plt.show()

# %% [markdown]
# ## Or be paid on planting
# A fee on budwood and seedlings is paid when the trees go into the ground. Which fee a hectare is worth as much as
# 5 % of the latex for twenty years?

# %%
seedlings = {
    "kind": "planting_material",
    "royalty_per_planted_hectare": {"values": ["1000.00"] * YEARS} | GRADE,
    "licensed_share": {"value": 1.0} | GRADE,
}
fees = concluded(royalty=seedlings).worksheet
crossing = break_even(
    fees,
    input_name="royalty_per_planted_hectare",
    answer="value",
    target=conclusion.value,
    bracket=(0.0, 20.0),
)
fee = 1000 * crossing.roots[0].value
print(f"{text('等值的每公顷种苗费', 'fee a hectare of the same value')}: {fee:,.0f} CNY")

# %% [markdown]
# ## Checks
# The land tells the same value as the revenue of the example (second method), a plain loop tells it too, each year of
# waiting costs, and the fee found gives the value back.

# %%
told_by_revenue = appraise(parse(request_model(), example))
(relief,) = [each for each in told_by_revenue.conclusions if each.method == "relief_from_royalty"]
looped = 0.0
for year in range(YEARS):
    tapped = 8000 * ADOPTED[year - WAIT] if year >= WAIT else 0.0
    flow = tapped * 1.2 * PRICE * 0.05 - 100_000
    looped += flow * np.exp(-(((year + 0.5) / 40) ** 2)) / 1.1 ** (year + 1)

assert abs(conclusion.value / relief.value - 1) < 1e-9
assert abs(conclusion.value / looped - 1) < 1e-6
assert paper.row("harvested_area")[:WAIT] == (0.0,) * WAIT
assert by_wait == sorted(by_wait, reverse=True)
moved = [1000 * crossing.roots[0].value] * YEARS
assert abs(fees.with_inputs({"royalty_per_planted_hectare": moved}).value("value") / conclusion.value - 1) < 1e-6
assert "grower_test_not_made" in {warning.code for warning in conclusion.warnings}
