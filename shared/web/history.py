"""The record of one thing, as its page shows it: the official acts on it, by whom, on which day, by which rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from shared.http.paging import Page
from shared.http.routes.records import acts_of

if TYPE_CHECKING:
    from shared.access import Actor
    from shared.rules import RuleBook
    from shared.work import Reader

SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """One act. `rules` are citations, as in a document."""

    on: date
    what: str
    who: str
    rules: Sequence[str] = ()


def history(entity: str, id: object, names: Mapping[str, str], book: "RuleBook", *, reader: "Reader", actor: "Actor") -> Sequence[Entry]:
    """The latest acts on a thing, oldest first. `names` says an action in words; `call.find(history, "roster", id, NAMES, rulebook)`."""
    cited = {f"{rule.id}@{rule.version}": rule.citation for rule in book.rows()}
    found = acts_of(entity, str(id), reader=reader, actor=actor, page=Page(None, SHOWN))
    return [
        Entry(act["acted_on"], names.get(act["name"], act["name"]), act["account"], [cited[rule] for rule in act["rules"] if rule in cited])
        for act in found.items
    ]
