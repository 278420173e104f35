"""How volatile is a project? The scatter of its present value when the uncertain inputs of its own sheet are drawn.

Options are valued on a project that is not traded, so its volatility is not observed. The project's value without
flexibility is taken for what the market would pay for it (marketed asset disclaimer), and the yearly change of its
logarithm is simulated from the inputs whose distributions the valuation states.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from valuation.errors import InputError, RefusalError, UnknownNameError
from valuation.kernel.expression import Array
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Input, Worksheet
from valuation.uncertainty.draws import MAXIMUM_DRAWS, Uncertainty, simulated_answers, uncertain_numbers

__all__ = ["ProjectVolatility", "project_volatility"]

#: Inputs that discount. The estimator holds the rate: a drawn rate is no news about the project's flows.
_RATES = ("discount_rate_share",)


@dataclass(frozen=True)
class ProjectVolatility:
    """The yearly volatility and its standard error; ``drawn`` names what was drawn, and how it is called.

    ``log_mean`` is the mean of ln PV less ln PV₀ (of z without its constant ln(1 + r)), ``correction`` the number by
    which the standard deviation of z was divided for news over several years.
    """

    volatility_share: float
    error: float
    log_mean: float
    present_value: float
    draws: int
    correction: float
    drawn: tuple[tuple[str, Label], ...]


def project_volatility(
    worksheet: Worksheet,
    *,
    answer: str,
    uncertainty: Uncertainty,
    resolved_within_years: float = 1.0,
    held_inputs: Sequence[str] = (),
    draw_limit: int = MAXIMUM_DRAWS,
) -> ProjectVolatility:
    """What is the yearly volatility of this project's value?

    z = ln((PV₁ + CF₁) / PV₀); σ = standard deviation of z over the draws. PV₀ is the value of the paper as stated and
    is held (the denominator is not drawn). The numerator is the value after the first year together with that year's
    flow, which with a rate that is held is (1 + r) times the present value of the same draw: the factor is the same in
    every draw and σ is the standard deviation of ln PV.

    Parameters
    ----------
    answer : the line that is the present value.
    resolved_within_years : over how many years what is uncertain today becomes known. One is Copeland and Antikarov's
        estimator, which puts all of it into the first year and is too high where news comes later (Smith 2005,
        Brandão, Dyer, Hahn 2005); with n years σ is divided by √n.
    held_inputs : uncertain inputs that keep their stated value; the discount rate must be among them if it is
        uncertain.
    draw_limit : bound on the draws of all scrambles.

    Returns
    -------
    σ is the mean over the scrambles, its error their standard deviation over √scrambles.

    Raises
    ------
    InputError : nothing uncertain is left to draw, the discount rate would be drawn, years not within 0 to 100.
    UnknownNameError : a held input that is not an uncertain input of the paper.
    RefusalError : the present value is not positive, as stated or in some share of the draws, which is named: a
        logarithm, and with it a lognormal volatility, does not exist for it.

    References
    ----------
    Copeland, Antikarov (2001), Real Options: A Practitioner's Guide, ch. 9. Smith (2005), Alternative approaches for
    solving real-options problems, Decision Analysis 2. Brandão, Dyer, Hahn (2005), the same journal and volume.

    Tested by: closed form (lognormal input), the two-date formula written out on a table of flows (second way);
    ``tests/valuation/options/test_volatility.py``.
    """
    if not 0 < resolved_within_years <= 100:
        raise InputError.of("resolved_within_years", found=resolved_within_years, expected="more than 0, at most 100")
    paper = _held(worksheet, held_inputs)
    drawn = tuple((each.name, each.label) for each in uncertain_numbers(paper))
    _check(drawn)
    present_value = paper.value(answer)
    answers = simulated_answers(paper, answer=answer, uncertainty=_own_pairs(uncertainty, drawn), draw_limit=draw_limit)
    _refuse_not_positive(answer, present_value, answers)
    logs = np.log(answers / present_value)
    correction = math.sqrt(resolved_within_years)
    # A Sobol scramble is balanced, so that its plain variance is the integral; independent draws have lost a degree of
    # freedom to their mean.
    lost = 0 if uncertainty.sampler == "sobol" else 1
    deviations = logs.std(axis=1, ddof=lost) / correction
    return ProjectVolatility(
        volatility_share=float(deviations.mean()),
        error=float(deviations.std(ddof=1)) / math.sqrt(len(deviations)),
        log_mean=float(logs.mean()),
        present_value=present_value,
        draws=answers.size,
        correction=correction,
        drawn=drawn,
    )


def _held(worksheet: Worksheet, names: Sequence[str]) -> Worksheet:
    """The same paper, on which the named inputs state no distribution."""
    known = [entry.name for entry in worksheet.uncertain_inputs]
    for name in names:
        if name not in known:
            raise UnknownNameError.among("held_inputs", found=name, known=known)
    entries = tuple(
        replace(entry, distribution=None, column_distributions={})
        if isinstance(entry, Input) and entry.name in names
        else entry
        for entry in worksheet.entries
    )
    return replace(worksheet, entries=entries)


def _check(drawn: Sequence[tuple[str, Label]]) -> None:
    if not drawn:
        raise InputError.of(
            "uncertain inputs", found="none to draw", expected="one input at least that states a distribution"
        )
    rates = [name for name, _ in drawn if name.split(".")[0] in _RATES]
    if rates:
        raise InputError.of(
            "held_inputs", found=f"{rates[0]} would be drawn", expected="the discount rate among the inputs held"
        )


def _own_pairs(uncertainty: Uncertainty, drawn: Sequence[tuple[str, Label]]) -> Uncertainty:
    """Correlations with an input that is held say nothing any more."""
    names = {name for name, _ in drawn}
    own = tuple(pair for pair in uncertainty.correlations if {pair.first, pair.second} <= names)
    return uncertainty.model_copy(update={"correlations": own})


def _refuse_not_positive(answer: str, present_value: float, answers: Array) -> None:
    share = float(np.mean(answers <= 0))
    if present_value > 0 and share == 0:
        return
    found = f"{present_value:.6g} as stated" if present_value <= 0 else f"not positive in {share:.2%} of the draws"
    raise RefusalError.of(
        answer,
        found=found,
        expected="a present value that is positive in every draw",
        advice="Take the value of the flows before the outlay, or value the option on a project that may be negative",
    )
