"""Publishing: what is released is drawn at once in both languages and kept as bytes, in the unit that releases it (decision 20)."""

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlmodel import col, select

from services.disclosure import feeds, labels, ocds
from services.disclosure.labels import NOTICES
from services.disclosure.settings import Settings
from services.disclosure.store import Entry, Project, Publication, Published
from services.disclosure.views import FOLDER
from services.disclosure.views.project import project_view
from services.disclosure.views.publication import publication_view
from services.disclosure.views.site import home_view, project_item
from shared.errors import WrongState
from shared.events.disclosure import PublicationMade
from shared.plugins import Hooks
from shared.rules import Rules
from shared.web.i18n import LANGUAGES, Language
from shared.web.render import Pages, pages_of
from shared.web.static import asset
from shared.work import Reader, Work
from shared.workdays import add_workdays

HTML = "text/html; charset=utf-8"
JSON = "application/json"
FIXED: Mapping[str, str] = {"about": "/about/", "accessibility": "/accessibility/", "data": "/data/", "not_found": "/404/"}
"""Pages that no publication changes: template → path."""


class NotPublishable(WrongState):
    code = "not-publishable"


@dataclass(frozen=True, slots=True)
class Desk:
    """What publishing needs beside the work."""

    work: Work
    settings: Settings
    rules: Rules
    hooks: Hooks

    @property
    def pages(self) -> Pages:
        return pages()


def pages() -> Pages:
    """Templates and words of this service."""
    return pages_of(FOLDER)


def due_on(rules: Rules, arose_on: date, division: str = "") -> date:
    """The last day on which it is in time."""
    return add_workdays(arose_on, int(rules("publish_within", division=division).params["working_days"]))


def arise(desk: Desk, *, project_id: UUID, kind: str, source_id: UUID, title: str, content: Mapping[str, Any], day: date) -> Publication:
    """Something has come up that must become public; a later version supersedes an earlier one when it is published."""
    earlier = desk.work.select(select(Publication).where(Publication.kind == kind, Publication.source_id == source_id))
    publication = Publication(
        project_id=project_id,
        kind=kind,
        source_id=source_id,
        version=1 + max((each.version for each in earlier), default=0),
        status="waiting",
        title=title,
        content=dict(content),
        arose_on=day,
        due_on=due_on(desk.rules, day),
    )
    desk.work.add(publication)
    return publication


def publish(desk: Desk, publication: Publication, day: date) -> None:
    """Make it public: checked once more for personal data, drawn, dated, told to the other services."""
    text = json.dumps(publication.content, ensure_ascii=False) + publication.title
    objections = [sentence for answer in desk.hooks.objections(text=text) for sentence in answer]
    if objections:
        raise NotPublishable("；".join(objections) + "，不得公开")
    project = desk.work.find(Project, publication.project_id)
    for earlier in _earlier(desk.work, publication):
        earlier.status = "superseded"
    publication.status, publication.published_on = "published", day
    publication.content_hash = hashlib.sha256(text.encode()).hexdigest()
    publication.path = path_of(publication, project)
    if project is not None:
        desk.work.add(
            Entry(project_id=project.id, day=day, fact="published", detail=publication.short_title(project), path=publication.path)
        )
    desk.work.emit(
        PublicationMade(
            publication_id=publication.id,
            project_id=publication.project_id,
            kind=publication.kind,
            source_id=publication.source_id,
            version=publication.version,
            path=publication.path,
            published_on=day,
            content_hash=publication.content_hash,
        )
    )
    draw_publication(desk, publication)
    if project is not None:
        draw_project(desk, project)
    draw_site(desk)


def path_of(publication: Publication, project: Project | None) -> str:
    """Where it is read: notices by date, kind and id; the rest under its project."""
    if publication.kind in NOTICES or project is None:
        return f"/notices/{publication.published_on:%Y%m%d}-{publication.kind.replace('_', '-')}-{publication.source_id.hex[-6:]}/"
    parts = {"evaluation": publication.content.get("kind", ""), "petitions": str(publication.content.get("year", ""))}
    return f"/projects/{project.slug}/{'-'.join(filter(None, (publication.kind, parts.get(publication.kind))))}/"


def draw_publication(desk: Desk, publication: Publication) -> None:
    """The page of one publication in every language."""
    view = publication_view(desk.work, publication)
    for language in LANGUAGES:
        keep(desk, f"{language.prefix}{publication.path}", HTML, _page(desk, "publication", publication.path, language, view=view))
    keep(desk, json_path(publication), JSON, feeds.publication_json(publication, desk.settings))


def json_path(publication: Publication) -> str:
    """The machine twin of a page."""
    return f"{publication.path.rstrip('/')}.json"


