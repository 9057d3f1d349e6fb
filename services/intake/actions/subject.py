"""What intake has about one person, as a copy for that person (个人信息保护法 art 45), with the log of who read it."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import exists
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from services.intake import labels
from services.intake.actions.check import checks_for_copy
from services.intake.actions.person import Purpose, mark, personal_of
from services.intake.actions.visit_answers import Answers
from services.intake.domain.roster_more import causes_of
from services.intake.store import Attachment, AttachmentMember, Reading, history, participation_of, reached_person, versions_of_person
from shared.access import Actor
from shared.divisions import full_name
from shared.personal import Keyring
from shared.work import Reader, Work

FACTS: Final = (
    "birth",
    "sex",
    "relation",
    "schooling",
    "has_single_parent",
    "disability_kind",
    "disability_level",
    "is_seriously_ill",
    "adl_unmet",
    "has_lost_only_child",
    "labour",
    "employment",
    "health",
    "education",
    "medical_insurance",
    "pension_insurance",
    "disability_valid_to",
    "status",
)
"""What stands in clear of the person alone: how it is with a child's father and mother is about them."""


def copy_for_subject(
    person_id: UUID, *, purpose: Purpose = "own_request", work: Work, today: date, actor: Actor, keyring: Keyring
) -> dict[str, Any]:
    """Everything about the person, and nothing of the others in the household; handing it out is logged as a reading. Raises Erased."""
    person, household = reached_person(work, person_id, actor)
    personal = personal_of(work, person, keyring)
    read = work.select(select(Reading).where(col(Reading.person_id) == person_id).order_by(col(Reading.read_at), col(Reading.id)))
    work.add(mark(person_id, "access", purpose, work, today, actor))
    return {
        "person_id": person_id,
        "made_on": today,
        "personal": {"name": personal["name"]} | {name: personal[name] for name in labels.PERSONAL if personal.get(name)},
        "facts": person.model_dump(include=set(FACTS)),
        "household": {
            "household_no": household.household_no,
            "category": household.category,
            "assistance_from": household.assistance_from,
            "assistance_to": household.assistance_to,
            "monthly_amount": household.monthly_amount,
            "certificate_no": household.certificate_no,
            "causes": causes_of(household.causes),
            "division": household.division,
            "place": full_name(household.division),
            "living_members": household.living_members,
            "housing": household.housing,
            "needs": household.needs,
        },
        "history": [
            {"on": event.on, "what": event.what, "detail": event.detail}
            for event in history(household.id, reader=work)
            if event.person_id in (None, person_id)
        ],
        "versions": versions_of_person(person_id, reader=work, keyring=keyring),
        "attachments": [
            row.model_dump(include={"kind", "media_type", "size", "recorded_by", "recorded_on"}) for row in _own_papers(person_id, work)
        ],
        "visits": [each for each in Answers(work, keyring).about(person_id, alone=True) if not each["is_erased"]],
        "programmes": participation_of(person_id, reader=work),
        "checks": checks_for_copy(household.id, reader=work, keyring=keyring),
        "readings": [row.model_dump(exclude={"id", "person_id"}) for row in read],
    }


def _own_papers(person_id: UUID, reader: Reader) -> list[Attachment]:
    """Papers that came while the person was alone in the household, and are there still: any other may be about somebody else."""
    member, other = aliased(AttachmentMember), aliased(AttachmentMember)
    shows = exists().where(col(member.attachment_id) == Attachment.id, col(member.person_id) == person_id)
    shows_another = exists().where(col(other.attachment_id) == Attachment.id, col(other.person_id) != person_id)
    file = reader.kernel.file.c
    is_kept = exists().where(file.id == Attachment.file_id)
    return list(reader.select(select(Attachment).where(shows, ~shows_another, is_kept).order_by(col(Attachment.id))))
