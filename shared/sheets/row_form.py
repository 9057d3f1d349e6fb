"""One pattern for whole rows of a sheet: the program that wrote it put every cell of a column down in the same way.

Reading a row in one go costs a quarter of reading it cell by cell. A row of any other form is not recognised, and its cells are
read one by one: recognising a row never says anything that its cells do not say.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

LOOKED_AT: Final = 200
"""Rows from which the form is learnt."""
_WRITTEN: Final = {
    "inlineStr": r' t="inlineStr"><is><t(?: xml:space="preserve")?+>([^<]++)</t></is></c>',
    "str": r' t="str"><v>([^<]++)</v></c>',
    "s": r' t="s"><v>([0-9]++)</v></c>',
    "n": r' t="n"><v>([^<]++)</v></c>',
    "": r"><v>([^<]++)</v></c>",
}
"""What follows the address and the style of a cell, by its kind."""
_CELL: Final = re.compile(r'<c r="([A-Z]{1,3})\d+"(?: s="\d+")?(?: t="(\w+)")?>')


class RowForm:
    """How each column of a sheet is written, as its first rows show."""

    def __init__(self, rows: Sequence[str], letters: Sequence[str]) -> None:
        """`letters` are the columns that may be recognised, in their order."""
        seen: dict[str, Counter[str]] = {}
        for row in rows:
            for name, kind in _CELL.findall(row):
                if kind in _WRITTEN:
                    seen.setdefault(name, Counter())[kind] += 1
        width = max((at for at, name in enumerate(letters, start=1) if name in seen), default=0)
        everywhere: Counter[str] = sum(seen.values(), Counter())
        self.kinds = [seen.get(name, everywhere).most_common(1)[0][0] for name in letters[:width]]
        cells = (
            rf'(?:<c r="{name}[0-9]++"(?: s="[0-9]++")?+(?: ?+/>|{_WRITTEN[kind]}))?+'
            for name, kind in zip(letters, self.kinds, strict=False)
        )
        pattern = rf'<row r="([0-9]++)"[^>]*+>{"".join(cells)}'
        self.find = re.compile(f"{pattern}</row>").findall if width else _nothing
        """Of each such row in a text its number and what each cell holds, "" for nothing.

        Rows of another form are passed over, which their count shows. What a cell holds may have escaped characters (`&`) in it: it takes
        half the time again to look for them here.
        """

    def at(self, *kinds: str) -> tuple[int, ...]:
        """Positions of the columns of these kinds."""
        return tuple(at for at, kind in enumerate(self.kinds) if kind in kinds)


def _nothing(*_: object) -> list[Sequence[str]]:
    return []
