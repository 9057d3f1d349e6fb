"""Errors in one form, in Chinese, and never more than the asker may know."""

import json
import logging
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from shared.access import Actor
from shared.errors import (
    Busy,
    Fault,
    Forbidden,
    Malformed,
    NotFound,
    Refusal,
    RuleRefusal,
    RuleUnavailable,
    Unauthenticated,
    WrongState,
)
from shared.http import problems
from shared.telemetry import Telemetry

ZHANG = Actor("zhang", "张")


class Visit(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: UUID
    on: date
    minutes: int = Field(ge=1)
    place: str = Field(max_length=4)
    points: Decimal = Decimal(0)


class Other(BaseModel):
    model_config = ConfigDict(extra="forbid")
    on: date


class Round(BaseModel):
    model_config = ConfigDict(extra="forbid")
    others: list[Other] = []
    found: dict[str, int | bool] = {}
    graded: dict[Literal["economy", "health"], int] = {}


class Edge:
    """An application that raises what a test wants, and who heard of it."""

    def __init__(self) -> None:
        self.recorded: list[tuple[str, str, str]] = []
        self.raised: Exception = NotFound("没有")
        self.actor: Actor | None = ZHANG
        self.recorder_is_busy = False
        app = FastAPI(telemetry=Telemetry("intake").fastapi())
        problems.install(app, record=self.record)

        @app.get("/cases/{case_id}")
        async def case(case_id: str, request: Request) -> None:
            request.state.actor = self.actor
            raise self.raised

        @app.post("/visits")
        async def visit(body: Visit, limit: Annotated[int, Field(le=9)] = 1) -> None:
            """A visit."""

        @app.post("/rounds")
        async def visits(body: Round) -> None:
            """A round of visits."""

        self.http = TestClient(app)

    async def record(self, refusal: Refusal, *, account: str, method: str, path_template: str) -> None:
        if self.recorder_is_busy:
            raise Busy
        self.recorded.append((refusal.code, account, f"{method} {path_template}"))

    def raising(self, error: Exception) -> Any:
        self.raised = error
        return self.http.get("/cases/7")


@pytest.fixture
def edge() -> Edge:
    return Edge()


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (Malformed("请求有误"), 400),
        (Unauthenticated("请先登录"), 401),
        (Forbidden("无权"), 403),
        (NotFound("没有"), 404),
        (WrongState("已结束"), 409),
        (RuleRefusal("不符合"), 422),
        (RuleUnavailable("插件出错"), 422),
        (Busy(retry_after=3), 503),
    ],
)
def test_each_kind_of_refusal_has_its_status(edge: Edge, refusal: Refusal, status: int) -> None:
    answer = edge.raising(refusal)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"urn:qiao:problem:{refusal.code}"
    assert answer.json()["detail"] == refusal.message
    assert len(answer.json()["trace_id"]) == 32


def test_refusal_by_rule_names_field_rule_and_article(edge: Edge) -> None:
    fault = Fault(field="amount", message="超过限额", rule="open_tender_threshold", article="第二十七条")

    answer = edge.raising(RuleRefusal("超过限额", faults=[fault]))

    assert answer.json()["errors"] == [{"field": "amount", "rule": "open_tender_threshold", "article": "第二十七条", "message": "超过限额"}]


def test_busy_says_when_to_come_again_and_unknown_how_to_sign_in(edge: Edge) -> None:
    assert edge.raising(Busy(retry_after=3)).headers["retry-after"] == "3"
    assert edge.raising(Unauthenticated("请先登录")).headers["www-authenticate"] == "Bearer"


def test_refused_access_is_recorded_by_the_template_of_its_path(edge: Edge) -> None:
    for refusal in (Forbidden("无权"), NotFound("没有"), RuleRefusal("不符合"), WrongState("已结束")):
        edge.raising(refusal)

    assert edge.recorded == [("forbidden", "zhang", "GET /cases/{case_id}"), ("not-found", "zhang", "GET /cases/{case_id}")]


def test_stranger_is_recorded_when_kept_out_but_not_when_lost(edge: Edge) -> None:
    edge.actor = None
    edge.raising(Unauthenticated("请先登录"))
    edge.raising(NotFound("没有"))

    assert edge.recorded == [("unauthenticated", "", "GET /cases/{case_id}")]


def test_store_too_busy_to_record_does_not_change_the_answer(edge: Edge, caplog: pytest.LogCaptureFixture) -> None:
    edge.recorder_is_busy = True

    assert edge.raising(Forbidden("无权")).status_code == 403
    assert "refusal not recorded" in caplog.text


def test_unexpected_fault_is_logged_once_and_shows_nothing(edge: Edge, caplog: pytest.LogCaptureFixture) -> None:
    answer = edge.raising(ValueError("王翠花 420202195003071224"))

    assert answer.status_code == 500
    assert answer.json()["type"] == "urn:qiao:problem:internal"
    assert "王翠花" not in answer.text
    assert "ValueError" not in answer.text
    (logged,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert logged.message == "unexpected"
    assert vars(logged)["route"] == "/cases/{case_id}"


def test_unreadable_command_names_its_fields_in_chinese_and_never_their_values(edge: Edge) -> None:
    body = {"id": "王翠花", "on": "昨天", "minutes": 0, "place": "西塞山区某社区", "points": "王翠花", "name": "王翠花"}

    answer = edge.http.post("/visits?limit=10", json=body)

    assert answer.status_code == 400
    assert {error["field"]: error["message"] for error in answer.json()["errors"]} == {
        "limit": "数值过大",
        "id": "编号格式不正确",
        "on": "应为 YYYY-MM-DD 形式的日期",
        "minutes": "数值过小",
        "place": "内容过长",
        "points": "应为数字",
        "未知项": "没有这一项",
    }
    assert "王翠花" not in answer.text


NUMBER = "420202195003071224"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({NUMBER: 1}, "未知项"),
        ({"others": [{"on": "2016-01-01", NUMBER: 1}]}, "others.0.未知项"),
        ({"others": [{"on": NUMBER}]}, "others.0.on"),
        ({"found": {NUMBER: []}}, "found.未知项"),
        ({"found": {"needs": [NUMBER]}}, "found.未知项"),
        ({"graded": {"economy": [NUMBER]}}, "graded.economy"),
        ({"graded": {NUMBER: 1}}, "graded.未知项"),
    ],
)
def test_a_name_that_the_client_invented_is_not_said_again(edge: Edge, body: dict[str, Any], field: str) -> None:
    answer = edge.http.post("/rounds", json=body)

    assert {error["field"] for error in answer.json()["errors"]} == {field}
    assert NUMBER not in answer.text


@pytest.mark.parametrize(("content", "message"), [(b"{", "不是有效的 JSON"), (b"", "必填"), (b"[]", "应为一组字段")])
def test_body_that_is_no_command_is_malformed(edge: Edge, content: bytes, message: str) -> None:
    answer = edge.http.post("/visits", content=content, headers={"content-type": "application/json"})

    assert answer.status_code == 400
    assert message in {error["message"] for error in answer.json()["errors"]}


def test_what_the_framework_refuses_has_the_same_form(edge: Edge) -> None:
    assert edge.http.get("/nowhere").json()["type"] == "urn:qiao:problem:not-found"
    assert edge.http.put("/visits").json()["type"] == "urn:qiao:problem:method-not-allowed"
    assert edge.raising(HTTPException(418)).json()["type"] == "urn:qiao:problem:http-418"
    assert edge.recorded == []


def test_every_sentence_of_validation_is_chinese() -> None:
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in sentence) for sentence in problems.VALIDATION.values())
    assert json.dumps(problems.TITLES)
