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
# # 两个园区的财政资金能撬动什么，风险多大？ What does the money of two parks set in motion, and at what risk?
#
# 龙华分园 has 2,000万 of central money; 高新分园 has 5,000万 central and 5,000万 of the city. The plan names three
# ways to use it, 资本金注入, 组建基金 and 股权投资, and leaves its list open; a loss-compensation pool stands beside
# them. It states no split and no terms. So every figure below that is not the money itself is a hypothesis; all of them
# are listed, and changed one by one near the end. The last cell holds the results against arithmetic by hand.

# %%
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import font_manager

from leverage.frontier import RiskLimits, allocation_frontier
from leverage.policy import load_policies
from leverage.policy_exclusion import excluded_by_policy
from leverage.programme import load_programmes
from leverage.run_frontier import outcomes_of_run
from leverage.scenario import placed_allocations
from leverage.scenario_run import run_paths, run_request_model
from leverage.source_classes import SOURCE_CLASSES
from valuation.kernel.fields import parse

KNOWN = {font.name for font in font_manager.fontManager.ttflist}
CHINESE = [name for name in ("Noto Sans CJK SC", "Noto Sans SC", "WenQuanYi Zen Hei", "SimHei") if name in KNOWN]
plt.rcParams["font.family"] = [*CHINESE, "DejaVu Sans"]
plt.rcParams["axes.unicode_minus"] = False

PROGRAMMES, POLICIES, MODEL = load_programmes(), load_policies(), run_request_model()
PARKS = {
    "longhua": ("龙华分园", {"longhua_central": "20000000.00"}),
    "high_tech": ("高新分园", {"high_tech_central": "50000000.00", "high_tech_city": "50000000.00"}),
}
NAMES = {
    "guarantor": "资本金注入（担保）\nguarantor",
    "fund": "组建基金\nfund",
    "equity": "股权投资\ndirect equity",
    "pool": "风险补偿资金池\npool",
}
COLOURS = {"guarantor": "#1f5f8b", "fund": "#2e8b57", "equity": "#b8860b", "pool": "#a23b3b"}
FEN_PER_WAN = 1_000_000
YUAN_PER_WAN = 10_000


def figure(value, reason):
    return {"value": str(value), "grade": "hypothesis", "reason": reason}


# %% [markdown]
# ## 假设 What is assumed
#
# Terms say how much, the course says when, the risk says how uncertain. Loans run for a year and are lent once: a pool
# that lends again and again would reach more firms and lose more. Firms of a fund or of direct equity are bought over
# two years and sold in years six to nine.

# %%
ASSUMED = {
    "lending_multiple": figure(10, "the city's pool asked its banks for ten times; this one has no agreement"),
    "used_share": figure("0.6", "six of ten times in the first year is what the city asked for"),
    "pool_loss_share": figure("0.5", "the rules of the pool were not seen"),
    "guarantee_multiple": figure(10, "the legal ceiling"),
    "guarantee_used": figure("0.5", "half of the ceiling"),
    "guaranteed_share": figure("0.8", "the bank keeps a fifth of each loan"),
    "loan_months": figure(12, "working-capital loans of a year"),
    "programme_share": figure("0.3", "both layers together at the limit of the city's guide fund"),
    "private_share": figure("0.5", "half of the other partners; the plan names none"),
    "fee_share": figure("0.18", "median of a foreign sample of venture funds"),
    "co_investment": figure(1, "a yuan of private money beside each yuan of shares"),
    "default_share": figure("0.05", "loans without other security; no record of such loans here was found"),
    "loss_given_default": figure("0.6", "little comes back from a pledged patent"),
    "loan_correlation": figure("0.2", "one region, a few trades"),
    "log_mean": figure("-0.03", "more than half of the companies return less than they got, as abroad"),
    "log_volatility": figure("0.45", "so that all together return 1.6 times, as the course plans"),
    "company_correlation": figure("0.2", "one region, a few trades"),
    "companies": figure(15, "so many firms get the same amount"),
}
HELD_YEARS = 6.5
FIRST_DAY = "2026-01-01"


def quarters(drawn, ended):
    """Draws by quarter, then the quarters in which money ends; lost and gained here are the plan, not the risk."""
    last = max(ended)
    rows = [{"drawn_share": str(drawn[place]) if place < len(drawn) else "0"} for place in range(last + 1)]
    for place, (back, lost, gain) in ended.items():
        rows[place] |= {"repaid_share": back, "lost_share": lost, "gain_share": gain}
    return {"first_day": FIRST_DAY, "grade": "hypothesis", "reason": "a plan of this notebook", "quarters": rows}


