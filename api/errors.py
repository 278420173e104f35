"""Which problem does the caller see? One table from error to status, name and advice (RFC 9457).

WebError                        what can go wrong at the edge, before the domain is asked
├── MalformedBodyError          the body is no JSON object
├── UnsupportedMediaTypeError   the body is declared as what is not read at this address
├── BodyTooLargeError           the body is longer than the limit
├── UnauthorizedError           no key, or a wrong one
├── NotLoopbackError            without keys only this machine is served
├── NotFoundError               no such address, or no such answer of this caller
├── MethodNotAllowedError       the address exists, but not with this method
├── KeyMissingError             a POST without Idempotency-Key, or with an unreadable one
├── KeyReusedError              the key was used for another body or address
├── KeyInUseError               the first request with this key is still running
├── PreconditionMissingError    a step on a loan without If-Match: what it was decided on is unknown
├── PreconditionFailedError     the loan changed since it was read
├── ProposalDecidedError        the proposal was approved, declined or withdrawn before
├── NotReadyError               the database cannot be reached or is not migrated
└── UnexpectedError             a defect of ours; the log has it under the request id

A new domain error needs one row here; ``tests/api/test_errors.py`` fails until it has one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self

import pledge.loan_errors as loans
import valuation.errors as domain
from pledge.portfolio.cancelled import SimulationCancelledError
from valuation.errors import FieldProblem, IpfinError
from valuation.kernel.labels import Label

__all__ = [
    "PROBLEM_TYPES",
    "BodyTooLargeError",
    "KeyInUseError",
    "KeyMissingError",
    "KeyReusedError",
    "MalformedBodyError",
    "MethodNotAllowedError",
    "NotFoundError",
    "NotLoopbackError",
    "NotReadyError",
    "PreconditionFailedError",
    "PreconditionMissingError",
    "ProblemType",
    "ProposalDecidedError",
    "UnauthorizedError",
    "UnexpectedError",
    "UnsupportedMediaTypeError",
    "WebError",
    "problem_document",
    "problem_type_of",
]


class WebError(IpfinError):
    """Something went wrong at the edge; the domain was not asked."""

    code = "web-error"

    @classmethod
    def of(cls, field: str, *, found: str, expected: str) -> Self:
        """Build the error for one header or one place of the body."""
        problem = FieldProblem(field, found, expected)
        return cls(str(problem), problems=[problem])


class MalformedBodyError(WebError):
    """The body is not one JSON document in UTF-8."""

    code = "malformed-body"


class UnsupportedMediaTypeError(WebError):
    """The body is not declared as a content type that is read at this address."""

    code = "unsupported-media-type"


class BodyTooLargeError(WebError):
    """The body is longer than the limit of this server."""

    code = "body-too-large"


class UnauthorizedError(WebError):
    """The request carries no key, or one that belongs to nobody."""

    code = "unauthorized"


class NotLoopbackError(WebError):
    """The server has no keys, so it answers only this machine."""

    code = "not-loopback"


class NotFoundError(WebError):
    """There is nothing at this address that the caller may see."""

    code = "not-found"


class MethodNotAllowedError(WebError):
    """The address exists, but not with this method."""

    code = "method-not-allowed"


class KeyMissingError(WebError):
    """A POST came without a readable ``Idempotency-Key``."""

    code = "idempotency-key-missing"


class KeyReusedError(WebError):
    """The key was already used for another body or another address."""

    code = "idempotency-key-reused"


class KeyInUseError(WebError):
    """The first request with this key has not ended."""

    code = "idempotency-key-in-use"


class PreconditionMissingError(WebError):
    """A step on a loan came without saying which state of the loan it was decided on."""

    code = "precondition-missing"


class PreconditionFailedError(WebError):
    """The loan is no longer in the state that the caller read."""

    code = "precondition-failed"


class ProposalDecidedError(WebError):
    """The proposal does not wait any more."""

    code = "proposal-decided"


class NotReadyError(WebError):
    """The server runs, but cannot answer questions now."""

    code = "not-ready"


class UnexpectedError(WebError):
    """A defect of the server; what happened is in its log and not in the answer."""

    code = "unexpected"


@dataclass(frozen=True)
class ProblemType:
    """One kind of problem as callers may rely on it: its name, status, title and what to do about it."""

    code: str
    status: int
    title: Label
    advice: Label

    @property
    def uri(self) -> str:
        """The stable identifier of the type."""
        return f"urn:ipfin:problem:{self.code}"

    def as_document(self) -> dict[str, Any]:
        """The entry of the public catalogue."""
        return {
            "code": self.code,
            "type": self.uri,
            "status": self.status,
            "title": self.title.as_document(),
            "advice": self.advice.as_document(),
        }


def _row(error: type[IpfinError], status: HTTPStatus, title: Label, advice: Label) -> ProblemType:
    return ProblemType(error.code, int(status), title, advice)


_ROWS: Mapping[type[IpfinError], tuple[HTTPStatus, Label, Label]] = {
    domain.InputError: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        Label("输入有误", "The input is wrong"),
        Label("按 problems 所列字段逐项更正后重新提交", "Correct each field listed in problems and send again"),
    ),
    domain.UnknownNameError: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        Label("名称不存在", "No such name"),
        Label("从 expected 所列名称中选用", "Use one of the names listed under expected"),
    ),
    domain.RefusalError: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        Label("拒绝作答：结果会误导", "Refused: the answer would mislead"),
        Label("detail 说明原因及可行做法", "Detail says why and what would be acceptable"),
    ),
    domain.ReferenceDataError: (
        HTTPStatus.INTERNAL_SERVER_ERROR,
        Label("参考数据不完整", "Reference data is incomplete"),
        Label("请将 request_id 告知运维人员", "Tell the operator the request_id"),
    ),
    domain.SourceMissingError: (
        HTTPStatus.INTERNAL_SERVER_ERROR,
        Label("参考数据缺少出处", "Reference data without a source"),
        Label("请将 request_id 告知运维人员", "Tell the operator the request_id"),
    ),
    domain.BeforeFirstStepError: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        Label("日期早于首个已知取值", "The date is before the first known value"),
        Label("改用不早于首个取值的日期", "Use a date on or after the first value"),
    ),
    domain.RepealedError: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        Label("该规定已废止", "The rule was repealed"),
        Label("改用废止日之前的日期或另一政策", "Use a date before the repeal, or another policy"),
    ),
    domain.GapError: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        Label("取值缺失，不作推测", "The value is a gap and is not guessed"),
        Label("以假设值（hypothesis）提出，或提供官方文本", "State it as a hypothesis, or supply the official text"),
    ),
    domain.NotBuiltError: (
        HTTPStatus.NOT_IMPLEMENTED,
        Label("尚未实现", "Not built"),
        Label("detail 说明哪一部分尚未实现", "Detail says which part is not built"),
    ),
    MalformedBodyError: (
        HTTPStatus.BAD_REQUEST,
        Label("请求正文不是有效的 JSON", "The body is not valid JSON"),
        Label("以 UTF-8 编码发送一个 JSON 对象", "Send one JSON object in UTF-8"),
    ),
    UnsupportedMediaTypeError: (
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        Label("不支持的内容类型", "Unsupported media type"),
        Label("按 expected 所列的 Content-Type 发送", "Send a Content-Type listed under expected"),
    ),
    BodyTooLargeError: (
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        Label("请求正文过大", "The body is too large"),
        Label("缩小请求，或请运维人员调整上限", "Send less, or ask the operator to raise the limit"),
    ),
    UnauthorizedError: (
        HTTPStatus.UNAUTHORIZED,
        Label("未认证", "Not authenticated"),
        Label("发送 Authorization: Bearer <密钥>", "Send Authorization: Bearer <key>"),
    ),
    NotLoopbackError: (
        HTTPStatus.FORBIDDEN,
        Label("未设密钥，仅限本机访问", "No keys are set: this machine only"),
        Label("由运维人员设置 IPFIN_API_KEYS", "The operator sets IPFIN_API_KEYS"),
    ),
    NotFoundError: (
        HTTPStatus.NOT_FOUND,
        Label("未找到", "Not found"),
        Label("核对地址和编号", "Check the address and the id"),
    ),
    MethodNotAllowedError: (
        HTTPStatus.METHOD_NOT_ALLOWED,
        Label("不支持的请求方法", "Method not allowed"),
        Label("使用 Allow 标头所列方法", "Use a method listed in the header Allow"),
    ),
    KeyMissingError: (
        HTTPStatus.BAD_REQUEST,
        Label("缺少幂等键", "The idempotency key is missing"),
        Label(
            "每个新的请求使用一个新的 Idempotency-Key，重试时保持不变",
            "Use a new Idempotency-Key for each new request and the same one when retrying",
        ),
    ),
    KeyReusedError: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        Label("幂等键已用于另一请求", "The idempotency key was used for another request"),
        Label("为不同的请求使用新的键", "Use a new key for a different request"),
    ),
    KeyInUseError: (
        HTTPStatus.CONFLICT,
        Label("同一幂等键的请求正在处理", "A request with this key is being processed"),
        Label("稍后以同一键重试", "Try again later with the same key"),
    ),
    PreconditionMissingError: (
        HTTPStatus.PRECONDITION_REQUIRED,
        Label("缺少 If-Match", "If-Match is missing"),
        Label("先读取贷款，并以其 ETag 作为 If-Match", "Read the loan and send its ETag as If-Match"),
    ),
    PreconditionFailedError: (
        HTTPStatus.PRECONDITION_FAILED,
        Label("贷款已有变动", "The loan has changed"),
        Label("重新读取贷款，核对后再以新的 ETag 提交", "Read the loan again, decide anew, and send its new ETag"),
    ),
    ProposalDecidedError: (
        HTTPStatus.CONFLICT,
        Label("该提议已有结论", "The proposal was decided before"),
        Label("读取提议，核对其结论", "Read the proposal to see what became of it"),
    ),
    loans.IllegalStepError: (
        HTTPStatus.CONFLICT,
        Label("贷款当前状态不允许", "The state of the loan does not allow it"),
        Label("按 expected 所列条件办理后再提交", "Bring about what expected says, then send again"),
    ),
    loans.LaterEventIllegalError: (
        HTTPStatus.CONFLICT,
        Label("将使较晚的已记事项不合法", "A later event would become illegal"),
        Label("先冲正 detail 所指的事项", "Reverse the event that detail names first"),
    ),
    loans.NotPermittedError: (
        HTTPStatus.FORBIDDEN,
        Label("该角色无此权限", "The role does not permit it"),
        Label("由 expected 所列角色办理", "Let one of the roles under expected do it"),
    ),
    loans.SecondPersonError: (
        HTTPStatus.FORBIDDEN,
        Label("须由另一人批准", "Another person must approve"),
        Label("由 expected 所列的另一人批准", "Let another person, in a role under expected, approve"),
    ),
    loans.CommandKeyReusedError: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        Label("该键已用于另一事项", "The key was used for another event"),
        Label("为不同的事项使用新的键", "Use a new key for a different event"),
    ),
    loans.BrokenChainError: (
        HTTPStatus.CONFLICT,
        Label("事项链不完整：记录被改动", "The chain of events is broken: a record was changed"),
        Label("停止办理并通知稽核人员", "Stop, and tell the auditor"),
    ),
    SimulationCancelledError: (
        HTTPStatus.CONFLICT,
        Label("模拟已被中止", "The simulation was stopped"),
        Label("凭已完成部分的检查点续算，或重新提交", "Take it up with its checkpoint, or ask again"),
    ),
    NotReadyError: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        Label("服务尚未就绪", "The service is not ready"),
        Label("请运维人员检查数据库并运行 ipfin migrate", "The operator checks the database and runs ipfin migrate"),
    ),
    UnexpectedError: (
        HTTPStatus.INTERNAL_SERVER_ERROR,
        Label("内部错误", "Internal error"),
        Label("请将 request_id 告知运维人员", "Tell the operator the request_id"),
    ),
}

#: Every error the product raises on purpose, and the problem a caller sees.
PROBLEM_TYPES: Mapping[type[IpfinError], ProblemType] = {error: _row(error, *row) for error, row in _ROWS.items()}


def problem_type_of(error: IpfinError) -> ProblemType:
    """Which row of the table applies: that of the error's class, or of the nearest class above it."""
    for above in type(error).__mro__:
        if above in PROBLEM_TYPES:
            return PROBLEM_TYPES[above]
    return PROBLEM_TYPES[UnexpectedError]


def problem_document(error: IpfinError, *, instance: str, request_id: str) -> dict[str, Any]:
    """What is the body of the answer to this error?

    A problem that is a defect of ours says nothing of what happened inside; that is in the log.
    """
    kind = problem_type_of(error)
    is_ours = kind.status == HTTPStatus.INTERNAL_SERVER_ERROR
    return {
        "type": kind.uri,
        "title": kind.title.zh,
        "title_en": kind.title.en,
        "status": kind.status,
        "detail": f"{kind.advice.zh} / {kind.advice.en}" if is_ours else _shown(error.message, 4000),
        "instance": instance,
        "problems": [] if is_ours else [_field_document(problem) for problem in error.problems],
        "request_id": request_id,
    }


def _field_document(problem: FieldProblem) -> dict[str, str]:
    return {
        "field": _shown(problem.field, 200),
        "found": _shown(problem.found, 500),
        "expected": _shown(problem.expected, 1000),
    }


def _shown(text: str, limit: int) -> str:
    """A text of the caller's as it may be repeated to it: writable, and not as long as the caller pleases."""
    writable = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return writable if len(writable) <= limit else writable[: limit - 1] + "…"
