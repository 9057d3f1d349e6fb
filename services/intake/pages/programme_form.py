"""The form of a programme: its terms and its groups, read from what an officer has entered and written back for a change."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from services.intake import labels
from services.intake.domain.cel import LONGEST
from services.intake.domain.group import GroupDefinition
from services.intake.domain.selection import Band, GroupQuota
from services.intake.domain.terms import GroupAsked
from shared.errors import Fault, Malformed, Refusal
from shared.sentences import S_, together
from shared.web.forms import SEVERAL
from shared.web.i18n import L_

OWN_ROWS: Final = 3
"""Rows for groups of one's own; one more than there are, at least so many."""
MOST_ROWS: Final = 20
LIMITS: Final = {"name": 200, "purpose": 1000, "seed": 200, "score": LONGEST, "precedence": LONGEST}
OF_GROUP: Final = {
    "code": 20,
    "name": 40,
    "expression": LONGEST,
    "score": LONGEST,
    "quota": 6,
    "tolerance": 6,
    "reserve": 6,
    "from": 3,
    "to": 3,
    "minimum": 6,
}
"""Fields of a group and the longest text of each; in the form each has the number of its row behind it."""
NUMBERS: Final = {
    "quota": L_("名额"),
    "tolerance": L_("可调整幅度"),
    "reserve": L_("后备人数"),
    "from": L_("年龄起"),
    "to": L_("年龄止"),
    "minimum": L_("最低人数"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the form: a group of a plugin, or one of one's own."""

    number: int
    definition: GroupDefinition | None

    def field(self, name: str) -> str:
        return f"{name}-{self.number}"


def rows_of(definitions: Sequence[GroupDefinition], own: int = 0) -> list[Row]:
    """The groups of the plugins first, then room for one's own."""
    mine = min(max(OWN_ROWS, own + 1), MOST_ROWS)
    return [Row(number, each) for number, each in enumerate((*definitions, *[None] * mine), start=1)]


def given_of(form: Mapping[str, Any], rows: Iterable[Row], categories: Sequence[str]) -> dict[str, str]:
    """What was entered, each text within its length; nothing that the form does not have."""
    names = dict(LIMITS) | dict.fromkeys(("project_id", "survey_id", "division", "reference_on", "top_up_until", "key"), 64)
    names |= {row.field(name): longest for row in rows for name, longest in OF_GROUP.items()}
    given = {name: str(form.get(name, "")).strip()[:longest] for name, longest in names.items()}
    return given | {"category": SEVERAL.join(code for code in categories if code in labels.CATEGORY)}


def filled(programme: Mapping[str, Any], rows: Sequence[Row]) -> dict[str, str]:
    """A programme as its form has it."""
    given = {
        name: str(programme[name]) for name in ("name", "purpose", "seed", "score", "precedence", "project_id", "survey_id", "division")
    }
    given |= {name: programme[name].isoformat() for name in ("reference_on", "top_up_until")}
    given["category"] = SEVERAL.join(programme["categories"])
    free = (row for row in rows if row.definition is None)
    plugins = {row.definition.code: row for row in rows if row.definition is not None}
    for group in programme["groups"]:
        row = next(free) if group["expression"] else plugins.get(group["code"])
        if row is not None:
            given |= {
                row.field(name): str(group[name]) for name in ("code", "name", "expression", "score", "quota", "tolerance", "reserve")
            }
            band = {"from": group["band_from"], "to": group["band_to"], "minimum": group["band_minimum"]}
            given |= {row.field(name): str(value) for name, value in band.items() if value is not None}
    return given


def terms_of(given: Mapping[str, str], rows: Sequence[Row]) -> dict[str, Any]:
    """As the action takes them. Raises Malformed with everything that is wrong."""
    faults: list[Fault] = []
    terms: dict[str, Any] = {name: given[name] for name in LIMITS}
    if not given["name"]:
        faults.append(Fault("name", S_("请填写名称")))
    for name, words in (("project_id", L_("请选择项目")), ("survey_id", L_("请选择调查"))):
        terms[name] = _id(given[name], Fault(name, words), faults)
    terms["reference_on"] = day_of(given, "reference_on", S_("请填写基准日期"), faults)
    terms["top_up_until"] = day_of(given, "top_up_until", S_("请填写递补截止日期"), faults)
    terms["division"] = division_of(given, faults)
    terms["categories"] = [code for code in given["category"].split(SEVERAL) if code]
    terms["groups"] = [asked for _, asked in groups_of(given, rows, faults)]
    if not terms["groups"] and not faults:
        faults.append(Fault("quota-1", S_("至少设一个类别：填写其名额")))
    if faults:
        raise Malformed(together(fault.message for fault in faults), faults=faults)
    return terms


def groups_of(given: Mapping[str, str], rows: Iterable[Row], faults: list[Fault]) -> list[tuple[Row, GroupAsked]]:
    """Every row that was filled in; what cannot be read is added to the faults."""
    found = []
    for row in rows:
        if not given[row.field("quota")] and not (row.definition is None and given[row.field("expression")]):
            continue
        try:
            found.append((row, _group(given, row)))
        except Refusal as refusal:
            faults += refusal.faults or [Fault(row.field("quota"), refusal.message)]
    return found


def day_of(given: Mapping[str, str], name: str, words: str, faults: list[Fault]) -> date | None:
    try:
        return date.fromisoformat(given[name])
    except ValueError:
        faults.append(Fault(name, words))
        return None


def division_of(given: Mapping[str, str], faults: list[Fault]) -> str:
    if not (len(given["division"]) == 12 and given["division"].isdigit()):
        faults.append(Fault("division", S_("请选择地区")))
    return given["division"]


def _group(given: Mapping[str, str], row: Row) -> GroupAsked:
    numbers = {name: _number(given[row.field(name)], row.field(name), words) for name, words in NUMBERS.items()}
    if numbers["quota"] is None:
        raise Malformed(S_("请填写名额"), field=row.field("quota"))
    band = [numbers[name] for name in ("from", "to", "minimum")]
    if any(each is not None for each in band) and None in band:
        raise Malformed(S_("年龄段的起、止和最低人数须一并填写"), field=row.field("minimum"))
    code = row.definition.code if row.definition else given[row.field("code")] or f"Z{row.number}"
    limits = Band(band[0] or 0, band[1] or 0, band[2] or 0) if band[2] is not None else None
    quota = GroupQuota(code, numbers["quota"], numbers["reserve"] or 0, limits)
    own = {} if row.definition else {"name": given[row.field("name")], "expression": given[row.field("expression")]}
    if not row.definition and not (own["name"] and own["expression"]):
        raise Malformed(S_("自定类别须有名称和条件"), field=row.field("expression" if own["name"] else "name"))
    return GroupAsked(quota, score=given[row.field("score")], tolerance=numbers["tolerance"] or 0, **own)


def _number(text: str, field: str, words: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise Malformed(S_("{number}应为整数", number=words), field=field)
    return int(text)


def _id(text: str, fault: Fault, faults: list[Fault]) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        faults.append(fault)
        return None
