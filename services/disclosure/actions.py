"""What people do in disclosure: one prepares, another releases; what is public is corrected or withdrawn with a reason, never edited."""

from datetime import date
from typing import Any
from uuid import UUID

from services.disclosure import contents
from services.disclosure.publishing import Desk, arise, draw_project, draw_site, draw_withdrawn, publish
from services.disclosure.settings import Settings
from services.disclosure.store import Feedback, Project, Publication
from shared.access import Actor
from shared.errors import Forbidden, WrongState
from shared.ids import new_id
from shared.personal import Keyring
from shared.plugins import Hooks
from shared.rules import Rules
from shared.work import Work


class PublicationState(WrongState):
    code = "publication-state"


class SamePerson(Forbidden):
    """Who prepares a publication does not release it."""

    code = "same-person"


def prepare_publication(publication_id: UUID, *, note: str, work: Work, today: date, actor: Actor) -> UUID:
    """Say that it was read and is right."""
    publication = work.get(Publication, publication_id)
    work.about("publication", publication_id)
    if publication.status != "waiting":
        raise PublicationState("只有待办的内容可以送审")
    publication.status, publication.prepared_by, publication.prepared_on = "prepared", actor.account, today
    publication.reason = publication.reason or note
    return publication_id


def release_publication(
    publication_id: UUID, *, work: Work, today: date, actor: Actor, rules: Rules, hooks: Hooks, settings: Settings
) -> dict[str, Any]:
    """Make it public; another person than who prepared it."""
    publication = work.get(Publication, publication_id)
    work.about("publication", publication_id)
    if publication.status != "prepared":
        raise PublicationState("须先由经办人送审")
    if publication.prepared_by == actor.account:
        raise SamePerson("经办人不得审核自己送审的内容")
    rules("publish_within")
    publication.released_by, publication.problem = actor.account, ""
    publish(Desk(work, settings, rules, hooks), publication, today)
    return {"id": publication_id, "path": publication.path, "version": publication.version, "published_on": today}


def correct_publication(
    publication_id: UUID, *, reason: str, work: Work, today: date, actor: Actor, rules: Rules, hooks: Hooks, settings: Settings
) -> UUID:
    """Prepare a new version from the newest record; the old one stays public until the new one is released."""
    before = work.get(Publication, publication_id)
    work.about("publication", publication_id)
    if before.status not in ("published", "withdrawn"):
        raise PublicationState("只有已公开或已撤回的内容可以更正")
    content = dict(before.content)
    if before.kind == "statistics" and (project := work.find(Project, before.project_id)) is not None:
        content = contents.statistics(work, project, rules, today)
    desk = Desk(work, settings, rules, hooks)
    after = arise(
        desk, project_id=before.project_id, kind=before.kind, source_id=before.source_id, title=before.title, content=content, day=today
    )
    after.status, after.prepared_by, after.prepared_on, after.reason = "prepared", actor.account, today, reason
    return after.id


def withdraw_publication(
    publication_id: UUID, *, reason: str, work: Work, actor: Actor, rules: Rules, hooks: Hooks, settings: Settings
) -> UUID:
    """Take it down; its address says when and why."""
    publication = work.get(Publication, publication_id)
    work.about("publication", publication_id)
    if publication.status != "published":
        raise PublicationState("该内容没有公开")
    publication.status, publication.reason, publication.released_by = "withdrawn", reason, actor.account
    desk = Desk(work, settings, rules, hooks)
    draw_withdrawn(desk, publication)
    if (project := work.find(Project, publication.project_id)) is not None:
        draw_project(desk, project)
    draw_site(desk)
    return publication_id


def leave_feedback(*, kind: str, text: str, contact: str, about: str, work: Work, keyring: Keyring) -> UUID:
    """Keep what a reader wrote; how to reach the reader is sealed."""
    feedback = Feedback(id=new_id(), at=work.now, kind=kind, text=text, about=about)
    if contact:
        sealed = keyring.seal(feedback.id, {"contact": contact})
        feedback.wrapped_key, feedback.wrapped_by, feedback.contact = sealed.wrapped_key, sealed.wrapped_by, sealed.sealed
    work.add(feedback)
    return feedback.id


def read_contact(feedback_id: UUID, *, work: Work, keyring: Keyring) -> dict[str, Any]:
    """How to reach who wrote; the reading is an act of its own."""
    feedback = work.get(Feedback, feedback_id)
    work.about("feedback", feedback_id)
    return {} if feedback.contact is None else keyring.open(feedback.id, feedback.wrapped_key, feedback.contact)
