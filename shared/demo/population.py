"""The people of the sample city: invented, consistent, and the same for the same seed.

Births leave a gap on each side of 18 and 60, so every count of the census holds on each day from the reference date of
the planning roster (2015-12-31) to that of the screening (2017-01-01).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Final, NamedTuple

from stdnum.cn.ric import calc_check_digit

from shared.demo.census import HEALTH, Census, Health, HouseholdKind
from shared.divisions import children, name_of, parent

ELDERS = (date(1922, 1, 1), date(1955, 12, 31))
ELDERS_WITH_CHILDREN = (date(1925, 1, 1), date(1942, 12, 31))
ADULTS = (date(1958, 1, 1), date(1997, 12, 30))
PARENTS = (date(1966, 1, 1), date(1979, 12, 31))
PUPILS = (date(2000, 1, 1), date(2008, 9, 30))
MINORS = (date(2000, 1, 1), date(2015, 9, 30))

SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
    "柯"
)
MALE: Final = "建国建军志强伟明国平德胜文斌华林永福家兴长春海涛俊杰宏志浩然子轩宇航思远嘉树泽民兴旺先进启明正茂"
FEMALE: Final = "秀英桂兰玉珍淑芳春梅秋菊丽华美玲小燕冬梅雪莲慧敏佳怡欣妍雨桐梓涵诗琪静雯巧云腊梅金花翠兰"
ILLNESSES: Final = (
    "恶性肿瘤",
    "慢性肾衰竭（透析）",
    "再生障碍性贫血",
    "白血病",
    "器官移植术后抗排异",
    "严重脑损伤后遗症",
    "急性心肌梗死术后",
    "肝硬化失代偿期",
)
ISSUED_IN: Final = ("420202", "420203", "420204", "420205", "420222", "420281")
SCHOOL_YEAR: Final = date(2015, 9, 1)
STAGES: Final = ((15, "高中"), (12, "初中"), (6, "小学"), (3, "学前"))
NEXT_STAGE: Final = {"2009": "小学", "2003": "初中", "2000": "高中", "2012": "学前"}
"""Birth year → stage from September 2016, for those who change."""
VILLAGES_FROM: Final = "200"
"""Third part of a community's code: villages begin here."""
LONE_PARENT: Final = ("离异", "离异", "离异", "丧偶", "丧偶", "服刑", "失联", "强制戒毒")


class RosterRow(NamedTuple):
    """One person as a line of the roster; the names are the column headings."""

    户编号: str
    救助类别: str
    区划代码: str
    实际居住人数: int
    姓名: str
    身份证号: str
    与户主关系: str
    婚姻状况: str
    就读学段: str
    单亲原因: str
    残疾证号: str
    重病病种: str
    联系电话: str
    住址: str


@dataclass(frozen=True, slots=True)
class Population:
    """Both rosters."""

    allowance: list[RosterRow]
    """低保, from which the programme chooses."""
    destitute: list[RosterRow]
    """农村五保, surveyed only."""


def populate(census: Census, seed: int = 2015) -> Population:
    """Make the people of a census."""
    maker = _Maker(Random(seed))
    return Population(
        allowance=[row for code in census.quarters for row in maker.district(code, census)],
        destitute=[row for code in census.quarters for row in maker.destitute(code, census)],
    )


def a_year_later(rows: Sequence[RosterRow], seed: int = 2016) -> list[RosterRow]:
    """The same people as the roster of October 2016 has them: children a school year on, one household in fifty moved next door."""
    random = Random(seed)
    moved = {row.户编号 for row in rows if row.与户主关系 == "本人" and random.random() < 0.02}
    return [
        row._replace(
            就读学段=NEXT_STAGE.get(row.身份证号[6:10], row.就读学段),
            住址=row.住址 + ("（临时住所）" if row.户编号 in moved else ""),
        )
        for row in rows
    ]


class _Resident(NamedTuple):
    """A person before health and address are known."""

    people: str
    relation: str
    born: tuple[date, date]
    is_male: bool
    marital: str = ""
    lone_parent: str = ""


