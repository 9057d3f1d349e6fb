"""Errors as RFC 9457 problem details: `type = urn:qiao:problem:<code>`, `detail` in Chinese, one entry per faulty field."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, Protocol

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from shared.access import Actor
from shared.errors import Busy, Fault, Forbidden, Malformed, NotFound, Refusal, RuleRefusal, Unauthenticated, WrongState
from shared.telemetry import current_trace_id

log = logging.getLogger("qiao.http")

STATUS: Final[Mapping[type[Refusal], int]] = {
    Malformed: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    WrongState: 409,
    RuleRefusal: 422,
    Busy: 503,
}
TITLES: Final[Mapping[int, str]] = {
    400: "请求有误",
    401: "未登录",
    403: "无权办理",
    404: "没有找到",
    405: "不支持该操作",
    409: "当前状态不能办理",
    413: "内容过大",
    422: "不符合规定",
    500: "系统故障",
    503: "暂时不可用",
}
RECORDED: Final = (Unauthenticated, Forbidden, NotFound)
"""Refused accesses are kept for the auditor; a form that has to be filled in again is not an access."""

VALIDATION: Final[Mapping[str, str]] = {
    "missing": "必填",
    "extra_forbidden": "没有这一项",
    "string_too_short": "内容过短",
    "string_too_long": "内容过长",
    "string_pattern_mismatch": "格式不正确",
    "uuid_parsing": "编号格式不正确",
    "date_from_datetime_parsing": "应为 YYYY-MM-DD 形式的日期",
    "date_parsing": "应为 YYYY-MM-DD 形式的日期",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "int_from_float": "应为整数",
    "bool_parsing": "应为 true 或 false",
    "bool_type": "应为 true 或 false",
    "string_type": "应为文字",
    "list_type": "应为列表",
    "dict_type": "应为一组字段",
    "model_attributes_type": "应为一组字段",
    "json_invalid": "不是有效的 JSON",
    "too_short": "数量过少",
    "too_long": "数量过多",
    "greater_than": "数值过小",
    "greater_than_equal": "数值过小",
    "less_than": "数值过大",
    "less_than_equal": "数值过大",
    "literal_error": "不是可选的值",
    "enum": "不是可选的值",
    "decimal_parsing": "应为数字",
}


class Recorder(Protocol):
    """Keeps a refused access."""

    def __call__(self, refusal: Refusal, *, actor: Actor | None, method: str, path_template: str) -> Awaitable[None]: ...


def status_of(refusal: Refusal) -> int:
    return next(status for kind, status in STATUS.items() if isinstance(refusal, kind))


def problem(status: int, code: str, detail: str, faults: Sequence[Fault] = (), headers: Mapping[str, str] | None = None) -> Response:
    """The answer to a request that was not done."""
    body: dict[str, Any] = {"type": f"urn:qiao:problem:{code}", "title": TITLES.get(status, "未能办理"), "status": status, "detail": detail}
    body["errors"] = [{"field": fault.field, "rule": fault.rule, "article": fault.article, "message": fault.message} for fault in faults]
    body["trace_id"] = current_trace_id()
    return JSONResponse(body, status, dict(headers or {}), media_type="application/problem+json")


def install(app: FastAPI, *, record: Recorder) -> None:
    """Answer every refusal, unreadable request and unexpected fault in the same form."""

    async def refused(request: Request, error: Exception) -> Response:
        if not isinstance(error, Refusal):
            raise error
        if isinstance(error, RECORDED):
            template = getattr(request.scope.get("route"), "path", "")
            await record(error, actor=getattr(request.state, "actor", None), method=request.method, path_template=template)
        headers = {"Retry-After": str(error.retry_after)} if isinstance(error, Busy) else {}
        if isinstance(error, Unauthenticated):
            headers["WWW-Authenticate"] = "Bearer"
        return problem(status_of(error), error.code, error.message, error.faults, headers)

    async def unreadable(request: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            raise error
        faults = [_fault(found) for found in error.errors()]
        return problem(400, "malformed", "提交的内容有误：" + "；".join(f"{fault.field} {fault.message}" for fault in faults[:5]), faults)

    async def http(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        title = TITLES.get(error.status_code, "未能办理")
        return problem(error.status_code, f"http-{error.status_code}", title, headers=error.headers)

    async def unexpected(request: Request, error: Exception) -> Response:
        template = getattr(request.scope.get("route"), "path", "")
        log.error("unexpected", exc_info=error, extra={"method": request.method, "route": template})
        return problem(500, "internal", "系统出现故障，已记录；本次没有办理，请稍后再试或联系管理员")

    handlers: Mapping[Any, Callable[[Request, Exception], Awaitable[Response]]] = {
        Refusal: refused,
        RequestValidationError: unreadable,
        HTTPException: http,
        Exception: unexpected,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def _fault(found: Mapping[str, Any]) -> Fault:
    """The place without `body`, and what is wrong with it in Chinese; never the value, which may be a person's."""
    place = [str(part) for part in found["loc"] if part not in ("body", "query", "path")]
    return Fault(field=".".join(place) or str(found["loc"][0]), message=VALIDATION.get(found["type"], "填写不正确"))