LOAN_COURSE = quarters(["0.25"] * 4, dict.fromkeys(range(4, 8), ("0.2425", "0.0075", "0")))
EQUITY_COURSE = quarters(["0.125"] * 8, dict.fromkeys((22, 26, 30, 34), ("0.15", "0.1", "0.25")))


def terms_of(assumed, whole_yuan):
    """The terms of each instrument for so much money."""
    exact = {name: row["value"] for name, row in assumed.items()}
    rest = {
        "state_company": Decimal(1) - Decimal(exact["private_share"]),
        "private": Decimal(exact["private_share"]),
    }
    into = {
        "recipient": "guarantor",
        "serves": "general",
        "multiple": assumed["guarantee_multiple"],
        "used_share": assumed["guarantee_used"],
        "guaranteed_share": assumed["guaranteed_share"],
        "loan_term_months": assumed["loan_months"],
    }
    beside = figure(f"{whole_yuan * Decimal(exact['co_investment']):.2f}", assumed["co_investment"]["reason"])
    return {
        "guarantor": ("capital_injection", {"into": into}),
        "fund": (
            "fund",
            {
                "programme_share": assumed["programme_share"],
                "lifetime_fee_share": assumed["fee_share"],
                "partners_paid_in_share": figure(1, "every partner pays in all"),
                "deployed_share": figure(1, "all after fees is invested"),
                "partner_mix": [
                    {"source_class": name, "share_of_rest": figure(share, assumed["private_share"]["reason"])}
                    for name, share in rest.items()
                ],
            },
        ),
        "equity": (
            "direct_equity",
            {
                "co_investors": [{"source_class": "private", "amount": beside}],
                "deployed_share": figure(1, "all is invested"),
            },
        ),
        "pool": (
            "loss_compensation_pool",
            {
                "lending_multiple": assumed["lending_multiple"],
                "used_share": assumed["used_share"],
                "loan_term_months": assumed["loan_months"],
                "pool_loss_share": assumed["pool_loss_share"],
            },
        ),
    }


def risks_of(assumed):
    """Loans of a book moved by one factor; companies by a lognormal law."""
    loans = {
        "kind": "loan_losses",
        "default_share": assumed["default_share"],
        "loss_given_default_share": assumed["loss_given_default"],
        "correlation_share": assumed["loan_correlation"],
    }
    law = {
        "id": "lognormal",
        "terms": {
            "log_mean_share": float(assumed["log_mean"]["value"]),
            "log_volatility_share": float(assumed["log_volatility"]["value"]),
            "holding_years": HELD_YEARS,
        },
        "grade": "hypothesis",
        "reason": "no law of firms with intellectual property at their core was found",
    }
    companies = {
        "kind": "company_outcomes",
        "law": law,
        "companies": assumed["companies"],
        "correlation_share": assumed["company_correlation"],
        "years_held": figure(HELD_YEARS, "from the middle of the draws to the middle of the exits"),
    }
    return {"guarantor": loans, "pool": loans, "fund": companies, "equity": companies}


def allocations(park, *, assumed, ways, part):
    """Each way gets this part of the park's money."""
    money = {line: Decimal(amount) * part for line, amount in PARKS[park][1].items()}
    terms, risks = terms_of(assumed, sum(money.values())), risks_of(assumed)
    return [
        {
            "id": name,
            "instrument": terms[name][0],
            "money": [{"line": line, "amount": f"{amount:.2f}"} for line, amount in money.items()],
            "terms": terms[name][1],
            "course": LOAN_COURSE if name in ("guarantor", "pool") else EQUITY_COURSE,
            "risk": risks[name],
        }
        for name in ways
    ]


def asked(alternatives, *, paths):
    days = dict.fromkeys(("valuation_date", "policy_date", "report_date"), "2025-12-31")
    asked_for = {
        "programme": "haikou_2021",
        "dates": days,
        "first_day": FIRST_DAY,
        "quarters": 40,
        "paths": paths,
        "seed": 8,
        "alternatives": alternatives,
    }
    return parse(MODEL, asked_for)