@dataclass(slots=True)
class _Maker:
    random: Random
    numbers: set[str] = field(default_factory=set)
    files: dict[str, int] = field(default_factory=dict)

    def district(self, code: str, census: Census) -> Iterator[RosterRow]:
        """The people on allowance in one district, household by household."""
        quarter = census.quarters[code]
        kinds = [kind for kind, count in quarter.households.items() for _ in range(count)]
        self.random.shuffle(kinds)
        health = {people: self._health(quarter.health[people], quarter.heads(people)) for people in HEALTH}
        rural_left = quarter.rural
        homes = {is_rural: self._homes(code, is_rural=is_rural) for is_rural in (False, True)}
        for kind in kinds:
            is_rural = kind.people <= rural_left
            rural_left -= kind.people if is_rural else 0
            residents = self._residents(kind)
            labels = [health[resident.people].pop() for resident in residents]
            yield from self._household(residents, labels, homes[is_rural], "农村低保" if is_rural else "城市低保")

    def destitute(self, code: str, census: Census) -> Iterator[RosterRow]:
        """The destitute of one district's villages: old, without family, some two of them together."""
        quarter = census.quarters[code]
        homes = self._homes(code, is_rural=True)
        for file in range(quarter.destitute_files):
            is_pair = file < quarter.destitute_pairs
            people = [_Resident("elder", "本人", ELDERS, self.random.random() < 0.7, "未婚")]
            people += [_Resident("elder", "兄弟姐妹", ELDERS, self.random.random() < 0.5, "未婚")] if is_pair else []
            labels = [self.random.choice((("", ""), ("", ""), ("", ""), ("card", ""))) for _ in people]
            yield from self._household(people, labels, homes, "农村五保")

    def _household(
        self, residents: Sequence[_Resident], labels: Sequence[tuple[str, str]], homes: list[str], category: str
    ) -> Iterator[RosterRow]:
        community = self.random.choice(homes)
        number = self._file_number(community)
        address = self._address(community)
        surname = self.random.choice(SURNAMES)
        for resident, (card, illness) in zip(residents, labels, strict=True):
            own_surname = self.random.choice(SURNAMES) if resident.relation == "配偶" else surname
            birth, identity = self._identity(resident.born, is_male=resident.is_male)
            yield RosterRow(
                户编号=number,
                救助类别=category,
                区划代码=community,
                实际居住人数=len(residents),
                姓名=own_surname + self._given_name(is_male=resident.is_male),
                身份证号=identity,
                与户主关系=resident.relation,
                婚姻状况=resident.marital,
                就读学段=_stage(birth) if resident.people in ("pupil", "minor") else "",
                单亲原因=resident.lone_parent,
                残疾证号=identity + self.random.choice("12344567") + self.random.choice("1122333344") if card else "",
                重病病种=self.random.choice(ILLNESSES) if illness else "",
                联系电话="",
                住址=address,
            )

    def _residents(self, kind: HouseholdKind) -> list[_Resident]:
        """Who lives in a household of this kind, the head first."""
        if kind.pupils:
            return self._lone_parent(kind)
        if kind.minors:
            return self._parents(kind)
        if kind.people == 1:
            return [self._alone("elder_alone" if kind.elders else "adult")]
        head_is_male = self.random.random() < 0.6
        if kind.elders == 1:
            return [
                _Resident("elder", "本人", ELDERS_WITH_CHILDREN, head_is_male, "丧偶"),
                self._child("adult", PARENTS, "未婚"),
            ]
        people, born = ("elder", ELDERS) if kind.elders else ("adult", ADULTS)
        if not kind.elders and self.random.random() < 0.3:
            return [_Resident(people, "本人", born, head_is_male, "未婚"), _Resident(people, "兄弟姐妹", born, self._is_male(), "未婚")]
        return [_Resident(people, "本人", born, head_is_male, "已婚"), _Resident(people, "配偶", born, not head_is_male, "已婚")]

    def _alone(self, people: str) -> _Resident:
        marital = self.random.choice(("丧偶", "丧偶", "丧偶", "未婚", "离异") if people == "elder_alone" else ("未婚", "未婚", "离异"))
        return _Resident(people, "本人", ELDERS if people == "elder_alone" else ADULTS, self._is_male(), marital)

    def _lone_parent(self, kind: HouseholdKind) -> list[_Resident]:
        reason = self.random.choice(LONE_PARENT)
        parent = _Resident("adult", "本人", PARENTS, self._is_male(), reason if reason in ("离异", "丧偶") else "已婚")
        return [parent, *(self._child("pupil", PUPILS, "未婚", reason) for _ in range(kind.pupils))]

    def _parents(self, kind: HouseholdKind) -> list[_Resident]:
        head_is_male = self.random.random() < 0.7
        couple = [
            _Resident("adult", "本人", PARENTS, head_is_male, "已婚"),
            _Resident("adult", "配偶", PARENTS, not head_is_male, "已婚"),
        ]
        others = [_Resident("adult", "兄弟姐妹", PARENTS, self._is_male(), "未婚") for _ in range(kind.adults - 2)]
        elders = [_Resident("elder", "父母", ELDERS_WITH_CHILDREN, self._is_male(), "丧偶") for _ in range(kind.elders)]
        return [*couple, *others, *(self._child("minor", MINORS, "未婚") for _ in range(kind.minors)), *elders]

    def _child(self, people: str, born: tuple[date, date], marital: str, lone_parent: str = "") -> _Resident:
        is_male = self._is_male()
        return _Resident(people, "子" if is_male else "女", born, is_male, marital, lone_parent)

    def _is_male(self) -> bool:
        return self.random.random() < 0.52

    def _health(self, health: Health, heads: int) -> list[tuple[str, str]]:
        """(card, illness) of each of the people of a class, in random order."""
        counts = (health.disabled_only, health.ill_only, health.both)
        kinds = (("card", ""), ("", "ill"), ("card", "ill"))
        labels = [kind for kind, count in zip(kinds, counts, strict=True) for _ in range(count)]
        labels += [("", "")] * (heads - len(labels))
        self.random.shuffle(labels)
        return labels

    def _homes(self, district: str, *, is_rural: bool) -> list[str]:
        """Communities of a district: villages (codes from 200) or the others."""
        communities = [community for street in children(district) for community in children(street)]
        return [community for community in communities if (community[9:] >= VILLAGES_FROM) == is_rural]

    def _file_number(self, community: str) -> str:
        """`420202070-2015-000001`: street, year, serial."""
        street = community[:9]
        self.files[street] = self.files.get(street, 0) + 1
        return f"{street}-2015-{self.files[street]:06}"

    def _address(self, community: str) -> str:
        number = self.random.randint
        flat = f"{number(1, 40)}栋{number(1, 4)}单元{number(1, 7)}0{number(1, 4)}室"
        door = flat if community[9:] < VILLAGES_FROM else f"{number(1, 12)}组{number(1, 90)}号"
        return f"黄石市{name_of(parent(parent(community)))}{name_of(community)}{door}"

    def _given_name(self, *, is_male: bool) -> str:
        syllables = MALE if is_male else FEMALE
        return self.random.choice(syllables) + (self.random.choice(syllables) if self.random.random() < 0.75 else "")

    def _identity(self, born: tuple[date, date], *, is_male: bool) -> tuple[date, str]:
        """A birth in the range and an identity number with it that nobody else has."""
        while True:
            birth = born[0] + timedelta(days=self.random.randrange((born[1] - born[0]).days + 1))
            serial = self.random.randrange(500) * 2 + is_male
            body = f"{self.random.choice(ISSUED_IN)}{birth:%Y%m%d}{serial:03}"
            if body not in self.numbers:
                self.numbers.add(body)
                return birth, body + calc_check_digit(body + "0")


def _stage(birth: date) -> str:
    """What a child of that birth attends in the school year that began in September 2015."""
    age = SCHOOL_YEAR.year - birth.year - ((birth.month, birth.day) > (SCHOOL_YEAR.month, SCHOOL_YEAR.day))
    return next((stage for from_age, stage in STAGES if age >= from_age), "")
