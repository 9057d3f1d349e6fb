"""Two records of one person, and two people who look like one, as rosters bring them."""

import time
from typing import Any
from uuid import UUID

from stdnum.cn.ric import calc_check_digit

from shared.demo.population import RosterRow
from tests.service.intake.bureau import Bureau
from tests.service.intake.test_search import PERSON


def numbered(body: str) -> str:
    return body + calc_check_digit(body + "0")


AGAIN = PERSON._replace(户编号="420203007-2015-000888", 区划代码="420203007002", 身份证号=numbered("42020219500102123"), 姓名="单雨彤")
"""The same person at another street's desk: born a day later, and a character of the same sound."""
ELDER = PERSON._replace(
    户编号="420202006-2015-000555", 姓名="柯小龙", 身份证号=numbered("42020220080305001"), 联系电话="", 住址="湖滨路9号"
)
TWINS = (ELDER, ELDER._replace(姓名="柯小虎", 身份证号=numbered("42020220080305003"), 与户主关系="兄弟姐妹"))


def until_compared(bureau: Bureau) -> None:
    """Until no job works any more: indexing first, then comparing."""
    deadline = time.monotonic() + 60
    while unfinished(bureau):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def unfinished(bureau: Bureau) -> int:
    store: Any = bureau.office.runtime.store
    job = store.kernel.job
    with store.engine.connect() as connection:
        return len(connection.execute(job.select().where(job.c.status.in_(("waiting", "running")))).all())


def filed(bureau: Bureau, *rosters: list[RosterRow], on: str = "2015-10-12") -> None:
    for rows in rosters:
        bureau.accept(bureau.upload(rows, on=on)["roster_id"], on=on)
    until_compared(bureau)


def queue(bureau: Bureau, status: str = "open") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = bureau.clerk.get("/api/v1/duplicates", status=status)["items"]
    return found


def only(bureau: Bureau, status: str = "open") -> dict[str, Any]:
    (pair,) = queue(bureau, status)
    return pair


def person_in(pair: dict[str, Any], household_no: str) -> str:
    return next(str(UUID(each["person_id"])) for each in pair["records"] if each["household_no"] == household_no)
