"""Figures around a project that are shown beside its result and never enter it."""

from collections.abc import Sequence
from datetime import date
from typing import Literal
from uuid import UUID

from sqlmodel import select

from services.evaluation.actions.commission import ProjectUnknown
from services.evaluation.store import Context, Project
from shared.access import Actor
from shared.errors import NotFound, WrongState
from shared.events.evaluation import ContextFigure, ContextRecorded
from shared.work import Work


class ContextExists(WrongState):
    code = "context-exists"


def record_context(
    project_id: UUID,
    *,
    topic: Literal["petitions"],
    year: int,
    figures: Sequence[ContextFigure],
    source: str,
    work: Work,
    today: date,
    actor: Actor,
) -> UUID:
    """Record figures as they were printed, with 约 and 近."""
    project = work.find(Project, project_id)
    if project is None:
        raise ProjectUnknown("尚未收到项目立项的消息")
    if not actor.reaches(project.division):
        raise NotFound("没有找到该项目")
    if work.first(select(Context).where(Context.project_id == project_id, Context.topic == topic, Context.year == year)):
        raise ContextExists(f"{year} 年的数据已经登记")
    context = Context(
        project_id=project_id,
        topic=topic,
        year=year,
        figures=[figure.model_dump() for figure in figures],
        source=source,
        recorded_on=today,
        recorded_by=actor.account,
    )
    work.add(context)
    work.emit(
        ContextRecorded(
            context_id=context.id, project_id=project_id, topic=topic, year=year, figures=tuple(figures), source=source, recorded_on=today
        )
    )
    return context.id
