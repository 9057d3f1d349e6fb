"""Rules as data with effective dates: a case of 2016 is judged by the law of 2016 (decision 15).

A row of `services/<s>/rules/*.toml`, or of a department's own folder:

    [[rule]]
    id = "open_tender_threshold"
    instrument = "黄石市政府购买服务管理办法（暂行）"
    number = ""
    article = ""
    effective_from = 2015-01-01
    effective_to = 2017-12-31        # last day in force; left out while in force
    region = "420200000000"          # left out: everywhere
    level = "city"
    kind = "hard"                    # hard refuses, soft warns and asks for a reason
    confidence = "F"
    text_zh = "项目预算超过 50 万元的，应当公开招标。"
    source = "S-SEED"
    [rule.params]
    amount_fen = 50_000_000
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib.resources.abc import Traversable
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from tomllib import TOMLDecodeError, loads
from types import MappingProxyType
from typing import Any, Literal, cast

from shared.divisions import UnknownDivision, check_division, contains, level
from shared.errors import RuleRefusal
from shared.sentences import S_

Kind = Literal["hard", "soft"]
Confidence = Literal["F", "F2", "C", "K", "D"]

_REQUIRED = ("id", "instrument", "effective_from", "kind", "confidence", "text_zh", "source")
_OPTIONAL = {"number": str, "article": str, "effective_to": date, "region": str, "level": str, "version": str, "params": dict}
_TYPES = {**dict.fromkeys(_REQUIRED, str), "effective_from": date, **_OPTIONAL}


class RuleMissing(RuleRefusal):
    """No row of the rule is in force on that date in that division. The act cannot be judged, so it is refused."""

    code = "rule-missing"


class RulesFault(ValueError):
    """A rules file cannot be used; the service does not start."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: what an instrument says from a date on, in a region, with its parameters."""

    id: str
    version: str
    """The row's own version, or the date it came into force."""
    instrument: str
    number: str
    article: str
    text_zh: str
    kind: Kind
    confidence: Confidence
    effective_from: date
    effective_to: date | None
    """Last day in force, None while in force."""
    region: str
    """12 digits, or "" for everywhere."""
    level: str
    source: str
    params: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def citation(self) -> str:
        """As it is cited in a document: `政府采购法 第三十五条`."""
        return " ".join(part for part in (self.instrument + self.number, self.article) if part)

    def is_in_force(self, on: date, division: str) -> bool:
        return self.effective_from <= on <= (self.effective_to or date.max) and contains(self.region, division)


class RuleBook:
    """All rows a service knows."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        ordered = sorted(rules, key=attrgetter("id"))
        self._rows = {id: sorted(rows, key=_precedence) for id, rows in groupby(ordered, key=attrgetter("id"))}
        for rows in self._rows.values():
            _refuse_doubles(rows)

    @classmethod
    def load(cls, *folders: Traversable | Path | None) -> "RuleBook":
        """Read every *.toml of the folders; None and folders that do not exist are skipped. Raises RulesFault."""
        present = [folder for folder in folders if folder is not None and folder.is_dir()]
        files = [file for folder in present for file in sorted(folder.iterdir(), key=attrgetter("name")) if file.name.endswith(".toml")]
        return cls(rule for file in files for rule in _read(file))

    def rule(self, id: str, *, on: date, division: str = "") -> Rule:
        """The row of the most specific division, then the latest in force on that date. Raises RuleMissing."""
        for row in self._rows.get(id, ()):
            if row.is_in_force(on, division):
                return row
        raise RuleMissing(S_("{on} 在该地区没有有效的规则「{id}」，无法办理；请联系规则维护人员补充", on=on, id=id), rule=id)

    def rows(self) -> list[Rule]:
        """Every row, by id and precedence; for the page that shows which rules are applied."""
        return [row for rows in self._rows.values() for row in rows]


class Rules:
    """The rules as one unit sees them: of the act's date, and each one asked for is cited in the record of the act."""

    def __init__(self, book: RuleBook, *, on: date, cite: Callable[[Rule], None] | None = None, division: str = "") -> None:
        self._book = book
        self._on = on
        self._cite = cite
        self._division = division

    def __call__(self, id: str, *, division: str | None = None, on: date | None = None) -> Rule:
        """The rule in force `on` that day (the act's unless given). Raises RuleMissing."""
        rule = self._book.rule(id, on=on or self._on, division=self._division if division is None else division)
        if self._cite:
            self._cite(rule)
        return rule

    def cited(self, marks: Iterable[str]) -> list[Rule]:
        """The rows that the record of an act names, as `id@version`; one that was taken out of the rules since is not among them."""
        known = {f"{rule.id}@{rule.version}": rule for rule in self._book.rows()}
        return [known[mark] for mark in marks if mark in known]


