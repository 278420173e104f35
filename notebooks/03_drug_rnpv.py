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
# # 在研药物的价值在哪一步产生？ At which step of its way does a drug candidate's value arise?
#
# One invented candidate at the start of phase I. The phase successes are those that BIO, Biomedtracker and Amplion
# counted for 2006–2015 over all indications; costs, sales and the licence are illustrations and graded so.

# %%
import itertools

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import font_manager

from valuation.appraisal import appraise, request_model
from valuation.kernel.fields import parse

CHINESE = next((each.name for each in font_manager.fontManager.ttflist if "CJK" in each.name), None)
if CHINESE:
    plt.rcParams["font.family"] = CHINESE
    plt.rcParams["axes.unicode_minus"] = False


def text(zh: str, en: str) -> str:
    """Chinese where a font can draw it."""
    return zh if CHINESE else en


GRADE = {"grade": "hypothesis", "reason": "illustration"}
COUNTED = {"grade": "benchmark", "source": "bio_2016"}

# %% [markdown]
# ## What is still to come
# Success is phase to phase. Costs count if their phase is reached, sales only if the drug is approved: the discount
# rate of 10 % holds no technical risk, which would otherwise count twice.

# %%
PHASES = [
    ("I期", 30e6, 1.5, 0.632),
    ("II期", 80e6, 2.5, 0.307),
    ("III期", 240e6, 2.5, 0.581),
    ("审评", 10e6, 1.0, 0.853),
]
SALES = [300e6, 900e6, 1500e6, 1900e6, 2000e6, 2000e6, 1900e6, 1800e6, 1700e6, 1600e6]
RATE, MARGIN, TAX, KEPT = 0.10, 0.45, 0.15, 0.25
EXCLUSIVE_YEARS = 8.0


def phase(name, cost, years, success):
    return {
        "name": name,
        "cost": {"value": f"{cost:.2f}"} | GRADE,
        "duration_years": {"value": years} | GRADE,
        "success_share": {"value": success} | COUNTED,
    }


def asked(phases, perspective="whole", success=None):
    """The request from one phase on; ``success`` replaces every success."""
    stated = [(name, cost, years, chance if success is None else success) for name, cost, years, chance in phases]
    licence = {
        "kind": "licence",
        "upfront": {"value": "40000000.00"} | GRADE,
        "milestones": [{"phase": phases[-1][0], "amount": {"value": "100000000.00"} | GRADE}],
        "royalty_rate_share": {"value": 0.10} | GRADE,
    }
    drug = {
        "phases": [phase(*each) for each in stated],
        "phase_cost_timing": "middle",
        "revenue": {"values": [f"{each:.2f}" for each in SALES]} | GRADE,
        "operating_cost_share": {"value": 1 - MARGIN} | GRADE,
        "market_timing": "mid_year",
        "exclusivity": {"kind": "years_from_launch", "years": {"value": EXCLUSIVE_YEARS} | GRADE},
        "kept_after_exclusivity_share": {"value": KEPT} | GRADE,
        "tax": {"kind": "rate", "rate_share": {"value": TAX} | GRADE},
        "discount_rate_share": {"value": RATE} | GRADE,
        "licence": licence,
        "perspective": perspective,
    }
    return {
        "dates": {"valuation_date": "2024-12-31", "policy_date": "2024-12-31", "report_date": "2025-02-28"},
        "currency": "CNY",
        "subject": {
            "kind": "drug_candidate",
            "name": "在研药物（示例） candidate (illustration)",
            "substance": "示例化合物",
            "indication": "示例适应症",
            "stage": "phase_1",
            "jurisdiction": "CN",
            "patent_filing_date": "2021-06-30",
        },
        "sources": {
            "bio_2016": {
                "title": "BIO, Biomedtracker, Amplion: Clinical Development Success Rates 2006-2015 (June 2016)",
                "status": "read",
            }
        },
        "methods": {"drug_rnpv": drug},
        "reconciliation": {"weights": {"drug_rnpv": {"share": 1, "reason": "the only method"}}, "maximum_ratio": 2.0},
    }


