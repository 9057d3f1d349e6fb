"""Households and people leave as a table: without anything that says who they are, or for a purpose with it, logged person by person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlmodel import col

from services.intake import labels
from services.intake.actions.person import Purpose, mark
from services.intake.domain.person import NEEDS, age_band, age_on
from services.intake.domain.roster_more import ENDLESS, causes_of
from services.intake.store import Household, Person, PersonSecret
from services.intake.store.roster import within
from shared.access import Actor
from shared.access.accounts import actor_columns, actor_of
from shared.divisions import level, name_of
from shared.errors import Forbidden, NotFound
from shared.money import Fen, yuan
from shared.personal import Erased, Keyring
from shared.sentences import S_
from shared.work import Reader, Work

CHUNK: Final = 500
STREET_DIGITS: Final = 9
MAY_EXPORT: Final = "officer"
CODED: Final = ("labour", "employment", "health", "education", "medical_insurance", "pension_insurance")
Kind = Literal["households", "persons"]
Row = Mapping[str, Any]


class MayNotExport(Forbidden):
    code = "may-not-export"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be exported. `purpose` is None for a table that says of nobody who it is."""

    kind: Kind
    division: str
    categories: tuple[str, ...]
    on: date
    purpose: Purpose | None = None


def exporter(account: str, *, reader: Reader) -> Actor:
    """The officer in whose name personal data are exported. Raises NotFound, or MayNotExport."""
    accounts = reader.kernel.account.c
    rows = reader.rows(select(*actor_columns(reader.kernel)).where(accounts.account == account, accounts.is_active))
    if not rows:
        raise NotFound(S_("没有账号“{account}”，或账号已停用", account=account))
    actor = actor_of(rows[0])
    if not actor.may(MAY_EXPORT):
        raise MayNotExport(S_("导出个人信息须由业务负责人办理"))
    return actor


def begin_export(export_id: UUID, *, work: Work) -> None:
    """Leave the record of an export that says who people are."""
    work.about("export", export_id)
    work.record_act("export_people")


def export_chunk(
    asked: Asked, after: tuple[str, UUID] | None, *, work: Work, today: date, actor: Actor, keyring: Keyring
) -> tuple[list[Row], tuple[str, UUID] | None]:
    """The next rows, and after which the following ones come; None after the last. Whoever is named is logged as read."""
    conditions: list[Any] = [within(actor)]
    if asked.division:
        conditions.append(col(Household.division).startswith(asked.division[: level(asked.division)], autoescape=True))
    if asked.categories:
        conditions.append(col(Household.category).in_(asked.categories))
    keys = (col(Household.household_no), col(Household.id if asked.kind == "households" else Person.id))
    if after is not None:
        conditions.append(tuple_(*keys) > tuple_(*after))
    if asked.kind == "households":
        found = work.select(select(Household).where(*conditions).order_by(*keys).limit(CHUNK))
        rows: list[Row] = [_household(each, asked) for each in found]
        return rows, (found[-1].household_no, found[-1].id) if len(found) == CHUNK else None
    ids = work.rows(select(*keys).join(Person, col(Person.household_id) == Household.id).where(*conditions).order_by(*keys).limit(CHUNK))
    rows = _people([row[1] for row in ids], asked, work, today, actor, keyring)
    return rows, tuple(ids[-1]) if len(ids) == CHUNK else None


def _people(ids: Sequence[UUID], asked: Asked, work: Work, today: date, actor: Actor, keyring: Keyring) -> list[Row]:
    people = {person.id: person for person in work.select(select(Person).where(col(Person.id).in_(ids)))}
    of = {person.household_id for person in people.values()}
    households = {each.id: each for each in work.select(select(Household).where(col(Household.id).in_(of)))}
    secrets: dict[UUID, PersonSecret] = {}
    if asked.purpose is not None:
        wanted = [person.secret_id for person in people.values()]
        secrets = {each.id: each for each in work.select(select(PersonSecret).where(col(PersonSecret.id).in_(wanted)))}
    rows: list[Row] = []
    for person_id in ids:
        person = people[person_id]
        row = _person(person, asked) | _household(households[person.household_id], asked)
        if asked.purpose is not None:
            row |= _named(person, secrets[person.secret_id], keyring)
            work.add(mark(person_id, "export", asked.purpose, work, today, actor))
        rows.append(row)
    return rows


def _household(household: Household, asked: Asked) -> dict[str, Any]:
    """With its number and community only where the people may be known."""
    division = household.division if asked.purpose else household.division[:STREET_DIGITS].ljust(12, "0")
    number = {"户编号": household.household_no} if asked.purpose else {}
    needs: Sequence[Any] = household.needs or [""] * len(NEEDS)
    return {
        "户": str(household.id),
        **number,
        "救助类别": labels.CATEGORY[household.category],
        "区划代码": division,
        "区划": name_of(division),
        "救助开始日期": _until(household.assistance_from),
        "救助截止日期": _until(household.assistance_to),
        "月保障金额": "" if household.monthly_amount is None else yuan(Fen(household.monthly_amount)).replace(",", ""),
        **({"救助证件编号": household.certificate_no} if asked.purpose else {}),
        "致困原因": "、".join(labels.CAUSE[code] for code in causes_of(household.causes)),
        "实际居住人数": household.living_members,
        "住房": labels.HOUSING.get(household.housing, ""),
        **{f"需求_{labels.NEED[need]}": degree for need, degree in zip(NEEDS, needs, strict=True)},
    }


def _person(person: Person, asked: Asked) -> dict[str, Any]:
    return {
        "人员": str(person.id),
        "与户主关系": labels.RELATION[person.relation],
        "性别": labels.SEX[person.sex],
        "年龄段": age_band(max(0, age_on(person.birth, asked.on))),
        **({"抽签号": person.lot_no, "出生日期": person.birth.isoformat()} if asked.purpose else {}),
        "就读学段": labels.SCHOOLING.get(person.schooling, ""),
        "单亲": "是" if person.has_single_parent else "",
        "残疾类别": person.disability_kind or "",
        "残疾等级": person.disability_level or "",
        "残疾证有效期": _until(person.disability_valid_to),
        "重病": "是" if person.is_seriously_ill else "",
        **{str(labels.FIELD[field]): labels.CODES[field].get(getattr(person, field), "") for field in CODED},
        "状态": {"present": "在册", "moved": "迁出", "died": "死亡", "merged": "已并入"}[person.status],
    }


def _until(day: date | None) -> str:
    return "" if day is None else "长期" if day == ENDLESS else day.isoformat()


def _named(person: Person, secret: PersonSecret, keyring: Keyring) -> dict[str, Any]:
    try:
        personal = keyring.open(person.id, secret.wrapped_key, secret.sealed)
    except Erased:
        personal = {}
    words = {"marital": labels.MARITAL, "single_parent": labels.SINGLE_PARENT}
    fields = {name: words.get(field, {}).get(personal.get(field, ""), personal.get(field, "")) for field, name in labels.PERSONAL.items()}
    return {"姓名": personal.get("name", ""), **fields}
