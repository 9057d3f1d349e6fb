"""Evaluation as released: each round with its six dimensions, and the rounds side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.disclosure.store import Publication
from shared.web.charts import Scale, scale

LOWEST_SCORE = 60
"""Where the axis of scores begins: below it a contract is not passed (contract, bands)."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """One of the six; None where it is kept back."""

    code: str
    name: str
    weight: int
    score: Decimal | None
    weighted: Decimal | None
    sheets: int


@dataclass(frozen=True, slots=True)
class Round:
    kind: str
    path: str
    scored_on: date
    composite: Decimal | None
    band: str
    dimensions: tuple[Dimension, ...]
    satisfaction: Decimal | None
    sampled: int
    answered: int | None
    scheme_hash: str


@dataclass(frozen=True, slots=True)
class Row:
    """One dimension over the rounds: scores in order, and where they lie on the axis."""

    name: str
    weight: int
    scores: tuple[Decimal | None, ...]
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    rounds: tuple[Round, ...]
    rows: tuple[Row, ...]
    composite: Row
    axis: Scale


def round_view(publication: Publication) -> Round:
    content = publication.content
    return Round(
        kind=content["kind"],
        path=publication.path,
        scored_on=date.fromisoformat(content["scored_on"]),
        composite=_exact(content["composite"]),
        band=content["band"],
        dimensions=tuple(
            Dimension(each["code"], each["name"], each["weight"], _exact(each["score"]), _exact(each["weighted"]), each["sheets"])
            for each in content["dimensions"]
        ),
        satisfaction=_exact(content["satisfaction"]),
        sampled=content["sampled"],
        answered=content["answered"],
        scheme_hash=content["scheme_hash"],
    )


def comparison(rounds: Sequence[Round]) -> Comparison | None:
    """The rounds side by side, by the dimensions of the latest; None before the first."""
    if not rounds:
        return None
    scores = {each.code: tuple(_score(one, each.code) for one in rounds) for each in rounds[-1].dimensions}
    composites = tuple(one.composite for one in rounds)
    known = [score for row in (*scores.values(), composites) for score in row if score is not None]
    axis = scale(known, step=10, low=min(LOWEST_SCORE, int(min(known, default=LOWEST_SCORE)) // 10 * 10), high=100)
    rows = tuple(Row(each.name, each.weight, scores[each.code], _places(scores[each.code], axis)) for each in rounds[-1].dimensions)
    return Comparison(tuple(rounds), rows, Row("", 100, composites, _places(composites, axis)), axis)


def _score(one: Round, code: str) -> Decimal | None:
    return next((each.score for each in one.dimensions if each.code == code), None)


def _places(scores: Sequence[Decimal | None], axis: Scale) -> tuple[str, ...]:
    return tuple(axis.at(score) for score in scores if score is not None)


def _exact(text: str | None) -> Decimal | None:
    return Decimal(text) if text is not None else None