def paper_of(phases, **changes):
    return appraise(parse(request_model(), asked(phases, **changes))).papers()["drug_rnpv"]


paper = paper_of(PHASES)
print(f"{text('获批概率', 'likelihood of approval')} {paper.value('likelihood_of_approval'):.2%}")
print(f"{text('整体价值', 'value of the whole')} {paper.value('value') / 1e6:,.1f} M CNY")

# %% [markdown]
# ## The value on the eve of each phase
# The same candidate, valued as if each earlier phase had just been passed. What was spent is spent; what grows is
# the probability, and the years to the market shrink.

# %%
eve = [paper_of(PHASES[k:]).value("value") for k in range(len(PHASES))]
certain = paper_of(PHASES, success=1.0).value("value")
figure_, axes = plt.subplots(figsize=(8, 3.5))
axes.bar([text(f"{name}前", f"before {k + 1}") for k, (name, *_) in enumerate(PHASES)], np.array(eve) / 1e6)
axes.axhline(0, color="k", lw=0.8)
axes.set_ylabel(text("百万元", "M CNY"))
axes.set_title(text("每一阶段开始前的价值", "value on the eve of each phase"))
plt.show()

# %% [markdown]
# ## Flows if all goes well, and flows as expected

# %%
figure_, axes = plt.subplots(figsize=(8, 3.5))
times = paper.row("flow_time_years")
axes.step(times, np.array(paper.row("after_tax")) / 1e6, where="mid", label=text("若到达", "if reached"))
axes.step(times, np.array(paper.row("expected_flow")) / 1e6, where="mid", label=text("期望", "expected"))
axes.set_xlabel(text("距基准日年数", "years from the valuation date"))
axes.set_ylabel(text("百万元", "M CNY"))
axes.legend()
plt.show()

# %% [markdown]
# ## Who gets what?
# A licence moves value and makes none: the two sides are the whole. On these terms the licensor asks for more than
# there is, and a licensee who can compute would refuse: with a failure rate of nine in ten, 10 % of sales is not small.

# %%
licensor, licensee = (paper.value(f"{side}_value") for side in ("licensor", "licensee"))
print(f"licensor {licensor / 1e6:,.1f}, licensee {licensee / 1e6:,.1f}, whole {paper.value('whole_value') / 1e6:,.1f}")

# %% [markdown]
# ## Checks
# Every path through the phases, walked one by one and weighted by its probability, is the same value; the product of
# the successes is the published likelihood of approval; certainty is worth more; the parts are the whole.


# %%
def worth_of_path(passed: int) -> float:
    """Present value of a path that passes so many phases and fails in the next, or reaches the market."""
    value, start = 0.0, 0.0
    for _, cost, years, _ in PHASES[: passed + 1]:
        value -= cost * (1 - TAX) / (1 + RATE) ** (start + years / 2)
        start += years
    if passed == len(PHASES):
        for year, sales in enumerate(SALES):
            exclusive = min(max(EXCLUSIVE_YEARS - year, 0), 1)
            flow = sales * (exclusive + (1 - exclusive) * KEPT) * MARGIN * (1 - TAX)
            value += flow / (1 + RATE) ** (start + year + 0.5)
    return value


successes = [chance for *_, chance in PHASES]
reaching = [1.0, *itertools.accumulate(successes, lambda one, other: one * other)]
ends = [reach * (1 - chance) for reach, chance in zip(reaching, successes, strict=False)] + [reaching[-1]]
walked = sum(chance * worth_of_path(passed) for passed, chance in enumerate(ends))

assert abs(sum(ends) - 1) < 1e-12
assert abs(walked / paper.value("value") - 1) < 1e-9
assert round(paper.value("likelihood_of_approval"), 3) == 0.096
assert eve == sorted(eve)
assert certain > eve[0]
assert licensee < 0 < licensor
assert abs(licensor + licensee - paper.value("whole_value")) < 1e-3
