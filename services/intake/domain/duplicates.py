"""Whether two records may be of one person: what agrees and what differs between them, and how much that tells.

The weighing is that of Fellegi and Sunter (A Theory for Record Linkage, Journal of the American Statistical Association 64, 1969,
1183-1210): each field adds log2(m / u), where m is how often the two records of one person agree so far, and u how often the records of
two people do. The sum, with the odds that any two records are of one person, says how likely it is. Other shares hold for two people of
one household, who share surname, address and telephone, and twins their birth.

Which pairs are looked at is said by blocks: words of which both records must have one, indexed as keyed hashes (`store.search`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from math import log2
from re import compile as pattern
from typing import Any, Final

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from services.intake.domain.search import spoken_forms
from shared.identity import body_of

SHARES: Final[Mapping[str, tuple[float, float]]] = {
    "name_same": (0.85, 1 / 5_000),  # the commonest full name of China has one in some 4,800
    "name_sound": (0.06, 1 / 1_000),
    "name_near": (0.02, 1 / 500),
    "name_part": (0.04, 1 / 250),
    "name_surname": (0.02, 1 / 15),
    "name_other": (0.01, 0.92),
    "birth_same": (0.92, 1 / 25_000),  # days of 70 years
    "birth_close": (0.05, 1 / 1_000),  # some 25 days are one fault away from a day
    "birth_year": (0.01, 1 / 70),
    "birth_other": (0.02, 0.98),
    "serial_same": (0.90, 1 / 1_000),
    "serial_close": (0.06, 1 / 35),
    "serial_other": (0.04, 0.97),
    "county_same": (0.97, 0.30),
    "county_other": (0.03, 0.70),
    "phone_same": (0.70, 1 / 20_000),
    "phone_other": (0.30, 1.0),
    "address_same": (0.70, 1 / 3_000),
    "address_near": (0.10, 1 / 300),
    "address_other": (0.20, 1.0),
}
"""How often the records of one person agree so far, and how often those of two people do. By field, agreement and disagreement."""

SHARES_AT_HOME: Final[Mapping[str, float]] = {
    "name_same": 1 / 100_000,
    "name_sound": 1 / 100,
    "name_near": 1 / 100,
    "name_part": 1 / 10,
    "name_surname": 1 / 2,
    "birth_same": 1 / 100,
    "birth_close": 1 / 500,
    "serial_close": 1 / 3,
    "county_same": 0.95,
    "county_other": 0.05,
}
"""The same of two people of one household: brothers share a character of their names, twins the day and often all but a digit."""

CONTACT: Final = ("phone", "address")
LIKE_NAMES: Final = frozenset({"name_same", "name_sound", "name_near"})
"""Only beside such names do telephone and address tell anything: relatives share them too."""

RECORDS_TWICE: Final = 0.01
"""How many of a hundred records are expected to have a second one."""
ODDS_AT_HOME: Final = 1 / 256
"""Of two records of one household, from different rosters: somebody whose number was put right was filed anew."""
ODDS_LISTED_TOGETHER: Final = 1 / 4_096
"""Of two lines of one household in one roster: who wrote it meant two people."""

SHOWN_FROM: Final = -50
"""Tenths of a bit: from one in thirty that it is one person. Measured by `tests/bench/duplicates.py`."""
LIKELY_FROM: Final = 0
VERY_LIKELY_FROM: Final = 70

_SOUNDS_ALIKE: Final = (("zh", "z"), ("ch", "c"), ("sh", "s"))
"""Initials that are not told apart in speech along the Yangtze."""
_NOT_WORDS: Final = pattern(r"[^0-9A-Za-z\u3400-\u9fff\uf900-\ufaff]+")
_NUMBERS: Final = pattern(r"[0-9]+")
_ALIKE: Final = 60
"""Of 100: as much of the words of two addresses must be alike where their numbers are the same."""


@dataclass(frozen=True, slots=True)
class Description:
    """What two records are compared by; in memory only."""

    name: str
    spoken: frozenset[str]
    near: frozenset[str]
    """The same without what is not told apart in speech."""
    body: str
    """County, birth and serial of the identity number."""
    phone: str
    address: str
    numbers: tuple[str, ...]
    """House, flat and whatever else of the address is a number."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much speaks for one person, in tenths of a bit, and what it is, as codes of `labels.EVIDENCE`."""

    score: int
    evidence: tuple[str, ...]


def describe(personal: Mapping[str, Any], *, place: str = "") -> Description:
    """What a person's sealed fields say. `place` is the name of the division, which begins most addresses."""
    name = str(personal.get("name", ""))
    forms = spoken_forms(name)
    address = str(personal.get("address", "")).removeprefix(place)
    return Description(
        name=name,
        spoken=frozenset("".join(form) for form in forms),
        near=frozenset("".join(map(_as_heard, form)) for form in forms),
        body=body_of(str(personal.get("identity_number", ""))),
        phone="".join(_NUMBERS.findall(str(personal.get("phone", "")))),
        address=_NOT_WORDS.sub("", address),
        numbers=tuple(_NUMBERS.findall(address)),
    )


