"""Spreadsheets as people send them (xlsx, xls, csv), as rows of cells. Nothing in them is evaluated, and no formula's result is trusted."""

from shared.sheets.book import Block, Book, Cell, Formula, NumberedRow, Sheet, SheetUnreadable
from shared.sheets.reading import open_book

__all__ = ["Block", "Book", "Cell", "Formula", "NumberedRow", "Sheet", "SheetUnreadable", "open_book"]
