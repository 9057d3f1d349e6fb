"""The rules that a page gives as its reason (依据), as they stand in the rules of the service."""

from collections.abc import Iterable

from shared.rules import Rule, Rules


def rules_named(ids: Iterable[str], division: str = "", *, rules: Rules) -> dict[str, Rule]:
    """By id, in force in the division on the day of the reader. Raises RuleMissing."""
    return {id: rules(id, division=division) for id in ids}
