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
# # 资金池撑得住吗，尾部由谁承担？ Does the pool hold, and who bears the tail?
#
# A bank's book of 120 loans pledged by intellectual property, and a risk-compensation pool behind it. One question:
# when and how often is the pool empty, and who pays then? **The book, the default probabilities, the correlations and
# the balance of the pool are hypotheses**, made for this notebook; the shares are those of a real policy, and the
# patent of one loan rests on a real working paper (`examples/drug_patent.toml`). Definitions and limits:
# `docs/loan_book.md`. Money on the plots is in million CNY (百万元).

# %%
import datetime
import itertools
import tomllib
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import font_manager
from matplotlib.ticker import MultipleLocator, PercentFormatter
from scipy import special

from leverage.simulation.loss_table import draw_losses
from leverage.simulation.of_book import loss_table_of_book
from pledge.credit.economic_loss import PledgedValue, economic_loss
from pledge.policy_catalogue import load_policies
from pledge.portfolio.contributions import shortfall_contributions
from pledge.portfolio.importance import find_shift
from pledge.portfolio.joint import tables_of_papers
from pledge.portfolio.loan_book import LoanBook, wrong_way_correlations
from pledge.portfolio.risk_measures import probability_above
from pledge.portfolio.sector_factors import SectorFactors
from pledge.portfolio.sharing_rule import SharingRule
from pledge.portfolio.simulation import simulate_book, simulate_stresses
from pledge.portfolio.simulation_plan import SimulationPlan, Stress
from pledge.portfolio.value_table import ValueTable
from valuation.appraisal import appraise, request_model
from valuation.kernel.fields import parse
from valuation.kernel.randomness import block_generator
from valuation.uncertainty.draws import Uncertainty

KNOWN = {font.name for font in font_manager.fontManager.ttflist}
CHINESE = [name for name in ("Noto Sans CJK SC", "Noto Sans SC", "WenQuanYi Zen Hei", "SimHei") if name in KNOWN]
plt.rcParams["font.family"] = [*CHINESE, "DejaVu Sans"]
plt.rcParams["axes.unicode_minus"] = False
plt.rcParams["axes.spines.top"] = plt.rcParams["axes.spines.right"] = False
plt.rcParams["figure.constrained_layout.use"] = True
MILLION = 1e6
BLUE, ORANGE, GREEN, RED, GREY = "#1f5a94", "#d9822b", "#3a8a5f", "#b3313d", "#8a8f98"

# %% [markdown]
# ## 一项真实底稿 One real working paper
#
# The patent on besifloxacin as of 2021-12-31: its value is drawn from the uncertain inputs of its own paper and brought
# to CNY at the parity stated there. The draws become a table of quantiles; the loan refers to it by number.

# %%
asked = tomllib.loads((Path("..") / "examples" / "drug_patent.toml").read_text("utf-8"), parse_float=Decimal)
appraisal = appraise(parse(request_model(), asked))
paper = appraisal.papers()["relief_from_royalty"]
parity = float(asked["reporting"]["conversion_rate"]["value"])
(in_dollars,) = tables_of_papers({"besifloxacin": paper}, uncertainty=Uncertainty(seed=20211231))
patent = ValueTable("besifloxacin", in_dollars.values_cny * parity)
median_cny = float(patent.at(np.zeros(1))[0])
print(f"median {median_cny:,.0f} CNY; 5 % to 95 %: {patent.at(special.ndtri(np.array([0.05, 0.95]))).round(-3)}")

# %% [markdown]
# ## 组合与分担 The book and who shares its losses
#
# 119 rights are lognormal with a volatility of 50 to 70 % a year, lent against at 30 to 50 %; failure of the owner
# destroys 40 % of a right, its sale takes half a year and 30 % of the price. Two years by quarters. Shares are those of
# Zhongshan's policy of 2021 (中山市，资金池 54 : 银行 26 : 保险 16 : 评估 4); what it is silent on is taken in the way
# that promises least, and said. The pool's balance of 10 million is a hypothesis.

