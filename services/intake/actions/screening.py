"""The screening: who is eligible, who gets a place, the stored proof that anybody with the right may repeat, and its fairness."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlmodel import col

from services.intake.domain.fairness import Compared, compared
from services.intake.domain.group import GroupDefinition
from services.intake.domain.naming import check_text
from services.intake.domain.person import PersonFacts, age_on
from services.intake.domain.programme import ReasonMissing, check_stage
from services.intake.domain.selection import Applicant, Band, Place, Portrait, Selection, Share, fairness
from services.intake.domain.selection import select as choose
from services.intake.domain.survey import SurveyUnfinished
from services.intake.domain.terms import Terms
from services.intake.store import (
    Candidate,
    Eligible,
    Programme,
    Screening,
    Survey,
    eligible_people,
    groups_of,
    reached_programme,
    terms_of,
    upheld_about,
)
from shared.access import Actor
from shared.plugins import Hooks
from shared.sentences import S_
from shared.work import Reader, Work

ASKED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Found:
    """What a screening found: who is eligible, by key, and the list with its proof."""

    people: dict[str, Eligible]
    inputs: Sequence[str]
    selection: Selection
    banded: dict[str, tuple[str, ...]]
    decided_by: Sequence[str]
    """The plugins that said who fits and how great the need is."""


def definitions_of(hooks: Hooks) -> list[GroupDefinition]:
    """The groups of all enabled plugins."""
    return [definition for answer in hooks.groups() for definition in answer]


def points_of(people: Sequence[PersonFacts], hooks: Hooks) -> list[int]:
    """Each person's need, summed over the plugins, which are asked about 500 people at a time: an answer may take 50 ms."""
    points: list[int] = []
    for start in range(0, len(people), ASKED_AT_ONCE):
        part = tuple(people[start : start + ASKED_AT_ONCE])
        points += [sum(each) for each in zip(*hooks.need(people=part), strict=True)] or [0] * len(part)
    return points


def start_screening(programme_id: UUID, *, reason: str, work: Work, actor: Actor, today: date) -> dict[str, UUID]:
    """Screen by a job; once more only with a reason, and not after the list was proposed."""
    programme = reached_programme(work, programme_id, actor)
    work.about("programme", programme_id)
    check_stage(programme.status, "open", "screened")
    if programme.screening_id is not None and not reason:
        raise ReasonMissing(S_("重新筛选须说明原因"), field="reason")
    if work.get(Survey, programme.survey_id).status != "accepted":
        raise SurveyUnfinished(S_("调查尚未验收，不能筛选：需求和居住情况以入户核实为准"))
    check_text(reason, field="reason", called=S_("重新筛选的原因"))
    programme.status, programme.screened_by, programme.screened_on = "screening", actor.account, today
    programme.screening_reason = reason
    return {"job_id": work.start_job("screening", programme_id, 1)}


def screen(programme_id: UUID, *, reader: Reader, hooks: Hooks) -> Found:
    """Judge everybody of the programme on its reference date, and choose. It only reads."""
    programme = reader.get(Programme, programme_id)
    refused = {person.lot_no for person in upheld_about(programme_id, "not_entitled", reader=reader)}
    return screen_by(terms_of(programme, definitions_of(hooks), reader=reader), reader=reader, hooks=hooks, without=refused)


def screen_by(terms: Terms, *, reader: Reader, hooks: Hooks, without: Collection[str] = ()) -> Found:
    """Judge everybody within the terms but those whose entitlement was successfully objected to, and choose. It only reads."""
    decided_by: list[str] = []
    hooks = hooks.observed(lambda answer: decided_by.append(f"{answer.plugin}@{answer.version}"))
    people = [person for person in eligible_people(terms, reader=reader) if person.key not in without]
    asked = points_of([person.facts for person in people], hooks) if terms.need is None else [person.score for person in people]
    bands = {group.definition.code: group.quota.band for group in terms.groups}
    applicants = [_applicant(person, points, bands, terms.reference_on) for person, points in zip(people, asked, strict=True)]
    return Found(
        people={person.key: person for person in people},
        inputs=[applicant.line for applicant in applicants],
        selection=choose(applicants, [group.quota for group in terms.groups], terms.seed),
        banded={applicant.key: applicant.banded for applicant in applicants},
        decided_by=list(dict.fromkeys(decided_by)),
    )


