"""The households of a roster, and what can only be judged over all of its rows: how many heads each has, and who comes twice.

Households come as runs of rows, nearly always one each, and a run needs some forty bytes: of its number only the hash is kept, since
the rows bring the number again. A roster of a million rows thus fits into memory; one that has certificates or amounts for every household
needs some three hundred bytes more for each. Hashes have 64 bits and differ from process to
process: that two of a million numbers share one happens once in some forty million such rosters.
"""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from itertools import chain, pairwise, repeat
from operator import itemgetter
from typing import Any, Final, NamedTuple, Self

from services.intake.domain.columns import AT, CATEGORY, DIVISION, IDENTITY, LIVING, MARITAL, RELATION, SIZE
from services.intake.domain.roster_line import Line, Run
from services.intake.domain.words import MARITAL as MARITAL_WORDS
from services.intake.domain.words import RELATIONS
from shared.identity import IDENTITY_LENGTH

_IDENTITY, _RELATION, _MARITAL = AT[IDENTITY], AT[RELATION], AT[MARITAL]
_AGREED: Final = (AT[CATEGORY], AT[DIVISION], AT[LIVING], AT[SIZE])


Agreed = tuple[str, str, str, str]
"""Category, division, how many live there, and how many there are."""
NOTHING_SAID: Final[Agreed] = ("", "", "", "")
_OF_EVERY: Final = len(NOTHING_SAID)
_STATES: Final = ("", *dict.fromkeys(MARITAL_WORDS.values()))
"""Codes of marital states by the byte that stands for them."""
_STATE_OF: Final = {word: _STATES.index(code) for word, code in MARITAL_WORDS.items()}
_HEAD, _SPOUSE = 1, 2
FEW: Final = 100_000
_ROLE_OF: Final = {word: _HEAD if code == "head" else _SPOUSE for word, code in RELATIONS.items() if code in ("head", "spouse")}


class Household(NamedTuple):
    """What the rows of one household must agree on: the first words given, how many heads it has, and how many people."""

    first: int
    """Position of its first line."""
    first_row: int
    """And the number of that row in its sheet."""
    agreed: Agreed
    people: int
    heads: int
    spouses: int = 0
    head_birth: int = 0
    """As a number (19560301), so that births are told apart by years without a date; 0: not known."""
    head_marital: str = ""
    """A code of `labels.MARITAL`, "" where the row of the head says nothing."""
    more: tuple[str, ...] = ()
    """The first words given in the columns of households that few rosters have."""