def simulated(park, *, paths, assumed=ASSUMED, ways=tuple(NAMES)):
    """All money of the park in one instrument, for each of the ways."""
    rows = allocations(park, assumed=assumed, ways=ways, part=1)
    request = asked([{"id": row["id"], "allocations": [row]} for row in rows], paths=paths)
    return run_paths(request, programmes=PROGRAMMES, policies=POLICIES)


PATHS = 4000
runs = {park: simulated(park, paths=PATHS) for park in PARKS}
answers = {park: run.scenario for park, run in runs.items()}

print(f"{'假设 assumed':22s} {'值 value':>8s}  级别 grade   理由 reason")
for name, row in ASSUMED.items():
    print(f"{name:22s} {row['value']:>8s}  {row['grade']}  {row['reason']}")

# %% [markdown]
# ## 倍数阶梯 The ladder
#
# The multiples of the two parks are the same where their terms are: only the amounts differ. One programme has several
# true multiples, and a yuan of one-year loan is no yuan of equity that stays for years.

# %%
RUNGS = {
    "other_per_public": "(b) 其他/公共 other",
    "finance_to_firms_per_public": "(c) 到达企业 to firms",
    "private_per_public": "(e) 民间 private",
}


def ladder_of(park, way, stage="disbursed"):
    (found,) = [row.ladder(stage) for row in answers[park].alternatives if row.id == way]
    assert found is not None, "money flowed"
    return found


fig, (left, right) = plt.subplots(1, 2, figsize=(12, 4.6))
places = np.arange(len(NAMES))
for at, (rung, label) in enumerate(RUNGS.items()):
    heights = [float(ladder_of("high_tech", way).rung(rung).multiple) for way in NAMES]
    bars = left.bar(places + 0.27 * (at - 1), heights, width=0.25, label=label, color=("#9ab", "#357", "#c96")[at])
    left.bar_label(bars, fmt="%.2f", fontsize=8, padding=2)
left.set_xticks(places, list(NAMES.values()), fontsize=9)
left.set_ylim(0, 8.6)
left.set_ylabel("每1元公共资金 per yuan of public money")
left.set_title("倍数阶梯 Ladder of multiples")
left.legend(fontsize=8, ncols=3, loc="upper center")
for at, park in enumerate(PARKS):
    loans = np.array([ladder_of(park, way).loans_fen for way in NAMES]) / FEN_PER_WAN
    equity = np.array([ladder_of(park, way).equity_fen for way in NAMES]) / FEN_PER_WAN
    shade = (0.55, 1.0)[at]
    middle = places + 0.38 * (at - 0.5)
    right.bar(middle, loans, width=0.36, color="#357", alpha=shade, label=f"{PARKS[park][0]} 贷款 loans")
    right.bar(
        middle, equity, width=0.36, bottom=loans, color="#c96", alpha=shade, label=f"{PARKS[park][0]} 股权 equity"
    )
    for x, whole in zip(middle, loans + equity, strict=True):
        right.text(x, whole + 800, f"{whole:,.0f}", ha="center", fontsize=8)
right.set_xticks(places, list(NAMES.values()), fontsize=9)
right.set_ylim(0, 72_000)
right.set_ylabel("万元 ten thousand yuan")
right.set_title("到达企业的资金 Finance that reaches firms")
right.legend(fontsize=8)
plt.tight_layout()
plt.show()

print("(a) 总规模 total = (b) + 1;  (d) 带动投资 investment: 未说明 not stated by the plan")
for way, name in NAMES.items():
    found = ladder_of("high_tech", way)
    print(f"{name.replace(chr(10), ' '):30s} 贷款年数 loan-years {found.loan_years_text or '—':>18s}")

# %% [markdown]
# ## 谁出资 Who pays
#
# State companies count as public: in the fund they are half of the other partners, so that public money is more than
# the programme's own, and the multiple is lower than the fund's size suggests.

# %%
SOURCES = ["central", "city", "state_company", "private", "bank"]
SHADES = dict(zip(SOURCES, ("#7a1f1f", "#b85c5c", "#d9a5a5", "#c9a227", "#5b8db8"), strict=True))
fig, axes = plt.subplots(1, 2, figsize=(12, 4), sharey=True)
for axis, park in zip(axes, PARKS, strict=True):
    left_edge = np.zeros(len(NAMES))
    for source in SOURCES:
        parts = np.array(
            [
                sum(
                    row.paid_fen for row in alternative.payers if (row.stage, row.source_class) == ("disbursed", source)
                )
                for alternative in answers[park].alternatives
            ]
        )
        label = SOURCE_CLASSES[source].label
        axis.barh(places, parts / FEN_PER_WAN, left=left_edge, color=SHADES[source], label=f"{label.zh} {label.en}")
        left_edge += parts / FEN_PER_WAN
    axis.set_yticks(places, list(NAMES.values()), fontsize=9)
    axis.set_title(PARKS[park][0])
    axis.set_xlabel("到位资金，万元 disbursed, ten thousand yuan")