def blocks_of(known: Description) -> set[str]:
    """What somebody alike has at least one of; each survives another kind of fault."""
    return set(_blocks(known))


def compare(one: Description, other: Description, *, people: int, is_one_household: bool, is_one_roster: bool) -> Likeness:
    """How much speaks for it that two records are of one person, among so many people."""
    name = _name(one, other)
    evidence: tuple[str, ...] = (name, *_number(one, other))
    if name in LIKE_NAMES:
        evidence += (*_phone(one, other), *_address(one, other))
    if is_one_household:
        odds = ODDS_LISTED_TOGETHER if is_one_roster else ODDS_AT_HOME
        counted = [each for each in evidence if not each.startswith(CONTACT)]
        weight = sum(log2(SHARES[each][0] / SHARES_AT_HOME.get(each, SHARES[each][1])) for each in counted)
    else:
        odds = RECORDS_TWICE / max(people, 2)
        weight = sum(_WEIGHTS[each] for each in evidence)
    return Likeness(round(10 * (weight + log2(odds))), evidence)


def likelihood(score: int) -> str:
    """In a word: a code of `labels.LIKELIHOOD`."""
    return "very_likely" if score >= VERY_LIKELY_FROM else "likely" if score >= LIKELY_FROM else "possible"


_WEIGHTS: Final = {name: log2(of_one / of_two) for name, (of_one, of_two) in SHARES.items()}


def _blocks(known: Description) -> Iterator[str]:
    county, birth, serial = _parts(known.body)
    if serial:
        yield f"kn{birth}{serial}"
        for surname in {_as_heard(form[0]) for form in spoken_forms(known.name[:1])}:
            yield f"kb{birth}{surname}"
            yield f"kc{county}{serial}{surname}"
    for near in known.near:
        yield f"ky{birth[:4]}{near}"
        if known.phone:
            yield f"kt{known.phone}{near}"
        if known.numbers:
            yield f"ka{'-'.join(known.numbers)}{near}"


def _parts(body: str) -> tuple[str, str, str]:
    return body[:6], body[6:14], body[14:]


def _as_heard(syllable: str) -> str:
    for exact, heard in _SOUNDS_ALIKE:
        syllable = heard + syllable.removeprefix(exact) if syllable.startswith(exact) else syllable
    syllable = "l" + syllable[1:] if syllable.startswith("n") else syllable
    return syllable[:-1] if syllable.endswith(("ing", "eng")) else syllable


def _name(one: Description, other: Description) -> str:
    if one.name == other.name:
        return "name_same"
    if one.spoken & other.spoken:
        return "name_sound"
    if one.near & other.near or (len(one.name) > 2 and sorted(one.name) == sorted(other.name)):
        return "name_near"
    if one.name[:1] != other.name[:1]:
        return "name_other"
    is_part = max(len(one.name), len(other.name)) > 2 and OSA.distance(one.name, other.name) == 1
    return "name_part" if is_part else "name_surname"


def _number(one: Description, other: Description) -> tuple[str, str, str]:
    """County, birth and serial are judged apart: a fault is mostly in one of them."""
    (county, birth, serial), (county_2, birth_2, serial_2) = _parts(one.body), _parts(other.body)
    same_serial = "serial_same" if serial == serial_2 else "serial_close" if OSA.distance(serial, serial_2) == 1 else "serial_other"
    return _birth(birth, birth_2), same_serial, "county_same" if county == county_2 else "county_other"


def _birth(one: str, other: str) -> str:
    if one == other:
        return "birth_same"
    is_turned = one[:4] == other[:4] and one[4:6] == other[6:] and one[6:] == other[4:6]
    if is_turned or OSA.distance(one, other) == 1 or _days_between(one, other) == 1:
        return "birth_close"
    return "birth_year" if one[:4] == other[:4] else "birth_other"


def _days_between(one: str, other: str) -> int | None:
    try:
        return abs((date.fromisoformat(one) - date.fromisoformat(other)).days)
    except ValueError:
        return None


def _phone(one: Description, other: Description) -> tuple[str, ...]:
    if not one.phone or not other.phone:
        return ()
    return ("phone_same" if one.phone == other.phone else "phone_other",)


def _address(one: Description, other: Description) -> tuple[str, ...]:
    if not one.address or not other.address:
        return ()
    if one.address.endswith(other.address) or other.address.endswith(one.address):  # one of them leaves the city out
        return ("address_same",)
    is_near = one.numbers == other.numbers != () and fuzz.ratio(one.address, other.address) >= _ALIKE
    return ("address_near" if is_near else "address_other",)