class Households:
    """Filled in the order of the lines, then asked in that order. `more` are the places of the columns of households that few rosters have;
    of the one at `gathered` what every row says counts, not what the first one says."""

    def __init__(self, more: Sequence[int] = (), gathered: int | None = None) -> None:
        self._agreed_on = itemgetter(*_AGREED, *more)
        at = len(_AGREED) + more.index(gathered) if gathered in more else -1
        self._first_said: Callable[[Any, Any], Any] = partial(_first_said_of_all, gathered=at) if more else _first_said
        self.repeated: Collection[int] = frozenset()
        """Hashes of identity numbers that come more than once."""
        self._identities = array("q")
        self._roles = bytearray()
        """Of each line: the head, a spouse, or neither."""
        self._numbers = array("q")
        self._firsts = array("I")
        self._first_rows = array("I")
        self._people = array("I")
        self._heads = array("I")
        self._spouses = array("I")
        self._head_births = array("I")
        self._head_states = bytearray()
        self._agreed = array("I")
        self._said: dict[Any, int] = {}
        self._in_order: list[Any] = []
        self._joined: dict[int, list[int]] = {}
        self._number: str | None = None
        self._last: tuple[int, int, Household] = (0, 0, Household(0, 0, NOTHING_SAID, 0, 0))

    def add(self, following: Run) -> None:
        """The next lines of the roster."""
        run = _Columns.of(following, self._agreed_on)
        beside = zip(run.numbers, chain((self._number,), run.numbers), strict=False)
        begins = [at for at, (number, before) in enumerate(beside) if number != before]
        if begins[:1] != [0]:
            self._go_on(run, begins[0] if begins else len(following))
        spans = list(pairwise((*begins, len(following))))
        self._number = run.numbers[-1]
        self._numbers.extend([hash(run.numbers[at]) for at in begins])
        self._firsts.extend([following.position + at for at in begins])
        self._first_rows.extend([following.numbers[at] for at in begins])
        self._people.extend([end - begin for begin, end in spans])
        self._heads.extend([run.roles.count(_HEAD, begin, end) for begin, end in spans])
        self._spouses.extend([run.roles.count(_SPOUSE, begin, end) for begin, end in spans])
        heads = [run.head(begin, end) for begin, end in spans]
        self._head_births.extend([birth for birth, _ in heads])
        self._head_states.extend([state for _, state in heads])
        self._agreed.extend([self._place_of(run.said(begin, end, self._first_said)) for begin, end in spans])
        self._roles += run.roles
        self._identities.extend(map(hash, run.identities))

    def _go_on(self, run: "_Columns", end: int) -> None:
        """The lines before `end` are of the household that came last."""
        self._people[-1] += end
        self._heads[-1] += run.roles.count(_HEAD, 0, end)
        self._spouses[-1] += run.roles.count(_SPOUSE, 0, end)
        birth, state = run.head(0, end)
        self._head_births[-1] = self._head_births[-1] or birth
        self._head_states[-1] = self._head_states[-1] or state
        said = self._in_order[self._agreed[-1]]
        self._agreed[-1] = self._place_of(self._first_said(said, run.said(0, end, self._first_said)))

    def _place_of(self, said: Any) -> int:
        """Few households say anything that none before has said."""
        place = self._said.setdefault(said, len(self._in_order))
        if place == len(self._in_order):
            self._in_order.append(said)
        return place

    def finish(self) -> None:
        """After the last line: whoever comes twice is counted once, and runs of one household are joined."""
        self.repeated = _repeated(self._identities)
        seen: set[int] = set()
        for position in _places(self._identities, self.repeated):
            identity = self._identities[position]
            if identity and identity in seen:
                run = bisect_right(self._firsts, position) - 1
                self._people[run] -= 1
                self._heads[run] -= self._roles[position] == _HEAD
                self._spouses[run] -= self._roles[position] == _SPOUSE
            seen.add(identity)
        runs: dict[int, list[int]] = {}
        for run in _places(self._numbers, _repeated(self._numbers)):
            runs.setdefault(self._numbers[run], []).append(run)
        self._joined = {run: together for together in runs.values() for run in together}
        self._identities, self._roles, self._numbers = array("q"), bytearray(), array("q")

    def of_all(self, run: Run) -> list[Household]:
        """The household of each line."""
        first, behind = run.position, run.position + len(run)
        begin, end = bisect_right(self._firsts, first) - 1, bisect_right(self._firsts, behind - 1)
        places = (first, *self._firsts[begin + 1 : end], behind)
        found = map(self._of_run, range(begin, end))
        return list(chain.from_iterable(map(repeat, found, (one - before for before, one in pairwise(places)))))

    def _of_run(self, run: int) -> Household:
        return self._household(self._joined.get(run) or (run,))

    def of(self, line: Line) -> Household:
        """The household of a line."""
        begin, end, household = self._last
        if not begin <= line.position < end:
            run = bisect_right(self._firsts, line.position) - 1
            end = self._firsts[run + 1] if run + 1 < len(self._firsts) else line.position + 1
            household = self._of_run(run)
            self._last = (self._firsts[run], end, household)
        return household

    def headless(self, lines: Callable[[], Iterable[Line]]) -> dict[str, int]:
        """Households in which nobody is the head, by number, and where they begin."""
        if all(self._heads):
            return {}
        return {line.household: household.first for line in lines() if not (household := self.of(line)).heads}

    def head_is_known(self, first: int, birth: date) -> None:
        """The household that begins at this position has its head elsewhere."""
        run = bisect_right(self._firsts, first) - 1
        self._heads[run], self._head_births[run] = 1, _number_of(birth)
        self._last = (0, 0, self._last[2])

    def _household(self, runs: Sequence[int]) -> Household:
        run = runs[0]
        if len(runs) == 1:  # nearly always
            place, agreed = (self._firsts[run], self._first_rows[run]), self._in_order[self._agreed[run]]
            counts = (self._people[run], self._heads[run], self._spouses[run], self._head_births[run])
            return Household(*place, agreed[:_OF_EVERY], *counts, _STATES[self._head_states[run]], agreed[_OF_EVERY:])
        agreed = self._in_order[self._agreed[runs[0]]]
        for run in runs[1:]:
            agreed = self._first_said(agreed, self._in_order[self._agreed[run]])
        people, heads = sum(self._people[run] for run in runs), sum(self._heads[run] for run in runs)
        spouses = sum(self._spouses[run] for run in runs)
        birth = next((self._head_births[run] for run in runs if self._head_births[run]), 0)
        state = next((self._head_states[run] for run in runs if self._head_states[run]), 0)
        place = (self._firsts[runs[0]], self._first_rows[runs[0]])
        more = agreed[_OF_EVERY:]
        return Household(*place, agreed[:_OF_EVERY], people, heads, spouses, birth, _STATES[state], more)