def draw_withdrawn(desk: Desk, publication: Publication) -> None:
    """The page says that it was withdrawn and why; the address stays."""
    for language in LANGUAGES:
        body = _page(desk, "withdrawn", publication.path, language, publication=publication)
        keep(desk, f"{language.prefix}{publication.path}", HTML, body, status=410)
    keep(desk, json_path(publication), JSON, feeds.withdrawal_json(publication), status=410)


def draw_project(desk: Desk, project: Project) -> None:
    """A project's page in every language, and its machine twins."""
    view = project_view(desk.work, project, desk.rules)
    path = f"/projects/{project.slug}/"
    for language in LANGUAGES:
        keep(desk, f"{language.prefix}{path}", HTML, _page(desk, "project", path, language, view=view))
    package = ocds.package(view, desk.settings)
    keep(desk, f"/projects/{project.slug}.json", JSON, package)
    keep(desk, f"/projects/{project.id}.json", JSON, package)
    keep(desk, f"/projects/{project.slug}.csv", "text/csv; charset=utf-8", feeds.project_csv(view, desk.pages))


def draw_site(desk: Desk) -> None:
    """The pages that show what is newest, and the feeds."""
    desk.work.alone("draw the site")  # they show what every publication has changed, so none may be drawn beside another
    view = home_view(desk.work)
    for language in LANGUAGES:
        keep(desk, f"{language.prefix}/", HTML, _page(desk, "home", "/", language, view=view))
    newest = desk.work.select(
        select(Publication).where(Publication.status == "published").order_by(col(Publication.published_on).desc()).limit(50)
    )
    keep(desk, "/feed.xml", "application/atom+xml; charset=utf-8", feeds.atom(newest, desk.settings))
    keep(desk, "/sitemap.xml", "application/xml; charset=utf-8", feeds.sitemap(_paths(desk.work), desk.settings))
    projects = desk.work.select(select(Project).order_by(col(Project.opened_on), col(Project.id)))
    keep(desk, "/projects.csv", "text/csv; charset=utf-8", feeds.projects_csv(projects))
    keep(desk, "/projects.json", JSON, json.dumps([project_item(each) for each in projects], ensure_ascii=False, default=str))


def draw_everything(desk: Desk) -> None:
    """Draw all pages anew: after the design has changed, or into an empty store."""
    for template, path in FIXED.items():
        for language in LANGUAGES:
            body = _page(desk, template, path, language)
            keep(desk, f"{language.prefix}{path}", HTML, body, status=404 if template == "not_found" else 200)
    for publication in desk.work.select(select(Publication).where(col(Publication.status).in_(("published", "superseded")))):
        if publication.status == "published":
            draw_publication(desk, publication)
    for project in desk.work.select(select(Project)):
        draw_project(desk, project)
    draw_site(desk)


def keep(desk: Desk, path: str, type: str, text: str, *, status: int = 200) -> None:
    """Keep finished bytes under a path."""
    body = text.encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    kept = desk.work.find(Published, path)
    if kept is not None and kept.etag == etag and kept.status == status:
        kept.design = desk.pages.design
        return
    packed = gzip.compress(body, compresslevel=6, mtime=0)
    if kept is None:
        desk.work.add(Published(path=path, status=status, type=type, etag=etag, body=body, packed=packed, design=desk.pages.design))
    else:
        kept.status, kept.type, kept.etag, kept.body, kept.packed, kept.design = status, type, etag, body, packed, desk.pages.design


def _page(desk: Desk, template: str, path: str, language: Language, **view: Any) -> str:
    return draw_page(desk.pages, desk.settings, template, path, language, **view)


def draw_page(pages: Pages, settings: Settings, template: str, path: str, language: Language, **view: Any) -> str:
    """A page with what every page has: the site, its own address, and the words of codes. `path` is without the language."""
    base = urlsplit(settings.public_url).path.rstrip("/")
    fixed = {"site": settings, "path": path, "section": path.strip("/").split("/")[0], "labels": labels, "styles": styles()}
    return pages.draw(
        f"disclosure/{template}.html",
        language,
        link=lambda to: f"{base}{language.prefix}{to}",
        plain=lambda to: f"{base}{to}",
        **fixed,
        **view,
    )


def styles() -> str:
    """Changes with the stylesheet, so that no reader keeps an old one."""
    sheet = asset("site.css")
    return sheet.etag.strip('"')[:8] if sheet else ""


def _earlier(reader: Reader, publication: Publication) -> list[Publication]:
    """What this one supersedes."""
    same = (Publication.kind == publication.kind, Publication.source_id == publication.source_id, Publication.status == "published")
    return [each for each in reader.select(select(Publication).where(*same)) if each.id != publication.id]


def _paths(reader: Reader) -> list[str]:
    html = select(Published.path).where(Published.type == HTML, Published.status == 200).order_by(Published.path)
    return [row[0] for row in reader.rows(html)]
