"""Where plugins may join evaluation. Plugins get values and return values; they cannot write."""

from fractions import Fraction

from services.evaluation.domain.independence import CommissionFacts, Declaration
from services.evaluation.domain.scores import DimensionSheets, Form, Item
from shared.plugins import hookspec as hookspec_of

__all__ = ["CommissionFacts", "Declaration", "DimensionSheets", "Form", "Fraction", "Item", "objections", "score"]

hookspec = hookspec_of("evaluation")


@hookspec.first
def score(sheets: DimensionSheets) -> Fraction | None:
    """How many points (0 to 100, exact) a dimension gets from its sheets.

    The first answer counts; None leaves the dimension to the next plugin. If nobody answers, the round is not scored.
    """


@hookspec
def objections(commission: CommissionFacts) -> list[str] | None:
    """Why this body may not be commissioned as third party: sentences for people.

    All answers count; an empty list or None means no objection.
    """