# %%
COUNT, SECTORS = 120, ("软件 software", "生物医药 biotech", "装备 machines")
random = block_generator(20261127, 0)
sector = [SECTORS[place % 3] for place in range(COUNT)]
principal = np.round(random.lognormal(np.log(2.5e6), 0.6, COUNT), -4)
principal[0] = 5e6
pledge_rate = random.uniform(0.3, 0.5, COUNT)
has_paper = np.arange(COUNT) == 0
PD = random.uniform(0.01, 0.06, COUNT)
VOLATILITY = random.uniform(0.5, 0.7, COUNT)
FACTOR = 0.45


def book(correlation: float) -> LoanBook:
    """The book when every right has this correlation with its owner's own state."""
    return LoanBook.of_columns(
        SectorFactors.with_global(SECTORS, global_loading=0.7),
        sector=sector,
        loan_ids=["besifloxacin", *(f"L-{place:03d}" for place in range(1, COUNT))],
        value_tables=[patent],
        value_table=np.where(has_paper, 0, -1),
        principal_cny=principal,
        interest_cny=0.04 * principal,
        pd_share_per_year=PD,
        maturity_years=2.0,
        factor_correlation=FACTOR,
        collateral_value_cny=np.where(has_paper, 0.0, principal / pledge_rate),
        collateral_volatility=np.where(has_paper, 0.0, VOLATILITY),
        owner_failure_damage_share=0.4,
        sale_cost_share=0.3,
        time_to_sale_years=0.5,
        discount_rate_share_per_year=0.05,
        **wrong_way_correlations(correlation, factor_correlation=FACTOR),
    )


POOL = 10e6
RULE = SharingRule.of_policy(
    load_policies()["zhongshan_risk_pool_2021"], policy_date=datetime.date(2022, 1, 1), pool_balance_cny=POOL
)
PLAN = SimulationPlan(seed=20261127, scenarios=16_000, periods=8, period_years=0.25, keeps_pool_payments=True)
BOOK = book(0.3)
base = simulate_book(BOOK, RULE, PLAN)
print(f"{COUNT} loans, {principal.sum() / MILLION:.1f} million lent, pool {POOL / MILLION:.1f} million")
for doubt in RULE.warnings:
    print(doubt.label.en)
print(f"mean loss {base.mean().value / MILLION:.2f} million, defaults {base.defaults.mean():.1f}")

# %% [markdown]
# ## 资金池，逐季 The pool, quarter by quarter
#
# Balance at the end of each quarter, and the probability that by then it could not pay all it owed. Quarters nine and
# ten lie behind the last maturity: rights of loans that failed late are still being sold. 资金池逐季余额与耗尽概率。

# %%
quarters = np.arange(base.periods_in_all + 1)
paid = np.cumsum(base.pool_payments_cny.astype(np.float64), axis=1)
balance = np.hstack([np.full((len(paid), 1), POOL), POOL - paid]) / MILLION
exhaustion = base.pool_exhaustion()
by_then = np.cumsum(exhaustion.by_period)

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2))
for low, high, shade, name in (
    (1, 99, 0.15, "98 %"),
    (5, 95, 0.25, "90 %"),
    (25, 75, 0.45, "50 %"),
):
    bounds = np.percentile(balance, [low, high], axis=0)
    left.fill_between(quarters, *bounds, color=BLUE, alpha=shade, linewidth=0, label=f"情景的 {name} of scenarios")
left.plot(quarters, np.median(balance, axis=0), color=BLUE, label="中位数 median")
left.plot(quarters, balance.mean(axis=0), color=RED, linestyle="--", label="均值 mean")
left.axvline(PLAN.periods, color=GREY, linewidth=0.8, linestyle=":")
left.text(PLAN.periods + 0.08, 0.2, "最后到期\nlast maturity", fontsize=8, color="white")
left.set(xlabel="季度末 end of quarter", ylabel="余额（百万元） balance, million CNY", ylim=(0, None))
left.set_title("资金池余额 balance of the pool")
left.legend(fontsize=8, loc="lower left")
right.bar(quarters[1:], by_then, color=RED, alpha=0.8)
right.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
right.set(xlabel="季度末 end of quarter", ylabel="累计概率 cumulative probability", xticks=quarters[1:])
chance = exhaustion.probability
right.set_title(f"耗尽概率 exhausted: {chance.value:.1%} ({chance.low:.1%} – {chance.high:.1%})")
plt.show()
print(f"mean quarter of exhaustion, where it happens: {exhaustion.mean_period:.1f}")

