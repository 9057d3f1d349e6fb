"""Records of one person with the faults of real rosters, and people who only look like one: a labelled set.

Names, numbers and addresses are invented, and the same for the same seed. `Labelled.pairs` has the true answers.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Final, NamedTuple

from stdnum.cn.ric import calc_check_digit

from shared.demo.population import FEMALE, ISSUED_IN, MALE, SURNAMES
from shared.divisions import children, full_name

STREETS: Final = [street for county in children("420200000000") for street in children(county)]
SAME_SOUND: Final = (
    *("建健", "国帼", "军君", "志智", "强墙", "伟玮", "明鸣", "平萍", "文雯", "华骅", "福富", "林琳", "英瑛"),
    *("桂贵", "珍真", "芳方", "梅玫", "丽莉", "美镁", "玲铃", "慧惠", "佳家", "怡仪", "欣新", "雨宇", "静靖"),
)
"""Characters that sound the same, as a clerk writes one for the other."""
SAME_SURNAME: Final = ("肖萧", "付傅", "邱丘", "于余", "程成", "何和", "江姜", "余俞")
LOOKS_ALIKE: Final = ("明朋", "平乎", "建健", "文交", "春舂", "玉王", "海悔", "思恩", "宇字", "良艮")
HEARD_ALIKE: Final = ("志子", "长仓", "林玲", "宏红", "静金", "兰南", "诗思", "英音")
"""Characters that speech along the Yangtze does not tell apart."""
COMMON: Final = ("王伟", "李娜", "张伟", "刘洋", "陈静", "王芳", "李强", "张敏")


class Record(NamedTuple):
    """One person as one roster has them; `person` is the true answer."""

    person: int
    household: str
    roster: int
    division: str
    name: str
    number: str
    phone: str
    address: str


Fault = tuple[str, Callable[[Record], Record]]


@dataclass
class Labelled:
    records: list[Record] = field(default_factory=list)
    faults: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """By place in `records`: what the second record of a person has got wrong in number, name and home."""

    @property
    def pairs(self) -> set[tuple[int, int]]:
        """Places in `records` of two records of one person, the smaller first."""
        first: dict[int, int] = {}
        found = set()
        for place, record in enumerate(self.records):
            if record.person in first:
                found.add((first[record.person], place))
            first.setdefault(record.person, place)
        return found


def labelled(people: int, *, seed: int, twice: float = 0.05) -> Labelled:
    """A city's rosters: of some people a second record, with a fault of the number, and often of name and home too."""
    maker = _Maker(Random(seed))
    found = Labelled(list(maker.first(people)))
    for record in maker.random.sample(found.records, int(people * twice)):
        second = record._replace(roster=1 if maker.random.random() < 0.15 else 2)
        chosen = [
            maker.random.choices(*zip(*kinds, strict=True))[0] for kinds in (maker.numbers_wrong, maker.names_wrong, maker.homes_wrong)
        ]
        for _, change in chosen:
            second = change(second)
        found.faults[len(found.records)] = tuple(what for what, _ in chosen)
        found.records.append(second)
    return found


