"""`qiao trace`: the waterfall of a trace in the terminal, read from the file of the trace store, whether that runs or not."""

from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from shared.cli.trace_store import FILE, FOLDER
from shared.settings import ServiceSettings
from shared.traces.spans import TRACE_ID
from shared.traces.store import Summary, TraceReader
from shared.traces.tree import Line, Node, Tree, lines
from shared.traces.view import colour, duration, moment

COLOURS: Final = ("white", "blue", "yellow", "green", "magenta", "red")
LISTED: Final = 20
ID_WIDTH: Final = 32
"""Of a trace id, which is for copying: never cut, however narrow the terminal."""
SPAN_WIDTH: Final = 48

console = Console(highlight=False)


def show_trace(
    trace_id: Annotated[str, typer.Argument(help="32 hexadecimal digits; the latest traces if left out.", show_default=False)] = "",
    at: Annotated[str, typer.Option(help="Begin at this span: the first digits of its id.", show_default=False)] = "",
    data: Annotated[Path | None, typer.Option(help="The data folder, if not QIAO_DATA.", show_default=False)] = None,
) -> None:
    """Show a trace as a waterfall: one act through all services, siblings of one name folded."""
    file = (data or ServiceSettings().data) / FOLDER / FILE
    try:
        reader = TraceReader(file)
    except FileNotFoundError as error:
        _stop(f"没有轨迹库 {file}；先运行 qiao up 或 qiao demo。There is no trace store there; run qiao up or qiao demo first.", error)
    if not trace_id:
        _list(reader.latest(limit=LISTED))
        return
    wanted = trace_id.strip().lower()
    summary = reader.summary(wanted) if TRACE_ID.fullmatch(wanted) else None
    if summary is None or not summary.spans:
        _stop(f"没有这条轨迹：{wanted}。There is no such trace; it may not have arrived yet, or have gone to make room.")
    tree = Tree(reader.spans(wanted))
    focus = tree.find(at.lower()) if at else tree.root
    if focus is None:
        _stop(f"没有唯一以 {at} 开头的跨度。No span, or more than one, begins with {at}.")
    _draw(summary, focus)


def _list(found: list[Summary]) -> None:
    table = Table(
        Column("轨迹 trace", min_width=ID_WIDTH, no_wrap=True), "开始于 began with", "跨度 spans", "用时 took", "时间 at", box=None
    )
    for each in found:
        name = f"{each.service} {each.name}" if each.name else "尚未结束 not ended yet"
        table.add_row(each.id, escape(name), f"{each.spans:,}", duration(each.ended - each.began), moment(each.began))
    console.print(table if found else "还没有轨迹。There are no traces yet.")


def _draw(summary: Summary, focus: Node) -> None:
    console.print(f"[bold]{summary.id}[/] · {moment(summary.began)} · {summary.spans:,} 跨度 spans · {summary.errors} 出错 errors")
    table = Table("做什么 what", "", "用时 took", "跨度 spans", "--at", box=None, pad_edge=False)
    table.columns[0].max_width = SPAN_WIDTH
    table.columns[0].no_wrap, table.columns[0].overflow = True, "ellipsis"
    table.columns[1].no_wrap, table.columns[1].ratio = True, 1
    table.expand = True
    width = max(20, console.width - SPAN_WIDTH - 40)
    for line in lines(focus):
        node = line.node
        name = "尚未结束 not ended yet" if node.is_open else f"[{COLOURS[colour(node.service)]}]{node.service}[/] {escape(node.name)}"
        times = f" [bold]× {len(line.nodes):,}[/]" if line.is_group else ""
        failed = f" [red]{line.errors} ✗[/]" if line.errors else ""
        key = "" if line.is_group else node.id.hex()[:8]
        bar = _bar(line, focus.start, max(focus.last, focus.start + 1), width)
        size = f"{line.size:,}" if line.size > 1 else ""
        table.add_row(f"{'  ' * line.depth}{name}{times}{failed}", bar, duration(line.busy), size, key)
    console.print(table)


def _bar(line: Line, start: int, end: int, width: int) -> str:
    first = min(width - 1, (line.start - start) * width // (end - start))
    length = max(1, min(width - first, (line.end - line.start) * width // (end - start)))
    mark = "░" if line.is_group else "█"
    return f"{' ' * first}[{COLOURS[colour(line.node.service)]}]{mark * length}[/]"


def _stop(sentence: str, cause: Exception | None = None) -> NoReturn:
    Console(stderr=True, highlight=False).print(sentence, style="red", markup=False, soft_wrap=True)
    raise typer.Exit(1) from cause
