"""Errors as RFC 9457 problem details: `type = urn:qiao:problem:<code>`, `detail` in Chinese, one entry per faulty field."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, Protocol

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from opentelemetry import trace
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.access import Actor
from shared.bus.faults import is_away
from shared.errors import Busy, Fault, Forbidden, Malformed, NotFound, Refusal, RuleRefusal, Unauthenticated, WrongState
from shared.http.places import Places
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
CODES: Final[Mapping[int, str]] = {404: NotFound.code, 405: "method-not-allowed", 413: "too-large", 415: "wrong-media-type"}
"""What the framework refuses before a route is reached, in our words."""

VALIDATION: Final[Mapping[str, str]] = {
    "missing": "必填",
    "extra_forbidden": "没有这一项",
    "string_too_short": "内容过短",
    "string_too_long": "内容过长",
    "string_pattern_mismatch": "格式不正确",
    "uuid_parsing": "编号格式不正确",
    "uuid_type": "编号格式不正确",
    "uuid_version": "编号格式不正确",
    "date_from_datetime_parsing": "应为 YYYY-MM-DD 形式的日期",
    "date_parsing": "应为 YYYY-MM-DD 形式的日期",
    "date_type": "应为 YYYY-MM-DD 形式的日期",
    "date_from_datetime_inexact": "应为 YYYY-MM-DD 形式的日期",
    "datetime_parsing": "应为带时区的时间",
    "timezone_aware": "应为带时区的时间",
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
    "decimal_type": "应为数字",
    "decimal_max_places": "小数位数过多",
    "decimal_max_digits": "位数过多",
    "float_parsing": "应为数字",
    "float_type": "应为数字",
    "finite_number": "应为数字",
    "tuple_type": "应为列表",
    "union_tag_invalid": "不是可选的值",
    "union_tag_not_found": "必填",
}


class Recorder(Protocol):
    """Keeps a refused access."""

    def __call__(self, refusal: Refusal, *, account: str, method: str, path_template: str) -> Awaitable[None]: ...


def status_of(refusal: Refusal) -> int:
    return next(status for kind, status in STATUS.items() if isinstance(refusal, kind))


def problem(status: int, code: str, detail: str, faults: Sequence[Fault] = (), headers: Mapping[str, str] | None = None) -> Response:
    """The answer to a request that was not done."""
    body: dict[str, Any] = {"type": f"urn:qiao:problem:{code}", "title": TITLES.get(status, "未能办理"), "status": status, "detail": detail}
    body["errors"] = [{"field": fault.field, "rule": fault.rule, "article": fault.article, "message": fault.message} for fault in faults]
    body["trace_id"] = current_trace_id()
    return JSONResponse(body, status, dict(headers or {}), media_type="application/problem+json")


def is_recorded(refusal: Refusal, actor: Actor | None) -> bool:
    """Whether the auditor should see it: a refused access is; what was not found only for somebody who may look beyond a scope."""
    return isinstance(refusal, Unauthenticated | Forbidden) or (isinstance(refusal, NotFound) and actor is not None)


async def keep_refusal(request: Request, refusal: Refusal, record: Recorder) -> None:
    """Keep a refused access, where the auditor should see it. A store that is too busy for it does not hold up the answer."""
    actor = getattr(request.state, "actor", None)
    if is_recorded(refusal, actor):
        try:
            await record(refusal, account=actor.account if actor else "", method=request.method, path_template=template_of(request.scope))
        except Busy:
            log.warning("refusal not recorded", extra={"code": refusal.code})


def install(app: FastAPI, *, record: Recorder) -> None:
    """Answer every refusal, unreadable request and unexpected fault in the same form."""
    places = Places()

    async def refused(request: Request, error: Exception) -> Response:
        if not isinstance(error, Refusal):
            raise error
        await keep_refusal(request, error, record)
        headers = {"Retry-After": str(error.retry_after)} if isinstance(error, Busy) else {}
        if isinstance(error, Unauthenticated):
            headers["WWW-Authenticate"] = "Bearer"
        return problem(status_of(error), error.code, error.message, error.faults, headers)

    async def unreadable(request: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            raise error
        faults = [_fault(found, places.of(request.scope, found["loc"])) for found in error.errors()]
        return problem(400, "malformed", "提交的内容有误：" + "；".join(f"{fault.field} {fault.message}" for fault in faults[:5]), faults)

    async def http(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        code = CODES.get(error.status_code, f"http-{error.status_code}")
        return problem(error.status_code, code, TITLES.get(error.status_code, "未能办理"), headers=error.headers)

    handlers: Mapping[Any, Callable[[Request, Exception], Awaitable[Response]]] = {
        Refusal: refused,
        RequestValidationError: unreadable,
        HTTPException: http,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)
    app.add_middleware(LastNet)


class LastNet:
    """What nobody expected: logged once, with its trace, and answered without a word of it.

    Not a handler for `Exception`: the framework raises again after one, for the server to log a second time without the trace,
    and sends its answer past the guard's headers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_started = False

        async def watched(message: Message) -> None:
            nonlocal has_started
            has_started = has_started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:  # the edge of the process: one citizen's fault must not be everybody's
            if has_started or scope["type"] != "http":
                raise
            trace.get_current_span().set_attribute("exception.type", type(error).__qualname__)
            if is_away(error):  # whether it was done nobody knows: the same key again will tell
                log.warning("the store is away", extra={"error": type(error).__name__, "route": template_of(scope)})
                answer = problem(503, Busy.code, "数据库暂时不可用，请稍后用同一编号重新提交", headers={"Retry-After": "2"})
            else:
                log.error("unexpected", exc_info=error, extra={"method": scope["method"], "route": template_of(scope)})
                answer = problem(500, "internal", "系统出现故障，已记录；本次没有办理，请稍后再试或联系管理员")
            await answer(scope, receive, send)


def template_of(scope: Scope) -> str:
    """The path as the route declares it, without anybody's ids."""
    return str(getattr(scope.get("route"), "path", ""))


def _fault(found: Mapping[str, Any], place: str) -> Fault:
    """What is wrong at a place, in Chinese; never the value, which may be a person's."""
    return Fault(field=place, message=VALIDATION.get(found["type"], "填写不正确"))
