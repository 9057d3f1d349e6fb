"""What a command cannot do is told on the error stream, in Chinese first, with the place and the rule; its status is then 1."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import typer
from pydantic import ValidationError
from rich.console import Console

from shared.errors import Refusal
from shared.http.problems import VALIDATION
from shared.service import SettingMissing
from shared.store.migrate import SchemaOutdated

errors = Console(stderr=True, highlight=False, soft_wrap=True)

BOUNDS: Final = {
    "ge": "不小于 {}", "gt": "大于 {}", "le": "不大于 {}", "lt": "小于 {}", "min_length": "至少 {}", "max_length": "至多 {}",
    "pattern": "须合 {}", "expected": "可用 {}",
}  # fmt: skip
OF_FILES: Final = {
    FileExistsError: ("已存在，不会覆盖 exists and is not overwritten", "file-exists"),
    IsADirectoryError: ("是文件夹，请给出文件 is a directory", "file-kind"),
    FileNotFoundError: ("没有这个文件或文件夹 no such file or directory", "file-missing"),
    NotADirectoryError: ("没有这个文件或文件夹 no such file or directory", "file-missing"),
    PermissionError: ("没有权限 permission denied", "file-permission"),
}


@contextmanager
def telling(about: str = "") -> Iterator[None]:
    """`about` is the file that is read, named before each sentence."""
    try:
        yield
    except (Refusal, ValidationError, OSError, SchemaOutdated, SettingMissing) as error:
        for sentence in sentences(error, about):
            say(sentence)
        raise typer.Exit(1) from error


def say(sentence: str) -> None:
    errors.print(sentence, style="red", markup=False)


def sentences(error: Exception, about: str = "") -> list[str]:
    """One for each fault."""
    head = f"{about}: " if about else ""
    if isinstance(error, ValidationError):
        return [f"{head}{_of_value(fault)}" for fault in error.errors(include_url=False, include_input=False)]
    if isinstance(error, Refusal):
        fault = next(iter(error.faults), None)
        place = " ".join(each for each in (fault.field if fault else "", (fault.rule if fault else "") or error.code) if each)
        return [f"{head}{error.message} [{place}]"]
    if isinstance(error, OSError):
        message, rule = of_file(error)
        return [f"{Path(error.filename) if error.filename else about}: {message} [{rule}]"]
    if isinstance(error, SchemaOutdated):
        return [f"数据库尚未建立，或与本程序的版本不符 [schema] {error}"]
    return [f"缺少设置 [setting] {error}"]


def of_file(error: OSError) -> tuple[str, str]:
    """What the system says of a file, and the rule by name."""
    found = next((told for kind, told in OF_FILES.items() if isinstance(error, kind)), None)
    return found or (f"无法读写 {error.strerror or type(error).__name__}", "file-failed")


def _of_value(fault: Any) -> str:
    """Place, what is wrong, by which rule; never the value."""
    place = ".".join(map(str, fault["loc"]))
    limits = "，".join(text.format(fault["ctx"][name]) for name, text in BOUNDS.items() if name in fault.get("ctx", {}))
    if fault["type"] == "json_invalid":
        limits = str(fault["ctx"]["error"])
    said = "应为一组字段（{…}）" if fault["type"] == "model_type" else VALIDATION.get(fault["type"], "填写不正确")
    return f"{f'{place}：' if place else ''}{said}{f'（{limits}）' if limits else ''} {fault['msg']} [{fault['type']}]"
