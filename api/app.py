"""The application: everything an installation needs, built once from its settings."""

from __future__ import annotations

import datetime
from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.orm import sessionmaker
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.analyses.router import analyses
from api.auth import Callers
from api.catalogues import Catalogues, load_catalogues
from api.commands import Commands
from api.docs_page import add_docs_page
from api.errors import MethodNotAllowedError, NotFoundError, NotReadyError, UnexpectedError
from api.evidence.router import comparables_imports, comparables_router
from api.evidence.store import EvidenceStore
from api.health.router import health_router
from api.kinds import KINDS
from api.leverage.router import (
    leverage_runs,
    leverage_scenarios,
    performance_evaluations,
    programmes_router,
    waterfalls,
)
from api.methods.router import methods_router
from api.middleware import Edge
from api.openapi import describe
from api.pledge_loans.actions import pledge_loan_models
from api.pledge_loans.reading import LoanReading
from api.pledge_loans.router import pledge_loans_router
from api.pledges.router import pledge_quotes
from api.policies.router import policies_router
from api.portfolios.router import book_templates_router, loan_books, portfolio_runs_router
from api.portfolios.schemas import PortfolioRunRequest
from api.problems.router import problems_router
from api.rates.router import rate_papers
from api.reading import Reading
from api.reports.router import reports
from api.responses import problem_response
from api.results import Result, result_router
from api.scores.router import indicators_router, scores
from api.settings import Settings
from api.store.database import open_database
from api.valuations.router import explanations_router, valuations
from valuation.errors import InputError, IpfinError
from valuation.kernel.digest import ENGINE_VERSION
from valuation.kernel.fields import field_problems

__all__ = ["create_app"]

_DESCRIPTION = """知识产权金融服务：一项权利值多少，银行可以凭它贷多少，财政资金能撬动多少。

What an IP right is worth, what a bank may lend against it, what public money sets in motion.

金额一律为字符串；每个 POST 需要 `Idempotency-Key`；错误按 RFC 9457 返回，类型见 `/v1/problems`。
Amounts are strings; every POST needs an `Idempotency-Key`; errors follow RFC 9457, their types are at `/v1/problems`.
"""


def utc_now() -> datetime.datetime:
    """The clock of an installation; the domain never sees it."""
    return datetime.datetime.now(datetime.UTC)


def create_app(settings: Settings, *, clock: Callable[[], datetime.datetime] = utc_now) -> FastAPI:
    """Build the application; the database is opened but not migrated (``ipfin serve`` and ``ipfin migrate`` do).

    Raises
    ------
    InputError : a setting that cannot be used.
    ReferenceDataError : a policy or programme file that does not load.

    Tested by: ``tests/api``.
    """
    catalogues = load_catalogues(settings.policy_dirs)
    engine = open_database(settings.database_url.get_secret_value())
    sessions = sessionmaker(engine, expire_on_commit=False)
    callers = Callers(settings.api_keys, roles=settings.caller_roles)
    commands = Commands(
        sessions,
        callers=callers,
        clock=clock,
        compute_threads=settings.compute_threads,
        claim_seconds=settings.claim_seconds,
    )
    app = FastAPI(
        title="ipfin",
        version=ENGINE_VERSION,
        summary="知识产权金融服务 · Intellectual-property financial services",
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
    )
    app.state.engine = engine
    app.state.sessions = sessions
    tables = (KINDS["comparables_import"].address, KINDS["loan_book"].address)
    longer = dict.fromkeys(tables, settings.max_table_bytes)
    app.add_middleware(Edge, max_body_bytes=settings.max_body_bytes, longer=longer)
    _add_handlers(app)
    reading = Reading(sessions, callers=callers)
    evidence = EvidenceStore(settings.evidence_dir)
    results = (*_results(catalogues), comparables_imports(evidence), loan_books())
    # Before the books themselves: the template's address would be read as the id of one.
    app.include_router(book_templates_router(callers=callers))
    for result in results:
        app.include_router(result_router(commands, reading, result))
    app.include_router(
        portfolio_runs_router(
            commands,
            reading,
            sessions=sessions,
            policies=catalogues.pledge_policies,
            work_limit=settings.max_loan_scenarios,
        )
    )
    app.include_router(pledge_loans_router(commands, LoanReading(sessions, callers=callers, clock=clock)))
    app.include_router(explanations_router(reading))
    app.include_router(indicators_router(callers=callers))
    app.include_router(policies_router(catalogues, callers=callers))
    app.include_router(programmes_router(catalogues, callers=callers))
    app.include_router(methods_router(callers=callers))
    app.include_router(comparables_router(evidence, callers=callers))
    app.include_router(problems_router())
    app.include_router(health_router(engine))
    add_docs_page(app)
    models = [each.command.body.model for each in results]
    asked = [each for each in models if each is not None]
    describe(app, [*asked, *pledge_loan_models(), PortfolioRunRequest], has_keys=not settings.is_open)
    return app


def _results(catalogues: Catalogues) -> tuple[Result, ...]:
    """The three questions of the product, then what a valuer needs around a value."""
    return (
        valuations(model=catalogues.valuation_request),
        pledge_quotes(model=catalogues.pledge_request, policies=catalogues.pledge_policies),
        leverage_scenarios(
            model=catalogues.leverage_request,
            programmes=catalogues.programmes,
            policies=catalogues.leverage_policies,
        ),
        *leverage_runs(catalogues),
        waterfalls(),
        performance_evaluations(catalogues),
        reports(model=catalogues.valuation_request),
        analyses(model=catalogues.analysis_request),
        rate_papers(),
        scores(),
    )


def _add_handlers(app: FastAPI) -> None:
    """Every error leaves as a problem."""
    app.add_exception_handler(IpfinError, _answer_to(_as_it_is))
    app.add_exception_handler(RequestValidationError, _answer_to(_invalid_request))
    app.add_exception_handler(HTTPException, _answer_to(_of_the_framework))
    for trouble in (OperationalError, ProgrammingError, InterfaceError):
        app.add_exception_handler(trouble, _answer_to(_database_trouble))


def _answer_to(
    translate: Callable[[Request, Exception], IpfinError],
) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handle(request: Request, error: Exception) -> Response:
        headers = error.headers if isinstance(error, HTTPException) else None
        return problem_response(request, translate(request, error), headers)

    return handle


def _as_it_is(request: Request, error: Exception) -> IpfinError:
    del request
    assert isinstance(error, IpfinError), "registered for these alone"
    return error


def _invalid_request(request: Request, error: Exception) -> IpfinError:
    """A path or query parameter that FastAPI refused; the first part of its place says only where it stood."""
    del request
    assert isinstance(error, RequestValidationError), "registered for these alone"
    errors = [{**each, "loc": tuple(each["loc"])[1:]} for each in error.errors()]
    return InputError.from_problems(field_problems(errors))


def _of_the_framework(request: Request, error: Exception) -> IpfinError:
    assert isinstance(error, HTTPException), "registered for these alone"
    address = repr(request.url.path[:200])
    if error.status_code == 404:
        return NotFoundError.of("address", found=address, expected="an address of /openapi.json")
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "another method")
        return MethodNotAllowedError.of("method", found=request.method, expected=allowed)
    unexpected = UnexpectedError(f"the framework answered {error.status_code}")
    unexpected.__cause__ = error
    return unexpected


def _database_trouble(request: Request, error: Exception) -> IpfinError:
    del request
    trouble = NotReadyError.of("database", found="no answer to a statement", expected="a migrated database")
    trouble.__cause__ = error
    return trouble