axes[0].invert_yaxis()
fig.legend(*axes[0].get_legend_handles_labels(), fontsize=9, loc="lower center", ncols=len(SOURCES))
plt.tight_layout(rect=(0, 0.08, 1, 1))
plt.show()

# %% [markdown]
# ## 何时：J曲线 When: the J-curve, under the stated course
#
# The programme's own cash by quarter, from the ledger of each instrument, if everything goes as planned: loans lose
# 3 %; of equity four tenths are lost, yet 1.6 times comes back in all. A pool is paid back when the loans end; capital
# in a guarantor stays there and is not cash again; a fund or shares wait for years.


# %%
def account_of(park, way):
    (row,) = [row for row in answers[park].alternatives if row.id == way]
    (allocation,) = row.allocations
    assert allocation.account is not None, "a course was stated"
    return allocation.account


DASHES = {"guarantor": (2, 1.5), "fund": (5, 2)}  # drawn over the lines that they share for years
fig, axes = plt.subplots(1, 2, figsize=(12, 4.2), sharex=True)
for axis, park in zip(axes, PARKS, strict=True):
    for way, name in sorted(NAMES.items(), key=lambda row: row[0] in DASHES):
        days, net = [date(2026, 1, 1)], [0.0]
        for day, into, back, _ in account_of(park, way).timetable():
            days += [day, day]
            net += [net[-1], net[-1] + (back - into) / FEN_PER_WAN]
        (line,) = axis.plot(days, net, label=name.replace("\n", " "), color=COLOURS[way], linewidth=2)
        if way in DASHES:
            line.set_dashes(DASHES[way])
    axis.axhline(0, color="black", linewidth=0.6)
    axis.set_title(PARKS[park][0])
    axis.set_ylabel("累计净现金流，万元 net cash so far")
axes[0].legend(fontsize=8, loc="upper left")
plt.tight_layout()
plt.show()

# %% [markdown]
# ## 账目 The ledger under the course
#
# Double entry: each party's postings add up to zero on every day. Here is the pool of 龙华分园 at the end, by party and
# account, in yuan.

# %%
ledger = account_of("longhua", "pool").ledger
ends = Counter()
for posting in ledger.postings:
    ends[posting.party, posting.account] += posting.amount_fen
for (party, account), fen in sorted(ends.items()):
    if fen:
        print(f"{party:24s} {account:16s} {Decimal(fen).scaleb(-2):>18,.2f}")

# %% [markdown]
# ## 模拟 On many paths: how probably is principal lost?
#
# Now chance decides how much is lost, and one factor moves loans and companies together. Each instrument by its own
# definition: a pool or a guarantor is lost when it is exhausted, a fund or shares when less than 1x comes back. These
# events are not of one kind, so the mean loss of the worst twentieth (CVaR) stands beside the probability. Capital in a
# pool or a guarantor can only shrink: its expected loss is what the loans cost. Equity loses more often and gains on
# average.

# %%
print("概率与95%区间 probability; 占投入 of the money: 期望损失 loss, CVaR 95 %, 期望净得 net; 到企业 to firms, 万元")
for park, run in runs.items():
    whole = float(sum(map(Decimal, PARKS[park][1].values())))
    print(PARKS[park][0])
    for row in run.alternatives:
        risk = row.allocations[0].principal
        shares = [figure.value / whole for figure in (risk.expected_loss, risk.tail_loss, risk.net)]
        print(
            f"  {row.id:10s} {risk.probability.value:7.2%} [{risk.probability_low:6.2%}, {risk.probability_high:6.2%}]"
            + "".join(f"{share:9.1%}" for share in shares)
            + f"{row.to_firms.mean.value / YUAN_PER_WAN:10,.0f}   {risk.definition.zh}"
        )

fig, (left, right) = plt.subplots(1, 2, figsize=(12, 4.6))
run = runs["high_tech"]
for way, name in NAMES.items():
    multiple = 1 + run.paths.net(way) / run.paths.allocations[way][way].paid
    left.plot(np.sort(multiple), np.arange(1, PATHS + 1) / PATHS, color=COLOURS[way], label=name.replace("\n", " "))
