"""A person who is easy to recognise goes through intake; nothing of that person is found where it must not be."""

import json
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from services.intake.app import SERVICE
from shared.demo.population import RosterRow
from tests.conftest import Office
from tests.service.intake.bureau import Bureau
from tests.service.intake.test_console import Clerk
from tests.service.intake.test_search import until_indexed

CANARY = RosterRow(
    户编号="420202006-2015-000777",
    救助类别="城市低保",
    区划代码="420202006007",
    实际居住人数=1,
    姓名="单雨桐",
    身份证号="420202195001011233",
    与户主关系="本人",
    婚姻状况="丧偶",
    就读学段="",
    单亲原因="",
    残疾证号="42020219500101123341",
    重病病种="肝硬化失代偿期",
    联系电话="13807231234",
    住址="黄石市黄石港区黄石港街道湖滨路12号3栋2单元501室",
)
SECRETS = (CANARY.姓名, CANARY.身份证号, CANARY.残疾证号, CANARY.重病病种, CANARY.联系电话, CANARY.住址, "湖滨路12号", "shanyutong", "丧偶")
WRONG = CANARY._replace(
    户编号="420202006-2015-000778", 姓名="单雨橦", 身份证号="420202195001011234", 残疾证号="", 联系电话="138072312345678"
)
OF_WRONG = (WRONG.姓名, WRONG.身份证号, WRONG.联系电话)


@pytest.fixture
def bureau(service_client: Callable[..., Office]) -> Bureau:
    return Bureau(service_client(SERVICE))


def found_in(text: str | bytes) -> list[str]:
    """Of what the canaries say, what stands in it: in any coding that a file has, as an address or as JSON has it."""
    content = text if isinstance(text, bytes) else text.encode()
    return [secret for secret in SECRETS + OF_WRONG if any(form in content for form in _forms(secret))]


def _forms(secret: str) -> list[bytes]:
    return [*(secret.encode(code) for code in ("utf-8", "utf-16-le", "gb18030")), quote(secret).encode(), json.dumps(secret)[1:-1].encode()]


def test_nothing_of_a_person_is_in_the_store_the_log_an_event_a_refusal_or_an_address(
    bureau: Bureau, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    roster = bureau.upload([CANARY, WRONG])
    bureau.accept(roster["roster_id"])
    until_indexed(bureau)
    told = use(bureau, roster["roster_id"])

    for name, text in told.items():
        assert found_in(text) == [], name
    assert found_in("\n".join(str(event.model_dump()) for event in bureau.office.everything_said())) == []
    data = bureau.office.runtime.settings.data
    files = [path for path in data.rglob("*") if path.is_file()]
    assert any(path.name.endswith(".db") for path in files)
    assert any(path.name.endswith("-wal") for path in files)
    assert {str(path): found for path in files if (found := found_in(path.read_bytes()))} == {}
    shown = capsys.readouterr()
    assert found_in(shown.out + shown.err + caplog.text + repr([record.__dict__ for record in caplog.records])) == []


def use(bureau: Bureau, roster: str) -> dict[str, str]:
    """Read, search, mistype and be refused; gives what may name nobody."""
    clerk = Clerk(bureau.office, "liu", "clerk").sign_in()
    clerk.post("/console/households/purpose/", purpose="registration", back="/console/search/")
    household: dict[str, Any] = bureau.clerk.get("/api/v1/households")["items"][0]
    path = f"/console/households/{household['id']}/"
    file = clerk.get(path)
    assert CANARY.姓名 in file  # it would be found if it were there
    for secret in SECRETS[:6]:
        clerk.post("/console/search/", 200, text=secret[:12] if secret == CANARY.住址 else secret)
    stranger = Clerk(bureau.office, "sun", "surveyor").sign_in()
    person = bureau.officer.get(f"/api/v1/households/{household['id']}/file", purpose="audit")["members"][0]["id"]
    return {
        "list": clerk.get("/console/households/"),
        "roster": clerk.get(f"/console/rosters/{roster}/"),
        "log": Clerk(bureau.office, "chen", "officer").sign_in().get(f"/console/persons/{person}/readings/"),
        "refused search": stranger.post("/console/search/", 403, text=CANARY.身份证号),
        "refused file": stranger.get(path, 403),
        "no purpose": Clerk(bureau.office, "qian", "clerk").sign_in().post("/console/search/", text=CANARY.身份证号),
        "faults": str(bureau.clerk.get(f"/api/v1/rosters/{roster}/rows", faulty=True)),
        "refusals": str(bureau.office.as_("auditor").get("/api/v1/refusals")),
        "bad body": str(bureau.clerk.post("/api/v1/persons/search", {"text": CANARY.身份证号, "purpose": CANARY.姓名}, expect=400)),
    }
