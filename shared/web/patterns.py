"""`/-/patterns`: every part of the kit in every state, in the reader's language. It is the style guide and what axe looks at.

It shows nothing of the service's data, so whoever reaches the service may read it, like the state of its health.
"""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request, Response

from shared.errors import Fault
from shared.http.paging import Listing, Page
from shared.rules import Rule
from shared.web.charts import share
from shared.web.forms import Form
from shared.web.history import Entry
from shared.web.i18n import L_
from shared.web.table_file import file_of
from shared.web.tables import Address, Column, Table

if TYPE_CHECKING:
    from shared.web.console import Console

COLUMNS: Final = (
    Column("name", L_("名称"), sorts=True),
    Column("people", L_("人数"), is_number=True, sorts=True),
    Column("status", L_("状态")),
)
STATES: Final = {"open": L_("进行中"), "closed": L_("已完成")}
ROWS: Final = (("下陆区", 412, "open"), ("西塞山区", 388, "closed"), ("大冶市", 1_056, "open"))
NEEDS: Final = ((L_("心理疏导"), 412), (L_("精神慰藉"), 388), (L_("能力提升"), 156), (L_("就业转介"), 68))
RULE: Final = Rule(
    id="open_tender_threshold",
    version="2015-01-01",
    instrument="黄石市政府购买服务管理办法（暂行）",
    number="",
    article="",
    text_zh="项目预算超过 50 万元的，应当公开招标。",
    kind="hard",
    confidence="F",
    effective_from=date(2015, 1, 1),
    effective_to=date(2017, 12, 31),
    region="420200000000",
    level="city",
    source="S-SEED",
)

FAULTS: Final = tuple(
    Fault(name, message)
    for name, message in (
        ("faulty_name", L_("请填写名称")),
        ("faulty_on", L_("请填写日期")),
        ("faulty_reason", L_("请写明理由")),
        ("faulty_kind", L_("请选择类别")),
        ("faulty_file", L_("请选择文件")),
        ("confirmed", L_("请先核对，再勾选确认")),
    )
)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a course of work, as the macro `step_list` draws it. `state` is done, now or ahead."""

    name: str
    state: str
    when: date | None = None
    href: str = ""


def pattern_routes(console: "Console") -> APIRouter:
    router = APIRouter(include_in_schema=False, route_class=console.route_class)

    @router.get("/-/patterns")
    async def patterns(request: Request) -> Response:
        table = Table.of(request, "districts", L_("各区人数"), COLUMNS, sort="name", keep=("status",), has_file=True)
        table = table.holding(Listing((), "bmV4dA"))
        if table.is_file:
            return await file_of(table, partial(_whole, table), _cells)
        return console.draw(
            request,
            "console/patterns.html",
            form=Form({"kind": "elder", "reason": "本月已上门两次。"}),
            faulty=Form(faults=FAULTS),
            table=table,
            second=Table("none", L_("没有内容的表"), COLUMNS, Address("/-/patterns", {"after": "bmV4dA", "status": "closed"})),
            rows=_rows(table),
            states=STATES,
            steps=(
                Step(L_("需求"), "done", date(2016, 3, 1), "#steps"),
                Step(L_("预算"), "done", date(2016, 5, 20)),
                Step(L_("采购"), "now"),
                Step(L_("合同"), "ahead"),
            ),
            bars_of=[(name, number, share(number, NEEDS[0][1])) for name, number in NEEDS],
            history=[
                Entry(date(2016, 10, 14), L_("采用名册"), "chen", [RULE.citation], name="陈卫国"),
                Entry(date(2016, 10, 12), L_("不予采用名册"), "chen", name="陈卫国", reason="基准日期与任务书不符"),
                Entry(date(2016, 10, 10), L_("上传名册"), "system"),
            ],
            rule=RULE,
        )

    return router


async def _whole(table: Table, *, page: Page) -> Listing:
    return Listing(_rows(table), None)


def _cells(row: tuple[str, int, str]) -> tuple[str, int, str]:
    return (row[0], row[1], STATES[row[2]])


def _rows(table: Table) -> list[tuple[str, int, str]]:
    """As a store would give them: filtered and sorted as the address says."""
    kept = [row for row in ROWS if table.chosen("status") in ("", row[2])]
    place = [column.key for column in COLUMNS].index(table.sort.removeprefix("-"))
    return sorted(kept, key=lambda row: row[place], reverse=table.sort.startswith("-"))
