"""What an operator sees of a project beside its public page, whose bytes are the same for everybody (decision 20): which act made what."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Request, Response
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from services.disclosure import store
from services.disclosure.store import Project, Publication
from services.disclosure.views import FOLDER
from shared.access import ADMIN, AUDITOR
from shared.errors import NotFound
from shared.events.disclosure import PublicationMade
from shared.http.call import Call, allows
from shared.http.paging import Page
from shared.web.console import Console, Place, see
from shared.web.i18n import L_
from shared.web.sign_in import sign_in_routes
from shared.work import Reader

READERS = (ADMIN, AUDITOR)
PER_PAGE = 50

RIGHTS = {role: (L_("查看每次公开出自哪一件事"),) for role in READERS}
CONSOLE = Console(FOLDER, places=[Place("projects/", L_("项目"), READERS)], rights=RIGHTS)
pages = CONSOLE.router()


@dataclass(frozen=True, slots=True)
class Traced:
    """A publication, and the trace in which it became public; "" where there was none."""

    publication: Publication
    title: str
    trace_id: str


@dataclass(frozen=True, slots=True)
class TracedProject:
    project: Project
    publications: list[Traced]


@pages.get("/")
async def first(call: Annotated[Call, allows(*READERS)]) -> Response:
    return see("projects/")


@pages.get("/projects/")
async def projects(request: Request, call: Annotated[Call, allows(*READERS)], after: str = "") -> Response:
    found = await call.find(store.projects, page=Page(after or None, PER_PAGE))
    return CONSOLE.draw(request, "disclosure/console_projects.html", projects=found.items, more=found.next, is_first=not after)


@pages.get("/projects/{slug}/")
async def traces_of_project(request: Request, slug: str, call: Annotated[Call, allows(*READERS)]) -> Response:
    found = await call.find(traced_project, slug)
    return CONSOLE.draw(request, "disclosure/traces.html", view=found, traces_url=call.runtime.settings.traces_url)


router = APIRouter()
for part in (sign_in_routes(CONSOLE), pages):
    router.include_router(part)


def traced_project(slug: str, *, reader: Reader) -> TracedProject:
    """Everything of a project that was ever public, newest first. Raises NotFound."""
    projects = reader.select(select(Project).where(Project.slug == slug))
    if not projects:
        raise NotFound("没有这个项目")
    statement = select(Publication).where(Publication.project_id == projects[0].id, col(Publication.published_on).is_not(None))
    publications = reader.select(statement.order_by(col(Publication.published_on).desc(), col(Publication.id).desc()))
    traces = _traces(reader, [str(each.id) for each in publications])
    return TracedProject(projects[0], [Traced(each, each.short_title(projects[0]), traces.get(str(each.id), "")) for each in publications])


def _traces(reader: Reader, publications: list[str]) -> dict[str, str]:
    """By publication the trace of the act that made it public, as the outbox kept it with the event."""
    outbox = reader.kernel.outbox.c
    rows = reader.rows(
        select_columns(outbox.aggregate_id, outbox.traceparent).where(
            outbox.type == PublicationMade.subject, outbox.aggregate_type == "publication", outbox.aggregate_id.in_(publications)
        )
    )
    return {row.aggregate_id: row.traceparent.split("-")[1] for row in rows if row.traceparent}
