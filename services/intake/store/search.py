"""The index by which people are found: keyed hashes of their words, never the words (docs/decisions).

A row says that somebody in a division has a word that hashes to a number. It is made when a roster is accepted or a file changed,
and can be made anew at any time from what is sealed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import product
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, LargeBinary, and_, delete, exists, false, func, or_, select, true
from sqlalchemy.orm import aliased
from sqlmodel import Field, col

from services.intake.domain.duplicates import blocks_of, describe
from services.intake.domain.search import Part, parts_of, words_of
from services.intake.store.person import Household, Person
from services.intake.store.table import Table
from shared.access import EVERYWHERE, Actor
from shared.divisions import contains, level
from shared.personal import Keyring
from shared.store.types import CompactUuid
from shared.work import Reader, Work

PURPOSE: Final = "search words"
TOKEN_BYTES: Final = 8
MOST_LOOKED_THROUGH: Final = 20_000
"""Of the rarest word of a query; a query whose every word is commoner asks too little to be answered whole."""
COUNTED_UP_TO: Final = 2_000


class SearchWord(Table, table=True):
    """Who has a word, by the word's keyed hash; clustered by it, so that a search reads one place of the file per word."""

    __tablename__ = "search_word"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy reads it as it is
    token: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    division: int = Field(sa_type=BigInteger, primary_key=True)
    person_id: UUID = Field(sa_type=CompactUuid, primary_key=True)


class SearchEntry(Table, table=True):
    """Which rows of the index are somebody's: to take them out again."""

    __tablename__ = "search_entry"
    person_id: UUID = Field(primary_key=True)
    division: int = Field(sa_type=BigInteger)
    tokens: bytes = Field(sa_type=LargeBinary)


@dataclass(frozen=True, slots=True)
class Hits:
    """Who was found. `is_partial`: the words are so common that not everybody was looked at."""

    person_ids: list[UUID]
    is_partial: bool


class Hashing:
    """Words to numbers, under a key of its own."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.token = lru_cache(maxsize=65_536)(self._token)

    def _token(self, word: str) -> int:
        return int.from_bytes(blake2b(word.encode(), digest_size=TOKEN_BYTES, key=self._key).digest(), "big", signed=True)


@lru_cache(maxsize=4)
def hashing(key: bytes) -> Hashing:
    return Hashing(key)


def index_person(
    person_id: UUID, division: str, personal: dict[str, Any], place: str, keyring: Keyring
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The entry and the rows of one person: what the person is searched by, and by what somebody alike is found."""
    token = hashing(keyring.derive(PURPOSE)).token
    words = words_of(personal, place=place) | blocks_of(describe(personal, place=place))
    tokens = sorted({token(word) for word in words})
    packed = b"".join(each.to_bytes(TOKEN_BYTES, "big", signed=True) for each in tokens)
    at = int(division)
    return (
        {"person_id": person_id, "division": at, "tokens": packed},
        [{"token": each, "division": at, "person_id": person_id} for each in tokens],
    )


def forget_words(person_ids: Sequence[UUID], work: Work) -> None:
    """Take people out of the index."""
    for entry in work.select(select(SearchEntry).where(col(SearchEntry.person_id).in_(person_ids))):
        tokens = [
            int.from_bytes(entry.tokens[at : at + TOKEN_BYTES], "big", signed=True) for at in range(0, len(entry.tokens), TOKEN_BYTES)
        ]
        theirs = (col(SearchWord.division) == entry.division, col(SearchWord.person_id) == entry.person_id)
        work.execute(delete(SearchWord).where(col(SearchWord.token).in_(tokens), *theirs))
    work.execute(delete(SearchEntry).where(col(SearchEntry.person_id).in_(person_ids)))


def search(text: str, *, reader: Reader, actor: Actor, keyring: Keyring, division: str = "", most: int) -> Hits:
    """People of the actor's divisions who fit every word of a query. Raises NothingToSearch."""
    ranges = _ranges(actor, division)
    parts = parts_of(text)
    found: dict[UUID, None] = {}
    is_partial = False
    for meant in product(*(_ways(part) for part in parts)):
        if len(found) > most:
            break
        words = [word for way in meant if isinstance(way, tuple) for word in way]
        limits = [limit for way in meant if not isinstance(way, tuple) for limit in _limits(way, ranges, reader, keyring)]
        ids, cut = _fitting(words, limits, ranges, reader, keyring, most + 1)
        found |= dict.fromkeys(ids)
        is_partial = is_partial or cut
    return Hits(list(found)[:most], is_partial or len(found) > most)


