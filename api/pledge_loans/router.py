"""Routes of pledge loans. Every kind of event is an action with an address of its own, made from its file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.commands import Commands
from api.openapi import PROBLEM, READ_PROBLEMS
from api.pledge_loans.actions import add_deeds
from api.pledge_loans.documents import (
    action_documents,
    claims_document,
    cover_document,
    ledger_document,
    loan_document,
    schedule_document,
)
from api.pledge_loans.reading import Known, LoanReading, verified
from api.pledge_loans.schemas import (
    ProposalOut,
)
from api.pledge_loans.service import ADDRESS, proposal_document
from api.responses import find_in_catalogue, json_response
from api.store import pledge_loans as store
from api.store.tables import PledgeLoanRow
from pledge.history import journal
from pledge.loan import Loan
from pledge.workflow import machines
from valuation.kernel.fields import Day

__all__ = ["pledge_loans_router"]

_TAG = "质押贷款 pledge loans"
MAXIMUM_ITEMS = 500

AsOf = Annotated[Day | None, Query(description="该日日终的状态 state at the end of this day; by default today")]
KnownAt = Annotated[
    str | None,
    Query(max_length=40, description="当时已记录的事项 only what was recorded by this day or moment"),
]
Limit = Annotated[int, Query(ge=1, le=MAXIMUM_ITEMS)]


def pledge_loans_router(commands: Commands, reading: LoanReading) -> APIRouter:
    """The routes below ``/v1/pledges``."""
    router = APIRouter(prefix="/v1", tags=[_TAG])
    _add_catalogues(router, reading)
    _add_list(router, reading)
    _add_states(router, reading)
    _add_books(router, reading)
    _add_proposals(router, reading)
    add_deeds(router, commands, reading)
    return router


def _add_catalogues(router: APIRouter, reading: LoanReading) -> None:
    @router.get("/pledge-actions", summary="贷款可办事项 · Actions on a loan", response_model=None, responses=PROBLEM)
    def list_actions(request: Request) -> Response:
        """Who may take each action, who must approve it, and what its payload holds."""
        reading.participant(request)
        return json_response({"items": list(action_documents().values())})

    @router.get("/pledge-machines", summary="状态机 · State machines", response_model=None, responses=PROBLEM)
    def list_machines(request: Request) -> Response:
        """The tables of states and steps: application, right, facility, cover, instalment, claim."""
        reading.participant(request)
        return json_response({"items": [machine.as_document() for machine in machines().values()]})

    @router.get(
        "/pledge-actions/{id}", summary="一项可办事项 · One action", response_model=None, responses=READ_PROBLEMS
    )
    def read_action(request: Request, id: str) -> Response:
        """One action."""
        reading.participant(request)
        return json_response(find_in_catalogue(action_documents(), id))


def _add_list(router: APIRouter, reading: LoanReading) -> None:
    @router.get("/pledges", summary="质押贷款列表 · List pledge loans", response_model=None, responses=READ_PROBLEMS)
    def list_loans(
        request: Request, limit: Limit = 100, after: Annotated[str | None, Query(max_length=80)] = None
    ) -> Response:
        """Loans the caller may see, the newest first; ``next`` is what to state as ``after``, or null at the end."""
        participant = reading.participant(request)
        with reading.sessions() as session:
            page = store.list_loans(session, sight=participant.sight, limit=limit + 1, after=after)
        shown = page.rows[:limit]
        following = shown[-1].id if len(page.rows) > limit else None
        return json_response({"items": [_listed(row) for row in shown], "total": page.total, "next": following})


def _listed(row: PledgeLoanRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "created_at": row.created_at,
        "created_by": row.created_by,
        "events": row.event_count,
        "links": _links(row.id),
    }


def _links(loan_id: str) -> dict[str, str]:
    address = f"{ADDRESS}/{loan_id}"
    parts = ("events", "ledger", "schedule", "cover", "claims", "proposals", "verify")
    return {"self": address, **{part: f"{address}/{part}" for part in parts}}


def _add_states(router: APIRouter, reading: LoanReading) -> None:
    """Forms of the state on a day: the loan, its plan, its cover, its claims."""

    @router.get("/pledges/{id}", summary="贷款状态 · State of a loan", response_model=None, responses=READ_PROBLEMS)
    def read_loan(request: Request, id: str, as_of: AsOf = None, known_at: KnownAt = None) -> Response:
        """The loan at the end of a day, as far as it was known at a moment."""
        known = reading.known(request, id, as_of=as_of, known_at=known_at)
        document = {
            **_listed(known.row),
            "known_events": len(known.history.events),
            "head": known.row.head_digest,
            "state": loan_document(known.loan),
        }
        return reading.answer(request, known, document)

    for part, form, summary, text in (
        ("schedule", schedule_document, "还款计划 · Schedule", "What fell due and is open, and what falls due next."),
        ("cover", cover_document, "担保覆盖 · Cover", "Outstanding principal against the value that may be lent on."),
        ("claims", claims_document, "代偿申请 · Claims", "Claims on pool, guarantor, insurer and appraiser."),
    ):
        router.add_api_route(
            f"/pledges/{{id}}/{part}",
            _state_reader(reading, form),
            name=f"read_pledge_{part}",
            summary=summary,
            description=text,
            response_model=None,
            responses=READ_PROBLEMS,
        )


def _state_reader(reading: LoanReading, form: Callable[[Loan], dict[str, Any]]) -> Callable[..., Response]:
    def read(request: Request, id: str, as_of: AsOf = None, known_at: KnownAt = None) -> Response:
        known = reading.known(request, id, as_of=as_of, known_at=known_at)
        return reading.answer(request, known, {"loan": id, **form(known.loan)})

    return read


def _add_books(router: APIRouter, reading: LoanReading) -> None:
    """What was recorded: events, journal and balances, and whether the chain still holds."""

    @router.get("/pledges/{id}/events", summary="事项 · Events", response_model=None, responses=READ_PROBLEMS)
    def list_events(
        request: Request,
        id: str,
        known_at: KnownAt = None,
        after: Annotated[int, Query(ge=0)] = 0,
        limit: Limit = 100,
    ) -> Response:
        """Events in order of recording, from behind the sequence ``after`` on."""
        known = reading.known(request, id, as_of=None, known_at=known_at)
        shown = known.history.events[after : after + limit]
        is_more = after + limit < len(known.history.events)
        document = {
            "items": [event.as_document() for event in shown],
            "total": len(known.history.events),
            "next": after + limit if is_more else None,
        }
        return reading.answer(request, known, document)

    @router.get(
        "/pledges/{id}/events/{sequence}", summary="一个事项 · One event", response_model=None, responses=READ_PROBLEMS
    )
    def read_event(request: Request, id: str, sequence: int) -> Response:
        """One event as it was recorded."""
        known = reading.known(request, id, as_of=None, known_at=None)
        documents = {str(event.sequence): event.as_document() for event in known.history.events}
        return json_response(find_in_catalogue(documents, str(sequence)))

    @router.get("/pledges/{id}/ledger", summary="账簿 · Ledger", response_model=None, responses=READ_PROBLEMS)
    def read_ledger(request: Request, id: str, as_of: AsOf = None, known_at: KnownAt = None) -> Response:
        """The journal and the balances in the books of every party, to the end of a day.

        The journal is in order of recording and holds every reversal; entries that take effect after the day are
        left out of both.
        """
        known = reading.known(request, id, as_of=as_of, known_at=known_at)
        return reading.answer(request, known, _ledger(known))

    @router.get(
        "/pledges/{id}/verify", summary="核验事项链 · Verify the chain", response_model=None, responses=READ_PROBLEMS
    )
    def verify(request: Request, id: str) -> Response:
        """Is every event what was recorded, in the order in which it was? The first that is not is named."""
        participant = reading.participant(request)
        with reading.sessions() as session:
            row = store.find_loan(session, id, sight=participant.sight)
            return json_response(verified(session, row))


def _ledger(known: Known) -> dict[str, Any]:
    entries = journal(known.history, closed_to=known.as_of)
    past = [entry for entry in entries if entry.posting.day <= known.as_of]
    return ledger_document(known.history.loan_id, past, as_of=known.as_of)


def _add_proposals(router: APIRouter, reading: LoanReading) -> None:
    @router.get("/pledges/{id}/proposals", summary="待批事项 · Proposals", response_model=None, responses=READ_PROBLEMS)
    def list_proposals(
        request: Request,
        id: str,
        state: Annotated[Literal["waiting", "approved", "declined", "withdrawn"] | None, Query()] = None,
    ) -> Response:
        """What waits for a second person on this loan, and what became of the rest."""
        participant = reading.participant(request)
        with reading.sessions() as session:
            row = store.find_loan(session, id, sight=participant.sight)
            rows = store.list_proposals(session, row.id, state=state)
        return json_response({"items": [proposal_document(each) for each in rows], "total": len(rows)})

    @router.get(
        "/pledges/{id}/proposals/{proposal_id}",
        summary="一项待批事项 · One proposal",
        responses={200: {"model": ProposalOut}, **READ_PROBLEMS},
        response_model=None,
    )
    def read_proposal(request: Request, id: str, proposal_id: str) -> Response:
        """One proposal."""
        participant = reading.participant(request)
        with reading.sessions() as session:
            row = store.find_loan(session, id, sight=participant.sight)
            found = store.find_proposal(session, row.id, proposal_id)
        return json_response(proposal_document(found))
