"""What happens to a household (户) over time: who dies, leaves, comes, parts and leads; and how people stood on a day."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal
from uuid import UUID

from services.intake import labels
from services.intake.domain.naming import check_reason, has_number
from services.intake.domain.roster_reading import LONGEST_HOUSEHOLD_NO, division_fault
from shared.divisions import is_known
from shared.errors import Fault, RuleRefusal
from shared.sentences import S_, together

HouseholdActKind = Literal["died", "left", "restored", "relocated", "headed", "split", "joined", "recategorised", "admitted", "founded"]
HEAD: Final = "head"
SPOUSE: Final = "spouse"


class HouseholdActRefused(RuleRefusal):
    code = "household-act-refused"


class ToConfirm(RuleRefusal):
    """Nothing forbids the act, but somebody should look once more before it is kept; said again with `confirmed`, it is done."""

    code = "to-confirm"

    def __init__(self, doubts: Sequence[str], told: Sequence[str] = ()) -> None:
        super().__init__(together(doubts) or S_("请核对后确认"))
        self.doubts = tuple(doubts)
        self.told = tuple(told)


@dataclass(frozen=True, slots=True)
class Basis:
    """The day on which something happened, and by which paper or word it is known."""

    acted_on: date
    reason: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands in the files."""

    household_id: UUID
    relation: str
    status: str
    division: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One act as far as it touched one person."""

    person_id: UUID
    acted_on: date
    before: Standing


def check_basis(basis: Basis, *, names: Collection[str], today: date, latest: date | None) -> None:
    """Raises HouseholdActRefused, or NamesSomebody where it says one of `names`. `latest` is the day of the last act on the household."""
    check_reason(basis.reason, names=names, called=S_("依据"))
    faults = []
    if basis.acted_on > today:
        faults.append(Fault("acted_on", S_("发生日期不能晚于登记日期")))
    if latest is not None and basis.acted_on < latest:
        faults.append(Fault("acted_on", S_("本户已有 {latest} 的变更，不能再登记更早的变更", latest=latest)))
    if not basis.reason.strip():
        faults.append(Fault("reason", S_("请写明依据，如死亡证明、户口迁移证、本人申请")))
    _refuse(faults)


def check_departure(relation: str, *, kind: HouseholdActKind, status: str, others: int) -> None:
    """Whether somebody may be said dead, gone or back. `others` counts who else is present in the household."""
    if kind == "restored":
        if status not in ("died", "moved"):
            raise HouseholdActRefused(S_("该人员没有登记死亡或迁出，不需要更正"), field="person")
    elif status != "present":
        raise HouseholdActRefused(S_("该人员已不在册"), field="person")
    elif relation == HEAD and others:
        raise HouseholdActRefused(S_("该人员是户主且户内还有其他成员，请先变更户主，日期可与本次相同"), field="person")


def check_division(division: str, present: str) -> None:
    """Whether a household may move there."""
    if not is_known(division):
        raise HouseholdActRefused(S_("没有这一区划代码，应为 12 位数字"), field="division")
    if division == present:
        raise HouseholdActRefused(S_("本户已在该地区"), field="division")


def check_lead(relations: Mapping[UUID, str], *, members: Iterable[UUID], head: UUID | None) -> None:
    """A change of head says of each member how they stand to the new one."""
    faults = _faults_of_relations(relations)
    if set(relations) != set(members):
        faults.append(Fault("relations", S_("请填写每名在册成员与新户主的关系")))
    elif head is not None and relations[head] == HEAD:
        faults.append(Fault("relations", S_("新户主就是现户主")))
    _refuse(faults)


def check_split(relations: Mapping[UUID, str], *, members: Iterable[UUID], head: UUID | None, household_no: str, is_taken: bool) -> None:
    """Some members become a household of their own under a head; the old head stays with somebody or alone."""
    faults = _faults_of_relations(relations)
    present = set(members)
    if not set(relations) <= present:
        faults.append(Fault("relations", S_("分出的成员应为本户在册成员")))
    elif set(relations) == present:
        faults.append(Fault("relations", S_("不能分出全部成员；全户迁移请办理“迁移”")))
    if head in relations:
        faults.append(Fault("relations", S_("户主不能分出，请先变更户主")))
    if not household_no.strip():
        faults.append(Fault("household_no", S_("请填写新户编号")))
    faults += faults_of_number(household_no, is_taken=is_taken)
    _refuse(faults)


def faults_of_number(household_no: str, *, is_taken: bool) -> list[Fault]:
    """What is wrong with the number of a new household, by the rules of rosters."""
    if is_taken:
        return [Fault("household_no", S_("该户编号已有档案"))]
    if len(household_no.strip()) > LONGEST_HOUSEHOLD_NO:
        return [Fault("household_no", S_("户编号不超过 {most} 个字符", most=LONGEST_HOUSEHOLD_NO))]
    if has_number(household_no):
        return [Fault("household_no", S_("户编号不得含有身份证号码"))]
    return []


def check_founding(category: str, division: str, household_no: str, *, is_taken: bool, is_reached: bool) -> None:
    """Whether a household may be filed by an act: in a place that the actor reaches, under a number that is free."""
    faults = faults_of_category(category)
    if fault := division_fault(division, ""):
        faults.append(Fault("division", fault))
    elif not is_reached:
        faults.append(Fault("division", S_("该地区不在您的经办范围内")))
    _refuse(faults + faults_of_number(household_no, is_taken=is_taken))


def check_category(category: str, present: str) -> None:
    """Whether a household may be of another category from now on."""
    faults = faults_of_category(category)
    if not faults and category == present:
        faults.append(Fault("category", S_("本户已是这一救助类别")))
    _refuse(faults)


def faults_of_category(category: str) -> list[Fault]:
    if category in labels.CATEGORY:
        return []
    return [Fault("category", S_("救助类别为：{categories}", categories=labels.CATEGORY.values()))]


def doubts_of_relations(relations: Iterable[str]) -> list[str]:
    """What is unlikely in a household of these relations, and no reason to refuse: a roster with two spouses is refused row by row, while
    here somebody looks at the household itself."""
    spouses = list(relations).count(SPOUSE)
    return [S_("登记后本户有 {count} 名“配偶”，一般只有一名；请核对各成员与户主关系", count=spouses)] if spouses > 1 else []


def standing_on(day: date, now: Mapping[UUID, Standing], turns: Iterable[Turn]) -> dict[UUID, Standing]:
    """How people stood at the end of a day. `turns` are all acts on them, in the order in which they were recorded."""
    then = dict(now)
    for turn in reversed(list(turns)):
        if turn.acted_on > day:
            then[turn.person_id] = turn.before
    return then


def living_after(living: int, *, leave: int, stay: int) -> int:
    """How many live there once some have gone: fewer by those, but not fewer than one while somebody stays."""
    return max(living - leave, min(stay, 1))


def _faults_of_relations(relations: Mapping[UUID, str]) -> list[Fault]:
    if not set(relations.values()) <= labels.RELATION.keys():
        return [Fault("relations", S_("关系为：{relations}", relations=labels.RELATION.values()))]
    if list(relations.values()).count(HEAD) != 1:
        return [Fault("relations", S_("应有且只有一名户主（本人）"))]
    return []


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise HouseholdActRefused(together(fault.message for fault in faults), faults=faults)
