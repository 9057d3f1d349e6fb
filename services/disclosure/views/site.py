"""The pages that belong to no project: the home page, and a project as a line of a list."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from services.disclosure import store
from services.disclosure.store import Payment, Project, Publication
from services.disclosure.views.project import stage
from services.disclosure.views.rounds import Round, round_view
from shared.work import Reader

NEWEST = 8


@dataclass(frozen=True, slots=True)
class Line:
    """A project in a list; who won and for how much only when the result is public."""

    project: Project
    stage: str
    provider: str
    amount: int | None
    result: Round | None = None
    """The latest evaluation that is public, where the list asked for it."""


@dataclass(frozen=True, slots=True)
class HomeView:
    projects: tuple[Line, ...]
    newest: tuple[Publication, ...]
    project_count: int
    budget: int
    paid: int
    publication_count: int


def home_view(reader: Reader) -> HomeView:
    projects = reader.select(select(Project).order_by(col(Project.opened_on).desc()).limit(NEWEST))
    newest = (
        select(Publication)
        .where(Publication.status == "published")
        .order_by(col(Publication.published_on).desc(), col(Publication.id).desc())
    )
    count, budget = reader.rows(select(func.count(), func.coalesce(func.sum(Project.budget), 0)).select_from(Project))[0]
    return HomeView(
        projects=tuple(replace(line(project), result=_result(reader, project)) for project in projects),
        newest=tuple(reader.select(newest.limit(NEWEST))),
        project_count=count,
        budget=int(budget),
        paid=int(reader.scalar(select(func.coalesce(func.sum(Payment.amount), 0)))),
        publication_count=sum(store.published_counts(reader).values()),
    )


def _result(reader: Reader, project: Project) -> Round | None:
    rounds = sorted((round_view(each) for each in store.current(reader, project.id, "evaluation")), key=lambda shown: shown.scored_on)
    return rounds[-1] if rounds else None


def line(project: Project) -> Line:
    is_public = project.is_award_public
    return Line(project, stage(project), project.provider if is_public else "", project.amount if is_public else None)


def project_item(project: Project) -> dict[str, Any]:
    """A project as a line of JSON or CSV."""
    shown = line(project)
    return {
        "id": project.id,
        "project_no": project.project_no,
        "title": project.title,
        "buyer": project.buyer,
        "procuring_entity": project.procuring_entity,
        "division": project.division,
        "stage": shown.stage,
        "method": project.method,
        "provider": shown.provider,
        "budget_fen": project.budget,
        "contract_fen": shown.amount,
        "opened_on": project.opened_on,
        "closed_on": project.closed_on,
        "path": f"/projects/{project.slug}/",
    }
