"""How long personal data are kept, by class of field, and what an erasure takes away."""

from collections.abc import Mapping
from datetime import date
from typing import Final

CLASSES: Final[Mapping[str, tuple[str, ...]]] = {
    "contact": ("phone", "address"),
    "sensitive": ("illness", "disability_card", "disability_valid_to", "health", "labour", "marital", "single_parent"),
}
"""Classes of fields that may go before the rest; whatever is in none of them goes with the whole person."""
OF_ANSWERS: Final = "sensitive"
"""With which class answers beside the fixed questions of a visit go: they may say anything, also of health."""
WHOLE: Final = "all"
SCOPES: Final = (*CLASSES, WHOLE)


def kept_since(today: date, years: int) -> date:
    """What was last needed on this day or before has been kept long enough."""
    try:
        return today.replace(year=today.year - years)
    except ValueError:  # 29 February
        return date(today.year - years, 2, 28)
