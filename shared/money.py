"""Money is counted in fen (分), as whole numbers; yuan exist only where people read."""

from decimal import Decimal
from typing import NewType

Fen = NewType("Fen", int)

FEN_PER_YUAN = 100


def yuan(amount: Fen) -> str:
    """The amount as people write it: `680,000` or `1,234.50` yuan, no trailing `.00`."""
    whole, rest = divmod(abs(amount), FEN_PER_YUAN)
    sign = "-" if amount < 0 else ""
    return f"{sign}{whole:,}" + (f".{rest:02d}" if rest else "")


def fen(amount_in_yuan: Decimal | int | str) -> Fen:
    """Whole fen of an amount in yuan. Raises ValueError for a fraction of a fen."""
    exact = Decimal(amount_in_yuan) * FEN_PER_YUAN
    if exact != exact.to_integral_value():
        raise ValueError(f"金额不能精确到分以下：{amount_in_yuan}")
    return Fen(int(exact))
