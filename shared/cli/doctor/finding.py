"""What a check has found, in Chinese and English, and what to do about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`check` and `about` name what was looked at; `todo` is empty where nothing need be done."""

    check: str
    about: str
    level: Level
    zh: str
    en: str
    todo_zh: str = ""
    todo_en: str = ""


Findings = Iterator[Finding]


def fine(check: str, about: str, zh: str, en: str) -> Finding:
    return Finding(check, about, "ok", zh, en)


def warns(check: str, about: str, said: tuple[str, str], todo: tuple[str, str]) -> Finding:
    return Finding(check, about, "warn", *said, *todo)


def fails(check: str, about: str, said: tuple[str, str], todo: tuple[str, str]) -> Finding:
    return Finding(check, about, "fail", *said, *todo)