left.axvline(1, color="black", linewidth=0.6)
left.set_xlim(0, 4)
left.set_xlabel("收回与仍持有 ÷ 投入 back and held / paid in")
left.set_ylabel("不超过的概率 probability of no more")
left.set_title("公共资金的结局 What public money ends with")
left.legend(fontsize=8)
risks = [row.allocations[0].principal for row in run.alternatives]
for at, (values, label, colour) in enumerate(
    (
        ([risk.probability.value for risk in risks], "本金损失概率（各自定义） probability, own definition", "#888"),
        ([risk.expected_loss.value / 1e8 for risk in risks], "期望损失÷投入 expected loss", "#e0a030"),
        ([risk.tail_loss.value / 1e8 for risk in risks], "CVaR 95 %÷投入", "#a23b3b"),
    )
):
    bars = right.bar(places + 0.27 * (at - 1), values, width=0.25, label=label, color=colour)
    right.bar_label(bars, labels=[f"{value:.1%}" for value in values], fontsize=8, padding=2)
right.set_xticks(places, list(NAMES.values()), fontsize=9)
right.set_ylim(0, 0.95)
right.set_title("风险 Risk, 高新分园")
right.legend(fontsize=8, loc="upper center")
plt.tight_layout()
plt.show()

# %% [markdown]
# ## 敏感性 Which assumption decides?
#
# Each assumed figure times 0.75 and times 1.25, on the same random numbers, 高新分园. What moves is CVaR as a share of
# the money, and below the figures finance to firms in times of the programme's money. What has no effect on the one
# may have on the other: a higher guaranteed share costs loans and saves no loss, since liability is what is capped.

# %%
VARIED = {
    "pool": ("default_share", "loss_given_default", "loan_correlation", "pool_loss_share", "used_share"),
    "guarantor": ("default_share", "loss_given_default", "loan_correlation", "guaranteed_share", "guarantee_used"),
    "fund": ("log_mean", "log_volatility", "company_correlation", "companies", "programme_share", "fee_share"),
    "equity": ("log_mean", "log_volatility", "company_correlation", "companies", "co_investment"),
}
ZH = {
    "default_share": "违约率 default",
    "loss_given_default": "违约损失率 LGD",
    "loan_correlation": "贷款相关性 correlation",
    "pool_loss_share": "资金池分担 pool's share",
    "used_share": "用足比例 used",
    "guaranteed_share": "担保比例 guaranteed",
    "guarantee_used": "用足比例 used",
    "log_mean": "对数增长 log growth",
    "log_volatility": "波动率 volatility",
    "company_correlation": "企业相关性 correlation",
    "companies": "企业数 companies",
    "programme_share": "出资比例 public share",
    "fee_share": "费用 fees",
    "co_investment": "跟投 co-investment",
}


def moved(name, factor):
    value = Decimal(ASSUMED[name]["value"]) * Decimal(factor)
    value = round(value) if name == "companies" else value
    return {**ASSUMED, name: figure(value, f"{factor} times the assumption")}


def outcome(way, assumed):
    (row,) = simulated("high_tech", paths=1000, assumed=assumed, ways=(way,)).alternatives
    return row.principal.tail_loss.value / 1e8, row.to_firms.mean.value / 1e8


base = {way: outcome(way, ASSUMED) for way in NAMES}
swings = {
    way: {name: [outcome(way, moved(name, factor)) for factor in ("0.75", "1.25")] for name in names}
    for way, names in VARIED.items()
}

fig, axes = plt.subplots(2, 2, figsize=(12, 6.4))
for axis, (way, rows) in zip(axes.flat, swings.items(), strict=True):
    order = sorted(rows, key=lambda name, rows=rows: abs(rows[name][1][0] - rows[name][0][0]))
    for at, name in enumerate(order):
        (low, _), (high, _) = rows[name]
        for value, colour in ((low, "#7fb069"), (high, "#c8553d")):
            axis.barh(at, value - base[way][0], left=base[way][0], height=0.6, color=colour)
    axis.axvline(base[way][0], color="black", linewidth=0.8)
    axis.set_yticks(range(len(order)), [ZH[name] for name in order], fontsize=9)
    axis.set_title(NAMES[way].replace("\n", " "), fontsize=10)
    axis.set_xlabel("CVaR 95 %，占投入 share of the money", fontsize=8)
    axis.xaxis.set_major_formatter(lambda value, _: f"{value:.1%}")
    for at, name in enumerate(order):
        if abs(rows[name][1][0] - rows[name][0][0]) < 1e-9:
            axis.text(base[way][0], at, "  无影响 no effect", va="center", fontsize=8)
