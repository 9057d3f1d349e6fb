"""A criterion while it is being written: what it may name, and how many people it would admit."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.intake.domain.criterion import FACTS
from services.intake.domain.flag import FlagDefinition, written_out
from services.intake.domain.group import GroupDefinition, written
from services.intake.domain.terms import Terms
from services.intake.store import ALLOWANCE, Fitting, Survey, check_reach, count_fitting
from shared.access import Actor
from shared.plugins import Hooks
from shared.work import Reader


def known_flags(hooks: Hooks) -> list[FlagDefinition]:
    """The flags of all enabled plugins; of two with one code the first stands."""
    found: dict[str, FlagDefinition] = {}
    for answer in hooks.flags():
        for flag in answer:
            found.setdefault(flag.code, flag)
    return list(found.values())


def criterion_facts(hooks: Hooks) -> list[dict[str, Any]]:
    """Name, kind, Chinese words, bounds and codes of everything that a criterion may name, the flags after the facts."""
    facts = [
        {"name": fact.name, "kind": fact.kind, "words": fact.words, "low": fact.low, "high": fact.high, "codes": fact.vocabulary}
        for fact in FACTS.values()
    ]
    flags = [
        {"name": f"flags.{flag.code}", "kind": "truth", "words": flag.name, "definition": flag.definition, "source": flag.source}
        for flag in known_flags(hooks)
    ]
    return facts + flags


def preview(
    expression: str,
    *,
    division: str,
    reference_on: date,
    survey_id: UUID | None,
    categories: Sequence[str],
    reader: Reader,
    actor: Actor,
    hooks: Hooks,
) -> dict[str, Any]:
    """How many people within these terms a criterion admits, and how it reads in Chinese. Nothing is kept."""
    definition = written("", "", written_out(expression, known_flags(hooks)))
    found = count_groups(
        [definition], division=division, reference_on=reference_on, survey_id=survey_id, categories=categories, reader=reader, actor=actor
    )
    return {"people": found.people, "admitted": found.admitted[0], "conditions": [condition.text for condition in definition.conditions]}


def count_groups(
    definitions: Sequence[GroupDefinition],
    *,
    division: str,
    reference_on: date,
    survey_id: UUID | None,
    categories: Sequence[str],
    reader: Reader,
    actor: Actor,
) -> Fitting:
    """How many people within these terms each group admits, and how many they admit together. One question, nothing is kept."""
    check_reach(division, actor)
    if survey_id is not None:
        check_reach(reader.get(Survey, survey_id).division, actor)
    terms = Terms(reference_on, division, list(categories or ALLOWANCE), "", (), survey_id)
    return count_fitting(definitions, terms, reader=reader)
