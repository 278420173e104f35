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
# # 让利的代价是什么，买到了什么？ What does each concession cost the public side, and what does it buy?
#
# A fund of 1,000 with 300 of public money, called in the first three years and sold in years five to eight. One
# question: for every multiple that the fund may reach, what does the public side give up under each concession, and
# what do the other partners gain? The cost is what public money gets without the concession less what it gets with it,
# all else equal; the fund as a whole does not change, so every yuan given is a yuan gained. The last cell holds that
# against the figures, and two costs against arithmetic by hand.

# %%
import datetime

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import font_manager

from leverage.concessions import concession_costs
from leverage.fund_accounts import Partner
from leverage.waterfall import FundFlow, Settlement, Tier, Waterfall, run_waterfall, settlement_kinds, tier_kinds
from valuation.kernel.fields import parse

KNOWN = {font.name for font in font_manager.fontManager.ttflist}
CHINESE = [name for name in ("Noto Sans CJK SC", "Noto Sans SC", "WenQuanYi Zen Hei", "SimHei") if name in KNOWN]
plt.rcParams["font.family"] = [*CHINESE, "DejaVu Sans"]
plt.rcParams["axes.unicode_minus"] = False

# %% [markdown]
# ## 协议 The agreement
#
# Capital back to all, 8 % preferred, full catch-up, 20 % carry. A concession takes the place of one tier, or stands
# beside the tiers as a settlement.

# %%
YUAN = 100
PARTNERS = (
    Partner("city", "public", 300 * YUAN),
    Partner("private", "other", 690 * YUAN),
    Partner("gp", "manager", 10 * YUAN),
)


def tier(kind: str, **terms: object) -> Tier:
    found = tier_kinds()[kind]
    return Tier(found, parse(found.terms_model, terms))


def settlement(kind: str, **terms: object) -> Settlement:
    found = settlement_kinds()[kind]
    return Settlement(found, parse(found.terms_model, terms))


PREFERRED = tier("preferred_return", rate_share="0.08", compounding="compound", base="drawn", day_basis=365)
CATCH_UP = tier("catch_up", manager_share="1", carry_share="0.2")
SPLIT = tier("split", carry_share="0.2")
BACK_TO_ALL = tier("return_of_capital")
PLAIN = (BACK_TO_ALL, PREFERRED, CATCH_UP, SPLIT)


def agreement(*, tiers: tuple[Tier, ...] = PLAIN, settlements: tuple[Settlement, ...] = ()) -> Waterfall:
    return Waterfall(partners=PARTNERS, tiers=tiers, settlements=settlements)


CAPPED = tier("capped_public_return", carry_share="0.2", cap_rate_share="0.08", day_basis=365, above_to="others")
FIRST_LOSS = tier("return_of_capital", order=(("private", "gp"), ("city",)))
BOUGHT = settlement(
    "buy_out",
    public="city",
    buyers=("private",),
    on="2026-12-31",
    interest_from="2021-12-31",
    rate_share="0.04",
    compounding="simple",
    day_basis=365,
    less_what_was_gained=True,
)
LOSS = settlement("loss_made_good", public="city", loss_share="0.4", cap_of_public_capital_share="1")
CONCESSIONS = {
    "公共收益封顶 capped at 8 %": agreement(tiers=(BACK_TO_ALL, PREFERRED, CATCH_UP, CAPPED)),
    "先行承担亏损 first loss": agreement(tiers=(FIRST_LOSS, *PLAIN[1:])),
    "成本加4%回购 buy-out at cost + 4 %": agreement(settlements=(BOUGHT,)),
    "承担40%亏损 40 % of losses": agreement(settlements=(LOSS,)),
}


def flows(multiple: float) -> list[FundFlow]:
    """1,000 called over three years; the multiple comes back in years five to eight, 10, 30, 35 and 25 %."""
    days = [datetime.date(year, 12, 31) for year in (2021, 2022, 2023)]
    called = [FundFlow(day, called_fen=share * YUAN) for day, share in zip(days, (300, 400, 300), strict=True)]
    parts = zip((2025, 2026, 2027, 2028), (0.10, 0.30, 0.35, 0.25), strict=True)
    back = [
        FundFlow(datetime.date(year, 12, 31), proceeds_fen=round(1000 * YUAN * multiple * part)) for year, part in parts
    ]
    return called + back


