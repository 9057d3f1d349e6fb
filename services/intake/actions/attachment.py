"""Photos and papers of a household's file: attached by a clerk, read for a purpose, each reading in the log."""

from datetime import date
from uuid import UUID

from sqlalchemy import exists, select
from sqlmodel import col

from services.intake.actions.person import Purpose, mark
from services.intake.domain.attachment import AttachmentRefused, check_attachment
from services.intake.store import Attachment, AttachmentMember, members_of, reached_attachment, reached_household
from shared.access import Actor
from shared.errors import NotFound
from shared.files import Stored, own_file, require_file
from shared.sentences import S_
from shared.work import Work


def attach(household_id: UUID, *, file: UUID, kind: str, work: Work, today: date, actor: Actor) -> UUID:
    """Put a file that was handed in into one household's file; it cannot be exchanged afterwards."""
    reached_household(work, household_id, actor)
    work.about("household", household_id)
    stored = own_file(work, file, actor)
    if work.scalar(select(exists().where(col(Attachment.file_id) == file))):
        raise AttachmentRefused(S_("该文件已经是附件，请重新上传"), field="file")
    check_attachment(kind, media_type=stored.type, size=stored.size)
    attachment = Attachment(
        household_id=household_id,
        file_id=file,
        kind=kind,
        media_type=stored.type,
        size=stored.size,
        recorded_by=actor.account,
        recorded_on=today,
    )
    here = members_of(household_id, reader=work)
    work.add(attachment, *(AttachmentMember(attachment_id=attachment.id, person_id=person.id) for person in here))
    return attachment.id


def read_attachment(
    household_id: UUID, attachment_id: UUID, *, purpose: Purpose, work: Work, today: date, actor: Actor
) -> tuple[Stored, str]:
    """Which file it is, and what to call it. Every member's log tells who read it and why."""
    attachment = reached_attachment(work, attachment_id, actor)
    if attachment.household_id != household_id:
        raise NotFound(S_("没有找到该附件"))
    for person in members_of(household_id, reader=work):
        work.add(mark(person.id, "attachment", purpose, work, today, actor))
    return require_file(work, attachment.file_id), f"{attachment.kind}-{attachment.recorded_on}"
