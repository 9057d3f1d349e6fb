"""Personal data are erased: one person asks, another confirms; the person's key, hashes and documents are destroyed (decision 17)."""

import asyncio
from collections.abc import Collection
from datetime import date
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, delete, exists, or_, select, update
from sqlmodel import col

from services.intake.actions.discovered_need import forget_needs
from services.intake.actions.kin import forget_kin
from services.intake.actions.person import names_of
from services.intake.actions.search import index_people, people_of
from services.intake.domain.attachment import CLASS
from services.intake.domain.naming import check_reason
from services.intake.domain.programme import check_different_officer
from services.intake.domain.retention import CLASSES, OF_ANSWERS, SCOPES, WHOLE, kept_since
from services.intake.store import (
    Attachment,
    AttachmentMember,
    Candidate,
    Consent,
    Contract,
    Household,
    HouseholdAct,
    Objection,
    Person,
    PersonSecret,
    Programme,
    Recipient,
    Roster,
    check_reach,
    forget_answers,
    forget_former,
    forget_undelivered,
    note_erased,
    reached_person,
)
from services.intake.store.check import forget_checks
from services.intake.store.erasure import Erasure, count_due, due, orphans
from services.intake.store.erasure_batch import count_people_due
from services.intake.store.search import forget_words
from shared.access import Actor
from shared.divisions import contains
from shared.errors import RuleRefusal, WrongState
from shared.events.intake import RecipientErased
from shared.http.paging import Listing, Page
from shared.personal import Keyring
from shared.rules import Rules
from shared.sentences import S_
from shared.service import Runtime
from shared.work import Reader, Work

Scope = Literal["contact", "sensitive", "all"]
Reason = Literal["own_request", "consent_withdrawn", "purpose_ended", "unlawful", "retention"]
BLANK: Final = {
    "row_hash": "",
    "roster_sheet": "",
    "relation": "other",
    "schooling": "",
    "has_single_parent": False,
    "disability_kind": 0,
    "disability_level": 0,
    "is_seriously_ill": False,
    "father": "",
    "mother": "",
    "adl_unmet": 0,
    "has_lost_only_child": False,
    "labour": "",
    "employment": "",
    "health": "",
    "education": "",
    "medical_insurance": "",
    "pension_insurance": "",
    "disability_valid_to": None,
    "status": "erased",
}
"""What of a person stands in clear and would help to recognise somebody."""


BLANK_OF_HOUSEHOLD: Final = {"assistance_from": None, "assistance_to": None, "monthly_amount": None, "certificate_no": "", "causes": ""}
"""What goes with the last member of a household."""


class StillNeeded(RuleRefusal):
    """The person is being served or chosen, or may stand in a roster that waits: that is ended first."""

    code = "still-needed"


class ErasureDecided(WrongState):
    code = "erasure-decided"


def propose_erasure(person_id: UUID, *, scope: Scope, reason: Reason, work: Work, today: date, actor: Actor) -> UUID:
    """Ask for an erasure; somebody else confirms it. Raises StillNeeded."""
    person, household = reached_person(work, person_id, actor)
    work.about("person", person_id)
    if person.status in ("erased", "merged"):
        raise ErasureDecided(
            S_("该人员的个人信息已删除") if person.status == "erased" else S_("该档案已并入另一份档案，请在那份档案上办理")
        )
    same = (col(Erasure.person_id) == person_id, col(Erasure.scope) == scope, col(Erasure.status) == "proposed")
    if work.scalar(select(exists().where(*same))):
        raise ErasureDecided(S_("该人员已有待确认的删除申请"))
    check_not_needed(records_of(person, work), household.division, work)
    asked = Erasure(
        person_id=person_id, division=household.division, scope=scope, reason=reason, proposed_by=actor.account, proposed_on=today
    )
    work.add(asked)
    return asked.id


def confirm_erasure(erasure_id: UUID, *, work: Work, today: date, actor: Actor, keyring: Keyring) -> dict[str, Any]:
    """Erase now, for good. Raises StillNeeded, and SameOfficer for whoever asked for it."""
    asked = _to_decide(erasure_id, work, actor)
    carry_out(asked, by=actor.account, on=today, work=work, keyring=keyring)
    return {"id": erasure_id, "status": asked.status}


