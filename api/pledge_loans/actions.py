"""The POSTs of pledge loans: opening, every action, and the second person's decision."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from api.commands import Command, Commands, Effect, Question
from api.intake import JsonBody
from api.openapi import PRECONDITION, READ_PROBLEMS, command_description, command_responses
from api.pledge_loans import service
from api.pledge_loans.documents import action_name
from api.pledge_loans.reading import LoanReading
from api.pledge_loans.schemas import (
    Approval,
    Decline,
    Members,
    ProposalOut,
    RecordedOut,
    action_body,
    opening_body,
)
from api.pledge_loans.service import Address
from pledge.event_kind import EventKind, event_kinds

__all__ = ["add_deeds", "pledge_loan_models"]

#: What a service needs beside the session, the body and the question.
Service = Callable[..., Effect]


def add_deeds(router: APIRouter, commands: Commands, reading: LoanReading) -> None:
    """Add every route that changes a loan."""
    _add_opening(router, commands, reading)
    _add_decisions(router, commands, reading)
    _add_actions(router, commands, reading)


def pledge_loan_models() -> tuple[type[BaseModel], ...]:
    """Every body that these routes read."""
    actions = [action_body(kind) for kind in event_kinds().values()]
    return (opening_body(event_kinds()["application_submitted"]), Members, Approval, Decline, *actions)


def _add_opening(router: APIRouter, commands: Commands, reading: LoanReading) -> None:
    model = opening_body(event_kinds()["application_submitted"])

    async def open_loan(request: Request) -> Response:
        participant = reading.participant(request)

        def serve(session: Session, body: Any, question: Question) -> Effect:
            return service.open_loan(session, body, question, participant)

        return await commands.run(request, _command(model, serve))

    router.add_api_route(
        "/pledges",
        open_loan,
        methods=["POST"],
        status_code=201,
        name="open_pledge_loan",
        summary="受理质押贷款申请 · Open a pledge loan with its application",
        description="The loan and its first event are stored together, or neither. The ETag of the answer is what the "
        "next action states as `If-Match`.",
        responses=command_responses(RecordedOut),
        openapi_extra=command_description(JsonBody(model).content(None)),
    )


def _add_decisions(router: APIRouter, commands: Commands, reading: LoanReading) -> None:
    for action, model, serve, summary, text in (
        ("approve", Approval, service.approve, "批准 · Approve a proposal", "What was proposed becomes an event."),
        (
            "decline",
            Decline,
            service.decline,
            "否决或撤回 · Decline or withdraw a proposal",
            "The loan does not change.",
        ),
    ):
        _add_deed(
            router,
            f"/pledges/{{id}}/proposals/{{proposal_id}}/{action}",
            _deed_on_proposal(commands, reading, model, serve),
            name=f"{action}_pledge_proposal",
            summary=summary,
            text=text,
            model=model,
            needs_state=action == "approve",
        )


def _add_actions(router: APIRouter, commands: Commands, reading: LoanReading) -> None:
    _add_deed(
        router,
        "/pledges/{id}/members",
        _deed(commands, reading, Members, service.add_members),
        name="add_pledge_members",
        summary="增加可查看贷款的外部机构 · Let others see a loan",
        text="Callers from outside the bank: borrower, guarantor, insurer, clerk, valuer, manager of the pool.",
        model=Members,
        needs_state=False,
    )
    taken = {route.path for route in router.routes if hasattr(route, "path")}
    for kind in event_kinds().values():
        path = f"/pledges/{{id}}/{action_name(kind)}"
        assert f"/v1{path}" not in taken, f"{kind.id}: its address is taken"
        model = action_body(kind)
        _add_deed(
            router,
            path,
            _deed(commands, reading, model, partial(service.act, kind=kind)),
            name=f"pledge_{kind.id}",
            summary=f"{kind.label.zh} · {kind.label.en[0].upper()}{kind.label.en[1:]}",
            text=_told(kind),
            model=model,
        )


def _told(kind: EventKind) -> str:
    """Who may, and what happens then."""
    roles = ", ".join(sorted(kind.may_record))
    if not kind.may_approve:
        return f"Taken by: {roles}. Recorded at once."
    approvers = ", ".join(sorted(kind.may_approve))
    return f"Proposed by: {roles}. Recorded when another caller approves it, in the role {approvers} (202 until then)."


def _add_deed(
    router: APIRouter,
    path: str,
    endpoint: Callable[..., Any],
    *,
    name: str,
    summary: str,
    text: str,
    model: type[BaseModel],
    needs_state: bool = True,
) -> None:
    router.add_api_route(
        path,
        endpoint,
        methods=["POST"],
        status_code=201,
        name=name,
        summary=summary,
        description=text,
        response_model=None,
        responses={
            **command_responses(RecordedOut),
            200: {"description": "提议已撤下，或名单已更新 · A proposal dropped, or the list of members changed"},
            202: {"description": "等待另一人批准 · Waits for a second person", "model": ProposalOut},
            **PRECONDITION,
            **READ_PROBLEMS,
        },
        openapi_extra=command_description(JsonBody(model).content(None), needs_state=needs_state),
    )


def _deed(commands: Commands, reading: LoanReading, model: type[BaseModel], serve: Service) -> Callable[..., Any]:
    async def deed(request: Request, id: str) -> Response:
        address = _address(request, reading, id)
        return await commands.run(request, _command(model, partial(serve, address=address)))

    return deed


def _deed_on_proposal(
    commands: Commands, reading: LoanReading, model: type[BaseModel], serve: Service
) -> Callable[..., Any]:
    async def deed(request: Request, id: str, proposal_id: str) -> Response:
        address = _address(request, reading, id, proposal_id)
        return await commands.run(request, _command(model, partial(serve, address=address)))

    return deed


def _address(request: Request, reading: LoanReading, loan_id: str, proposal_id: str = "") -> Address:
    return Address(loan_id, reading.participant(request), request.headers.get("if-match"), proposal_id)


def _command(model: type[BaseModel], serve: Service) -> Command:
    return Command(JsonBody(model), serve, answered=_as_it_is)


def _as_it_is(effect: Effect) -> Effect:
    return effect