def _ways(part: Part) -> list[tuple[str, ...] | Part]:
    """In which ways a part may be met: by words of the index, or by a number that stands in a column."""
    by_column: list[tuple[str, ...] | Part] = [part] if part.identity or part.number else []
    return by_column + list(part.alternatives)


def _limits(part: Part, ranges: Sequence[tuple[int, int]], reader: Reader, keyring: Keyring) -> list[ColumnElement[bool]]:
    if part.identity:
        return [col(Person.identity_key).in_(keyring.search_hashes(part.identity))]
    below = part.number[:-1] + chr(ord(part.number[-1]) + 1)
    return [col(Household.household_no) >= part.number, col(Household.household_no) < below]


def _fitting(
    words: Sequence[str],
    limits: Sequence[ColumnElement[bool]],
    ranges: Sequence[tuple[int, int]],
    reader: Reader,
    keyring: Keyring,
    most: int,
) -> tuple[list[UUID], bool]:
    of_person = select(col(Person.id)).join(Household, col(Household.id) == Person.household_id).where(_in_ranges_text(ranges), *limits)
    if not words:
        return [row[0] for row in reader.rows(of_person.order_by(col(Household.household_no), col(Person.id)).limit(most))], False
    ids: list[UUID] = []
    is_cut = False
    for key in keyring.derived(PURPOSE):  # while the key is being changed, people are indexed under either
        token = hashing(key).token
        tokens = sorted({token(word) for word in words}, key=lambda each: _frequency(each, ranges, reader))
        more, cut = _with_all(tokens, ranges, reader, most if not limits else MOST_LOOKED_THROUGH)
        ids, is_cut = list(dict.fromkeys(ids + more)), is_cut or cut
    if not ids:
        return [], is_cut
    # the index says where somebody was when it was made; only where they are now counts
    allowed = {row[0] for row in reader.rows(of_person.where(col(Person.id).in_(ids)))}
    return [each for each in ids if each in allowed][:most], is_cut


def _with_all(tokens: Sequence[int], ranges: Sequence[tuple[int, int]], reader: Reader, most: int) -> tuple[list[UUID], bool]:
    """Who has all of these, the rarest looked through and the others looked up."""
    rarest, *others = tokens
    row = aliased(SearchWord)
    looked = select(col(row.division), col(row.person_id)).where(col(row.token) == rarest, _in_ranges(col(row.division), ranges))
    through = looked.limit(MOST_LOOKED_THROUGH).subquery()
    conditions = []
    for each in others:
        other = aliased(SearchWord)
        same = and_(col(other.division) == through.c.division, col(other.person_id) == through.c.person_id)
        conditions.append(exists(select(col(other.token)).where(col(other.token) == each, same)))
    found = reader.rows(select(through.c.person_id).where(*conditions).limit(most))
    is_cut = len(found) < most and _frequency(rarest, ranges, reader, up_to=MOST_LOOKED_THROUGH) >= MOST_LOOKED_THROUGH
    return [each[0] for each in found], is_cut


def _frequency(token: int, ranges: Sequence[tuple[int, int]], reader: Reader, *, up_to: int = COUNTED_UP_TO) -> int:
    """How many have it, counted no further than `up_to`."""
    row = select(col(SearchWord.person_id)).where(col(SearchWord.token) == token, _in_ranges(col(SearchWord.division), ranges))
    return int(reader.scalar(select(func.count()).select_from(row.limit(up_to).subquery())))


def _ranges(actor: Actor, division: str) -> list[tuple[int, int]]:
    """Where to look: the actor's divisions, or the part of them that lies in the one asked for."""
    own = [EVERYWHERE] if actor.reaches(EVERYWHERE) else list(actor.divisions)
    asked = division or EVERYWHERE
    kept = {asked if contains(code, asked) else code for code in own if contains(code, asked) or contains(asked, code)}
    return [_range(code) for code in sorted(kept)]


def _range(code: str) -> tuple[int, int]:
    kept = code[: level(code)]
    return int(kept.ljust(12, "0")), int(kept.ljust(12, "9"))


def _in_ranges(column: Any, ranges: Iterable[tuple[int, int]]) -> ColumnElement[bool]:
    return or_(false(), *(column.between(low, high) for low, high in ranges))


def _in_ranges_text(ranges: Sequence[tuple[int, int]]) -> ColumnElement[bool]:
    column = col(Household.division)
    if ranges == [_range(EVERYWHERE)]:
        return true()
    return or_(false(), *(column.between(f"{low:012d}", f"{high:012d}") for low, high in ranges))
