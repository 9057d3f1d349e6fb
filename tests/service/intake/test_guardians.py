"""How a guardian stands to the person is chosen, never typed; what was typed before there was a list becomes a choice."""

import sqlite3
from contextlib import closing

import pytest
from alembic import command
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from services.intake.app import SERVICE
from services.intake.domain.guardian import CHOICES, WORDS
from services.intake.store import Consent
from shared.store.append_only import statements
from shared.store.migrate import Target, config_of
from tests.service.intake.bureau import Bureau, consent
from tests.service.intake.test_consent_pages import answer, opened
from tests.service.intake.test_programme_pages import at

NAMING = "母亲单雨桐 13807231234"


def test_a_relation_that_is_typed_is_refused_and_not_repeated(bureau: Bureau, confirmed: str) -> None:
    candidate = bureau.candidates(confirmed, "listed")[0]

    refused = bureau.ask(confirmed, [consent(candidate) | {"signer": "guardian", "guardian_relation": NAMING}], expect=400)

    assert [(each["field"], each["message"]) for each in refused["errors"]] == [("consents.0.guardian_relation", "不是可选的值")]
    assert "单雨桐" not in str(refused)


def test_the_page_offers_the_choices_and_the_case_shows_the_one_made(bureau: Bureau, confirmed: str) -> None:
    clerk = at(bureau, "liu", "clerk", on="2017-01-16")
    person = opened(clerk, confirmed)
    path = f"{person}consent/"
    page = clerk.get(path)
    given = answer(page) | {"answer": "yes", "told_no_loss": "yes", "signer": "guardian"}

    assert [code for code in CHOICES if f'<option value="{code}"' in page] == list(CHOICES)
    assert 'value="parent"' not in page
    assert "请选择监护人与本人的关系" in clerk.post(path, 422, **given | {"guardian_relation": NAMING}, key=clerk.key(path))
    clerk.post(path, 303, **given | {"guardian_relation": "maternal_grandparent"}, key=clerk.key(path))

    assert "外祖父母" in clerk.get(person)


def test_who_signs_alone_has_no_guardian(bureau: Bureau, confirmed: str) -> None:
    grown = next(each for each in bureau.candidates(confirmed, "listed") if not each["needs_guardian"])

    bureau.ask(confirmed, [consent(grown) | {"signer": "self", "guardian_relation": "mother"}])

    kept = bureau.office.store.read_now(lambda reader: reader.rows(select(col(Consent.signer), col(Consent.guardian_relation))))
    assert [tuple(row) for row in kept] == [("self", "")]


def test_what_was_typed_in_an_earlier_version_becomes_a_choice_and_stays_for_good(bureau: Bureau, confirmed: str) -> None:
    typed = {"父母": "parent", " 母亲": "mother", "外婆": "maternal_grandparent", NAMING: "other_person"}
    asked = [consent(each) | {"signer": "guardian", "guardian_relation": "mother"} for each in bureau.candidates(confirmed, "listed")[:4]]
    bureau.ask(confirmed, asked)
    store = bureau.office.store
    config = config_of(SERVICE, Target(store.engine, store.metadata))
    command.downgrade(config, "0028")
    with closing(sqlite3.connect(str(store.engine.url.database))) as earlier:
        assert {row[0] for row in earlier.execute("SELECT guardian_relation FROM consent")} == {"母亲"}
        earlier.execute("DROP TRIGGER consent_no_update")
        rows = earlier.execute("SELECT rowid FROM consent").fetchall()
        earlier.executemany(
            "UPDATE consent SET guardian_relation = ? WHERE rowid = ?", list(zip(typed, (row[0] for row in rows), strict=True))
        )
        earlier.execute(statements(["consent"], "sqlite")[0])
        earlier.commit()

    command.upgrade(config, "head")

    kept = store.read_now(lambda reader: [row[0] for row in reader.rows(select(col(Consent.guardian_relation)))])
    assert sorted(kept) == sorted(typed.values())
    assert set(kept) <= set(WORDS)
    with pytest.raises(IntegrityError, match="append-only"):
        store.run_now(lambda work: work.execute(update(Consent).values(guardian_relation="")))
