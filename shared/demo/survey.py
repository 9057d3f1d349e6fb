"""The rosters, and the survey of every household (一户一档)."""

from concurrent.futures import Future
from datetime import date
from random import Random
from typing import Any, Final

from shared.demo.diary import workdays
from shared.demo.stage import CITY, Stage
from shared.demo.workbook import Rosters

VISITS_AT_ONCE: Final = 200
NEEDS: Final = ("economy", "health", "education", "housing", "employment", "guardianship", "inclusion")
BEGINS, ENDS = date(2016, 10, 12), date(2016, 12, 16)


def first_roster(stage: Stage, rosters: Rosters) -> None:
    """The roster that sizes the plan."""
    stage.tell("2015-10-12", "市社会救助局", f"导入城区低保名册 {stage.figures.census.total.people:,} 人，测算项目规模")
    stage.ids["roster"] = _import(
        stage, "城区低保名册（测算）", rosters.planning, on="2015-10-12", purpose="planning", reference_on="2015-12-31"
    )
    found = stage.desk("intake", "officer").get("/api/v1/population", on="2015-12-31")
    counts = (("aged_60_plus", "60 岁以上"), ("disabled", "残疾人"), ("minors", "未成年人"), ("seriously_ill", "重病"))
    stage.tell("2015-10-12", "市社会救助局", "其中" + "，".join(f"{name} {found[key]:,} 人" for key, name in counts))


def open_survey(stage: Stage, rosters: Rosters) -> None:
    """The updated roster and the second one."""
    officer = stage.desk("intake", "officer")
    survey = {"project_id": stage.ids["project"], "name": "城区社会救助对象入户调查", "division": CITY, "due_on": ENDS.isoformat()}
    opened = stage.when_known("救助对象服务得知项目立项", lambda: officer.post("/api/v1/surveys", survey, on="2016-10-10"))
    stage.ids["survey"] = opened["id"]
    stage.tell("2016-10-10", "市社会救助局", "更新名册，并导入农村五保名册，开展全面调查")
    more = {"purpose": "survey", "reference_on": "2016-10-10", "survey_id": opened["id"]}
    _import(stage, "城区低保名册（2016 年 10 月）", rosters.survey, on="2016-10-10", **more)
    _import(stage, "农村五保名册", rosters.destitute, on="2016-10-11", **more)


def visit_everybody(stage: Stage) -> None:
    """One file for each household, by pairs of investigators; accepted by the buyer's office."""
    surveyor, officer = stage.desk("intake", "surveyor"), stage.desk("intake", "officer")
    path = f"/api/v1/surveys/{stage.ids['survey']}"
    files = list(surveyor.every(f"{path}/files", status="due"))
    days = workdays(BEGINS, ENDS)
    with stage.bar("入户调查，一户一档") as show:
        for number, portion in enumerate(portions := stage.portions(files, VISITS_AT_ONCE)):
            day = days[number * len(days) // len(portions)]
            visits = [_visit(file, day) for file in portion]
            recorded = surveyor.post(f"{path}/visits", {"visits": visits}, on=day.isoformat())
            show(recorded["files_verified"], recorded["files_due"])
    stage.tell("2016-12-16", "承接机构与社区", f"完成入户调查 {len(files):,} 户，逐户建档")
    accepted = officer.post(f"{path}/acceptance", {}, on="2016-12-20")
    stage.tell("2016-12-20", "市社会救助局", f"验收档案 {accepted['files_verified']:,} 份")


def _import(stage: Stage, name: str, books: Future[list[bytes]], *, on: str, **terms: str) -> str:
    """Hand in a roster, look at what was found in it, and have another person accept it; returns the id of its last part."""
    clerk, officer = stage.desk("intake", "clerk"), stage.desk("intake", "officer")
    parts, roster_id = books.result(), ""
    for number, book in enumerate(parts, start=1):
        title = name if len(parts) == 1 else f"{name}第 {number} 册"
        file = clerk.upload(f"{title}.xlsx", book, on=on)
        roster = clerk.post("/api/v1/rosters", {"name": title, "division": CITY, "file": file, **terms}, on=on)
        stage.job(clerk, roster["job_id"], f"读取{title}")
        acceptance = officer.post(f"/api/v1/rosters/{roster['roster_id']}/acceptance", {}, on=on)
        stage.job(officer, acceptance["job_id"], f"采用{title}")
        roster_id = str(roster["roster_id"])
    return roster_id


def _visit(file: dict[str, Any], day: date) -> dict[str, Any]:
    """What two investigators found; the same for the same household in every play."""
    random = Random(file["household_no"])
    return {
        "file_id": file["id"],
        "visited_on": day.isoformat(),
        "kind": "home",
        "investigators": random.sample([f"D{number:02}" for number in range(1, 31)], 2),
        "living_members": file["living_members"],
        "housing": random.choice(("owned", "owned", "rented", "public", "public", "lodging")),
        "needs": {need: random.choice((0, 0, 1, 1, 2, 3)) for need in NEEDS},
    }
