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
# # 等待值多少钱？文献里的数字能否重现？ What is waiting worth, and do the numbers of the literature come out?
#
# Four rights from the literature, each written as a decision problem (a state that moves by chance, a mode that changes
# by action, dates of decision) and rolled back. The last cell holds them against what was printed.

# %%
import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import font_manager

from valuation.options import (
    ENDED,
    Action,
    Branch,
    DecisionProblem,
    Lognormal,
    Mode,
    PlaneSettings,
    alone,
    in_the_limit,
    solve_line,
    solve_plane,
)
from valuation.options._staged_rnd import StagedRnd

CHINESE = next((each.name for each in font_manager.fontManager.ttflist if "CJK" in each.name), None)
if CHINESE:
    plt.rcParams["font.family"] = CHINESE
    plt.rcParams["axes.unicode_minus"] = False


def text(zh: str, en: str) -> str:
    """Chinese where a font can draw it."""
    return zh if CHINESE else en


# %% [markdown]
# ## A patent that can wait: Avonex 1997
# Damodaran's inputs: flows worth 3,422 million USD if launched today, 2,875 to develop, 17 years of patent, variance
# 0.224, riskless rate 6.7 %, and one seventeenth of the value lost for each year of delay. Books print the European
# number, exercised on the last day only. The owner may launch on any day.

# %%
VALUE, COST, LIFE, RATE, VARIANCE = 3422.0, 2875.0, 17.0, 0.067, 0.224
END = (Branch(ENDED),)


def patent(steps, *, value=VALUE, only_at_the_end=False):
    """Pay the cost for the value at any of the dates, or on the last one only."""
    launch = Action(
        "launch",
        "launch",
        END,
        gain=lambda time, state: state[0] - COST,
        dates=frozenset([steps]) if only_at_the_end else None,
    )
    wait = Action("wait", "wait", (Branch("waiting"),), dates=frozenset(range(steps)))
    lapse = Action("abandon", "lapse", END, dates=frozenset([steps]))
    process = alone("value", "log", Lognormal(RATE - 1 / LIFE, VARIANCE))
    times = tuple(np.linspace(0.0, LIFE, steps + 1))
    return DecisionProblem(process, (value,), "waiting", (Mode("waiting", (wait, launch, lapse)),), times, RATE)


european = solve_line(patent(1, only_at_the_end=True)).value
american = in_the_limit(lambda steps: solve_line(patent(steps)).value, dates=32)
yearly = solve_line(patent(17))
print(f"European {european:.1f}, launched in a year's end {yearly.value:.1f}, at any time {american.value:.1f}")
print(f"launched now: {VALUE - COST:.0f}")
print({name: round(share, 3) for name, share in yearly.event_shares().items()})

# %%
dates = range(1, 17)
levels = [yearly.threshold(date, "waiting", "launch")[0] for date in dates]
plt.plot([yearly.problem.times_years[date] for date in dates], levels)
plt.axhline(COST, linestyle=":", color="grey")
plt.xlabel(text("时间（年）", "time (years)"))
plt.ylabel(text("值得上市的价值（百万美元）", "value at which to launch (MUSD)"))
plt.title(text("等待边界：临近到期才接近投入成本", "the boundary comes down to the cost only near the end"))
plt.show()

# %% [markdown]
# ## The tree of yearly decisions
# The same policy on a few states, one deviation apart: where to wait, where to launch.

# %%
spread = math.sqrt(VARIANCE)
for date in range(6):
    for rise in range(-date, date + 1, 2):
        level = VALUE * math.exp((RATE - 1 / LIFE - VARIANCE / 2) * date + spread * rise)
        low, _ = yearly.threshold(date, "waiting", "launch")
        is_launched = low is not None and level >= low
        plt.plot(date, level, "s" if is_launched else "o", color="C1" if is_launched else "C0")
plt.yscale("log")
plt.xlabel(text("时间（年）", "time (years)"))
plt.ylabel(text("价值（百万美元）", "value (MUSD)"))
plt.title(text("方块：上市；圆点：等待", "squares: launch; dots: wait"))
plt.show()

