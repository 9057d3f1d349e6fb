"""The player's desk: one key for one act however often it is sent, and refusals in the service's own words."""

from collections.abc import Callable

import pytest
from httpx import Client, ConnectError, MockTransport, Request, Response

from shared.demo import desk as desk_module
from shared.demo.desk import Desk, NotAsTold, Refused


def desk(answer: Callable[[Request], Response]) -> Desk:
    return Desk(Client(base_url="http://service", transport=MockTransport(answer)), "余建平", "secret")


def test_act_carries_its_day_its_key_and_who_acts() -> None:
    seen: list[Request] = []

    def answer(request: Request) -> Response:
        seen.append(request)
        return Response(200, json={"id": "1"})

    desk(answer).post("/api/v1/x", {"a": 1}, on="2016-07-05")

    (request,) = seen
    assert request.headers["Qiao-Acted-On"] == "2016-07-05"
    assert request.headers["Authorization"] == "Bearer secret"
    assert request.headers["Idempotency-Key"]
    assert request.content == b'{"a":1}'


def test_busy_service_gets_the_same_act_again_with_the_same_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_module, "sleep", lambda seconds: None)
    keys: list[str] = []

    def answer(request: Request) -> Response:
        keys.append(request.headers["Idempotency-Key"])
        if len(keys) == 1:
            raise ConnectError("refused")
        return Response(503, headers={"Retry-After": "1"}) if len(keys) == 2 else Response(200, json={})

    desk(answer).post("/api/v1/x", on="2016-07-05")

    assert len(keys) == 3
    assert len(set(keys)) == 1


def test_refusal_is_told_with_its_faults() -> None:
    problem = {"detail": "期限不足", "errors": [{"field": "deadline", "rule": "tender_period", "message": "不得少于二十日"}]}

    with pytest.raises(Refused, match="422 期限不足 deadline tender_period 不得少于二十日") as refusal:
        desk(lambda request: Response(422, json=problem)).post("/api/v1/x", on="2016-07-05")
    assert refusal.value.status == 422


def test_service_that_is_away_is_given_up_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_module, "TRY_FOR_SECONDS", -1.0)

    def answer(request: Request) -> Response:
        raise ConnectError("refused")

    with pytest.raises(NotAsTold, match="没有回音"):
        desk(answer).get("/api/v1/x")


def test_list_is_read_page_by_page() -> None:
    pages = {None: {"items": [1, 2], "next": "b"}, "b": {"items": [3], "next": None}}

    found = list(desk(lambda request: Response(200, json=pages[request.url.params.get("after")])).every("/api/v1/x", group="G1"))

    assert found == [1, 2, 3]