def carry_out(asked: Erasure, *, by: str, on: date, work: Work, keyring: Keyring) -> None:
    """Erase what was asked for and confirmed. Raises StillNeeded, before anything is changed."""
    records = records_of(work.get(Person, asked.person_id), work)
    check_not_needed(records, asked.division, work)
    if asked.scope == WHOLE:
        note_erased(asked.person_id, work, keyring)
        asked.blobs = _erase(records, asked.division, work, on, keyring)
    else:
        _leave_out(CLASSES[asked.scope], records, work, keyring)
        if asked.scope == OF_ANSWERS:
            forget_answers(records, work)
            forget_checks(_households(records), work)
        kinds = [kind for kind, scope in CLASS.items() if scope == asked.scope]
        asked.blobs = _take_out({*_papers(records, work, col(Attachment.kind).in_(kinds))}, work)
    asked.status, asked.decided_by, asked.decided_on = "done", by, on


async def overwrite_erased(erasure_id: UUID, runtime: Runtime) -> None:
    """After the commit, documents that nothing mentions any more and what was overwritten go from the disk too."""
    for sha256 in await runtime.read(orphans, erasure_id):
        await asyncio.to_thread(runtime.files.destroy, sha256)
    await asyncio.to_thread(runtime.store.overwrite_deleted)


def refuse_erasure(erasure_id: UUID, *, reason: str, work: Work, today: date, actor: Actor, keyring: Keyring) -> dict[str, Any]:
    """Keep the data, with the reason that the person is told (个人信息保护法 art 50)."""
    asked = _to_decide(erasure_id, work, actor)
    check_reason(reason, names=names_of([work.get(Person, asked.person_id)], keyring, reader=work))
    asked.status, asked.decided_by, asked.decided_on, asked.refusal = "refused", actor.account, today, reason
    return {"id": erasure_id, "status": asked.status}


def retention(*, reader: Reader, actor: Actor, today: date, rules: Rules) -> dict[str, Any]:
    """Of how many people which class of fields has been kept long enough, and by which rule; `people`: each of them once."""
    before = kept_before(rules, actor, today)
    told = [
        {
            "scope": scope,
            "rule": (rule := rules(f"retention_{scope}", division=_division(actor))).text_zh,
            "citation": rule.citation,
            "before": day,
            "due": count_due(scope, day, reader=reader, actor=actor),
        }
        for scope, day in before.items()
    ]
    return {"items": told, "people": count_people_due(before, reader=reader, actor=actor)}


def retention_due(scope: Scope, *, reader: Reader, actor: Actor, today: date, rules: Rules, page: Page) -> Listing:
    """Whose they are."""
    return due(scope, kept_before(rules, actor, today)[scope], reader=reader, actor=actor, page=page)


def kept_before(rules: Rules, actor: Actor, today: date) -> dict[str, date]:
    """Class of fields → what was last needed on that day or before has been kept long enough."""
    years = {scope: int(rules(f"retention_{scope}", division=_division(actor)).params["years"]) for scope in SCOPES}
    return {scope: kept_since(today, each) for scope, each in years.items()}


def _division(actor: Actor) -> str:
    return actor.divisions[0] if len(actor.divisions) == 1 else ""


def _to_decide(erasure_id: UUID, work: Work, actor: Actor) -> Erasure:
    asked = work.get(Erasure, erasure_id)
    check_reach(asked.division, actor)
    work.about("person", asked.person_id)
    if asked.status != "proposed":
        raise ErasureDecided(S_("该删除申请已经办理"))
    check_different_officer(actor.account, asked.proposed_by, act=S_("个人信息删除"))
    return asked


def records_of(person: Person, work: Work) -> list[UUID]:
    """The person's record and those that were found to be of the same person."""
    return [person.id, *(row[0] for row in work.rows(select(col(Person.id)).where(col(Person.merged_into) == person.id)))]


def check_not_needed(records: Collection[UUID], division: str, work: Work) -> None:
    served = (
        col(Recipient.person_id).in_(records),
        col(Recipient.withdrawn_on).is_(None),
        col(Contract.id) == Recipient.contract_id,
        col(Contract.closed_on).is_(None),
    )
    listed = (
        col(Candidate.person_id).in_(records),
        col(Candidate.state).in_(("listed", "waiting", "consented")),
        col(Programme.id) == Candidate.programme_id,
        col(Programme.completed_on).is_(None),
    )
    if work.scalar(select(exists().where(*served))):
        raise StillNeeded(S_("该人员正在接受服务，请先办理退出"))
    if work.scalar(select(exists().where(*listed))):
        raise StillNeeded(S_("该人员在未办结的服务计划名单中，请先办理退出"))
    undecided = work.rows(select(col(Roster.division)).where(col(Roster.status).in_(("importing", "reviewed", "accepting"))))
    if any(contains(roster.division, division) for roster in undecided):
        raise StillNeeded(S_("该地区有未办结的名册，其中可能有该人员，请先决定该名册"))