handles = [plt.Rectangle((0, 0), 1, 1, color=colour) for colour in ("#7fb069", "#c8553d")]
fig.legend(handles, ["× 0.75", "× 1.25"], loc="lower center", ncols=2, fontsize=9)
plt.tight_layout(rect=(0, 0.04, 1, 1))
plt.show()

for way, rows in swings.items():
    for name, ((_, low), (_, high)) in rows.items():
        if abs(high - low) > 1e-9:
            print(f"{way:10s} {name:18s} 到企业倍数 to firms {low:.2f} … {base[way][1]:.2f} … {high:.2f}")

# %% [markdown]
# ## 前沿与角点 The frontier, and its corners
#
# Parts of the 1.0亿 in several instruments at once. The four are run side by side, each with chances of its own beside
# the common factor: what stands in different alternatives shares its numbers and must not be mixed. At each limit of
# CVaR the frontier is the allocation that brings most finance to firms; the corners put everything into one instrument.
# There is no best point: a limit is a choice. So is the measure. Counted in yuan, a loan of a year and shares of six
# years and a half are alike, and lending wins everywhere; counted in yuan times years it loses to the fund. Finance is
# per yuan of the programme: the fund's 2.73 are those of which the ladder, counting state companies as public, left
# 1.26. A fund with more public money than the city's rule allows would be excluded.

