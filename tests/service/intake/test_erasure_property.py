"""Whatever happened before to several people of two households: one of them erased, nothing of that one is left, and all of the others is.

Nothing is left to whoever has the key file and every file of the service: no field that opens, no document, no key on the disk.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from typing import Any, Final
from uuid import UUID
from zipfile import ZipFile, is_zipfile

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from services.intake.app import SERVICE
from services.intake.domain.survey_form import Question, Section
from services.intake.labels import DAILY
from services.intake.store import Household, Person, SearchWord
from shared.demo.population import RosterRow
from shared.personal import Erased
from shared.work import Reader
from tests.conftest import Office
from tests.service.intake.bureau import Bureau, visit
from tests.service.intake.test_canary import CANARY
from tests.service.intake.test_merging import pair_of
from tests.service.intake.test_visit_answers import ask
from tests.service.intake.twins import numbered, until_compared

BORN: Final = ("42020219500101123", "42020219520302346", "42020220080506568", "42020319610708788", "42020319630909910")
"""Two households: a couple with a daughter, and two sisters. The last digit says the sex."""
NAMES: Final = ("单雨桐", "欧阳兰", "单更新", "柯望春", "柯望秋")
NOTE = Section("talk", "谈话", "person", (Question("note", "本人说的话", "text"),))
KINDS: Final = (
    *("correct", "again", "attach", "visit", "see", "read", "search"),
    *("leave", "restore", "split", "join", "merge", "erase_contact", "erase_sensitive"),
)
Act = tuple[str, int, int]
"""What is done, to whom, and to whom else."""
PHASES: Final = (Phase.explicit, Phase.reuse, Phase.generate)
"""A sequence that fails is told as it was: a shorter one would be looked for through a hundred offices."""
ACTS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 4), st.integers(0, 4)), min_size=3, max_size=8)


def rows(*, again: int = 0) -> list[RosterRow]:
    """The roster; `again` counts how often it came before: then telephones and addresses are others."""
    relations = ("本人", "配偶", "女", "本人", "兄弟姐妹")
    return [
        CANARY._replace(
            户编号="FH-1" if at < 3 else "FH-2",
            实际居住人数=3 if at < 3 else 2,
            姓名=NAMES[at],
            身份证号=numbered(BORN[at]),
            与户主关系=relations[at],
            婚姻状况="未婚" if at == 2 else "已婚",
            残疾证号="",
            重病病种=f"罕见病{chr(0x58F9 + at)}{chr(0x6C34 + at)}",
            联系电话=f"138{again:02d}{at}72312",
            住址=f"黄石市黄石港区湖滨路{again + 1}{at}7号",
        )
        for at in range(5)
    ]


FULL: Final[list[Act]] = [
    *(("visit", 2, 2), ("correct", 2, 2), ("attach", 2, 2), ("see", 2, 2), ("again", 0, 0), ("erase_contact", 2, 2), ("read", 2, 2)),
    *(("split", 1, 1), ("leave", 4, 4), ("restore", 4, 4), ("join", 4, 2), ("merge", 4, 2), ("search", 2, 2), ("erase_sensitive", 1, 1)),
]
"""Each act once, most of them on the one who is erased."""


@dataclass
class Register:
    """The office, whom it knows, what was ever said of each, and what opened it."""

    bureau: Bureau
    survey: str
    people: list[str]
    said: list[set[str]] = field(default_factory=list)
    keys: set[bytes] = field(default_factory=set)
    """Wrapped keys under which something of the one was readable."""

    def __post_init__(self) -> None:
        self.said = [set() for _ in self.people]
        for row in rows():
            self.say(NAMES.index(row.姓名), row.姓名, row.身份证号, row.联系电话, row.住址, row.重病病种)

    def say(self, who: int, *texts: str) -> None:
        self.said[who].update(texts)

    def asked(self, desk: str, path: str, body: dict[str, Any], day: int) -> Any:
        """What a desk is answered on a day; a refusal is an answer."""
        answer = getattr(self.bureau, desk).answer(path, body, on=f"2016-12-{day:02d}")
        assert answer.status_code < 500, f"{path}: {answer.text}"
        return answer.json() if answer.is_success else None

    def home_of(self, who: int) -> Household:
        def ask_store(reader: Reader) -> Household:
            return reader.get(Household, reader.get(Person, UUID(self.people[who])).household_id)

        return self.bureau.office.store.read_now(ask_store)

    def personal(self, who: int) -> dict[str, Any]:
        found: dict[str, Any] = self.bureau.officer.get(f"/api/v1/persons/{self.people[who]}/file", purpose="audit")["personal"]
        return found

    def opened(self) -> Iterator[tuple[bytes, str]]:
        """Everything that is sealed in a table and opens, with the key that opens it."""
        keyring, store = self.bureau.office.runtime.keyring, self.bureau.office.store
        for wrapped in SERVICE.wrapped:
            if "sealed" not in wrapped.model.model_fields:  # what workers saw is sealed under keys of casework
                continue
            columns = [col(getattr(wrapped.model, name)) for name in (wrapped.person, "wrapped_key", "sealed")]
            statement = select(*columns)
            for row in store.read_now(partial(Reader.rows, statement=statement)):
                with suppress(Erased):
                    yield row[1] or b"", str(keyring.open(row[0], row[1], row[2]))

    def documents(self) -> Iterator[bytes]:
        """Every document that can be decrypted, and what a workbook has in it."""
        files = self.bureau.office.runtime.files
        for path in (self.bureau.office.runtime.settings.data / "intake" / "files").glob("*/*"):
            content = files.open(path.name)
            yield content
            if is_zipfile(BytesIO(content)):
                with ZipFile(BytesIO(content)) as archive:
                    yield from (archive.read(name) for name in archive.namelist())

    def watch(self, who: int) -> None:
        """Remember which keys open something of the one."""
        self.keys |= {key for key, text in self.opened() if any(each in text for each in self.said[who])}


def correct(register: Register, who: int, other: int, day: int) -> None:
    new = {"name": f"更{chr(0x5149 + day)}{chr(0x660E + who)}", "phone": f"139{day:02d}{who}72312", "address": f"新港路{day}{who}8号"}
    body = {"acted_on": f"2016-12-{day:02d}", "reason": "户口簿", "fields": new}
    if register.asked("clerk", f"/api/v1/persons/{register.people[who]}/corrections", body, day):
        register.say(who, *new.values())


def again(register: Register, who: int, other: int, day: int) -> None:
    new = rows(again=day)
    register.bureau.accept(register.bureau.upload(new, on=f"2016-12-{day:02d}")["roster_id"], on=f"2016-12-{day:02d}")
    for at, row in enumerate(new):
        register.say(at, row.联系电话, row.住址)


def attach(register: Register, who: int, other: int, day: int) -> None:
    paper = b"%PDF-1.4 " + "".join(sorted(register.said[who])).encode() + bytes([day])
    body = {"file": register.bureau.clerk.upload(paper, "a.pdf"), "kind": "disability"}
    register.asked("clerk", f"/api/v1/households/{register.home_of(who).id}/attachments", body, day)


def visited(register: Register, who: int, other: int, day: int) -> None:
    number, on, said = register.home_of(who).household_no, f"2016-12-{day:02d}", f"谈话{day}{who}：{NAMES[who]}"
    file = next((each for each in register.bureau.files(register.survey) if each["household_no"] == number), None)
    members = [{"person_id": register.people[who], "answers": {"talk.note": said}}]
    path = f"/api/v1/surveys/{register.survey}/visits"
    if file and register.asked("surveyor", path, {"visits": [visit(file, visited_on=on, members=members)]}, day):
        register.say(who, said)


def see(register: Register, who: int, other: int, day: int) -> None:
    body = {"observed_on": f"2016-12-{day:02d}", "beyond": list(DAILY)[:3]}
    register.asked("clerk", f"/api/v1/persons/{register.people[who]}/circumstances", body, day)


def read(register: Register, who: int, other: int, day: int) -> None:
    register.personal(who)
    register.bureau.officer.get(f"/api/v1/persons/{register.people[who]}/copy")


def search(register: Register, who: int, other: int, day: int) -> None:
    register.bureau.clerk.post("/api/v1/persons/search", {"text": NAMES[who], "purpose": "audit"})


def leave(register: Register, who: int, other: int, day: int, *, kind: str = "left") -> None:
    body = {"acted_on": f"2016-12-{day:02d}", "reason": "迁移证", "person_id": register.people[who], "kind": kind}
    register.asked("clerk", f"/api/v1/households/{register.home_of(who).id}/departures", body, day)


def restore(register: Register, who: int, other: int, day: int) -> None:
    leave(register, who, other, day, kind="restored")


def split(register: Register, who: int, other: int, day: int) -> None:
    body: dict[str, Any] = {"acted_on": f"2016-12-{day:02d}", "reason": "分户申请", "household_no": f"FH-{day}9"}
    body["relations"] = {register.people[who]: "head"}
    register.asked("clerk", f"/api/v1/households/{register.home_of(who).id}/splits", body, day)


def join(register: Register, who: int, other: int, day: int) -> None:
    body = {"acted_on": f"2016-12-{day:02d}", "reason": "并户申请", "person_id": register.people[who], "relation": "other"}
    body["household_no"] = register.home_of(other).household_no
    register.asked("clerk", f"/api/v1/households/{register.home_of(who).id}/joinings", body, day)


def merge(register: Register, who: int, other: int, day: int) -> None:
    if who == other:
        return
    pair = pair_of(register.bureau, UUID(register.people[who]), UUID(register.people[other]))
    register.asked("clerk", f"/api/v1/duplicates/{pair}/proposal", {"keep": register.people[other], "reason": "同一人"}, day)
    register.asked("officer", f"/api/v1/duplicates/{pair}/merge", {"reason": "同一人"}, day)


def erase(register: Register, who: int, other: int, day: int, *, scope: str) -> bool:
    path = f"/api/v1/persons/{register.people[who]}/erasure"
    asked = register.asked("clerk", path, {"scope": scope, "reason": "own_request"}, day)
    return asked is not None and register.asked("officer", f"/api/v1/erasures/{asked['id']}/confirmation", {}, day) is not None


def erase_contact(register: Register, who: int, other: int, day: int) -> None:
    erase(register, who, other, day, scope="contact")


def erase_sensitive(register: Register, who: int, other: int, day: int) -> None:
    erase(register, who, other, day, scope="sensitive")


DOING: Final[dict[str, Callable[[Register, int, int, int], None]]] = {
    **{act.__name__: act for act in (correct, again, attach, see, read, search, leave, restore, split, join, merge)},
    **{"visit": visited, "erase_contact": erase_contact, "erase_sensitive": erase_sensitive},
}


def registered(office: Office) -> Register:
    """Both households as they were first told, in an open survey."""
    bureau = Bureau(office)
    ask(bureau, NOTE)
    survey = bureau.open_survey()
    more: dict[str, Any] = {"purpose": "survey", "survey_id": survey, "reference_on": "2016-10-10"}
    bureau.accept(bureau.upload(rows(), on="2016-10-10", **more)["roster_id"], on="2016-10-10")
    until_compared(bureau)
    people = [found_by(bureau, row.身份证号)[0]["person_id"] for row in rows()]
    return Register(bureau, survey, people)


def record_of(register: Register, who: int) -> int:
    """Whose record counts for that of somebody: the own, or the one it was merged into."""
    merged = register.bureau.office.store.read_now(lambda reader: {str(row.id): row.merged_into for row in reader.select(select(Person))})
    while (into := merged[register.people[who]]) is not None:
        who = register.people.index(str(into))
    return who


@pytest.mark.timeout(600)
@settings(max_examples=5, phases=PHASES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=ACTS, who=st.integers(0, 4))
@example(acts=FULL, who=2)
def test_nothing_of_who_is_erased_is_left_and_everything_of_the_others(
    service_client: Callable[..., Office], acts: list[Act], who: int
) -> None:
    register = registered(service_client(SERVICE))
    for day, (what, one, other) in enumerate(acts, start=2):
        DOING[what](register, one, other, day)
        register.watch(who)
    until_compared(register.bureau)
    who = record_of(register, who)
    theirs = {at for at in range(5) if record_of(register, at) == who}
    said = set[str]().union(*(register.said[at] for at in theirs))
    others = {at: register.personal(at) for at in range(5) if at not in theirs}
    for at in theirs:
        register.watch(at)
    assert register.keys

    assert erase(register, who, who, 28, scope="all")
    until_compared(register.bureau)

    contents = [path.read_bytes() for path in register.bureau.office.runtime.settings.data.rglob("*") if path.is_file()]
    assert [text for _, text in register.opened() if any(each in text for each in said)] == []
    assert [each for each in said for content in register.documents() if each.encode() in content] == []
    assert [each for each in said for content in contents if each.encode() in content] == []
    assert [key for key in register.keys if any(key in content for content in contents)] == []
    assert found_again(register, theirs, said) == []
    assert {at: register.personal(at) for at in others} == others


def found_again(register: Register, theirs: set[int], said: set[str]) -> list[str]:
    """By which the person can still be found: a hash of the number, words of the index, a search."""
    ids = [UUID(register.people[at]) for at in theirs]
    store, keyring = register.bureau.office.store, register.bureau.office.runtime.keyring
    words = store.read_now(lambda reader: reader.rows(select(col(SearchWord.token)).where(col(SearchWord.person_id).in_(ids))))
    hashes = {keyring.search_hash(each) for each in said}
    kept = store.read_now(lambda reader: reader.rows(select(col(Person.identity_key)).where(col(Person.identity_key).in_(hashes))))
    numbers = [row.身份证号 for at, row in enumerate(rows()) if at in theirs]
    hits = [found_by(register.bureau, number) for number in numbers]
    return [str(each) for each in (*words, *kept, *(hit for hit in hits if hit))]


def found_by(bureau: Bureau, text: str) -> list[Any]:
    found: list[Any] = bureau.clerk.post("/api/v1/persons/search", {"text": text, "purpose": "audit"})["items"]
    return found
