"""Rows of a roster in which nothing is unusual, read column by column; every other row is left to the careful reading.

Most rows of most rosters say what is expected in the words that are expected. What is done to a whole column costs a fraction
of what is done cell by cell. A row with anything else in it (a formula, a word out of no list, a number that does not fit) is
not judged here, so that one place says what is wrong: `roster_reading`. That both say the same of a plain row is held by a test.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import count, repeat
from typing import Any, Final

from services.intake.domain.columns import (
    ADDRESS,
    AGE,
    AT,
    BIRTH,
    CATEGORY,
    DISABILITY_CARD,
    DIVISION,
    HOUSEHOLD_NO,
    IDENTITY,
    ILLNESS,
    LIVING,
    MARITAL,
    NAME,
    PHONE,
    RELATION,
    SCHOOLING,
    SEX,
    SINGLE_PARENT,
    SIZE,
)
from services.intake.domain.dates import day_of
from services.intake.domain.person import age_on
from services.intake.domain.roster_kin import is_likely_kin
from services.intake.domain.roster_line import Run
from services.intake.domain.roster_reading import (
    HEAD,
    LARGEST_HOUSEHOLD,
    LONGEST_HOUSEHOLD_NO,
    LONGEST_NAME,
    LONGEST_TEXT,
    division_fault,
    is_phone,
    may_name_somebody,
    names_somebody,
)
from services.intake.domain.roster_row import NO_MORE, RosterFrame, RosterRow
from services.intake.domain.roster_table import RosterTable
from services.intake.domain.words import CATEGORIES, NOTHING, RELATIONS, SEXES
from services.intake.domain.words import MARITAL as MARITAL_WORDS
from services.intake.domain.words import SCHOOLING as SCHOOLING_WORDS
from services.intake.domain.words import SINGLE_PARENT as SINGLE_PARENT_WORDS
from shared.divisions import level
from shared.identity import DISABILITY_KINDS, IDENTITY_LENGTH, Identity, IdentityFault, check_identity_number

_NOTHING_SAID: Final = dict.fromkeys(("", *NOTHING), "")
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    CATEGORY: CATEGORIES,
    RELATION: RELATIONS,
    MARITAL: _NOTHING_SAID | MARITAL_WORDS,
    SCHOOLING: _NOTHING_SAID | SCHOOLING_WORDS,
    SINGLE_PARENT: _NOTHING_SAID | SINGLE_PARENT_WORDS,
}
_LIVING: Final = {str(many): many for many in range(1, LARGEST_HOUSEHOLD + 1)}
_NO_CARD: Final = ("", 0, 0)
_OF_CARD: Final = {f"{kind}{severity}": (kind, severity) for kind in range(1, len(DISABILITY_KINDS)) for severity in range(1, 5)}
"""What stands in a disability card's number behind that of its holder."""


def plain_rows(run: Run, table: RosterTable, frame: RosterFrame) -> list[RosterRow | None]:
    """The person in each line, without what only few rosters say (`roster_more`); None where it is to be read with care."""
    return _Reading(run, table, frame).rows()