# %%
PLACED = 1e8
YEARS = {"guarantor": 1.0, "pool": 1.0, "fund": HELD_YEARS, "equity": HELD_YEARS}
side_by_side = allocations("high_tech", assumed=ASSUMED, ways=tuple(NAMES), part=Decimal("0.25"))
mixed = asked([{"id": "mixed", "allocations": side_by_side}], paths=PATHS // 2)
placed = placed_allocations(mixed, programmes=PROGRAMMES, policies=POLICIES)["mixed"]
mixed_run = run_paths(mixed, programmes=PROGRAMMES, policies=POLICIES)
outcomes = outcomes_of_run(mixed_run, alternative="mixed", placed=placed)
RULES = {"haikou_guide_fund_2023": POLICIES["haikou_guide_fund_2023"]}


def ruled_out(rows):
    return excluded_by_policy(rows, policies=RULES, policy_date=date(2025, 12, 31))


(fund_outcome,) = [row for row in outcomes if row.id == "fund"]
larger = replace(fund_outcome, government_share=Decimal("0.35"))
for row in (fund_outcome, larger):
    reasons = "; ".join(found.reason.zh for found in ruled_out([row])) or "不受限 allowed"
    print(f"政府出资比例 government share {row.government_share.normalize()}: {reasons}")

GRID = [round(float(limit), 3) for limit in np.linspace(0.36, 0.72, 19)]
MEASURES = {
    "元 yuan": outcomes,
    "元·年 yuan × years": [replace(row, to_firms=row.to_firms * YEARS[row.id]) for row in outcomes],
}
frontiers = {
    name: allocation_frontier(
        rows, tail_loss_shares=GRID, limits=RiskLimits(tail_level_share=0.95), exclusions=ruled_out(outcomes)
    )
    for name, rows in MEASURES.items()
}

fig, axes = plt.subplots(2, 2, figsize=(12, 8.4))
for (left, right), (measure, frontier) in zip(axes, frontiers.items(), strict=True):
    limits, points = zip(*frontier.points, strict=True)
    left.plot(
        [point.tail_loss.value for point in points], [point.to_firms for point in points], "o-", color="#444", ms=4
    )
    for corner in frontier.corners:
        name = NAMES[str(corner.corner)].replace("\n", " ")
        left.plot(corner.tail_loss.value, corner.to_firms, "s", color=COLOURS[str(corner.corner)], ms=9, label=name)
    left.set_ylabel(f"到达企业资金倍数 finance to firms, {measure}")
    left.set_title(f"前沿（点）与角点（方块） Frontier and corners, {measure}", fontsize=10)
    left.set_ylim(0, 1.15 * max(corner.to_firms for corner in frontier.corners))
    right.stackplot(
        limits,
        [[point.share_of[way] for point in points] for way in NAMES],
        colors=[COLOURS[way] for way in NAMES],
        alpha=0.85,
    )
    right.set_xlim(min(limits), max(limits))
    right.set_ylim(0, 1)
    right.set_ylabel("配置 shares of the money")
    right.set_title(f"各上限下的配置 Allocation at each limit, {measure}", fontsize=10)
    for axis in (left, right):
        axis.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
axes[1, 0].set_xlabel("CVaR 95 %，占投入 share of the money")
axes[1, 1].set_xlabel("CVaR上限 limit of CVaR")
fig.legend(*axes[0, 0].get_legend_handles_labels(), fontsize=9, loc="lower center", ncols=len(NAMES))
plt.tight_layout(rect=(0, 0.04, 1, 1))
plt.show()

for limit, reason in frontiers["元 yuan"].refused[-1:]:
    print(f"上限不高于 limits up to {limit:.1%}: {reason}")

# %% [markdown]
# ## 核对 Checks

# %%
for park in PARKS:
    # By hand: 10 · 0.6; 10 · 0.5 / 0.8; half of the fund's other partners are public: 0.82 / 0.3 / (1 + 0.35 / 0.3).
    hand = {"pool": Fraction(6), "guarantor": Fraction(25, 4), "fund": Fraction(82, 65), "equity": Fraction(2)}
    for way, expected in hand.items():
        found = ladder_of(park, way)
        assert abs(found.rung("finance_to_firms_per_public").multiple - expected) < Fraction(1, 10**6), (park, way)
        rungs = {rung.id: rung.multiple for rung in found.rungs}
        assert rungs["total_per_public"] == rungs["other_per_public"] + 1, "(a) = (b) + 1"
        assert "investment_per_public" not in rungs, "the plan does not say what firms invest"
        assert account_of(park, way).ledger.unbalanced() == [], "every party is balanced on every day"

whole = {park: sum(map(Decimal, money.values())) for park, (_, money) in PARKS.items()}
assert whole == {"longhua": 20_000_000, "high_tech": 100_000_000}, "both layers of public money count"
# By hand, under the course: 6 × 0.03 of the pool's loans are lost, half of it is the pool's; 0.6 of the equity comes
# back and 1.0 of gain on top.
assert account_of("high_tech", "pool").back_fen() == round(10**10 * (1 - 6 * 0.03 * 0.5))
assert account_of("high_tech", "guarantor").back_fen() == 0, "what is left is held, not paid back"
assert account_of("high_tech", "equity").back_fen() == round(10**10 * 1.6)

losses = {row.id: row.allocations[0].principal.expected_loss for row in run.alternatives}
# By hand: the pool loses 6 · 0.05 · 0.6 · 0.5 = 9 % on average; that it cannot lose more than it has takes a bit off.
lost_by_pool = losses["pool"].value / PLACED
assert 0.97 * 0.09 < lost_by_pool + 4 * losses["pool"].error / PLACED
assert lost_by_pool < 0.09 + 4 * losses["pool"].error / PLACED
# Guarantor against pool: 6.25 · 0.8 = 5 of each yuan lost instead of 3, so it is lost more often, on every path.
lost = {way: run.paths.allocations[way][way].is_lost for way in NAMES}
assert (lost["guarantor"] >= lost["pool"]).all(), "whoever bears more of the same losses is exhausted first"
for way in NAMES:
    small, large = (each.paths.loss(way) for each in runs.values())
    assert np.allclose(large, 5 * small, rtol=1e-6, atol=1), "five times the money, the same shares lost"
for frontier in frontiers.values():
    limits, points = zip(*frontier.points, strict=True)
    assert [corner.corner for corner in frontier.corners] == list(NAMES)
    assert all(a.to_firms <= b.to_firms + 1e-9 for a, b in pairwise(points)), "more risk, no less finance"
    assert all(point.tail_loss.value <= limit + 1e-6 for limit, point in frontier.points), "every point keeps its limit"
assert fund_outcome.government_share == Decimal("0.3")
assert not ruled_out(outcomes)
assert [row.instrument for row in ruled_out([larger])] == ["fund"]
assert abs(fund_outcome.to_firms - 0.82 / 0.3) < 1e-6, "by hand: what fees leave of the whole fund"
assert swings["pool"]["default_share"][0][0] < base["pool"][0] < swings["pool"]["default_share"][1][0]
