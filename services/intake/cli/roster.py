"""`qiao intake import FILE…`: rosters into the store, read and accepted in one go; each row is accounted for."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from services.intake import labels
from services.intake.app import SERVICE
from services.intake.cli.options import check_option
from services.intake.cli.roster_import import COUNTS, Asked, NotImported, import_all
from services.intake.cli.telling import say, telling
from services.intake.domain.columns import COLUMNS
from shared.errors import Malformed

console = Console(highlight=False, soft_wrap=True)


def import_files(
    files: Annotated[list[Path], typer.Argument(help="xlsx, xls or csv (UTF-8 or GB18030).")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the account of all rows as one JSON object.")] = False,
    division: Annotated[str, typer.Option(help="12 digits: nobody outside it is taken, and who has no 区划代码 is there.")] = "",
    category: Annotated[str, typer.Option(help=f"For files without a column for it: {', '.join(labels.CATEGORY)}.")] = "",
    reference_on: Annotated[str, typer.Option(help="YYYY-MM-DD; ages are judged on this day; today.")] = "",
    column: Annotated[list[str] | None, typer.Option(help="FIELD=HEADING, e.g. 身份证号=证件; may be given again.")] = None,
    review: Annotated[bool, typer.Option("--review", help="Leave them to an officer, who accepts them on the console.")] = False,
) -> None:
    """Import rosters. All files are looked at before anything of any is kept; the same file again changes nothing."""
    with telling():
        asked = _asked(division, category, reference_on, column or (), is_accepted=not review)
        try:
            told = import_all(files, asked)
        except NotImported as fault:
            told = fault.told
    for each in told["refused"]:
        say(f"{each['file']}: {each['message']} [{each['rule']}]")
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    elif told["files"]:
        _show(told)
    if not told["is_whole"]:
        raise typer.Exit(1 if told["refused"] else 2)


def _asked(division: str, category: str, reference_on: str, columns: Sequence[str], *, is_accepted: bool) -> Asked:
    """Raises Malformed or UnknownDivision."""
    if division:
        check_option(division)
    if category and category not in labels.CATEGORY:
        raise Malformed(f"--category：没有这种救助类别：{category}；有：{'、'.join(labels.CATEGORY)}")
    chosen = dict(each.partition("=")[::2] for each in columns)
    if unknown := [column for column, heading in chosen.items() if column not in COLUMNS or not heading]:
        raise Malformed(f"--column 应为 栏目=列名，栏目有：{'、'.join(COLUMNS)}；不认识：{'、'.join(unknown)}")
    return Asked(_day(reference_on), division, category, is_accepted, chosen or None)


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written) if written else SERVICE.settings().clock().today()
    except ValueError as fault:
        raise Malformed("--reference-on 应为 YYYY-MM-DD 形式的日期", rule="date") from fault


def _show(told: Mapping[str, Any]) -> None:
    table = Table("file", *COUNTS, "rejected", box=None)
    for each in (*told["files"], {**told, "file": "总计 total"}):
        table.add_row(each["file"], *(f"{each[name]:,}" for name in COUNTS), f"{sum(each['rejected'].values()):,}")
    console.print(table)
    for reason, count in told["rejected"].items():
        console.print(f"{count:,}  {reason}", markup=False)
    for each in told["files"]:
        for column, value in each["assumed"].items():
            console.print(f"{each['file']}: 没有“{column}”列，按：{value}", markup=False)
        for words in _hidden(each["hidden"]):
            console.print(f"{each['file']}: {words}", markup=False)


def _hidden(unseen: Mapping[str, Any]) -> Iterator[str]:
    if unseen.get("rows"):
        more = "……" if unseen["rows"] > len(unseen["where"]) else ""
        yield f"{unseen['rows']} 个隐藏的行已一并读取：{'、'.join(unseen['where'])}{more}"
    if unseen.get("columns"):
        yield f"隐藏的列已一并读取：{'、'.join(unseen['columns'])}"
    if unseen.get("sheets"):
        yield f"隐藏的工作表没有读取：{'、'.join(unseen['sheets'])}"
