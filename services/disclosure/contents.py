"""What a publication says, as it is kept: only what everybody may read, every count already through the filter."""

from datetime import date
from typing import Any

from services.disclosure import store
from services.disclosure.domain.statistics import outcomes, two_ways
from services.disclosure.store import Project, Roster
from shared.events import evaluation, intake
from shared.rules import Rules
from shared.small_cells import Shown, selected, separate, together
from shared.work import Reader

OPEN = "open"
"""The reason of a case that is not closed yet."""


def threshold(rules: Rules, division: str) -> int:
    """The smallest count that is shown."""
    return int(rules("small_cells", division=division).params["threshold"])


def selection(event: intake.SelectionProposed, project: Project, rules: Rules) -> dict[str, Any]:
    """The screening: criteria, proof, and counts by group and place. The list itself stays in intake."""
    small = threshold(rules, project.division)
    codes = [group.code for group in event.groups]
    names = {group["code"]: group["name"] for group in project.groups}
    return {
        **event.model_dump(mode="json", exclude={"groups", "communities", "distinct_eligible"}),
        "groups": [{"code": code, "name": names.get(code, code)} for code in codes],
        "eligible": separate({**{group.code: group.eligible for group in event.groups}, "distinct": event.distinct_eligible}, small).kept(),
        "selected": together({group.code: group.selected for group in event.groups}, small).kept(),
        "reserve": together({group.code: group.reserve for group in event.groups}, small).kept(),
        "places": {
            key: figures.kept()
            for key, figures in selected([(each.division, each.code, each.selected) for each in event.communities], codes, small).items()
        },
    }


def statistics(reader: Reader, project: Project, rules: Rules, day: date) -> dict[str, Any]:
    """What was done under a contract, counted on one day."""
    small, contract_id = threshold(rules, project.division), project.contract_id
    if contract_id is None:
        raise ValueError("statistics are about a contract")
    groups = [group["code"] for group in project.groups]
    by_group = _by_name(store.counts(reader, contract_id, "case"), groups)
    by_reason = _by_name(store.counts(reader, contract_id, "closing"), ())
    if still_open := sum(by_group.values()) - sum(by_reason.values()):
        by_reason[OPEN] = still_open
    cases, closings = two_ways(by_group, by_reason, small)
    sessions, months = two_ways(
        _by_name(store.counts(reader, contract_id, "session"), groups), store.by_month(reader, contract_id, "session"), small
    )
    found = {(kind, *_two(part)): number for (kind, part), number in store.counts(reader, contract_id, "outcome").items()}
    return {
        "counted_on": day.isoformat(),
        "groups": [{"code": group["code"], "name": group["name"]} for group in project.groups],
        "cases": cases.kept(),
        "closings": closings.kept(),
        "sessions": sessions.kept(),
        "months": months.kept(),
        "outcomes": {key: figures.kept() for key, figures in outcomes(found, small).items()},
        "enrolment": separate(project.enrolment, small).kept(),
        "workers": store.total(reader, contract_id, "worker"),
        "activities": store.total(reader, contract_id, "activity"),
        "files_due": project.files_due,
        "files": project.files_verified,
        "people": project.people_surveyed,
    }


def evaluated(event: evaluation.RoundScored, project: Project, rules: Rules) -> dict[str, Any]:
    """A round with its six dimensions. Where fewer than five people answered, what they said is not shown, nor what would tell it."""
    content = event.model_dump(mode="json")
    if 0 < event.answered < threshold(rules, project.division):
        voiced = project.scheme.get("satisfaction_dimension", "D5")
        for dimension in content["dimensions"]:
            if dimension["code"] == voiced:
                dimension["score"] = dimension["weighted"] = None
        content["composite"] = content["satisfaction"] = content["answered"] = None
    return content


def population(roster: Roster, rules: Rules) -> dict[str, Shown]:
    """The people of a roster by kind. Kinds overlap, but each has a rest that must not be small either."""
    small = threshold(rules, roster.division)
    adults = roster.people - roster.aged_60_plus - roster.minors
    ages = together({"aged_60_plus": roster.aged_60_plus, "minors": roster.minors, "adults": adults}, small)
    found = {name: shown for name, shown in ages.counts.items() if name != "adults"}
    for name, number in (("disabled", roster.disabled), ("seriously_ill", roster.seriously_ill)):
        found[name] = together({name: number, "rest": roster.people - number}, small).counts[name]
    return found | {
        "people": ages.total or Shown(None),
        "households": separate({"households": roster.households}, small).counts["households"],
    }


def _two(part: str) -> tuple[str, str]:
    """Detail and group of an outcome."""
    detail, _, group = part.partition("/")
    return detail, group


def _by_name(counts: dict[tuple[str, str], int], names: list[str] | tuple[str, ...]) -> dict[str, int]:
    found = dict.fromkeys(names, 0)
    for (name, _), number in counts.items():
        found[name] = found.get(name, 0) + number
    return found