# %% [markdown]
# ## 成本与所得 Cost and what it buys, by how well the fund does

# %%
MULTIPLES = np.round(np.arange(0.2, 3.01, 0.1), 2)
found = {
    name: [concession_costs(made, flows(multiple), discount_rate_share=0.04)[0] for multiple in MULTIPLES]
    for name, made in CONCESSIONS.items()
}

fig, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2))
for name, rows in found.items():
    left.plot(MULTIPLES, [row.cost_fen / YUAN for row in rows], label=name)
    gain = [
        np.nan
        if row.others_rate_with_share is None or row.others_rate_without_share is None
        else 100 * (row.others_rate_with_share - row.others_rate_without_share)
        for row in rows
    ]
    right.plot(MULTIPLES, gain, label=name)
left.axhline(0, color="black", linewidth=0.5)
left.set_xlabel("基金倍数 fund multiple")
left.set_ylabel("公共方成本 cost to the public side")
left.legend(fontsize=8)
right.axhline(0, color="black", linewidth=0.5)
right.set_xlabel("基金倍数 fund multiple")
right.set_ylabel("其他方收益率变化（百分点） others' rate, points")
plt.tight_layout()
plt.show()

# %% [markdown]
# A cap and a buy-out cost only when the fund does well: they buy the others a larger part of a success. First loss and
# a share of losses cost only when it fails: they buy protection. Two costs may be negative. Who is bound to buy the
# public part on a fixed day pays too much for a fund that fails later. And public money that waits for its capital
# earns its preferred return for longer, so that in a fund that does well first loss brings it a little more.

# %%
for name, rows in found.items():
    cells = "  ".join(f"{row.cost_fen / YUAN:8.1f}" for row in rows[::4])
    print(f"{name:36s} {cells}")
print(f"{'基金倍数 multiple':36s} " + "  ".join(f"{multiple:8.1f}" for multiple in MULTIPLES[::4]))

# %% [markdown]
# ## 公共方的得失 What the public side gets: the other reading
#
# The same concessions, as the public side's own multiple. Whoever signs a cap signs the flat line at the right; whoever
# signs first loss signs the steep line at the left.

# %%
plt.figure(figsize=(7, 4.2))
for name, made in {"无让利 none": agreement(), **CONCESSIONS}.items():
    runs = [run_waterfall(made, flows(multiple)) for multiple in MULTIPLES]
    plt.plot(MULTIPLES, [run.received_fen("city") / run.contributed_fen("city") for run in runs], label=name)
plt.axhline(1, color="black", linewidth=0.5)
plt.xlabel("基金倍数 fund multiple")
plt.ylabel("公共出资倍数 public multiple")
plt.legend(fontsize=8)
plt.tight_layout()
plt.show()

# %% [markdown]
# ## 核对 Checks

# %%
given = [row for rows in found.values() for row in rows]
assert all(row.cost_fen == row.to_others_fen + row.to_manager_fen for row in given), "what is given is gained"

capped, first_loss, bought, losses = (dict(zip(MULTIPLES, rows, strict=True)) for rows in found.values())
assert all(row.cost_fen == 0 for multiple, row in capped.items() if multiple <= 1.3), (
    "a cap costs nothing without profit"
)
assert all(row.cost_fen == 0 for multiple, row in losses.items() if multiple >= 1.0), "no loss, nothing to make good"
assert capped[3.0].cost_fen > capped[2.0].cost_fen > 0, "a cap costs more, the better the fund"
assert bought[0.4].cost_fen < 0 < bought[3.0].cost_fen, "whoever buys before a failure has paid the public side"
# By hand: at 0.5 the others (690 + the manager's 10 apart) lose 345; 40 % of it is 138, below the city's 150.
assert losses[0.5].cost_fen == 138 * YUAN
# By hand: at 0.5 the fund returns 500; private and manager take it all before the city, which would have had 150.
assert first_loss[0.5].cost_fen == 150 * YUAN
assert first_loss[1.0].cost_fen == 0, "all capital comes back, in whatever order"
assert first_loss[2.0].cost_fen < 0, "capital that waits earns its preferred return for longer"
