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
from shared.sentences import S_, together
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
    400: S_("请求有误"),
    401: S_("未登录"),
    403: S_("无权办理"),
    404: S_("没有找到"),
    405: S_("不支持该操作"),
    409: S_("当前状态不能办理"),
    413: S_("内容过大"),
    422: S_("不符合规定"),
    500: S_("系统故障"),
    503: S_("暂时不可用"),
}
CODES: Final[Mapping[int, str]] = {404: NotFound.code, 405: "method-not-allowed", 413: "too-large", 415: "wrong-media-type"}
"""What the framework refuses before a route is reached, in our words."""

VALIDATION: Final[Mapping[str, str]] = {
    "missing": S_("必填"),
    "extra_forbidden": S_("没有这一项"),
    "string_too_short": S_("内容过短"),
    "string_too_long": S_("内容过长"),
    "string_pattern_mismatch": S_("格式不正确"),
    "uuid_parsing": S_("编号格式不正确"),
    "uuid_type": S_("编号格式不正确"),
    "uuid_version": S_("编号格式不正确"),
    "date_from_datetime_parsing": S_("应为 YYYY-MM-DD 形式的日期"),
    "date_parsing": S_("应为 YYYY-MM-DD 形式的日期"),
    "date_type": S_("应为 YYYY-MM-DD 形式的日期"),
    "date_from_datetime_inexact": S_("应为 YYYY-MM-DD 形式的日期"),
    "datetime_parsing": S_("应为带时区的时间"),
    "timezone_aware": S_("应为带时区的时间"),
    "int_parsing": S_("应为整数"),
    "int_type": S_("应为整数"),
    "int_from_float": S_("应为整数"),
    "bool_parsing": S_("应为 true 或 false"),
    "bool_type": S_("应为 true 或 false"),
    "string_type": S_("应为文字"),
    "list_type": S_("应为列表"),
    "dict_type": S_("应为一组字段"),
    "model_attributes_type": S_("应为一组字段"),
    "json_invalid": S_("不是有效的 JSON"),
    "too_short": S_("数量过少"),
    "too_long": S_("数量过多"),
    "greater_than": S_("数值过小"),
    "greater_than_equal": S_("数值过小"),
    "less_than": S_("数值过大"),
    "less_than_equal": S_("数值过大"),
    "literal_error": S_("不是可选的值"),
    "enum": S_("不是可选的值"),
    "decimal_parsing": S_("应为数字"),
    "decimal_type": S_("应为数字"),
    "decimal_max_places": S_("小数位数过多"),
    "decimal_max_digits": S_("位数过多"),
    "float_parsing": S_("应为数字"),
    "float_type": S_("应为数字"),
    "finite_number": S_("应为数字"),
    "tuple_type": S_("应为列表"),
    "union_tag_invalid": S_("不是可选的值"),
    "union_tag_not_found": S_("必填"),
}


class Recorder(Protocol):
    """Keeps a refused access."""

    def __call__(self, refusal: Refusal, *, account: str, method: str, path_template: str) -> Awaitable[None]: ...


def status_of(refusal: Refusal) -> int:
    return next(status for kind, status in STATUS.items() if isinstance(refusal, kind))


def problem(status: int, code: str, detail: str, faults: Sequence[Fault] = (), headers: Mapping[str, str] | None = None) -> Response:
    """The answer to a request that was not done."""
    body: dict[str, Any] = {
        "type": f"urn:qiao:problem:{code}",
        "title": TITLES.get(status, S_("未能办理")),
        "status": status,
        "detail": detail,
    }
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
        told = together(S_("{field} {message}", field=fault.field, message=fault.message) for fault in faults[:5])
        return problem(400, "malformed", S_("提交的内容有误：{faults}", faults=told), faults)

    async def http(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        code = CODES.get(error.status_code, f"http-{error.status_code}")
        return problem(error.status_code, code, TITLES.get(error.status_code, S_("未能办理")), headers=error.headers)

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
                answer = problem(503, Busy.code, S_("数据库暂时不可用，请稍后用同一编号重新提交"), headers={"Retry-After": "2"})
            else:
                log.error("unexpected", exc_info=error, extra={"method": scope["method"], "route": template_of(scope)})
                answer = problem(500, "internal", S_("系统出现故障，已记录；本次没有办理，请稍后再试或联系管理员"))
            await answer(scope, receive, send)


def template_of(scope: Scope) -> str:
    """The path as the route declares it, without anybody's ids."""
    return str(getattr(scope.get("route"), "path", ""))


def _fault(found: Mapping[str, Any], place: str) -> Fault:
    """What is wrong at a place, in Chinese; never the value, which may be a person's."""
    return Fault(field=place, message=VALIDATION.get(found["type"], S_("填写不正确")))