@dataclass
class _Maker:
    random: Random
    people: int = 0
    numbers: set[str] = field(default_factory=set)

    def first(self, people: int) -> Iterator[Record]:
        while self.people < people:
            yield from self.household()

    def household(self) -> Iterator[Record]:
        """One or two people; every twentieth household has twins, every fiftieth person one of the commonest names."""
        division, address = self.home()
        household, phone, surname = f"{division[:9]}-{self.people:07}", self.phone(), self.random.choice(SURNAMES)
        if self.random.random() < 0.05:
            yield from self.twins(division, address, household, phone, surname)
            return
        for _ in range(self.random.choice((1, 2))):
            name = self.random.choice(COMMON) if self.random.random() < 0.02 else surname + self.given()
            yield self.record(household, division, name, self.number(self.birth()), phone, address)

    def twins(self, division: str, address: str, household: str, phone: str, surname: str) -> Iterator[Record]:
        """Two who share everything but a character of the name and a digit or two of the number."""
        birth, syllables = self.birth(), self.random.choice((MALE, FEMALE))
        shared, *own = self.random.sample(sorted(set(syllables)), 3)
        if self.random.random() < 0.1:
            own = ["怡", "仪"]
        number = self.number(birth)
        for each in own:
            yield self.record(household, division, surname + shared + each, number, phone, address)
            serial = int(number[14:17]) + 2 if number[14:17] < "998" else 2
            number = self.own(number[:14] + f"{serial:03}")

    def record(self, household: str, division: str, name: str, number: str, phone: str, address: str) -> Record:
        self.people += 1
        return Record(self.people, household, 1, division, name, number, phone, address)

    @property
    def numbers_wrong(self) -> list[tuple[Fault, int]]:
        """What became of the number, and how often."""
        return [
            (("15 digits", self.old), 15),
            (("one digit, check digit failing", self.failing), 15),
            (("one digit, check digit put right", self.digit), 15),
            (("two digits swapped", self.swapped), 15),
            (("birth a day off", self.day), 10),
            (("month and day turned", self.turned), 5),
            (("serial of another", self.serial), 10),
            (("county of another", self.county), 10),
            (("wholly another", self.another), 5),
        ]

    @property
    def names_wrong(self) -> list[tuple[Fault, int]]:
        return [
            (("right", lambda record: record), 60),
            (("same sound", lambda record: self.written(record, SAME_SOUND)), 15),
            (("heard alike", lambda record: self.written(record, HEARD_ALIKE)), 8),
            (("looks alike", lambda record: self.written(record, LOOKS_ALIKE)), 7),
            (("a character left out", lambda record: record._replace(name=record.name[:-1]) if len(record.name) > 2 else record), 5),
            (("another given name", lambda record: record._replace(name=record.name[0] + self.given())), 5),
        ]

    @property
    def homes_wrong(self) -> list[tuple[Fault, int]]:
        return [
            (("same household", lambda record: record), 35),
            (("moved", self.moved), 40),
            (("another household number", lambda record: record._replace(household=record.household + "-2")), 25),
        ]

    def digit(self, record: Record) -> Record:
        return self.changed(record, (3, 5, 8, 9, 11, 13, 14, 15, 16))

    def swapped(self, record: Record) -> Record:
        body = record.number[:17]
        swaps = (body[:at] + body[at + 1] + body[at] + body[at + 2 :] for at in range(6, 16) if body[at] != body[at + 1])
        return record._replace(number=self.checked(self.random.choice([each for each in swaps if is_possible(each)])))

    def changed(self, record: Record, places: tuple[int, ...]) -> Record:
        body = record.number[:17]
        faulty = (body[:at] + digit + body[at + 1 :] for at in places for digit in "0123456789" if digit != body[at])
        return record._replace(number=self.checked(self.random.choice([each for each in faulty if is_possible(each)])))

    def failing(self, record: Record) -> Record:
        changed = self.digit(record)
        return changed._replace(number=changed.number[:17] + record.number[17])

    def serial(self, record: Record) -> Record:
        return self.changed(record, (14, 15, 16))

    def day(self, record: Record) -> Record:
        birth = date.fromisoformat(record.number[6:14]) + timedelta(days=self.random.choice((-1, 1)))
        return record._replace(number=self.own(f"{record.number[:6]}{birth:%Y%m%d}{record.number[14:17]}"))

    def turned(self, record: Record) -> Record:
        birth = date.fromisoformat(record.number[6:14])
        turned = (
            f"{birth.year}{birth.day:02}{birth.month:02}" if birth.day <= 12 else f"{birth.year}{birth.month:02}{birth.day % 12 + 1:02}"
        )
        return record._replace(number=self.own(record.number[:6] + turned + record.number[14:17]))

    def old(self, record: Record) -> Record:
        """Only who was born before 2000 ever had one."""
        number = record.number
        return record._replace(number=number[:6] + number[8:17]) if number[6:8] == "19" else self.failing(record)

    def county(self, record: Record) -> Record:
        county = self.random.choice([each for each in ISSUED_IN if each != record.number[:6]])
        return record._replace(number=self.own(county + record.number[6:17]))

    def another(self, record: Record) -> Record:
        """Name and contact alone are left."""
        return record._replace(number=self.number(self.birth()))

    def written(self, record: Record, alike: Sequence[str]) -> Record:
        """One character of the name written as another; a surname too where the sound is the same."""
        surname, given = record.name[0], record.name[1:]
        if alike is SAME_SOUND and self.random.random() < 0.2:
            return record._replace(name=_swapped(surname, SAME_SURNAME) + given)
        return record._replace(name=surname + _swapped(given, alike))

    def moved(self, record: Record) -> Record:
        """To another street; half of them have another telephone there."""
        division, address = self.home()
        phone = record.phone if self.random.random() < 0.5 else self.phone()
        return record._replace(division=division, address=address, phone=phone, household=f"{division[:9]}-M{record.person:06}")

    def home(self) -> tuple[str, str]:
        street, community = self.random.choice(STREETS), self.random.randint(1, 12)
        number = self.random.randint
        door = f"第{community}社区{number(1, 60)}栋{number(1, 4)}单元{number(1, 9)}0{number(1, 4)}室"
        return f"{street[:9]}{community:03}", full_name(street) + door

    def phone(self) -> str:
        return f"138{self.random.randrange(10**8):08}" if self.random.random() < 0.6 else ""

    def given(self) -> str:
        syllables = self.random.choice((MALE, FEMALE))
        return "".join(self.random.choices(syllables, k=self.random.choice((1, 2, 2, 2))))

    def birth(self) -> date:
        return date(1930, 1, 1) + timedelta(days=self.random.randrange(31_000))

    def number(self, birth: date) -> str:
        return self.own(f"{self.random.choice(ISSUED_IN)}{birth:%Y%m%d}{self.random.randrange(1, 999):03}")

    def own(self, body: str) -> str:
        """The body, or the next one that nobody has, with its check digit."""
        while body in self.numbers:
            body = f"{body[:14]}{(int(body[14:]) + 1) % 1000:03}"
        self.numbers.add(body)
        return self.checked(body)

    def checked(self, body: str) -> str:
        return body + calc_check_digit(body + "0")


def _swapped(text: str, alike: Sequence[str]) -> str:
    """The first character that has one alike, written as that."""
    for at, each in enumerate(text):
        for pair in alike:
            if each in pair:
                return text[:at] + pair.replace(each, "") + text[at + 1 :]
    return text


def is_possible(body: str) -> bool:
    """Whether the birth in a number is a day."""
    try:
        return date.fromisoformat(body[6:14]).year <= 2015
    except ValueError:
        return False
