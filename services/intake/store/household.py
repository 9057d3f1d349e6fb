"""Questions to household files (一户一档): lists without names, and what happened to a household's people over time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlmodel import col

from services.intake import labels
from services.intake.domain.flag import FlagDefinition
from services.intake.labels.check import CHECK_OUTCOME
from services.intake.store.check import checks_of
from services.intake.store.correction import corrections_of
from services.intake.store.duplicates import decisions_on, pairs_of
from services.intake.store.eligible import admits
from services.intake.store.household_act import HouseholdAct, acts_on, category_acts_on, members_to_choose
from services.intake.store.kin import kin_of
from services.intake.store.person import Household, Observation, Person
from services.intake.store.programme import Candidate, Consent, Programme, Recipient
from services.intake.store.roster import Roster, check_reach, within
from services.intake.store.survey import SurveyFile, Visit
from shared.access import Actor
from shared.divisions import level, name_of
from shared.http.paging import Listing, Page, listing
from shared.sentences import S_, together
from shared.work import Reader


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a household or to one of its people."""

    on: date
    what: str
    """A code of `labels.HISTORY`."""
    detail: str
    by: str
    person_id: UUID | None = None


def households(
    *, reader: Reader, actor: Actor, page: Page, division: str = "", category: str = "", flag: FlagDefinition | None = None
) -> Listing:
    """The households of the actor's divisions by number; no name is among what is shown."""
    people = select(func.count()).where(col(Person.household_id) == Household.id, col(Person.status) == "present").scalar_subquery()
    fields = (Household.id, Household.household_no, Household.category, Household.division, Household.living_members, Household.needs)
    statement: Any = select(*map(col, fields), people.label("people")).where(*_asked(reader, actor, division, category, flag))
    return listing(reader, statement, page, sort=(Household.household_no, Household.id), item=_listed)


def count_households(*, reader: Reader, actor: Actor, division: str = "", category: str = "", flag: FlagDefinition | None = None) -> int:
    """How many the list would have."""
    return int(reader.scalar(select(func.count()).select_from(Household).where(*_asked(reader, actor, division, category, flag))))


def reached_household(reader: Reader, household_id: UUID, actor: Actor) -> Household:
    """Raises NotFound, also for one outside the actor's divisions."""
    found = reader.get(Household, household_id)
    check_reach(found.division, actor)
    return found


def reached_person(reader: Reader, person_id: UUID, actor: Actor) -> tuple[Person, Household]:
    """Raises NotFound, also for one outside the actor's divisions."""
    person = reader.get(Person, person_id)
    household = reader.get(Household, person.household_id)
    check_reach(household.division, actor)
    return person, household


def household_of(person_id: UUID, *, reader: Reader, actor: Actor) -> dict[str, Any]:
    """In whose file a person stands; nothing that says who it is."""
    person, household = reached_person(reader, person_id, actor)
    return {
        "person_id": person_id,
        "relation": person.relation,
        "id": household.id,
        "household_no": household.household_no,
        "division": household.division,
    }


def household_to_act_on(household_id: UUID, *, reader: Reader, actor: Actor) -> dict[str, Any]:
    """Whom an act on a household may be about; nothing that says who they are."""
    household = reached_household(reader, household_id, actor)
    named = household.model_dump(include={"id", "household_no", "division", "category"})
    return named | {"members": members_to_choose(household_id, reader=reader)}


def members_of(household_id: UUID, *, reader: Reader) -> list[Person]:
    """The people of a household: who is here before who has gone, the head first, then by age."""
    found = reader.select(select(Person).where(col(Person.household_id) == household_id))
    return sorted(found, key=lambda person: (person.status != "present", person.relation != "head", person.birth))


def history(household_id: UUID, *, reader: Reader) -> list[Event]:
    """What happened to a household and its people, the latest first."""
    people = [row[0] for row in reader.rows(select(col(Person.id)).where(col(Person.household_id) == household_id))]
    of_household = [*_filed(household_id, reader), *_visited(household_id, reader), *_acted(household_id, reader)]
    of_household += [
        Event(each.checked_on, "checked", f"{labels.VISIT_KIND[each.kind]} {CHECK_OUTCOME[each.outcome]}", "、".join(each.investigators))
        for each in checks_of(household_id, reader=reader)
    ]
    found = [*of_household, *_observed(people, reader), *_corrected(people, reader), *_chosen(people, reader), *_merged(people, reader)]
    found += _kin(people, reader)
    return sorted(found, key=lambda event: event.on, reverse=True)


def _asked(reader: Reader, actor: Actor, division: str, category: str, flag: FlagDefinition | None) -> list[Any]:
    conditions: list[Any] = [within(actor)]
    if division:
        conditions.append(col(Household.division).startswith(division[: level(division)], autoescape=True))
    if category:
        conditions.append(col(Household.category) == category)
    if flag is not None:
        has_flag = (col(Person.household_id) == Household.id, col(Person.status) == "present", admits(flag.group, reader.today))
        conditions.append(exists().where(*has_flag))
    return conditions


def _listed(row: Any) -> dict[str, Any]:
    return dict(row._mapping) | {"is_visited": row.needs is not None}


def _filed(household_id: UUID, reader: Reader) -> Iterator[Event]:
    of_household = (select(col(Person.roster_id)).where(col(Person.household_id) == household_id)).union(
        select(col(Household.roster_id)).where(col(Household.id) == household_id)
    )
    for roster in reader.select(select(Roster).where(col(Roster.id).in_(of_household))):
        yield Event(roster.decided_on or roster.uploaded_on, "filed", _named(roster.name), roster.decided_by or roster.uploaded_by)