# %% [markdown]
# ## 谁承担多少 Who bears how much
#
# The pool's loss ends at its balance; the bank's does not. In the worst hundredth the bank takes what the pool cannot.

# %%
PARTIES = {
    "pool": "资金池\npool",
    "insurer": "保险公司\ninsurer",
    "appraiser": "评估机构\nappraiser",
    "bank": "银行\nbank",
}
MEASURES = {
    "均值 mean": [base.mean(party) for party in PARTIES],
    "VaR 99 %": [base.value_at_risk(0.99, party) for party in PARTIES],
    "ES 99 %": [base.expected_shortfall(0.99, party) for party in PARTIES],
}
figure, axes = plt.subplots(figsize=(8, 4.2))
width = 0.26
for shift, ((name, rows), colour) in enumerate(zip(MEASURES.items(), (GREEN, ORANGE, RED), strict=True)):
    places = np.arange(len(PARTIES)) + (shift - 1) * width
    values = np.array([row.value for row in rows]) / MILLION
    # A capped loss may stand at the end of its own interval.
    down = np.maximum(values - np.array([row.low for row in rows]) / MILLION, 0)
    up = np.maximum(np.array([row.high for row in rows]) / MILLION - values, 0)
    axes.bar(places, values, width * 0.94, color=colour, label=name)
    axes.errorbar(places, values, yerr=[down, up], fmt="none", ecolor="black", capsize=3, linewidth=0.8)
    for place, value, above in zip(places, values, up, strict=True):
        axes.text(place, value + above + 0.25, f"{value:.1f}", ha="center", fontsize=8)
axes.hlines(POOL / MILLION, -0.5, 3.48, color=GREY, linewidth=0.8, linestyle=":")
axes.text(3.5, POOL / MILLION, "资金池规模\nsize of the pool", va="center", fontsize=8, color=GREY)
axes.set_xlim(-0.5, 4.1)
axes.set_xticks(np.arange(len(PARTIES)), list(PARTIES.values()))
axes.set_ylabel("损失（百万元） loss, million CNY")
axes.set_title("各方损失，95 % 置信区间 loss of each party with 95 % intervals")
axes.legend(loc="upper left")
plt.show()

# %% [markdown]
# ## 尾部：普通抽样与重要性抽样 The tail: plain and importance sampling
#
# The same number of scenarios, once plain and once with factors moved to where the worst thousandth lies. Each point
# carries its weight, so both estimate the same curve; the band tells which one knows the tail.

# %%
TAIL = replace(PLAN, seed=7, scenarios=12_000, keeps_pool_payments=False)
shift = find_shift(BOOK, RULE, TAIL, confidence=0.999, pilot_scenarios=4_000)
plain = simulate_book(BOOK, RULE, TAIL)
moved = simulate_book(BOOK, RULE, replace(TAIL, shift=shift))


def exceedance(run):
    """Losses from the largest down, the probability of at least as much, and its standard error."""
    order = np.argsort(-run.total_cny)
    count = run.total_cny.size
    chance = np.cumsum(run.weights[order]) / count
    error = np.sqrt(np.maximum(np.cumsum(run.weights[order] ** 2) / count - chance**2, 0) / count)
    return run.total_cny[order] / MILLION, chance, error


figure, axes = plt.subplots(figsize=(8, 4.4))
for run, colour, name in ((plain, ORANGE, "普通抽样 plain"), (moved, BLUE, "重要性抽样 importance sampling")):
    loss, chance, error = exceedance(run)
    axes.fill_between(
        loss, np.maximum(chance - 1.96 * error, 1e-7), chance + 1.96 * error, color=colour, alpha=0.2, linewidth=0
    )
    axes.plot(loss, chance, color=colour, label=name)