def _precedence(row: Rule) -> tuple[int, int]:
    return -level(row.region) if row.region else 0, -row.effective_from.toordinal()


def _refuse_doubles(rows: list[Rule]) -> None:
    seen: set[tuple[str, date]] = set()
    for row in rows:
        if (key := (row.region, row.effective_from)) in seen:
            raise RulesFault(f"规则「{row.id}」在地区「{row.region or '全国'}」自 {row.effective_from} 起有两行，只能保留一行")
        seen.add(key)


def _read(file: Traversable | Path) -> list[Rule]:
    try:
        table = loads(file.read_text(encoding="utf-8"))
    except (TOMLDecodeError, UnicodeDecodeError) as fault:
        raise RulesFault(f"{file}：不是可读的 TOML：{fault}") from fault
    if set(table) - {"rule"} or not isinstance(table.get("rule", []), list):
        raise RulesFault(f"{file}：只能含有 [[rule]] 行，现有 {'、'.join(sorted(table))}")
    rows: list[dict[str, Any]] = table.get("rule", [])
    return [_row(row, f"{file} 第 {number} 行规则（{row.get('id', '无 id')}）") for number, row in enumerate(rows, start=1)]


def _row(row: dict[str, Any], where: str) -> Rule:
    faults = [f"缺少 {name}" for name in _REQUIRED if not row.get(name)]
    faults += [f"不认识的字段 {name}" for name in row if name not in _TYPES]
    faults += [f"{name} 应为 {_TYPES[name].__name__}" for name in row if name in _TYPES and type(row[name]) is not _TYPES[name]]
    faults += [] if faults else _value_faults(row)
    if faults:
        raise RulesFault(f"{where}：{'；'.join(faults)}")
    return Rule(
        id=row["id"],
        version=row.get("version") or row["effective_from"].isoformat(),
        instrument=row["instrument"],
        number=row.get("number", ""),
        article=row.get("article", ""),
        text_zh=row["text_zh"],
        kind=cast(Kind, row["kind"]),
        confidence=cast(Confidence, row["confidence"]),
        effective_from=row["effective_from"],
        effective_to=row.get("effective_to"),
        region=row.get("region", ""),
        level=row.get("level", ""),
        source=row["source"],
        params=MappingProxyType(row.get("params", {})),
    )


def _value_faults(row: dict[str, Any]) -> list[str]:
    faults = []
    if row["kind"] not in ("hard", "soft"):
        faults.append("kind 只能是 hard 或 soft")
    if row["confidence"] not in ("F", "F2", "C", "K", "D"):
        faults.append("confidence 只能是 F、F2、C、K 或 D")
    if row["kind"] == "hard" and row["confidence"] == "K":
        faults.append("未经核实（K）的规则不能是 hard，只能提示并要求说明理由（soft）")
    if row.get("effective_to") and row["effective_to"] < row["effective_from"]:
        faults.append("effective_to 早于 effective_from")
    if row.get("region"):
        try:
            check_division(row["region"])
        except UnknownDivision as fault:
            faults.append(f"region：{fault.message}")
    return faults
