"""What all reactions share: the project an event is about, its history, and what comes up for publication."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from services.disclosure.labels import KINDS
from services.disclosure.publishing import Desk, NotPublishable, arise, draw_project, draw_site, publish
from services.disclosure.store import Entry, Project, Publication, project_of_contract
from shared.errors import NotYet
from shared.work import Work


def project_of(work: Work, project_id: UUID) -> Project:
    """Raises NotYet until the project is known."""
    project = work.find(Project, project_id)
    if project is None:
        raise NotYet("项目立项的消息尚未到达")
    return project


def project_under(work: Work, contract_id: UUID) -> Project:
    """The project of a contract. Raises NotYet until the contract is known."""
    project = project_of_contract(work, contract_id)
    if project is None:
        raise NotYet("合同签订的消息尚未到达")
    return project


def tell(work: Work, project: Project, day: date, fact: str, detail: str = "", *, article: str = "", amount: int | None = None) -> None:
    """A line of the project's history."""
    work.add(Entry(project_id=project.id, day=day, fact=fact, detail=detail, article=article, amount=amount))


def wait(desk: Desk, project: Project, kind: str, source_id: UUID, content: dict[str, Any], day: date, *, title: str = "") -> Publication:
    """Put something on the due list."""
    title = title or f"{project.title}：{KINDS[kind]}"
    return arise(desk, project_id=project.id, kind=kind, source_id=source_id, title=title, content=content, day=day)


def is_known(work: Work, kind: str, source_id: UUID) -> bool:
    """Whether it has come up before."""
    return work.first(select(Publication).where(Publication.kind == kind, Publication.source_id == source_id)) is not None


def publish_or_hold(desk: Desk, publication: Publication, day: date) -> None:
    """Publish at once; what a plugin objects to waits for somebody to look at it."""
    try:
        publish(desk, publication, day)
    except NotPublishable as objection:
        publication.status, publication.problem = "waiting", objection.message


def waiting(work: Work, project_id: UUID, kind: str) -> list[Publication]:
    statement = select(Publication).where(Publication.project_id == project_id, Publication.kind == kind, Publication.status == "waiting")
    return work.select(statement.order_by(col(Publication.id)))


def redraw(desk: Desk, project: Project) -> None:
    """What is public has changed without a publication: a payment, a milestone."""
    draw_project(desk, project)
    draw_site(desk)
