"""What a person has had to do with programmes: a place on a list, answers about consent, service, objections in the person's case."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from services.intake.store.objection import Objection
from services.intake.store.programme import Candidate, Consent, Programme, ProgrammeGroup, Recipient
from shared.work import Reader


def participation_of(person_id: UUID, *, reader: Reader) -> list[dict[str, Any]]:
    """By programme, the oldest first. Who was considered for one and did not come on its list is in that programme's explanation alone."""
    places = {place.programme_id: place for place in reader.select(select(Candidate).where(col(Candidate.person_id) == person_id))}
    objections = reader.select(select(Objection).where(col(Objection.person_id) == person_id).order_by(col(Objection.recorded_on)))
    concerned = {*places, *(each.programme_id for each in objections)}
    programmes = select(Programme).where(col(Programme.id).in_(concerned)).order_by(col(Programme.opened_on), col(Programme.id))
    return [
        {
            "programme": programme.name,
            "place": _place(places[programme.id], reader) if programme.id in places else None,
            "objections": [
                each.model_dump(include={"kind", "recorded_on", "upheld", "reason", "decided_on"})
                for each in objections
                if each.programme_id == programme.id
            ],
        }
        for programme in reader.select(programmes)
    ]


def _place(candidate: Candidate, reader: Reader) -> dict[str, Any]:
    group = select(ProgrammeGroup).where(
        col(ProgrammeGroup.programme_id) == candidate.programme_id, col(ProgrammeGroup.code) == candidate.group
    )
    consents = select(Consent).where(col(Consent.candidate_id) == candidate.id).order_by(col(Consent.recorded_on), col(Consent.id))
    served = reader.first(select(Recipient).where(col(Recipient.candidate_id) == candidate.id))
    told = {"is_given", "purpose", "version", "signed_on", "guardian_relation"}
    return {
        "group": next((each.name for each in reader.select(group)), candidate.group),
        "list": candidate.list,
        "rank": candidate.rank,
        "state": candidate.state,
        "consents": [each.model_dump(include=told) for each in reader.select(consents)],
        "enrolled_on": served.enrolled_on if served else None,
        "withdrawn_on": served.withdrawn_on if served else None,
    }