for level in (0.01, 0.001):
    axes.axhline(level, color=GREY, linewidth=0.8, linestyle=":")
    axes.text(1, level * 1.12, f"{1 - level:.1%}", fontsize=8, color=GREY)
axes.set(yscale="log", ylim=(1e-5, 1), xlim=(0, plain.total_cny.max() / MILLION * 1.05))
axes.set(xlabel="全部损失（百万元） total loss, million CNY", ylabel="超过的概率 probability of more")
axes.set_title("损失超越概率与 95 % 区间 exceedance of the book's loss with 95 % bands")
axes.legend()
plt.show()
tails = {name: run.value_at_risk(0.999) for name, run in (("plain", plain), ("shifted", moved))}
for name, found in tails.items():
    print(f"VaR 99.9 % {name:8s} {found.value / MILLION:6.2f} ({found.low / MILLION:.2f} – {found.high / MILLION:.2f})")

# %% [markdown]
# ## 错向风险 Wrong-way risk: the right is worth least just when its owner fails
#
# Left: one loan at a PD of 3 %, a pledge rate of 30 %, volatility of 60 %, sale cost of 30 % — the economic loss given
# default in closed form beside the simulation. Right: the whole book at three correlations, on the same random numbers.

# %%
CORRELATIONS = (0.0, 0.3, 0.6)


def benchmark(correlation: float) -> tuple[float, float]:
    """The economic loss given default: closed form, and 200 equal loans simulated."""
    right_of_one = PledgedValue(
        pledge_rate_share=0.3,
        value_volatility_share=0.6,
        expected_growth_share=0.0,
        years_to_default=1.0,
        years_to_sale=0.0,
        sale_cost_share=0.3,
        owner_damage_share=0.0,
        correlation=correlation,
    )
    exact = economic_loss(0.03, pledged=right_of_one, discount_rate_share=0.0).lgd_share
    equal = LoanBook.of_columns(
        SectorFactors(("all",), np.eye(1)),
        sector=["all"] * 200,
        principal_cny=1.0,
        pd_share_per_year=0.03,
        factor_correlation=0.3,
        collateral_value_cny=1 / 0.3,
        collateral_volatility=0.6,
        sale_cost_share=0.3,
        **wrong_way_correlations(correlation, factor_correlation=0.3),
    )
    run = simulate_book(
        equal, SharingRule.bank_alone(), SimulationPlan(seed=3, scenarios=8_000, periods=1, period_years=1.0)
    )
    return exact, float(run.total_cny.sum() / run.defaults.sum())


lgd = {correlation: benchmark(correlation) for correlation in CORRELATIONS}
runs = {correlation: simulate_book(book(correlation), RULE, TAIL) for correlation in CORRELATIONS}

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2))
places = np.arange(3)
for offset, (which, colour, name) in zip(
    (-0.2, 0.2), ((0, GREY, "闭式 closed form"), (1, BLUE, "模拟 simulated")), strict=True
):
    heights = [lgd[correlation][which] for correlation in CORRELATIONS]
    for bar, height in zip(left.bar(places + offset, heights, 0.38, color=colour, label=name), heights, strict=True):
        left.text(bar.get_x() + 0.19, height + 0.004, f"{height:.1%}", ha="center", fontsize=8)
left.set_xticks(places, [f"{correlation:g}" for correlation in CORRELATIONS])
left.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
left.yaxis.set_major_locator(MultipleLocator(0.05))
left.set(xlabel="价值与出质人状态的相关系数 correlation", ylabel="经济违约损失率 economic LGD")
left.set_title("单笔贷款 one loan")
left.legend()
for correlation, colour in zip(CORRELATIONS, (GREEN, ORANGE, RED), strict=True):
    loss, chance, _ = exceedance(runs[correlation])
    out = runs[correlation].pool_exhaustion().probability.value
    right.plot(loss, chance, color=colour, label=f"{correlation:g}：耗尽 pool exhausted {out:.1%}")
