"""What an operator sees of a project beside its public page, whose bytes are the same for everybody (decision 20): which act made what."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Response
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from services.disclosure.publishing import HTML, draw_page, pages
from services.disclosure.settings import Settings
from services.disclosure.store import Project, Publication
from shared.access import ADMIN, AUDITOR
from shared.errors import NotFound
from shared.events.disclosure import PublicationMade
from shared.http.call import Call, allows
from shared.web.i18n import LANGUAGES, Language
from shared.work import Reader

router = APIRouter(include_in_schema=False)

CONSOLE = "/console/projects"


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


@router.get(f"{CONSOLE}/{{slug}}/")
@router.get(f"/en{CONSOLE}/{{slug}}/")
async def traces_of_project(slug: str, call: Annotated[Call, allows(ADMIN, AUDITOR)]) -> Response:
    found = await call.runtime.read(traced_project, slug)
    settings = call.runtime.settings
    if not isinstance(settings, Settings):
        raise TypeError("disclosure runs with its own settings")
    language = _language(call.request.url.path)
    text = draw_page(pages(), settings, "traces", f"{CONSOLE}/{slug}/", language, view=found, traces_url=settings.traces_url)
    return Response(text, media_type=HTML, headers={"Cache-Control": "no-store"})


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


def _language(path: str) -> Language:
    return next((each for each in LANGUAGES if each.prefix and path.startswith(f"{each.prefix}/")), LANGUAGES[0])
