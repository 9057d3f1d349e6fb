"""Circumstances (特殊情况) of a person, recorded by who saw them, and the flags that follow from what is known."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from services.intake.actions.criteria import known_flags
from services.intake.domain.circumstance import Circumstances, CircumstancesRefused, check_circumstances
from services.intake.domain.flag import flags_on
from services.intake.store import Observation, reached_person
from shared.access import Actor
from shared.plugins import Hooks
from shared.sentences import S_
from shared.work import Reader, Work


def record_circumstances(person_id: UUID, *, found: Circumstances, work: Work, today: date, actor: Actor, hooks: Hooks) -> dict[str, Any]:
    """Keep what was seen, and let the person be judged by it from now on; what was said before stays. Tells the flags of today."""
    person, household = reached_person(work, person_id, actor)
    work.about("person", person_id)
    if person.status != "present":
        raise CircumstancesRefused(S_("该人员已迁出或死亡，不再登记"))
    before = latest_observation(person_id, reader=work)
    check_circumstances(found, birth=person.birth, today=today, latest=before.observed_on if before else None)
    kept = Observation(
        person_id=person_id,
        father=found.father,
        mother=found.mother,
        beyond=list(found.beyond),
        has_lost_only_child=found.has_lost_only_child,
        observed_on=found.observed_on,
        recorded_by=actor.account,
        recorded_on=today,
    )
    work.add(kept)
    person.father, person.mother = found.father, found.mother
    person.adl_unmet, person.has_lost_only_child = len(found.beyond), found.has_lost_only_child
    flags = flags_on(person.facts(household), today, known_flags(hooks))
    return {"id": kept.id, "flags": [flag.code for flag in flags]}


def latest_observation(person_id: UUID, *, reader: Reader) -> Observation | None:
    """What the person is judged by; None where nobody has looked."""
    order = (col(Observation.observed_on).desc(), col(Observation.id).desc())
    return reader.first(select(Observation).where(col(Observation.person_id) == person_id).order_by(*order))


def circumstances(person_id: UUID, *, reader: Reader, actor: Actor) -> dict[str, Any]:
    """Whose circumstances a form asks about, and who looked last. What was seen is read in the household's file alone, and logged."""
    person, household = reached_person(reader, person_id, actor)
    last = latest_observation(person_id, reader=reader)
    return {
        "person_id": person_id,
        "birth": person.birth,
        "relation": person.relation,
        "status": person.status,
        "household_id": household.id,
        "household_no": household.household_no,
        "last": last.model_dump(include={"observed_on", "recorded_by"}) if last else None,
    }
