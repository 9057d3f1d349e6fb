"""JSON routes of disclosure: the due list for staff, the open data for everybody."""

import hashlib
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic_core import to_json
from sqlmodel import col, select

from services.disclosure import actions, store
from services.disclosure.labels import KINDS
from services.disclosure.store import Project, Publication
from services.disclosure.views.publication import versions
from services.disclosure.views.site import project_item
from shared.http.call import Call, allows
from shared.http.paging import Listing, Page, page
from shared.service import Runtime
from shared.work import Reader

router = APIRouter(prefix="/api/v1", tags=["disclosure"])

Paragraph = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
PETITION_FIGURES = {"件": "cases", "人次": "people"}
STAFF = ("editor", "publisher", "auditor")
Paged = Annotated[Page, Depends(page)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Prepare(Body):
    note: Annotated[str, StringConstraints(max_length=2000)] = ""


class Reason(Body):
    reason: Paragraph


@router.get("/publications")
async def publications(
    call: Annotated[Call, allows(*STAFF)], page: Paged, status: str = "", kind: str = "", project_id: UUID | None = None
) -> Response:
    return await call.read(store.publications, page=page, status=status, kind=kind, project_id=project_id)


@router.get("/publications/{publication_id}")
async def publication(publication_id: UUID, call: Annotated[Call, allows(*STAFF)]) -> Response:
    return await call.read(_publication, publication_id)


@router.post("/publications/{publication_id}/preparation")
async def prepare(publication_id: UUID, body: Prepare, call: Annotated[Call, allows("editor")]) -> Response:
    return await call.act(actions.prepare_publication, publication_id, note=body.note)


@router.post("/publications/{publication_id}/release")
async def release(publication_id: UUID, call: Annotated[Call, allows("publisher")]) -> Response:
    return await call.act(actions.release_publication, publication_id)


@router.post("/publications/{publication_id}/correction", status_code=201)
async def correct(publication_id: UUID, body: Reason, call: Annotated[Call, allows("editor")]) -> Response:
    return await call.act(actions.correct_publication, publication_id, reason=body.reason)


@router.post("/publications/{publication_id}/withdrawal")
async def withdraw(publication_id: UUID, body: Reason, call: Annotated[Call, allows("publisher")]) -> Response:
    return await call.act(actions.withdraw_publication, publication_id, reason=body.reason)


@router.get("/feedback")
async def feedback(call: Annotated[Call, allows("editor", "publisher")], page: Paged) -> Response:
    return await call.read(store.feedback, page=page)


@router.post("/feedback/{feedback_id}/contact")
async def contact(feedback_id: UUID, call: Annotated[Call, allows("publisher")]) -> Response:
    return await call.act(actions.read_contact, feedback_id)


@router.get("/public/projects")
async def public_projects(request: Request, page: Paged, q: str = "", method: str = "", stage: str = "") -> Response:
    runtime: Runtime = request.app.state.runtime
    found: Listing = await runtime.read(store.projects, page=page, search=q, method=method, stage=stage)
    return tagged(request, {"items": [project_item(each) for each in found.items], "next": found.next})


@router.get("/public/summary")
async def public_summary(request: Request) -> Response:
    runtime: Runtime = request.app.state.runtime
    return tagged(request, await runtime.read(_summary))


def tagged(request: Request, value: Any) -> Response:
    """JSON with an ETag; 304 where the reader has it already."""
    body = to_json(value)
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {"ETag": etag, "Cache-Control": "public, max-age=60", "Access-Control-Allow-Origin": "*"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _publication(publication_id: UUID, *, reader: Reader) -> dict[str, Any]:
    found = reader.get(Publication, publication_id)
    known = [{"id": each.id, "version": each.version, "published_on": each.published_on} for each in versions(reader, found)]
    return found.model_dump() | {"versions": known}


def _summary(*, reader: Reader) -> dict[str, Any]:
    """What is public, in one piece: kinds and counts, where to read it, and the petitions with their qualifiers."""
    projects = reader.select(select(Project).order_by(col(Project.opened_on)))
    contexts = reader.select(select(Publication).where(Publication.kind == "petitions", Publication.status == "published"))
    return {
        "publications": store.published_counts(reader),
        "kinds": KINDS,
        "urls": {
            "home": "/",
            "projects": [f"/projects/{project.slug}/" for project in projects],
            "feed": "/feed.xml",
            "ocds": [f"/projects/{project.slug}.json" for project in projects],
        },
        "petitions": {
            str(each.content["year"]): {
                PETITION_FIGURES[figure["unit"]]: {"value": figure["value"], "qualifier": figure["qualifier"]}
                for figure in each.content["figures"]
                if figure["unit"] in PETITION_FIGURES
            }
            for each in sorted(contexts, key=lambda each: int(each.content["year"]))
        },
    }
