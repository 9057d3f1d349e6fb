"""Rosters as the districts send them: a workbook with Chinese headings."""

from collections.abc import Sequence
from io import BytesIO

from openpyxl import Workbook

from shared.demo.population import RosterRow


def workbook(rows: Sequence[RosterRow], title: str) -> bytes:
    """An xlsx file with one sheet; identity numbers are text, blank cells are left out."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.append(RosterRow._fields)
    for row in rows:
        sheet.append([value or None for value in row])
    content = BytesIO()
    book.save(content)
    return content.getvalue()