def _visited(household_id: UUID, reader: Reader) -> Iterator[Event]:
    files = select(col(SurveyFile.id)).where(col(SurveyFile.household_id) == household_id)
    for visit in reader.select(select(Visit).where(col(Visit.file_id).in_(files))):
        yield Event(visit.visited_on, "visited", labels.VISIT_KIND[visit.kind], "、".join(visit.investigators))


def _acted(household_id: UUID, reader: Reader) -> Iterator[Event]:
    """Who died, left, came or took the lead, told in the file that a person left and in the one that the person came to."""
    for act in acts_on(household_id, reader=reader):
        yield Event(act.acted_on, act.kind, _turned(act, reader), act.recorded_by, act.person_id)
    for said in category_acts_on(household_id, reader=reader):
        if said.before:
            change = f"{labels.CATEGORY[said.before]} → {labels.CATEGORY[said.category]}"
            yield Event(said.acted_on, "recategorised", f"{change}；{said.reason}", said.recorded_by)


def _turned(act: HouseholdAct, reader: Reader) -> str:
    changes = [f"{labels.ADMISSION[act.cause]}；{labels.RELATION[act.relation]}"] if act.cause else []
    if act.household_id != act.before_household_id:
        numbers = (reader.get(Household, each).household_no for each in (act.before_household_id, act.household_id))
        changes.append(_changed(*numbers))
    if act.relation != act.before_relation:
        changes.append(_changed(labels.RELATION[act.before_relation], labels.RELATION[act.relation]))
    if act.division != act.before_division:
        changes.append(_changed(name_of(act.before_division), name_of(act.division)))
    return together([*changes, _named(act.reason)])


def _changed(before: str, after: str) -> str:
    return S_("{before} → {after}", before=before, after=after)


def _named(text: str) -> str:
    """What somebody wrote: a name, a reason."""
    return S_("{text_zh}", text_zh=text)


def _observed(people: list[UUID], reader: Reader) -> Iterator[Event]:
    """Who looked, and when; what was seen stands in the file itself."""
    for seen in reader.select(select(Observation).where(col(Observation.person_id).in_(people))):
        yield Event(seen.observed_on, "observed", "", seen.recorded_by, seen.person_id)


def _corrected(people: list[UUID], reader: Reader) -> Iterator[Event]:
    """Which fields were put right, and by which paper; what they said before is in the person's own copy alone."""
    for each in corrections_of(people, reader=reader):
        fields = [(labels.FIELD | labels.PERSONAL)[field] for field in each.fields]
        yield Event(
            each.acted_on,
            "corrected",
            S_("{fields}（{reason_zh}）", fields=fields, reason_zh=each.reason),
            each.recorded_by,
            each.person_id,
        )


def _kin(people: list[UUID], reader: Reader) -> Iterator[Event]:
    """Who is on the register of near relatives; of whom is read in the file alone."""
    for each in kin_of(people, reader=reader):
        what = S_("{office}的{relation}", office=labels.KIN_OFFICE[each.office], relation=labels.KIN_RELATION[each.relation])
        yield Event(each.acted_on, "kin_noted", f"{what}（{each.reason}）", each.recorded_by, each.person_id)
        if each.ended_on is not None:
            yield Event(each.ended_on, "kin_ended", f"{what}（{each.end_reason}）", each.ended_by, each.person_id)


def _chosen(people: list[UUID], reader: Reader) -> Iterator[Event]:
    """Onto which list, what was answered, and whether served."""
    for candidate in reader.select(select(Candidate).where(col(Candidate.person_id).in_(people))):
        programme = reader.get(Programme, candidate.programme_id)
        on = programme.proposed_on or programme.screened_on or programme.opened_on
        detail = S_(
            "{name_zh} {group} {list}第 {rank} 位",
            name_zh=programme.name,
            group=candidate.group,
            list=labels.LIST[candidate.list],
            rank=candidate.rank,
        )
        yield Event(on, "chosen", detail, programme.screened_by, candidate.person_id)
        for consent in reader.select(select(Consent).where(col(Consent.candidate_id) == candidate.id)):
            answer = S_("同意") if consent.is_given else S_("不同意")
            yield Event(consent.signed_on, "consent", answer, consent.recorded_by, candidate.person_id)
        for recipient in reader.select(select(Recipient).where(col(Recipient.candidate_id) == candidate.id)):
            yield Event(recipient.enrolled_on, "enrolled", _named(programme.name), "", candidate.person_id)
            if recipient.withdrawn_on is not None:
                yield Event(recipient.withdrawn_on, "withdrawn", labels.WITHDRAWAL[recipient.reason], "", candidate.person_id)


def _merged(people: list[UUID], reader: Reader) -> Iterator[Event]:
    """Which record was found to be of the same person, and when that was taken back. Both records tell it."""
    for pair in pairs_of(people, reader=reader).values():
        for decision in decisions_on(pair.id, reader=reader):
            for person_id in {pair.first_id, pair.second_id}.intersection(people) if decision.verdict in ("merged", "undone") else ():
                detail = S_("另一份档案并入本档案") if person_id == decision.kept_id else S_("并入另一份档案")
                yield Event(decision.decided_on, decision.verdict, detail, decision.decided_by, person_id)