class _Columns(NamedTuple):
    """What counts here of lines that follow one another."""

    numbers: Sequence[str]
    """Of their households."""
    roles: bytes
    identities: Sequence[str]
    states: Sequence[str]
    words: Sequence[Any]

    @classmethod
    def of(cls, run: Run, agreed_on: Callable[[Any], Any]) -> Self:
        columns = run.texts
        roles = bytes(map(_ROLE_OF.get, columns[_RELATION], repeat(0)))
        words = list(zip(*agreed_on(columns), strict=True))
        return cls(run.households, roles, columns[_IDENTITY], columns[_MARITAL], words)

    def head(self, begin: int, end: int) -> tuple[int, int]:
        """Birth and marital state of the head among these lines; of several the first that says so."""
        at = self.roles.find(_HEAD, begin, end)
        if at < 0:
            return 0, 0
        birth, state = _birth_in(self.identities[at]), _STATE_OF.get(self.states[at], 0)
        at = self.roles.find(_HEAD, at + 1, end)
        while at >= 0:
            birth = birth or _birth_in(self.identities[at])
            state = state or _STATE_OF.get(self.states[at], 0)
            at = self.roles.find(_HEAD, at + 1, end)
        return birth, state

    def said(self, begin: int, end: int, first_said: Callable[[Any, Any], Any]) -> Any:
        said = self.words[begin]
        for words in self.words[begin + 1 : end]:
            if words != said:
                said = first_said(said, words)
        return said


def _number_of(day: date) -> int:
    """As it stands in an identity number: 19560301."""
    return day.year * 10_000 + day.month * 100 + day.day


def _birth_in(identity: str) -> int:
    """What an identity number says of the birth, 0 for what is none."""
    birth = identity[6:14]
    return int(birth) if len(identity) == IDENTITY_LENGTH and birth.isascii() and birth.isdigit() else 0


def _first_said(before: Agreed, words: Agreed) -> Agreed:
    category, division, living, size = before
    return category or words[0], division or words[1], living or words[2], size or words[3]


def _first_said_of_all(before: tuple[str, ...], words: tuple[str, ...], *, gathered: int) -> tuple[str, ...]:
    return tuple(
        f"{first}、{word}" if at == gathered and first and word and word not in first else first or word
        for at, (first, word) in enumerate(zip(before, words, strict=True))
    )


def _repeated(hashes: Sequence[int]) -> frozenset[int]:
    """Those that come more than once; sorted where there are many, since a set of a million needs three times the memory."""
    if len(hashes) <= FEW and len(set(hashes)) == len(hashes):
        return frozenset()
    return frozenset(one for one, other in pairwise(sorted(hashes)) if one == other)


def _places(hashes: Iterable[int], wanted: Collection[int]) -> Iterator[int]:
    return (at for at, each in enumerate(hashes) if each in wanted) if wanted else iter(())