right.set(yscale="log", ylim=(1e-3, 1), xlim=(0, runs[0.6].value_at_risk(0.999).value / MILLION * 1.1))
right.set(xlabel="全部损失（百万元） total loss, million CNY", ylabel="超过的概率 probability of more")
right.set_title("整个组合 the whole book")
right.legend(title="相关系数 correlation", fontsize=8)
plt.show()

# %% [markdown]
# ## 谁构成尾部，损失如何分层 Which loans make the tail, and how it is layered
#
# Contributions to the expected shortfall at 99 % add up to it. A loan whose share of the tail exceeds its share of the
# book is where a limit helps. Layers (tranches) of the book's loss add up to the mean loss.

# %%
parts = shortfall_contributions(BOOK, RULE, PLAN, base, confidence=0.99)
largest = parts.largest(12)
BOUNDS = np.array([0.0, 0.02, 0.05, 0.10, 1.0])
layers = base.tranche_losses((BOUNDS * base.exposure_cny).tolist())

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.6))
names = [name for name, _ in largest][::-1]
share_of_tail = np.array([amount for _, amount in largest][::-1]) / parts.shortfall_cny
share_of_book = np.array([BOOK.claim_cny[BOOK.loan_ids.index(name)] for name in names]) / BOOK.claim_cny.sum()
rows = np.arange(len(names))
left.barh(rows + 0.2, share_of_tail, 0.38, color=RED, label="占尾部损失 of the shortfall")
left.barh(rows - 0.2, share_of_book, 0.38, color=GREY, label="占贷款余额 of the book")
left.set_yticks(rows, names)
left.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
left.set_title("对 ES 99 % 贡献最大的贷款 largest contributions")
left.legend(fontsize=8, loc="lower right")
labels = [f"{low:.0%} – {high:.0%}" for low, high in itertools.pairwise(BOUNDS)]
widths = np.diff(BOUNDS) * base.exposure_cny
rates = [layer.value / wide for layer, wide in zip(layers, widths, strict=True)]
for bar, rate, layer in zip(right.bar(labels, rates, color=BLUE), rates, layers, strict=True):
    text = f"{rate:.2%}\n{layer.value / MILLION:.2f}"
    right.text(bar.get_x() + bar.get_width() / 2, rate + 0.01, text, ha="center", fontsize=8)
right.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
right.set_ylim(0, max(rates) * 1.2)
right.set(xlabel="层（占组合余额） layer, share of the book", ylabel="预期损失（占该层） expected loss of the layer")
right.set_title("分层预期损失（下行：百万元） tranches (below: million CNY)")
plt.show()

# %% [markdown]
# ## 压力，同一随机数 Stresses, on common random numbers
#
# Factors moved down by one deviation, PDs doubled, values cut by 40 %, all three. Scenario by scenario the same luck,
# so the difference is the stress. In every scenario as many fail or more.

# %%
WORSE = dict.fromkeys(SECTORS, -1.0)
STRESSES = (
    Stress(name="基准\nbase"),
    Stress(name="因子下移 1σ\nfactors −1σ", factor_shift=WORSE),
    Stress(name="违约率加倍\nPD × 2", pd_factor=2.0),
    Stress(name="价值降 40 %\nvalues −40 %", value_factor=0.6),
    Stress(name="三者同时\nall three", factor_shift=WORSE, pd_factor=2.0, value_factor=0.6),
)
stressed = simulate_stresses(BOOK, RULE, TAIL, STRESSES)

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2))
places = np.arange(len(stressed))
under = np.zeros(len(stressed))
for party, colour in zip(PARTIES, (BLUE, GREEN, GREY, ORANGE), strict=True):
    means = np.array([run.mean(party).value for run in stressed.values()]) / MILLION
    left.bar(places, means, 0.65, bottom=under, color=colour, label=PARTIES[party].replace("\n", " "))
    under += means
for place, height in zip(places, under, strict=True):
    left.text(place, height + 0.3, f"{height:.1f}", ha="center", fontsize=9)