class _Reading:
    """One run, column by column. `_odd` are the places of the lines that are no plain rows."""

    def __init__(self, run: Run, table: RosterTable, frame: RosterFrame) -> None:
        self._run = run
        self._has = table.columns
        self._frame = frame
        self._households = table.households.of_all(run)
        self._odd = {at for marked in (run.numeric, run.formulas) for at, columns in enumerate(marked or ()) if columns}

    def rows(self) -> list[RosterRow | None]:
        identities = self._identities()
        relations = self._relations()
        maritals = self._coded(MARITAL)
        numbers = self._household_numbers()
        cards = self._cards(identities)
        self._hold(identities, relations, maritals)
        fields = zip(
            *(self._run.numbers, repeat(self._run.sheet), numbers, self._head_numbers()),
            *(self._categories(), self._divisions(identities), self._living(), self._names(), identities, relations, maritals),
            *(self._coded(SCHOOLING), self._coded(SINGLE_PARENT), *zip(*cards, strict=True)),
            *(self._free(ILLNESS), self._phones(), self._free(ADDRESS), repeat(()), repeat(NO_MORE)),
            strict=False,  # some columns are endless
        )
        rows: list[RosterRow | None] = list(map(RosterRow._make, fields))
        for at in self._odd:
            rows[at] = None
        return rows

    def _of(self, column: str) -> Sequence[str]:
        return self._run.texts[AT[column]]

    def _agreed(self, column: str, position: int) -> Sequence[str]:
        """What the cell says or, where it says nothing, the household's first row that does."""
        texts = self._of(column)
        if "" not in texts:
            return texts
        return [text or household.agreed[position] for text, household in zip(texts, self._households, strict=True)]

    def _only(self, values: Sequence[Any]) -> Sequence[Any]:
        """Values of which None stands for a cell that is to be read with care."""
        if None in values:
            self._odd.update(at for at, value in enumerate(values) if value is None)
        return values

    def _but(self, odd: Iterable[bool]) -> None:
        self._odd.update(at for at, is_odd in enumerate(odd) if is_odd)

    def _coded(self, column: str) -> Sequence[Any]:
        return self._only(list(map(_WORDS[column].get, self._of(column))))

    def _identities(self) -> Sequence[Any]:
        return self._only([_identity(number, self._frame.reference_on) for number in self._of(IDENTITY)])

    def _names(self) -> Sequence[str]:
        names = self._of(NAME)
        self._but(not (2 <= len(name) <= LONGEST_NAME and name.isalpha()) for name in names)
        return names

    def _household_numbers(self) -> Sequence[str]:
        texts = self._of(HOUSEHOLD_NO)
        if HOUSEHOLD_NO in self._has:
            self._but(not 0 < len(text) <= LONGEST_HOUSEHOLD_NO for text in texts)
            if may_name_somebody("\n".join(texts)):
                self._but(map(names_somebody, texts))
        return texts

    def _head_numbers(self) -> Iterable[str]:
        if HOUSEHOLD_NO in self._has:
            return repeat("")
        return [household or own for household, own in zip(self._run.households, self._of(IDENTITY), strict=True)]

    def _categories(self) -> Sequence[Any]:
        texts = self._agreed(CATEGORY, 0)
        codes = map(CATEGORIES.get, texts)
        return self._only([code or (None if text else self._frame.category or None) for code, text in zip(codes, texts, strict=True)])

    def _divisions(self, identities: Sequence[Any]) -> Iterable[str]:
        frame = self._frame.division
        if DIVISION in self._has:
            texts = self._agreed(DIVISION, 1)
            if any(division_fault(text, frame) for text in set(texts)):
                self._but(bool(division_fault(text, frame)) for text in texts)
            return texts
        return repeat(frame) if level(frame) else [identity.division if identity else "" for identity in identities]

    def _living(self) -> Sequence[Any]:
        texts = self._agreed(LIVING, 2)
        counts = map(_LIVING.get, texts)
        most = LARGEST_HOUSEHOLD
        return self._only(
            [
                count or (None if text else min(household.people, most))
                for count, text, household in zip(counts, texts, self._households, strict=True)
            ]
        )

    def _relations(self) -> Sequence[Any]:
        """In a roster without relations by the position in the household."""
        if RELATION in self._has:
            return self._coded(RELATION)
        beside = zip(self._run.households, self._of(IDENTITY), self._households, count(self._run.position))
        return [HEAD if number == own or place == household.first else "other" for number, own, household, place in beside]

    def _cards(self, identities: Sequence[Any]) -> Sequence[tuple[str, int, int]]:
        texts = self._of(DISABILITY_CARD)
        if not any(texts):
            return [_NO_CARD] * len(texts)
        cards = self._only([_card(text, identity) for text, identity in zip(texts, identities, strict=True)])
        return [card or _NO_CARD for card in cards]

    def _phones(self) -> Sequence[Any]:
        texts = self._of(PHONE)
        if not any(texts):
            return texts
        return self._only([text if not text or is_phone(text) else _NOTHING_SAID.get(text) for text in texts])

    def _free(self, column: str) -> Sequence[str]:
        texts = self._of(column)
        if max(map(len, texts)) > LONGEST_TEXT:
            self._but(len(text) > LONGEST_TEXT for text in texts)
        return texts if NOTHING.isdisjoint(texts) else ["" if text in NOTHING else text for text in texts]

    def _hold(self, identities: Sequence[Any], relations: Sequence[Any], maritals: Sequence[Any]) -> None:
        """Lines against their household and against their identity number."""
        years, has_relations = self._frame.generation, RELATION in self._has
        said = zip(*map(self._of, (CATEGORY, DIVISION, LIVING, SIZE)), strict=True)
        beside = zip(said, self._households, identities, self._of(RELATION), relations, maritals, strict=True)
        self._but(
            identity is None
            or (household.heads != 1 and has_relations)
            or (words != household.agreed and not _agree(words, household.agreed))
            or (household.agreed[3] != "" and not household.people <= _LIVING.get(household.agreed[3], 0))
            or not ((relation == HEAD and not household.spouses) or is_likely_kin(relation, word, marital, household, identity, years))
            for words, household, identity, word, relation, marital in beside
        )
        if not self._has.isdisjoint((SEX, BIRTH, AGE)):
            beside_identity = zip(identities, *map(self._of, (SEX, BIRTH, AGE)), strict=True)
            self._but(not (identity and self._fits(identity, *texts)) for identity, *texts in beside_identity)

    def _fits(self, identity: Identity, sex: str, birth: str, age: str) -> bool:
        if sex and SEXES.get(sex) != identity.sex:
            return False
        if birth and day_of(birth, self._run.days_later) != identity.birth:
            return False
        return not age or (age.isdigit() and abs(int(age) - age_on(identity.birth, self._frame.reference_on)) <= 1)


def _identity(number: str, on: date) -> Identity | None:
    try:
        return check_identity_number(number, on=on)
    except IdentityFault:
        return None


def _agree(words: Sequence[str], agreed: Sequence[str]) -> bool:
    return all(not word or word == first for word, first in zip(words, agreed, strict=True))


def _card(text: str, identity: Identity | None) -> tuple[str, int, int] | None:
    """Number, kind and level; None for a card that is not plainly the holder's."""
    if text in _NOTHING_SAID:
        return _NO_CARD
    said = _OF_CARD.get(text[IDENTITY_LENGTH:])
    return (text, *said) if said and identity and text[:IDENTITY_LENGTH] == identity.number else None
