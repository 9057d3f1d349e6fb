"""A sign-in at a console: it ends when it is not used, lasts on while it is, and what was typed comes back to its owner alone."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from services.intake.app import SERVICE
from tests.conftest import HUANGSHI, Office

PASSWORD = "Huangshi-2016!"
FORM = {"name": "下陆区名册，含三处更正", "reference_on": "2015-12-31", "division": HUANGSHI, "survey_id": "", "key": "k" * 16}
KEPT = re.compile(r'name="kept" value="([^"]+)"')


@pytest.fixture
def office(service_client: Callable[..., Office]) -> Office:
    office = service_client(SERVICE)
    for account in ("liu", "chen"):
        body = {"account": account, "name": account, "password": PASSWORD, "roles": ["clerk"], "divisions": [HUANGSHI]}
        office.as_("admin").post("/api/v1/accounts", body)
    return office


def sign_in(office: Office, account: str = "liu", **form: str) -> Any:
    data = {"account": account, "password": PASSWORD, **form}
    return office.http.post("/console/sign-in/", data=data, headers={"sec-fetch-site": "same-origin"}, follow_redirects=False)


def cookie(answer: Any) -> dict[str, str]:
    return {"cookie": answer.headers["set-cookie"].partition(";")[0], "sec-fetch-site": "same-origin"}


def expires(office: Office) -> datetime:
    token = SERVICE.kernel.token.c
    statement = select(token.expires_at).where(token.account == "liu").order_by(token.created_at.desc())
    with office.runtime.store.engine.connect() as connection:
        found: datetime = connection.execute(statement).scalar_one()
    return found


def age(office: Office, **values: datetime) -> None:
    """Another time of the token, and nobody remembers it."""
    with office.runtime.store.engine.begin() as connection:
        connection.execute(update(SERVICE.kernel.token).where(SERVICE.kernel.token.c.account == "liu").values(**values))
    office.runtime.access.forget("liu")


def test_it_ends_half_an_hour_after_the_last_page_and_lasts_on_while_it_is_used(office: Office) -> None:
    now = datetime.now(UTC)
    visitor = cookie(sign_in(office))
    assert timedelta(minutes=29) < expires(office) - now < timedelta(minutes=31)

    age(office, expires_at=now + timedelta(minutes=5))
    assert office.http.get("/console/", headers=visitor).status_code == 200
    assert expires(office) - now > timedelta(minutes=29)

    age(office, expires_at=now + timedelta(minutes=5), created_at=now - timedelta(hours=11, minutes=50))
    assert office.http.get("/console/", headers=visitor).status_code == 200
    assert expires(office) - now < timedelta(minutes=11), "twelve hours are the end of every sign-in"


def test_its_owner_can_make_it_last_on(office: Office) -> None:
    visitor = cookie(sign_in(office))

    answer = office.http.post("/console/session/", headers=visitor)

    assert 1700 < answer.json()["seconds"] <= 1800
    age(office, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert office.http.post("/console/session/", headers=visitor, follow_redirects=False).status_code == 303


def timed_out(office: Office) -> str:
    """What was typed, sealed in the page that asks to sign in again."""
    visitor = cookie(sign_in(office))
    age(office, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    office.http.cookies.clear()
    asked = office.http.post("/console/rosters/new/", data=FORM, headers=visitor)
    assert asked.status_code == 401
    assert FORM["name"] not in asked.text, "who comes next must not read it"
    found = KEPT.search(asked.text)
    assert found is not None
    return found.group(1)


def test_what_was_typed_comes_back_to_its_owner(office: Office) -> None:
    back = sign_in(office, kept=timed_out(office))

    assert back.status_code == 200
    assert f'value="{FORM["name"]}"' in back.text
    assert 'action="/console/rosters/new/"' in back.text
    again = office.http.post("/console/rosters/new/", data=FORM, headers=cookie(back))
    assert again.status_code == 400, "the file is chosen again"
    assert FORM["name"] in again.text


def test_nobody_else_gets_it_nor_anything_made_up(office: Office) -> None:
    sealed = timed_out(office)

    for other in (sign_in(office, "chen", kept=sealed), sign_in(office, kept=sealed[:-8] + "AAAAAAA="), sign_in(office, kept="…")):
        assert other.status_code == 303
        assert other.headers["location"] == "/console/"


def test_a_stranger_s_form_is_not_kept(office: Office) -> None:
    office.http.cookies.clear()
    asked = office.http.post("/console/rosters/new/", data=FORM, headers={"sec-fetch-site": "cross-site"})

    assert asked.status_code == 401
    assert KEPT.search(asked.text) is None


def test_rights_say_why_where_and_by_whom(office: Office) -> None:
    page = office.http.get("/console/rights/", headers=cookie(sign_in(office))).text

    assert "经办人员" in page
    assert "上传名册；采用由另一人决定" in page
    assert "采用或不予采用" not in page
    assert HUANGSHI in page
    assert re.search(r"开通账号.*admin", page, re.DOTALL)