left.set_xticks(places, list(stressed), fontsize=8)
left.set_ylabel("平均损失（百万元） mean loss, million CNY")
left.set_title("平均损失由谁承担 who bears the mean loss")
left.legend(fontsize=8, loc="upper left")
chances = [run.pool_exhaustion().probability for run in stressed.values()]
heights = np.array([each.value for each in chances])
gaps = [heights - [each.low for each in chances], [each.high for each in chances] - heights]
right.bar(places, heights, 0.65, color=RED, alpha=0.8)
right.errorbar(places, heights, yerr=gaps, fmt="none", ecolor="black", capsize=3, linewidth=0.8)
for place, height in zip(places, heights, strict=True):
    right.text(place, height + 0.03, f"{height:.1%}", ha="center", fontsize=9)
right.set_xticks(places, list(stressed), fontsize=8)
right.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
right.set_ylim(0, 1.1)
right.set_title("资金池耗尽概率 probability that the pool is exhausted")
plt.show()

# %% [markdown]
# ## 从底稿到损失 From the working paper to the loss
#
# The loan on the real patent: its value as its own paper draws it, and the loss given default at three pledge rates
# when the owner's failure destroys 40 % and the sale costs 30 %. Drawn with wrong-way correlation 0 and 0.6.

# %%
PLEDGED_AT = (0.25, 0.4, 0.6)
FAILS = SimulationPlan(seed=11, scenarios=8_000, periods=1, period_years=1.0)


def paper_lgd(rate: float, correlation: float) -> float:
    """Loss given default of 50 equal loans on rights that are worth what the paper draws."""
    loans = LoanBook.of_columns(
        SectorFactors(("all",), np.eye(1)),
        sector=["all"] * 50,
        value_tables=[patent],
        value_table=0,
        principal_cny=rate * median_cny,
        pd_share_per_year=0.03,
        factor_correlation=FACTOR,
        owner_failure_damage_share=0.4,
        sale_cost_share=0.3,
        **wrong_way_correlations(correlation, factor_correlation=FACTOR),
    )
    run = simulate_book(loans, SharingRule.bank_alone(), FAILS)
    return float(run.total_cny.sum() / run.defaults.sum() / (rate * median_cny))


paper_losses = {correlation: [paper_lgd(rate, correlation) for rate in PLEDGED_AT] for correlation in (0.0, 0.6)}
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2))
scores = special.ndtri((np.arange(20_000) + 0.5) / 20_000)
left.hist(patent.at(scores) / MILLION, bins=60, color=BLUE, alpha=0.8, density=True)
for rate, style in zip(PLEDGED_AT, (":", "--", "-"), strict=True):
    needed = rate * median_cny / (0.6 * 0.7) / MILLION
    left.axvline(needed, color=RED, linestyle=style, label=f"质押率 pledge rate {rate:.0%}：须值 needs {needed:.1f}")
left.set(xlabel="专利价值（百万元） value of the patent, million CNY", ylabel="密度 density", xlim=(0, None))
left.set_title("底稿抽得的价值；红线：足额受偿所需 value drawn; red: repays in full", fontsize=10)
left.set_ylim(0, 1.3 * left.get_ylim()[1])
left.legend(fontsize=8, loc="upper left")
for offset, (correlation, colour) in zip((-0.2, 0.2), ((0.0, GREY), (0.6, RED)), strict=True):
    heights = paper_losses[correlation]
    for bar, height in zip(
        right.bar(np.arange(3) + offset, heights, 0.38, color=colour, label=f"相关系数 correlation {correlation:g}"),
        heights,
        strict=True,
    ):
        right.text(bar.get_x() + 0.19, height + 0.006, f"{height:.1%}", ha="center", fontsize=8)
right.set_xticks(np.arange(3), [f"{rate:.0%}" for rate in PLEDGED_AT])
right.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
right.set(xlabel="质押率 pledge rate", ylabel="违约损失率 loss given default")
right.set_title("该专利质押贷款的损失 loss of a loan on this patent")
right.legend()
plt.show()

# %% [markdown]
# ## 交给财政资金模拟 The hand-over to the simulation of programmes
#
# The pool's loss becomes a table that the leverage simulator draws beside the funds: low where their common factor is
# high. The correlation of 0.4 is a hypothesis. Left: the table is the book's own distribution. Right: drawn with the
# factor, the pool is empty when the funds do badly.

