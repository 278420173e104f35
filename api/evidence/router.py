"""Routes of comparables and published tables."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.auth import Callers
from api.commands import Command
from api.evidence.schemas import ComparablesImport
from api.evidence.service import found_document, import_service, seen_by_caller, selected
from api.evidence.store import EvidenceStore, Wanted
from api.evidence.template import csv_template, xlsx_template
from api.evidence.upload import TableBody
from api.openapi import PROBLEM, READ_PROBLEMS
from api.responses import XLSX, find_in_catalogue, json_response
from api.results import Result, Told
from valuation.errors import InputError
from valuation.evidence.published_tables import PUBLISHED_TABLES, packaged_table
from valuation.evidence.record import TransactionRecord
from valuation.kernel.fields import Day

__all__ = ["comparables_imports", "comparables_router"]

_TAG = "证据 evidence"

CSV = "text/csv; charset=utf-8"
#: Transactions of one answer over HTTP.
MAXIMUM_ITEMS = 1000

Word = Annotated[str | None, Query(max_length=100)]
OnDay = Annotated[Day | None, Query()]


def comparables_imports(store: EvidenceStore) -> Result:
    """The results under ``/v1/comparables/imports``."""
    return Result(
        kind="comparables_import",
        tag=_TAG,
        command=Command(TableBody(), import_service(store)),
        answer=ComparablesImport,
        asking=Told(
            "take_in",
            "导入可比交易 · Take in a table of transactions",
            "The body is the filled template: CSV, XLSX or Parquet. All rows are taken in, or none and every fault is "
            "named by row and column. A deal already held is not held twice; only this caller sees what it takes in.",
        ),
        reading=Told("read", "读取导入结果 · Read an import", "What became of each row, as it was answered."),
    )


def comparables_router(store: EvidenceStore, *, callers: Callers) -> APIRouter:
    """The routes ``/v1/comparables`` and ``/v1/tables``."""
    router = APIRouter(prefix="/v1", tags=[_TAG])
    tables = {name: packaged_table(name).as_document() for name in PUBLISHED_TABLES}

    @router.get("/comparables", summary="可比交易 · Comparable transactions", response_model=None, responses=PROBLEM)
    def list_comparables(
        request: Request,
        right_kind: Word = None,
        transaction_kind: Word = None,
        jurisdiction: Word = None,
        industry: Word = None,
        currency: Word = None,
        traded_from: OnDay = None,
        traded_to: OnDay = None,
        related_parties: Annotated[bool | None, Query()] = None,
        feature: Annotated[list[str] | None, Query(max_length=20)] = None,
        limit: Annotated[int, Query(ge=1, le=MAXIMUM_ITEMS)] = 100,
    ) -> Response:
        """Transactions with their provenance, the newest first; ``total`` says how many there are.

        Held are those that the operator took in, and those of this caller's own imports.
        """
        held = seen_by_caller(store, callers.identify(request))
        wanted = Wanted(
            right_kind=right_kind,
            transaction_kind=transaction_kind,
            jurisdiction=jurisdiction,
            industry=industry,
            currency=currency,
            traded_from=traded_from,
            traded_to=traded_to,
            related_parties=related_parties,
            with_features=tuple(feature or ()),
            limit=limit,
        )
        return json_response(found_document(held.find(wanted)))

    @router.get(
        "/comparables/inputs",
        summary="选作方法输入 · Transactions as inputs of a method",
        response_model=None,
        responses=PROBLEM,
    )
    def inputs(
        request: Request,
        kind: Annotated[Literal["priced_rows", "comparable_lines"], Query()],
        currency: Annotated[str, Query(max_length=100)],
        id: Annotated[list[str] | None, Query(max_length=MAXIMUM_ITEMS)] = None,
        feature: Annotated[list[str] | None, Query(max_length=20)] = None,
    ) -> Response:
        """``priced_rows`` for regression and neighbours, ``comparable_lines`` for the grid, with their sources.

        What could not be used is named with the reason; weights and adjustments are left to the valuer.
        """
        records = _all_of(seen_by_caller(store, callers.identify(request)), id)
        return json_response(selected(records, kind=kind, features=tuple(feature or ()), currency=currency))

    @router.get(
        "/comparables/template.xlsx",
        summary="填报表 · Template as a workbook",
        response_class=Response,
        responses={200: {"content": {XLSX: {}}}, **PROBLEM},
    )
    def workbook_template(request: Request) -> Response:
        """The empty table with lists, checked days and numbers, and a page of help."""
        callers.identify(request)
        return _download(xlsx_template(), "comparables.xlsx", XLSX)

    @router.get(
        "/comparables/template.csv",
        summary="填报表 · Template as CSV",
        response_class=Response,
        responses={200: {"content": {"text/csv": {}}}, **PROBLEM},
    )
    def plain_template(request: Request) -> Response:
        """The heading alone."""
        callers.identify(request)
        return _download(csv_template(), "comparables.csv", CSV)

    @router.get("/tables", summary="公开统计表 · Published tables", response_model=None, responses=PROBLEM)
    def list_tables(request: Request) -> Response:
        """Tables somebody publishes; an empty one names its publisher and how to obtain it."""
        callers.identify(request)
        return json_response({"items": list(tables.values())})

    @router.get("/tables/{id}", summary="一张统计表 · One table", response_model=None, responses=READ_PROBLEMS)
    def read_table(request: Request, id: str) -> Response:
        """One published table."""
        callers.identify(request)
        return json_response(find_in_catalogue(tables, id))

    return router


def _all_of(store: EvidenceStore, ids: list[str] | None) -> tuple[TransactionRecord, ...]:
    """The transactions asked for by id, or all there are; never a part that looks like all."""
    found = store.find(Wanted(ids=None if ids is None else tuple(ids), limit=MAXIMUM_ITEMS))
    if found.total > len(found.records):
        raise InputError.of("id", found=f"{found.total} transactions", expected=f"at most {MAXIMUM_ITEMS}, by id")
    missing = sorted(set(ids or ()) - {each.id for each in found.records})
    if missing:
        raise InputError.of("id", found=", ".join(missing)[:200], expected="transactions of the store")
    return found.records


def _download(content: bytes, name: str, media_type: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
