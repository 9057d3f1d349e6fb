"""A criterion while it is being written: what it may name, and how many people it would admit."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.intake.domain.criterion import FACTS
from services.intake.domain.group import written
from services.intake.domain.terms import Terms
from services.intake.store import ALLOWANCE, Survey, check_reach, count_fitting
from shared.access import Actor
from shared.work import Reader


def criterion_facts() -> list[dict[str, Any]]:
    """Name, kind, Chinese words, bounds and codes of everything that a criterion may name."""
    return [
        {"name": fact.name, "kind": fact.kind, "words": fact.words, "low": fact.low, "high": fact.high, "codes": fact.vocabulary}
        for fact in FACTS.values()
    ]


def preview(
    expression: str,
    *,
    division: str,
    reference_on: date,
    survey_id: UUID | None,
    categories: Sequence[str],
    reader: Reader,
    actor: Actor,
) -> dict[str, Any]:
    """How many people within these terms a criterion admits, and how it reads in Chinese. Nothing is kept."""
    check_reach(division, actor, "地区")
    if survey_id is not None:
        check_reach(reader.get(Survey, survey_id).division, actor, "调查")
    definition = written("", "", expression)
    terms = Terms(reference_on, division, list(categories or ALLOWANCE), "", (), survey_id)
    people, admitted = count_fitting(definition, terms, reader=reader)
    return {"people": people, "admitted": admitted, "conditions": [condition.text for condition in definition.conditions]}
