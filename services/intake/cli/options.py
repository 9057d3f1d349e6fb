"""Options that several commands have."""

from shared.divisions import check_division
from shared.errors import Malformed, Refusal


def check_option(division: str) -> None:
    """Raises Malformed for a --division that is none."""
    try:
        check_division(division)
    except Refusal as refusal:
        raise Malformed(f"--division：{refusal.message}", rule=refusal.code) from refusal
