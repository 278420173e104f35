"""The description of the API: request models that are made of files enter it as they are today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

from api.responses import PROBLEM_JSON

__all__ = [
    "COMPONENTS",
    "PRECONDITION",
    "PROBLEM",
    "READ_PROBLEMS",
    "Problem",
    "command_description",
    "command_responses",
    "describe",
    "packaged_example",
]

COMPONENTS = "#/components/schemas/"


class ProblemField(BaseModel):
    """What is wrong with one field."""

    field: str = Field(description="path in the request body, or the name of a header")
    found: str
    expected: str


class Problem(BaseModel):
    """A problem as RFC 9457 describes it; the catalogue of types is at /v1/problems."""

    type: str = Field(examples=["urn:ipfin:problem:invalid-input"])
    title: str
    title_en: str
    status: int
    detail: str
    instance: str
    problems: list[ProblemField]
    request_id: str


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {PROBLEM_JSON: {"schema": {"$ref": f"{COMPONENTS}Problem"}}}}


PROBLEM: dict[int | str, dict[str, Any]] = {"default": _problem("问题 · A problem")}
READ_PROBLEMS: dict[int | str, dict[str, Any]] = {404: _problem("未找到 · Not found"), **PROBLEM}

PRECONDITION: dict[int | str, dict[str, Any]] = {
    403: _problem("该角色无此权限，或须由另一人批准 · The role does not permit it, or another person must approve"),
    412: _problem("贷款已有变动 · The loan changed since it was read"),
    428: _problem("缺少 If-Match · If-Match is missing"),
}

_STATE_PARAMETER = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "所依据的贷款状态的 ETag · The ETag of the loan as it was read",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
}
_KEY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "每个新请求一个新键，重试时不变 · A new key for each new request, the same one when retrying",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7e]{1,255}$"},
}


def command_description(content: Mapping[str, Any], *, needs_state: bool = False) -> dict[str, Any]:
    """What FastAPI cannot know of a POST that reads its own body: its headers, and what the body may be."""
    parameters = [_KEY_PARAMETER, *([_STATE_PARAMETER] if needs_state else [])]
    return {"parameters": parameters, "requestBody": {"required": True, "content": dict(content)}}


def packaged_example(package: str, name: str = "example.json") -> dict[str, Any]:
    """The body that a file of ``api/<package>`` holds; a test sends it and expects an answer."""
    document: dict[str, Any] = orjson.loads((resources.files("api") / package / name).read_bytes())
    return document


def command_responses(answer: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """The responses of a POST."""
    headers = {
        "Location": {"description": "address of the answer", "schema": {"type": "string"}},
        "Idempotent-Replayed": {"description": "true for a stored response", "schema": {"type": "string"}},
    }
    return {
        201: {"model": answer, "headers": headers},
        400: _problem("缺少幂等键或正文无效 · No idempotency key, or a body that cannot be read"),
        409: _problem("同一幂等键的请求正在处理 · A request with this key is running"),
        413: _problem("正文过大 · The body is too large"),
        415: _problem("内容类型不受支持 · A content type that is not read here"),
        422: _problem("输入有误或拒绝作答 · The input is wrong, or the answer is refused"),
        **PROBLEM,
    }


def describe(app: FastAPI, models: Sequence[type[BaseModel]], *, has_keys: bool) -> None:
    """Let ``app`` describe itself with the request models in place."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _schema(app, models, has_keys)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the documented way to replace it


def _schema(app: FastAPI, models: Sequence[type[BaseModel]], has_keys: bool) -> dict[str, Any]:
    schema = get_openapi(
        title=app.title, version=app.version, summary=app.summary, description=app.description, routes=app.routes
    )
    asked = [(model, "validation") for model in (*models, Problem)]
    _, found = models_json_schema(asked, ref_template=COMPONENTS + "{model}")  # type: ignore[arg-type]
    components = schema.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    clashing = {name for name in found["$defs"].keys() & schemas.keys() if found["$defs"][name] != schemas[name]}
    assert not clashing, f"request and answer models share the names {clashing}"
    schemas |= found["$defs"]
    if has_keys:
        components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        schema["security"] = [{"key": []}]
    return schema