def _applicant(person: Eligible, points: int, bands: Mapping[str, Band | None], on: date) -> Applicant:
    age = age_on(person.facts.birth, on)
    banded = tuple(code for code in person.groups if (band := bands[code]) is not None and band.has(age))
    own = tuple(points if score is None else score for score in person.own_scores)
    differ = any(score is not None for score in person.own_scores)
    return Applicant(person.key, person.groups, banded, points, own if differ else (), person.precedence)


def screening_chunk(programme_id: UUID, position: int, *, prepared: Found, work: Work) -> int | None:
    """Keep the list and its proof; an earlier list of the programme stays in its own proof."""
    programme = work.get(Programme, programme_id)
    selection = prepared.selection
    earlier = int(work.scalar(select(func.count()).select_from(Screening).where(col(Screening.programme_id) == programme_id)))
    screening = Screening(
        programme_id=programme_id,
        number=earlier + 1,
        reason=programme.screening_reason,
        screened_by=programme.screened_by,
        screened_on=programme.screened_on or work.today,
        seed=programme.seed,
        inputs="\n".join(prepared.inputs),
        inputs_hash=selection.inputs_hash,
        places="\n".join(place.line for place in selection.places),
        list_hash=selection.list_hash,
        distinct_eligible=len(prepared.people),
        plugins=list(prepared.decided_by),
        shares=[list(astuple(share)) for share in _shares(prepared.people.values(), selection.places, programme.reference_on)],
    )
    work.execute(delete(Candidate).where(col(Candidate.programme_id) == programme_id))
    work.add(screening, *(_candidate(programme_id, place, prepared) for place in selection.places))
    for group in groups_of(work, programme_id):
        group.eligible = sum(group.code in person.groups for person in prepared.people.values())
    programme.status, programme.screening_id = "screened", screening.id
    return None


def prove(programme_id: UUID, *, reader: Reader, actor: Actor) -> dict[str, Any]:
    """Repeat the selection from the stored inputs and the published seed, and compare."""
    programme = reached_programme(reader, programme_id, actor)
    screening = reader.get(Screening, programme.screening_id)
    applicants = [Applicant.read(line) for line in screening.inputs.splitlines()]
    again = choose(applicants, [group.quota_of() for group in groups_of(reader, programme_id)], screening.seed)
    told = {"seed": screening.seed, "inputs_hash": screening.inputs_hash, "list_hash": screening.list_hash}
    matches = (again.inputs_hash, again.list_hash) == (screening.inputs_hash, screening.list_hash)
    return told | {"repeated_list_hash": again.list_hash, "matches": matches}


def fairness_view(programme_id: UUID, *, reader: Reader, hooks: Hooks, actor: Actor) -> dict[str, list[Compared]]:
    """Selected against eligible by sex, age, district and disability, before anybody confirms the list."""
    programme = reached_programme(reader, programme_id, actor)
    screening = reader.get(Screening, programme.screening_id)
    if screening.shares is not None:
        return {"groups": compared(Share(*share) for share in screening.shares)}
    # a list from before the counts were kept with it
    people = eligible_people(terms_of(programme, definitions_of(hooks), reader=reader), reader=reader)
    places = [Place.read(line) for line in screening.places.splitlines()]
    return {"groups": compared(_shares(people, places, programme.reference_on))}


def _candidate(programme_id: UUID, place: Place, found: Found) -> Candidate:
    person = found.people[place.key]
    return Candidate(
        programme_id=programme_id,
        person_id=person.person_id,
        group=place.group,
        list=place.list,
        rank=place.rank,
        score=place.score,
        state="listed" if place.list == "selected" else "waiting",
        is_banded=place.group in found.banded[place.key],
        division=person.division,
        birth=person.facts.birth,
    )


def _shares(people: Iterable[Eligible], places: Iterable[Place], on: date) -> list[Share]:
    selected_for = {place.key: place.group for place in places if place.list == "selected"}
    return fairness(_portrait(person, selected_for.get(person.key, ""), on) for person in people)


def _portrait(person: Eligible, selected_for: str, on: date) -> Portrait:
    facts = person.facts
    district = person.division[:6].ljust(12, "0")
    return Portrait(person.groups, selected_for, facts.sex, age_on(facts.birth, on), district, facts.is_disabled)
