"""Where what a household's file says is from: which row of which roster, which visit, which observation, which act; and since when."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlmodel import col

from services.intake.domain import columns
from services.intake.domain.correction import WITH
from services.intake.domain.roster_more import FIELDS
from services.intake.store.correction import standing_corrections
from services.intake.store.household_act import COMING, CategoryAct, HouseholdAct, category_acts_on, coming_of
from services.intake.store.person import Household, Observation, Person
from services.intake.store.roster import Roster
from services.intake.store.survey import SurveyFile, Visit
from shared.work import Reader

OF_ROSTER: Final = ("name", "identity_number", "sex", "birth", "phone", "address", "marital", "schooling", "single_parent")
OF_HEALTH: Final = ("disability_card", "disability_kind", "disability_level", "illness", "is_seriously_ill")
OF_NUMBER: Final = ("identity_number", "sex", "birth")
"""What the number says of somebody whom no roster has named."""
OF_OBSERVATION: Final = ("father", "mother", "adl_unmet", "has_lost_only_child")
MORE_OF_PERSON: Final = tuple(FIELDS[column] for column in columns.MORE_OF_PERSON)
MORE_OF_HOUSEHOLD: Final = tuple(FIELDS[column] for column in columns.MORE_OF_HOUSEHOLD)
"""Told of where the file has them; few rosters do."""
OF_ACT: Final = ("relation", "status", "household_id")


@dataclass(frozen=True, slots=True)
class Source:
    """Whence some fields are. `kind` is a code of `labels.SOURCE`; of a roster `name`, `sheet` and `row` say where in it they stand."""

    kind: str
    fields: tuple[str, ...]
    on: date
    by: str
    name: str = ""
    sheet: str = ""
    row: int = 0


def sources_of_person(person: Person, *, reader: Reader) -> list[Source]:
    """Of each field of a person what said the latest of it."""
    act = reader.first(select(HouseholdAct).where(col(HouseholdAct.person_id) == person.id).order_by(col(HouseholdAct.id).desc()))
    came = coming_of(person.id, reader=reader)
    of_roster: tuple[str, ...] = (*OF_ROSTER, *OF_HEALTH) if act else (*OF_ROSTER, *OF_HEALTH, *OF_ACT)
    of_roster += tuple(name for name in MORE_OF_PERSON if getattr(person, name))
    corrected = standing_corrections(person, reader=reader)
    by_correction = {name: each for field, each in corrected.items() for name in (field, *WITH.get(field, ()))}
    by_coming = () if came is None else tuple(name for name in _said(came, person, reader) if name not in by_correction)
    of_roster = tuple(name for name in of_roster if name not in by_correction and name not in by_coming)
    found = _of_roster(person.roster_id, of_roster, reader, sheet=person.roster_sheet, row=person.roster_row)
    for act_id in dict.fromkeys(each.id for each in by_correction.values()):
        names = tuple(name for name, each in by_correction.items() if each.id == act_id)
        said = by_correction[names[0]]
        found.append(Source("correction", names, said.acted_on, said.recorded_by))
    if came is not None and by_coming:
        found.append(Source("act", by_coming, came.acted_on, came.recorded_by))
    if act is not None:
        found.append(Source("act", OF_ACT, act.acted_on, act.recorded_by))
    latest = (col(Observation.observed_on).desc(), col(Observation.id).desc())
    seen = reader.first(select(Observation).where(col(Observation.person_id) == person.id).order_by(*latest))
    if seen is not None:
        found.append(Source("observation", OF_OBSERVATION, seen.observed_on, seen.recorded_by))
    return found


def sources_of_household(household: Household, *, reader: Reader) -> list[Source]:
    """The roster, and the latest visit once there was one; whoever left since is one less at home."""
    files = select(col(SurveyFile.id)).where(col(SurveyFile.household_id) == household.id)
    latest = (col(Visit.visited_on).desc(), col(Visit.id).desc())
    visit = reader.first(select(Visit).where(col(Visit.file_id).in_(files)).order_by(*latest))
    left = or_(col(HouseholdAct.household_id) != household.id, col(HouseholdAct.status) != "present", col(HouseholdAct.kind).in_(COMING))
    of_household = (col(HouseholdAct.before_household_id) == household.id, left)
    act = reader.first(select(HouseholdAct).where(*of_household).order_by(col(HouseholdAct.id).desc()))
    is_since = act is not None and (visit is None or act.recorded_on >= visit.recorded_on)
    at_home = () if is_since else ("living_members",)
    more = tuple(name for name in MORE_OF_HOUSEHOLD if getattr(household, name) not in (None, ""))
    by_acts = _said_of_household(household, reader)
    of_roster = tuple(name for name in ("category", *more, "division", *(() if visit else at_home)) if name not in by_acts)
    found = _of_roster(household.roster_id, of_roster, reader)
    found += [Source("act", (name,), each.acted_on, each.recorded_by) for name, each in by_acts.items()]
    if visit is not None:
        found.append(Source("visit", (*at_home, "housing", "needs"), visit.visited_on, "、".join(visit.investigators)))
    if act is not None and is_since:
        found.append(Source("act", ("living_members",), act.acted_on, act.recorded_by))
    return found


def _said(came: HouseholdAct, person: Person, reader: Reader) -> tuple[str, ...]:
    """Of the fields that the act said which brought a person, those that it still says: a roster of a later day says them anew."""
    roster = reader.find(Roster, person.roster_id)
    said = tuple(came.said or ())
    if roster is None:
        return (*said, *OF_NUMBER)
    return said if came.acted_on > roster.reference_on else ()


def _said_of_household(household: Household, reader: Reader) -> dict[str, CategoryAct | HouseholdAct]:
    """By field, the act that says category or place: of a later day than the last roster's, or recorded since."""
    roster = reader.find(Roster, household.roster_id)
    found: dict[str, CategoryAct | HouseholdAct] = {}
    if acts := category_acts_on(household.id, reader=reader):
        is_since = roster is None or roster.accepted_at is None or acts[-1].recorded_at > roster.accepted_at
        if is_since or (roster is not None and acts[-1].acted_on > roster.reference_on):
            found["category"] = acts[-1]
    placed = (col(HouseholdAct.household_id) == household.id, col(HouseholdAct.kind).in_(("relocated", "founded")))
    place = reader.first(select(HouseholdAct).where(*placed).order_by(col(HouseholdAct.id).desc()))
    if place is not None and place.division == household.division and (roster is None or place.acted_on > roster.reference_on):
        found["division"] = place
    return found


def _of_roster(roster_id: UUID | None, fields: tuple[str, ...], reader: Reader, *, sheet: str = "", row: int = 0) -> list[Source]:
    roster = reader.find(Roster, roster_id)
    if roster is None:
        return []
    on, by = roster.decided_on or roster.uploaded_on, roster.decided_by or roster.uploaded_by
    return [Source("roster", fields, on, by, roster.name, sheet, row)]
