"""Surveys on the console: opened, shared out among teams, followed community by community, accepted."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Form as FormField
from fastapi import Request, Response

from services.intake import actions, labels, store
from services.intake.domain.campaign import TeamTerms
from services.intake.pages.frame import CONSOLE
from services.intake.pages.records import latest_acts
from services.intake.pages.why import rules_named
from shared.divisions import name_of
from shared.errors import Fault, Malformed, Refusal
from shared.http.call import Call, allows
from shared.http.paging import Listing, Page
from shared.http.problems import status_of
from shared.sentences import S_, together
from shared.web.charts import share
from shared.web.console import Form, must_confirm, see, several
from shared.web.i18n import L_
from shared.web.table_file import Cell, file_of
from shared.web.tables import Column, Table

router = CONSOLE.router()

Text = Annotated[str, FormField()]
Several = Annotated[list[str], FormField()]
INVESTIGATORS: Final = "survey_investigators"
VIEWERS: Final = ("surveyor", "clerk", "officer", "auditor")
SURVEYS: Final = (
    Column("name", L_("名称")),
    Column("due_on", L_("完成期限")),
    Column("files_due", L_("应走访户"), is_number=True),
    Column("files_verified", L_("已核实"), is_number=True),
    Column("status", L_("状态")),
)
COMMUNITIES: Final = (
    Column("name", L_("社区")),
    Column("files_due", L_("应走访户"), is_number=True),
    Column("files_opened", L_("已上门"), is_number=True),
    Column("files_verified", L_("已核实"), is_number=True),
)
FILES: Final = (
    Column("household_no", L_("户编号")),
    Column("category", L_("救助类别")),
    Column("division", L_("社区")),
    Column("people", L_("人数"), is_number=True),
    Column("status", L_("状态")),
    Column("visited_on", L_("走访日期")),
)


@router.get("/surveys/")
async def surveys(request: Request, call: Annotated[Call, allows(*VIEWERS)]) -> Response:
    table = Table.of(request, "surveys", L_("调查摸底"), SURVEYS, has_file=True)
    listed = partial(call.find, store.surveys)
    if table.is_file:
        return await file_of(table, listed, _survey_cells)
    found = await listed(page=table.page())
    return CONSOLE.draw(
        request,
        "intake/surveys.html",
        table=table.holding(found),
        surveys=found.items,
        labels=labels,
        may_open=call.actor.may("officer"),
    )


@router.get("/surveys/new/")
async def new_survey(request: Request, call: Annotated[Call, allows("officer")]) -> Response:
    return await _opening(request, call, Form())


@router.post("/surveys/new/")
async def open_survey(
    request: Request,
    call: Annotated[Call, allows("officer")],
    name: Text = "",
    project_id: Text = "",
    division: Text = "",
    due_on: Text = "",
    category: Several = [],  # noqa: B006  # FastAPI copies the default of a form field
    key: Text = "",
) -> Response:
    given = {"name": name.strip()[:200], "project_id": project_id, "division": division, "due_on": due_on, "key": key}
    given["category"] = several(category)
    try:
        opened = await call.submit(given, actions.open_survey, **_terms(given, category))
    except Refusal as refusal:
        return await _opening(request, call, Form(given, key=key).refused(refusal), status_of(refusal))
    return see(f"surveys/{opened['id']}/")


@router.get("/surveys/{survey_id}/")
async def survey(request: Request, survey_id: UUID, call: Annotated[Call, allows(*VIEWERS)]) -> Response:
    table = Table.of(request, "communities", L_("各社区进度"), COMMUNITIES, has_file=True)
    if table.is_file:
        return await file_of(table, partial(_communities, call, survey_id), lambda each: [each[column.key] for column in COMMUNITIES])
    return await _survey(request, call, survey_id, Form())


@router.post("/surveys/{survey_id}/acceptance/")
async def accept_survey(
    request: Request, survey_id: UUID, call: Annotated[Call, allows("officer")], key: Text = "", confirmed: Text = "", remark: Text = ""
) -> Response:
    given = {"key": key, "confirmed": confirmed, "remark": remark.strip()[:2000]}
    try:
        must_confirm(confirmed)
        await call.submit(given, actions.accept_survey, survey_id, remark=given["remark"])
    except Refusal as refusal:
        return await _survey(request, call, survey_id, Form(given, key=key).refused(refusal), status_of(refusal))
    return see(f"surveys/{survey_id}/")


@router.get("/surveys/{survey_id}/files/")
async def files(request: Request, survey_id: UUID, call: Annotated[Call, allows(*VIEWERS)]) -> Response:
    """Every file of a survey, by community, team and status."""
    table = Table.of(request, "files", L_("走访清单"), FILES, keep=("status", "division", "team"), has_file=True)
    found = await call.find(store.survey, survey_id)
    teams = await call.find(store.teams, survey_id)
    named = {str(team["id"]): team for team in teams}
    team, division = named.get(table.chosen("team")), table.chosen("division")
    here = [division] if division else None
    divisions = [code for code in team["divisions"] if division in ("", code)] if team else here
    listed = partial(call.find, store.survey_files, survey_id, status=table.chosen("status"), divisions=divisions)
    if table.is_file:
        return await file_of(table, listed, file_cells)
    shown = await listed(page=table.page())
    return CONSOLE.draw(
        request,
        "intake/survey_files.html",
        survey=found,
        table=table.holding(shown),
        files=shown.items,
        communities={each["division"]: each["name"] for each in found["communities"]},
        teams={team_id: each["name"] for team_id, each in named.items()},
        labels=labels,
        division_name=name_of,
        is_own=False,
        may_find=call.actor.may("officer"),
    )


@router.get("/surveys/{survey_id}/teams/new/")
async def new_team(request: Request, survey_id: UUID, call: Annotated[Call, allows("officer")]) -> Response:
    return await _team(request, call, survey_id, Form())


@router.post("/surveys/{survey_id}/teams/new/")
async def set_team(
    request: Request,
    survey_id: UUID,
    call: Annotated[Call, allows("officer")],
    name: Text = "",
    surveyors: Text = "",
    divisions: Several = [],  # noqa: B006  # FastAPI copies the default of a form field
    team_id: Text = "",
    key: Text = "",
) -> Response:
    given = {"name": name.strip()[:40], "surveyors": surveyors[:600], "divisions": "\n".join(divisions), "team_id": team_id, "key": key}
    team = TeamTerms(given["name"], tuple(dict.fromkeys(given["surveyors"].split())), tuple(divisions))
    try:
        changed = UUID(team_id) if team_id else None
        await call.submit(given, actions.set_team, survey_id, team=team, team_id=changed)
    except ValueError:
        return await _team(request, call, survey_id, Form(given, key=key).refused(Malformed(S_("没有该小组"))), 400)
    except Refusal as refusal:
        return await _team(request, call, survey_id, Form(given, key=key).refused(refusal), status_of(refusal))
    return see(f"surveys/{survey_id}/")


def file_cells(each: Mapping[str, Any]) -> Sequence[Cell]:
    """Of one file: its number, never a name."""
    where = (labels.CATEGORY[each["category"]], name_of(each["division"]), each["people"])
    return (each["household_no"], *where, labels.FILE_STATUS[each["status"]], each["visited_on"])


def _survey_cells(each: Mapping[str, Any]) -> Sequence[Cell]:
    return (each["name"], each["due_on"], each["files_due"], each["files_verified"], labels.SURVEY_STATUS[each["status"]])


async def _communities(call: Call, survey_id: UUID, *, page: Page) -> Listing:
    """All of them at once; a survey has hundreds at most."""
    return Listing((await call.find(store.survey, survey_id))["communities"], None)


async def _survey(request: Request, call: Call, survey_id: UUID, form: Form, status: int = 200) -> Response:
    found = await call.find(store.survey, survey_id)
    may_accept = call.actor.may("officer") and found["status"] == "open"
    return CONSOLE.draw(
        request,
        "intake/survey.html",
        status,
        survey=found,
        form=form,
        table=Table.of(request, "communities", L_("各社区进度"), COMMUNITIES, has_file=True),
        communities=[each | {"bar": share(each["files_verified"], each["files_due"])} for each in found["communities"]],
        categories=await call.find(store.by_category, survey_id),
        teams=await call.find(store.teams, survey_id),
        rosters=await call.find(store.rosters_of, survey_id),
        missing=await call.find(store.missing, survey_id) if may_accept else None,
        labels=labels,
        division_name=name_of,
        may_accept=may_accept,
        may_visit=call.actor.may("surveyor"),
        is_late=found["status"] == "open" and call.today > found["due_on"],
        record=await latest_acts(call, "survey", survey_id),
    )


async def _opening(request: Request, call: Call, form: Form, status: int = 200) -> Response:
    projects = [(str(project_id), title) for project_id, title in await call.find(store.projects)]
    return CONSOLE.draw(
        request,
        "intake/survey_new.html",
        status,
        form=form,
        projects=projects,
        divisions=[(code, name_of(code)) for code in call.actor.divisions],
        labels=labels,
    )


async def _team(request: Request, call: Call, survey_id: UUID, form: Form, status: int = 200) -> Response:
    found = await call.find(store.survey, survey_id)
    teams = {str(team["id"]): team for team in await call.find(store.teams, survey_id)}
    chosen = form.value("team_id") or request.query_params.get("team", "")
    if (team := teams.get(chosen)) is not None and not form.given:
        given = {"name": team["name"], "surveyors": "\n".join(team["surveyors"]), "divisions": "\n".join(team["divisions"])}
        form = Form(given | {"team_id": chosen}, key=form.key)
    taken = {code: each["name"] for team_id, each in teams.items() if team_id != chosen for code in each["divisions"]}
    rules = await call.find(rules_named, (INVESTIGATORS,), found["division"])
    return CONSOLE.draw(request, "intake/survey_team.html", status, survey=found, form=form, taken=taken, rule=rules[INVESTIGATORS])


def _terms(given: Mapping[str, str], category: list[str]) -> dict[str, Any]:
    """What the form says, as the action takes it. Raises Malformed with every field that is wrong."""
    faults = []
    project_id, due_on = None, None
    if not given["name"]:
        faults.append(Fault("name", S_("请填写名称")))
    try:
        project_id = UUID(given["project_id"])
    except ValueError:
        faults.append(Fault("project_id", S_("请选择项目")))
    try:
        due_on = date.fromisoformat(given["due_on"])
    except ValueError:
        faults.append(Fault("due_on", S_("请填写完成期限")))
    if not (len(given["division"]) == 12 and given["division"].isdigit()):
        faults.append(Fault("division", S_("请选择地区")))
    if not category or not set(category) <= set(labels.CATEGORY):
        faults.append(Fault("category", S_("请选择救助类别")))
    if faults:
        raise Malformed(together(fault.message for fault in faults), faults=faults)
    return {"name": given["name"], "project_id": project_id, "due_on": due_on, "division": given["division"], "categories": category}
