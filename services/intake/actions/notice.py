"""What is made public of a list, and what each person is told privately: never a list of names."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select

from services.intake.actions.person import mark
from services.intake.domain.enrolment import needs_guardian
from services.intake.domain.programme import WrongStage
from services.intake.store import Candidate, Household, Person, PersonSecret, Screening, counted, groups_of, reached_programme, within
from shared.access import Actor
from shared.personal import Erased, Keyring
from shared.rules import Rule, Rules
from shared.sentences import S_
from shared.small_cells import Figures, selected, separate, together
from shared.work import Reader, Work

LETTERS_AT_ONCE = 40
PUBLIC_OF_GROUP = {"code", "name", "criterion", "expression", "quota", "planned", "adjustments"}


def public_notice(programme_id: UUID, *, reader: Reader, actor: Actor, rules: Rules) -> dict[str, Any]:
    """Criteria, seed, proof and counts by place, through the small-cell filter. The same filter stands before the disclosure service."""
    programme = reached_programme(reader, programme_id, actor)
    if programme.screening_id is None:
        raise WrongStage(S_("服务计划尚未筛选，没有可以公示的内容"))
    screening = reader.get(Screening, programme.screening_id)
    threshold = int(rules("small_cells", division=programme.division).params["threshold"])
    groups = groups_of(reader, programme_id)
    lists = counted(reader, programme_id, Candidate.group, Candidate.list)
    codes = [group.code for group in groups]
    by_place = _by_place(reader, programme_id)
    eligible = separate({**{group.code: group.eligible for group in groups}, "distinct": screening.distinct_eligible}, threshold)
    return {
        "programme": programme.model_dump(include={"id", "name", "purpose", "division", "reference_on", "status", "objections_until"}),
        "screened_on": screening.screened_on,
        "seed": screening.seed,
        "inputs_hash": screening.inputs_hash,
        "list_hash": screening.list_hash,
        "threshold": threshold,
        "groups": [
            group.model_dump(include={"code", "name", "criterion", "expression", "quota", "planned", "adjustments"}) for group in groups
        ],
        "eligible": eligible,
        "selected": together({code: lists.get((code, "selected"), 0) for code in codes}, threshold),
        "reserve": together({code: lists.get((code, "reserve"), 0) for code in codes}, threshold),
        "places": selected(by_place, codes, threshold) if by_place else {},
    }


def kept_notice(programme_id: UUID, *, reader: Reader, actor: Actor, rules: Rules) -> dict[str, Any]:
    """The same as JSON has it."""
    found = public_notice(programme_id, reader=reader, actor=actor, rules=rules)
    figures = {name: found[name].kept() for name in ("eligible", "selected", "reserve")}
    places: Mapping[str, Figures] = found["places"]
    return found | figures | {"places": {place: each.kept() for place, each in places.items()}}


def _by_place(reader: Reader, programme_id: UUID) -> list[tuple[str, str, int]]:
    chosen = (col(Candidate.programme_id) == programme_id, col(Candidate.list) == "selected")
    columns = (col(Candidate.division), col(Candidate.group))
    return [tuple(row) for row in reader.rows(select(*columns, func.count()).where(*chosen).group_by(*columns).order_by(*columns))]


def letters(
    programme_id: UUID, *, group: str, after: int, work: Work, actor: Actor, today: date, keyring: Keyring, rules: Rules
) -> dict[str, Any]:
    """The next 40 letters of a group, first the selected, then the reserves. Each leaves the mark of a reading.

    `after` counts letters. Each goes to an address, and to the guardian in the place of a child who would not sign. Who has been
    struck off or erased gets none; who lives in a division by now that the actor does not reach is only counted, as `elsewhere`.
    What each is told is `told_of`.
    """
    programme = reached_programme(work, programme_id, actor)
    if programme.status not in ("proposed", "confirmed", "completed"):
        raise WrongStage(S_("名单形成并进入异议期后，才能逐人告知"))
    groups = {each.code: each for each in groups_of(work, programme_id)}
    of_group = select(Candidate).where(
        Candidate.programme_id == programme_id, Candidate.group == group, col(Candidate.state).in_(("listed", "waiting", "consented"))
    )
    in_order = of_group.order_by(col(Candidate.list).desc(), col(Candidate.rank), col(Candidate.id))
    listed = [each.person_id for each in work.select(in_order.offset(after).limit(LETTERS_AT_ONCE))]
    people = _people(listed, work, actor)
    guardian_age = rules("guardian_signature", division=programme.division)
    addressed = _addressed([people[each] for each in listed if each in people], keyring, today, guardian_age)
    work.add(*(mark(each["person_id"], "file", "screening", work, today, actor) for each in addressed))
    is_more = len(listed) == LETTERS_AT_ONCE
    name = groups[group].name if group in groups else group
    told = {"letters": addressed, "elsewhere": len(listed) - len(people), "group": name}
    return told | {"next": after + LETTERS_AT_ONCE if is_more else None}


def _people(person_ids: Sequence[UUID], reader: Reader, actor: Actor) -> dict[UUID, Any]:
    """Where they live and what is sealed of them, in one question; not of those whom the actor does not reach."""
    columns = (Person.id, Person.birth, Household.division, PersonSecret.wrapped_key, PersonSecret.sealed)
    of_them = select(*map(col, columns)).join(PersonSecret, col(PersonSecret.id) == Person.secret_id)
    at_home = of_them.join(Household, col(Household.id) == Person.household_id)
    return {row.id: row for row in reader.rows(at_home.where(col(Person.id).in_(person_ids), within(actor)))}


def _addressed(people: Sequence[Any], keyring: Keyring, today: date, guardian_age: Rule) -> list[dict[str, Any]]:
    """Of those who have not been erased: to whom the letter goes, and where."""
    found = []
    for row in people:
        with suppress(Erased):
            personal = keyring.open(row.id, row.wrapped_key, row.sealed, ("name", "address"))
            to = {"name": personal.get("name", ""), "address": personal.get("address", ""), "division": row.division}
            found.append({"person_id": row.id, "for_guardian": needs_guardian(row.birth, today, guardian_age)} | to)
    return found
