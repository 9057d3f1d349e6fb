"""The figures of a programme in one piece."""

from typing import Any
from uuid import UUID

from sqlmodel import col

from services.intake.store import ALLOWANCE, Candidate, Household, count_people, counted, counts, groups_of, reached_programme
from shared.access import Actor
from shared.divisions import level
from shared.work import Reader


def report(programme_id: UUID, *, reader: Reader, actor: Actor) -> dict[str, Any]:
    """Population of the programme's area by kind, what the survey reached, and what became of each group."""
    programme = reached_programme(reader, programme_id, actor)
    of_place = col(Household.division).startswith(programme.division[: level(programme.division)])
    people = count_people(programme.reference_on, col(Household.category).in_(ALLOWANCE), of_place, reader=reader)
    surveyed = counts(programme.survey_id, reader=reader)
    lists = counted(reader, programme_id, Candidate.group, Candidate.list)
    moved_up = counted(reader, programme_id, Candidate.group, Candidate.is_replacement)
    return {
        "population": {
            "people": people.people,
            "aged_60_plus": people.aged_60_plus,
            "disabled": people.disabled,
            "minors": people.minors,
            "seriously_ill": people.seriously_ill,
            "surveyed": surveyed["people_verified"],
            "files": surveyed["files_verified"],
        },
        "screening": {
            group.code: {
                "eligible": group.eligible,
                "selected": lists.get((group.code, "selected"), 0),
                "reserve": lists.get((group.code, "reserve"), 0),
                "replaced": moved_up.get((group.code, True), 0),
            }
            for group in groups_of(reader, programme_id)
        },
    }
