"""A loan book simulated as a caller asks: losses by party, tail, pool, contributions, stresses, and the exact check."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from api.answered import Answered, named_under
from api.portfolios.book_file import Loan, as_rows
from api.portfolios.capital import book_capital
from api.portfolios.documents import (
    checked,
    contributions_document,
    losses_document,
    not_sampled,
    pool_document,
    rule_document,
    stress_document,
    tranches_document,
)
from api.portfolios.run_workbook import run_workbook
from api.portfolios.schemas import PortfolioRunRequest
from api.portfolios.terms import Terms, read_terms
from api.portfolios.work import Work, refuse_work
from pledge.portfolio.book_losses import BookLosses
from pledge.portfolio.contributions import ShortfallContributions, shortfall_contributions
from pledge.portfolio.importance import PILOT_SCENARIOS, find_shift
from pledge.portfolio.loan_book import LoanBook
from pledge.portfolio.simulation import Progress, check_span, simulate_book
from pledge.portfolio.simulation_plan import NO_STRESS, SimulationPlan, Stress
from valuation.kernel.dated import DatedTable, DatedValue
from valuation.kernel.digest import digest_of
from valuation.kernel.labels import Label, NamedWarning

__all__ = ["Told", "run_book", "sector_names"]

#: Told after every block: the name of the run (``base`` or that of a stress), and how far it is.
Told = Callable[[str, Progress], None]

_SUPPOSED = NamedWarning(
    "stated_by_caller",
    Label(
        "违约概率、相关系数、抵质押物价值与波动、处置成本与时间、毁损、折现率由提交者陈述，属假设（hypothesis）",
        "PDs, correlations, values and volatilities of collateral, cost and time of sale, damage by failure and "
        "discount rates are stated by the caller: hypotheses, not verified here",
    ),
)


@dataclass(frozen=True)
class _Runs:
    """The book and its terms, and how its scenarios are computed."""

    book: LoanBook
    terms: Terms
    workers: int
    told: Told | None

    def simulated(self, plan: SimulationPlan, stress: Stress = NO_STRESS) -> BookLosses:
        """The losses of one run."""
        told = self.told
        progress = None if told is None else lambda done: told(stress.name, done)
        rule = self.terms.sharing.rule
        return simulate_book(self.book, rule, plan, stress=stress, workers=self.workers, progress=progress)


def run_book(
    loans: Sequence[Loan],
    request: PortfolioRunRequest,
    *,
    policies: Mapping[str, DatedTable],
    portfolio: str | None = None,
    work_limit: int | None = None,
    workers: int = 1,
    told: Told | None = None,
) -> Answered:
    """What does the book lose, who bears it, and how long does the pool last?

    The digest covers the loans, the request, the values of policies that were used and the engine: neither the id of
    the stored book nor the number of workers.

    Parameters
    ----------
    loans : as :func:`read_loans` gives them.
    portfolio : the id of the stored book, None for a file.
    work_limit : the most loans × scenarios, None without a limit but the domain's own.

    Raises
    ------
    InputError : a rule, plan, correlation or stress that cannot be; more work than the limit.
    RefusalError : too few scenarios beyond the confidence.
    GapError, BeforeFirstStepError, RepealedError, NotBuiltError : a policy or rules of capital that do not give their
        values on the day; a policy with terms the simulation does not know.

    Tested by: ``tests/api/portfolios/test_runs.py`` (the domain's own calls, by hand, the command line).
    """
    terms = read_terms(request, sector_names=sector_names(loans), policies=policies)
    work = Work(len(loans), request.plan.scenarios, len(request.stresses), request.plan.importance_sampling)
    refuse_work(work, terms.plan, limit=work_limit)
    runs = _Runs(LoanBook.from_rows(as_rows(loans), sectors=terms.sectors), terms, workers, told)
    with named_under("plan"):
        check_span(runs.book, terms.plan)
    capital = book_capital(runs.book, request.capital, policies=policies)
    used = tuple(dict.fromkeys((*terms.sharing.values_used, *capital.values_used)))
    body, doubts, workbook = _answer(runs, request)
    body |= {"rules_used": [value.as_document() for value in used], "capital": capital.document}
    return Answered(
        body={"question": "portfolio_run", "portfolio": portfolio, **body},
        warnings=(_SUPPOSED, *terms.sharing.warnings, *capital.warnings, *doubts),
        sources=tuple(dict.fromkeys(value.source for value in used)),
        digest=_digest(loans, request, used),
        workbook=workbook,
    )


def sector_names(loans: Sequence[Loan]) -> list[str]:
    """The sectors of a book in the order of their factors."""
    return sorted({str(loan["sector"]) for loan in loans})


def _digest(loans: Sequence[Loan], request: PortfolioRunRequest, used: Sequence[DatedValue]) -> str:
    values = [value.as_document() for value in used]
    asked = request.model_dump(mode="json")
    return digest_of({"portfolio_run": {"loans": list(loans), "request": asked, "rules_used": values}})


def _answer(runs: _Runs, request: PortfolioRunRequest) -> tuple[dict[str, Any], tuple[NamedWarning, ...], bytes]:
    terms, asked = runs.terms, request.plan
    plan = _shifted(runs, request)
    base = runs.simulated(plan)
    tail = _tail(runs, request, plan, base)
    stresses = [
        stress_document(stress, runs.simulated(plan, stress), base, plan, asked.confidence) for stress in terms.stresses
    ]
    check, doubts = checked(runs.book, plan, base, asked.confidence)
    body = {
        "rule": rule_document(terms.sharing),
        "plan": asked.model_dump(mode="json"),
        "sectors": {"names": list(terms.sectors.names), "correlation": terms.sectors.correlation.tolist()},
        "loan_count": runs.book.size,
        "claim_cny": f"{base.exposure_cny:.2f}",
        "losses": losses_document(base, asked.confidence, tail_party=asked.tail_party),
        "pool": pool_document(base, plan),
        "contributions": contributions_document(tail, asked.top_loans),
        "tranches": tranches_document(base, terms.bounds_cny),
        "stresses": stresses,
        "check": check,
    }
    told = {NO_STRESS.name: body["losses"], **{each["name"]: each["losses"] for each in stresses}}
    return body, (*doubts, *not_sampled(told)), run_workbook(body, tail)


def _shifted(runs: _Runs, request: PortfolioRunRequest) -> SimulationPlan:
    """The plan, with the shift of importance sampling where that is asked for."""
    plan = runs.terms.plan
    if not request.plan.importance_sampling:
        return plan
    shift = find_shift(
        runs.book,
        runs.terms.sharing.rule,
        plan,
        confidence=request.plan.confidence,
        party=request.plan.tail_party,
        pilot_scenarios=PILOT_SCENARIOS,
        workers=runs.workers,
    )
    return replace(plan, shift=shift)


def _tail(runs: _Runs, request: PortfolioRunRequest, plan: SimulationPlan, base: BookLosses) -> ShortfallContributions:
    asked = request.plan
    rule = runs.terms.sharing.rule
    return shortfall_contributions(runs.book, rule, plan, base, confidence=asked.confidence, party=asked.tail_party)