# %%
table = loss_table_of_book(
    base.distribution("pool"),
    id="pool",
    public_money_cny=POOL,
    to_firms_cny=float(principal.sum()),
    money_unit_cny=10_000.0,
    correlation_share=0.4,
    lost_when="exhausted",
    source="notebooks/07_pool_and_tail: an invented book of 120 loans, seed 20261127",
)
drawing = block_generator(5, 0)
common, own = drawing.standard_normal(40_000), drawing.random(40_000)
drawn = draw_losses(table, common, own)

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2))
grid = np.linspace(0, 1, 400)
left.plot(grid, np.quantile(base.of("pool") / POOL, grid), color=ORANGE, linewidth=5, alpha=0.5, label="组合模拟 book")
left.plot(table.probability_shares, table.loss_shares, color=BLUE, linewidth=1.5, label="损失表 table handed over")
left.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
left.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
left.set(xlabel="概率 probability", ylabel="资金池损失（占规模） loss, share of the pool")
left.set_title("分位数 quantiles")
left.legend()
edges = np.quantile(common, np.linspace(0, 1, 11))
decile = np.clip(np.searchsorted(edges, common) - 1, 0, 9)
empty = [float((drawn[decile == place] >= 1 - 1e-9).mean()) for place in range(10)]
right.bar(np.arange(1, 11), empty, color=RED, alpha=0.8)
right.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
right.set_xticks(np.arange(1, 11))
right.set(xlabel="基金共同因子的十分位（1 最差） decile of the funds' factor (1 worst)")
right.set_title("资金池耗尽概率 probability that the pool is exhausted")
plt.show()

# %% [markdown]
# ## 核对 Checks
#
# Two ways to each number: the closed form, plain beside shifted sampling, parts beside their sum, the table beside the
# book.

# %%
assert np.allclose(sum(base.by_party.values()), base.total_cny), "the parties together bear the loss"
assert balance.min() > -1e-6, "the pool pays what it has, never more"
assert np.isclose(by_then[-1], exhaustion.probability.value)
for correlation, wanted in zip(CORRELATIONS, (0.03, 0.09, 0.21), strict=True):
    exact, simulated = lgd[correlation]
    assert abs(exact - wanted) < 0.01, "the benchmark of 3, 9 and 21 %"
    assert abs(simulated - exact) < 0.006, "simulation and closed form"
outs = [run.pool_exhaustion().probability.value for run in runs.values()]
assert outs[0] < outs[1] < outs[2], "wrong-way rights empty the pool sooner"

apart = plain.mean().value - moved.mean().value
assert abs(apart) < 4 * np.hypot(plain.mean().standard_error, moved.mean().standard_error), "unbiased"
assert tails["shifted"].standard_error < tails["plain"].standard_error / 2, "of the tail the shifted run knows more"
beyond = [probability_above(run.total_cny, run.weights, tails["shifted"].value) for run in (plain, moved)]
assert abs(beyond[0].value - beyond[1].value) < 4 * np.hypot(beyond[0].standard_error, beyond[1].standard_error)

assert np.isclose(parts.shortfall_cny, base.expected_shortfall(0.99).value), "contributions add up"
assert np.isclose(sum(layer.value for layer in layers), base.mean().value), "layers add up"
basis, factors, defaults, values, together = stressed.values()
assert all((run.defaults >= basis.defaults).all() for run in (factors, defaults, together)), "as many fail or more"
# An earlier default may find a right that has not yet fallen, so only a stress of values costs more in every scenario.
assert (values.total_cny >= basis.total_cny - 1e-6).all()
assert all(run.mean().value > basis.mean().value for run in (factors, defaults, values, together))

assert abs(np.trapezoid(table.loss_shares, table.probability_shares) * POOL - base.mean("pool").value) < 1.0
assert np.isclose(1 - table.probability_shares[table.loss_shares.index(1.0)], exhaustion.probability.value, atol=1e-6)
assert abs((drawn >= 1 - 1e-9).mean() - exhaustion.probability.value) < 0.01
assert empty[0] > 2 * empty[9], "the pool fails with the funds"
