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
# # 一项药品专利值多少钱？ What is a drug patent worth, and what does the answer hang on?
#
# The same request that `ipfin value examples/drug_patent.toml` answers, taken apart: the working paper, a million
# draws from the same definition, the royalty rate a bank should worry about, and the workbook an appraiser opens.

# %%
import tomllib
from decimal import Decimal
from pathlib import Path

import numpy as np

from valuation.appraisal import appraise, request_model
from valuation.kernel.fields import parse
from valuation.uncertainty.sampling import Uncertainty, draw_inputs

example = Path("..") / "examples" / "drug_patent.toml"
request = parse(request_model(), tomllib.loads(example.read_text(encoding="utf-8"), parse_float=Decimal))
appraisal = appraise(request)
(royalty_relief,) = appraisal.conclusions
paper = royalty_relief.worksheet
print(f"{royalty_relief.label.zh}: {royalty_relief.value:,.0f} {royalty_relief.unit}")

# %% [markdown]
# ## The working paper
# Every line is one formula over named inputs; this is the definition that the engine computes and the workbook holds.

# %%
for name in paper.names:
    numbers = paper.row(name)[:3] if paper.entry(name).is_row else (paper.value(name),)
    shown = ", ".join(f"{number:,.4f}" for number in numbers)
    print(f"{paper.entry(name).label.zh:<24} {shown:<48} {paper.formula_in_words(name, 'zh')[:60]}")

# %% [markdown]
# ## A million draws from the same definition
# The interval in the conclusion comes from 8 scrambles of 2,048 Sobol points. A million pseudo-random draws of the
# same paper should agree with it within its own stated error.

# %%
million = Uncertainty(seed=7, sampler="pseudo_random")
draws = draw_inputs(paper, million, batch=0, count=1_000_000)
values = paper.simulate(draws, outputs=["value"])["value"]
low, high = np.quantile(values, [0.05, 0.95])
interval = royalty_relief.interval
print(
    f"Sobol   {interval.low:,.0f} to {interval.high:,.0f}, errors {interval.low_error:,.0f}, {interval.high_error:,.0f}"
)
print(f"10^6    {low:,.0f} to {high:,.0f}")

# %% [markdown]
# ## What moves the value?

# %%
for swing in royalty_relief.sensitivities:
    print(f"{swing.label.zh:<20} {swing.answer_at_low:>14,.0f} {swing.answer_at_high:>14,.0f}")

# %% [markdown]
# ## What if the royalty rate were the lowest of the benchmark range?

# %%
at_lowest = paper.with_inputs({"royalty_rate_share": 0.025}).value("value")
print(f"at 2.5 %: {at_lowest:,.0f}, {at_lowest / royalty_relief.value - 1:+.1%}")

# %% [markdown]
# ## Checks
# The value is reproduced by a plain loop, the two ways of drawing agree, and the workbook is a real file.

# %%
total = 0.0
for year, counted in enumerate(paper.row("counted_share")):
    share = paper.row("revenue")[year] * counted * 0.0325 - paper.row("owner_cost")[year] * counted
    time = paper.row("flow_time_years")[year]
    total += share * (1 - 0.25) * np.exp(-0.03 * paper.row("survival_time_years")[year]) / 1.12**time
benefit = 1 / (1 - 0.25 / 10 * (1 - 1.12**-10) / 0.12 * 1.12**0.5)

assert abs(total * benefit / royalty_relief.value - 1) < 1e-12
assert abs(low / interval.low - 1) < 0.002
assert abs(high / interval.high - 1) < 0.002
assert at_lowest < royalty_relief.value
assert royalty_relief.sensitivities[0].swing == max(each.swing for each in royalty_relief.sensitivities)
assert appraisal.workbook().startswith(b"PK")