# %% [markdown]
# ## Fifty dates a year: the table of Longstaff and Schwartz
# The right to sell at 40 within a year, on fifty dates, r = 6 %.


# %%
def sale(spot, volatility, steps=50):
    """Sell at 40 on any date."""
    sell = Action("abandon", "sell", END, gain=lambda time, state: 40.0 - state[0])
    wait = Action("wait", "wait", (Branch("holding"),), dates=frozenset(range(steps)))
    lapse = Action("complete", "keep", END, dates=frozenset([steps]))
    process = alone("value", "log", Lognormal(0.06, volatility**2))
    times = tuple(np.linspace(0.0, 1.0, steps + 1))
    return DecisionProblem(process, (spot,), "holding", (Mode("holding", (wait, sell, lapse)),), times, 0.06)


PRINTED = {(36, 0.2): 4.478, (40, 0.2): 2.314, (44, 0.2): 1.110, (36, 0.4): 7.101, (40, 0.4): 5.312, (44, 0.4): 3.948}
FOUND = {key: solve_line(sale(float(key[0]), key[1])).value for key in PRINTED}
for key, number in FOUND.items():
    print(key, f"{number:.4f}", PRINTED[key])

# %% [markdown]
# ## Research whose cost and reward are both uncertain
# The model of Schwartz (2004): 100 still to be spent at 10 a year, give or take; 20 a year to be earned if it succeeds
# before the patent ends; a catastrophe each ten years on average ends half of all projects. The owner looks every
# quarter and may stop. The outlay of a quarter is paid at its start.

# %%
PROJECT = StagedRnd(
    cash_flow_per_year=20.0,
    drift_per_year=0.02,
    risk_premium_per_year=0.036,
    volatility=0.35,
    terminal_multiple=5.0,
    cost_to_completion=100.0,
    investment_per_year=10.0,
    cost_uncertainty=0.5,
    hazard_per_year=math.log(2) / 10,
    correlation=-0.1,
    rate_per_year=0.05,
    horizon_years=20.0,
    step_years=0.25,
)
NODES = PlaneSettings(nodes=(40, 40))
with_stop = solve_plane(PROJECT.problem(), settings=NODES)
without_stop = solve_plane(PROJECT.without_abandonment().problem(), settings=NODES)
print(f"with the right to stop {with_stop.value:.2f}, without {without_stop.value:.2f}")
print({name: round(share, 3) for name, share in with_stop.event_counts().items()})

# %%
for threshold in with_stop.thresholds:
    actions = {threshold.action_below, threshold.action_above}
    if actions == {"abandon", "go_on"} and threshold.date in (20, 40, 60):
        time = with_stop.problem.times_years[threshold.date]
        order = np.argsort(threshold.second_factor)
        plt.plot(threshold.second_factor[order], threshold.first_factor[order], ".", label=f"{time:g}")
plt.xlabel(text("尚需投入", "still to be spent"))
plt.ylabel(text("放弃临界现金流（年）", "yearly cash flow below which to stop"))
plt.legend(title=text("时间（年）", "time (years)"))
plt.title(text("花得越多、时间越晚，越要求高的现金流", "the more is still to be spent, the more must be in sight"))
plt.xlim(0, 150)
plt.ylim(0, 60)
plt.show()

# %% [markdown]
# ## Held against what was printed
# Literature: 907 for Avonex and the table of 2001. Own benchmark by three methods: 11.82 and 3.09 for the research
# project. Identities: a right that may be used more often is worth no less; every start ends somehow.

# %%
assert abs(european - 907) < 0.5
assert abs(american.value / 1603.8 - 1) < 2e-4, "QuantLib's QdFp engine on the same inputs"
assert european < yearly.value < american.value
assert abs(sum(yearly.event_shares().values()) - 1) < 1e-6
assert all(abs(FOUND[key] - number) < 1e-3 for key, number in PRINTED.items())
assert abs(with_stop.value - 11.82) < 0.15
assert abs(without_stop.value - 3.09) < 0.08
assert with_stop.value > without_stop.value
assert abs(sum(with_stop.event_counts().values()) - 1) < 5e-3
