"""`qiao intake screen PROGRAMME.json`: the selection with its proof. It reads the store and changes nothing."""

import json
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table

from services.intake.actions import definitions_of, known_flags
from services.intake.actions.screening import Found, screen_by
from services.intake.app import SERVICE
from services.intake.cli.given_file import content_of
from services.intake.cli.programme_file import ProgrammeFile
from services.intake.cli.telling import telling
from services.intake.domain.selection import ALGORITHM, Place
from services.intake.domain.terms import Terms
from shared.plugins import load
from shared.store.migrate import check_schema

OF_SURVEY: Final = "people present, named by a roster of the survey, whose household was visited and verified"
MOST_BYTES: Final = 8 << 20
OF_STORE: Final = "all people present in the store; not limited to a survey, needs count 0 where nobody visited"

console = Console(highlight=False, soft_wrap=True)


def screen(
    programme: Annotated[Path, typer.Argument(help="The programme; its form is docs/programme.schema.json.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the selection with its proof as one JSON object.")] = False,
) -> None:
    """Screen everybody in the store by a programme: who is selected, who waits, and the proof. No name leaves the store."""
    with telling(programme.name or str(programme)):
        told = selection_of(ProgrammeFile.model_validate_json(content_of(programme, most=MOST_BYTES)))
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _show(told)


def selection_of(asked: ProgrammeFile) -> dict[str, Any]:
    """The selection and its proof. Raises SchemaOutdated, or the refusal of a programme that makes no sense."""
    settings = SERVICE.settings()
    hooks = load(SERVICE.name, SERVICE.hooks, enabled=settings.plugins, builtin=SERVICE.plugins, config=settings.plugin_settings)
    terms = asked.terms(definitions_of(hooks), known_flags(hooks))
    store = SERVICE.open_store(settings)
    try:
        check_schema(SERVICE, store)
        found = store.read_now(lambda reader: screen_by(terms, reader=reader, hooks=hooks))
    finally:
        store.engine.dispose()
    return _told(asked, terms, found)


def _told(asked: ProgrammeFile, terms: Terms, found: Found) -> dict[str, Any]:
    places = found.selection.places
    eligible = Counter(code for person in found.people.values() for code in person.groups)
    selected = Counter(place.group for place in places if place.list == "selected")
    return {
        "programme": asked.name,
        "purpose": asked.purpose,
        "reference_on": asked.reference_on.isoformat(),
        "division": asked.division,
        "categories": list(asked.categories),
        "seed": asked.seed,
        "criteria": [group.definition.criterion for group in terms.groups],
        "quotas": {group.definition.code: group.quota.quota for group in terms.groups},
        "adjustments": [each.model_dump() for each in asked.adjustments],
        "eligible": {group.definition.code: eligible[group.definition.code] for group in terms.groups},
        "distinct_eligible": len(found.people),
        "selected": [_place(place) for place in places if place.list == "selected"],
        "reserve": [_place(place) for place in places if place.list == "reserve"],
        "unfilled": {group.definition.code: group.quota.quota - selected[group.definition.code] for group in terms.groups},
        "proof": {
            "programme_hash": asked.hash,
            "inputs_hash": found.selection.inputs_hash,
            "list_hash": found.selection.list_hash,
            "seed": asked.seed,
            "algorithm": ALGORITHM,
            "engine": f"qiao {version('qiao')}",
            "plugins": list(found.decided_by),
            "people": OF_SURVEY if asked.survey_id else OF_STORE,
        },
    }


def _place(place: Place) -> dict[str, Any]:
    return {"person": place.key, "group": place.group, "rank": place.rank, "score": place.score}


def _show(told: dict[str, Any]) -> None:
    """The counts alone: a list of people is for a program, or for the console, where a reading is recorded."""
    table = Table("类别 group", "名额 quota", "符合 eligible", "入选 selected", "后备 reserve", "空缺 unfilled", box=None)
    for code, quota in told["quotas"].items():
        chosen, waiting = (sum(place["group"] == code for place in told[name]) for name in ("selected", "reserve"))
        table.add_row(code, *map(str, (quota, told["eligible"][code], chosen, waiting, told["unfilled"][code])))
    console.print(table)
    for name in ("seed", "inputs_hash", "list_hash", "algorithm", "people"):
        console.print(f"{name}: {told['proof'][name]}", markup=False)