def _erase(records: Collection[UUID], division: str, work: Work, today: date, keyring: Keyring) -> list[str]:
    """Destroy keys, hashes and documents; acts stay, about somebody who is nobody now. Gives the hashes of the documents."""
    of_them = col(PersonSecret.person_id).in_(records)
    work.execute(update(PersonSecret).where(of_them).values(wrapped_key=None, sealed=b""))
    forget_words(list(records), work)
    forget_answers(records, work)
    forget_former(records, None, work, keyring)
    forget_undelivered(work)
    forget_kin(records, work)
    forget_checks(_households(records), work)
    for record in records:
        person = work.get(Person, record)
        person.identity_key, person.birth = f"erased-{record.hex}", date(person.birth.year, 1, 1)
        for name, value in BLANK.items():
            setattr(person, name, value)
    somebody = exists().where(col(Person.household_id) == Household.id, col(Person.status) != "erased")
    for household in work.select(select(Household).where(col(Household.id).in_(_households(records)), ~somebody)):
        for name, value in BLANK_OF_HOUSEHOLD.items():
            setattr(household, name, value)
    for candidate in work.select(select(Candidate).where(col(Candidate.person_id).in_(records))):
        candidate.birth = date(candidate.birth.year, 1, 1)
    for recipient in work.select(select(Recipient).where(col(Recipient.person_id).in_(records))):
        work.emit(RecipientErased(recipient_id=recipient.id, contract_id=recipient.contract_id, erased_on=today))
    forget_needs(records, _households(records), work=work, today=today)
    return _documents(records, division, work)


def _documents(records: Collection[UUID], division: str, work: Work) -> list[str]:
    """Signed forms of the person; the papers of every household that the person was in, and the workbooks of decided rosters
    of the place, in which the person stands among others."""
    candidates = select(col(Candidate.id)).where(col(Candidate.person_id).in_(records))
    ids = {row[0] for row in work.rows(select(col(Consent.document)).where(col(Consent.candidate_id).in_(candidates)))}
    ids |= {row[0] for row in work.rows(select(col(Objection.document)).where(col(Objection.person_id).in_(records)))}
    ids |= _papers(records, work)
    decided = select(col(Roster.division), col(Roster.file_id)).where(col(Roster.status).in_(("accepted", "rejected")))
    ids |= {row.file_id for row in work.rows(decided) if contains(row.division, division)}
    return _take_out(ids, work)


def _take_out(ids: set[UUID | None], work: Work) -> list[str]:
    """Forget files; gives the hashes of what lay in them."""
    file = work.kernel.file
    mentioned = file.c.id.in_(ids - {None})
    hashes = [row.sha256 for row in work.rows(select(file.c.sha256).where(mentioned).distinct())]
    work.execute(delete(file).where(mentioned))
    return hashes


def _papers(records: Collection[UUID], work: Work, *kinds: ColumnElement[bool]) -> set[UUID | None]:
    """Files of every household that the person is in, was in by an act, or was in when the paper came."""
    shows = select(col(AttachmentMember.attachment_id)).where(col(AttachmentMember.person_id).in_(records))
    theirs = or_(col(Attachment.household_id).in_(_households(records)), col(Attachment.id).in_(shows))
    return {row[0] for row in work.rows(select(col(Attachment.file_id)).where(theirs, *kinds))}


def _households(records: Collection[UUID]) -> CompoundSelect[Any]:
    """The ids of those that the person is in, or was in by an act."""
    now = select(col(Person.household_id)).where(col(Person.id).in_(records))
    return now.union(select(col(HouseholdAct.before_household_id)).where(col(HouseholdAct.person_id).in_(records)))


def _leave_out(fields: Collection[str], records: Collection[UUID], work: Work, keyring: Keyring) -> None:
    """Seal what stays under a new key of the person: the old one opens what goes."""
    for secret in work.select(
        select(PersonSecret).where(col(PersonSecret.person_id).in_(records), col(PersonSecret.wrapped_key).is_not(None))
    ):
        known = keyring.open(secret.person_id, secret.wrapped_key, secret.sealed)
        kept = keyring.seal(secret.person_id, {name: "" if name in fields else value for name, value in known.items()})
        secret.wrapped_key, secret.sealed, secret.wrapped_by = kept.wrapped_key, kept.sealed, kept.wrapped_by
    for record in records:
        person = work.get(Person, record)
        for name in BLANK.keys() & set(fields):
            setattr(person, name, BLANK[name])
    forget_former(records, fields, work, keyring)
    index_people(list(work.rows(people_of().where(col(Person.id).in_(records)))), work, keyring)
