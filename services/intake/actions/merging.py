"""Two records are of one person or of two: somebody says so, and another's merge counts until it is undone.

Nothing is thrown away by a merge. The record that goes keeps its fields, its household and its history; it says in which record
the person is found, and is counted nowhere. Places on lists that stand go over to the record that stays, and come back when it is undone.
"""

from datetime import date
from typing import Any, Final, Literal
from uuid import UUID

from sqlmodel import col, select

from services.intake.actions.person import names_of
from services.intake.domain.naming import check_reason
from services.intake.domain.programme import check_different_officer
from services.intake.labels import PAIR_STATUS
from services.intake.store import Candidate, DuplicateDecision, DuplicatePair, Person, Programme, Recipient, count_people_of_file
from services.intake.store.duplicates import decisions_on, reached_pair
from shared.access import Actor
from shared.errors import RuleRefusal, WrongState
from shared.personal import Keyring
from shared.sentences import S_
from shared.work import Work

MERGED: Final = "merged"
ERASED: Final = "erased"
LISTED: Final = ("proposed", "confirmed", "completed")
"""States of programmes whose list stands; an earlier one is screened anew."""
ACTIVE: Final = ("listed", "waiting", "consented", "enrolled")
Verdict = Literal["proposed", "merged", "different", "undone", "reopened"]


class PairState(WrongState):
    code = "pair-state"


class RecordMerged(WrongState):
    """One of the two has been merged into another record by now."""

    code = "record-merged"


class TwoPlaces(WrongState):
    """Both records hold a place of one programme: one of them is struck off first, so that a reserve moves up."""

    code = "two-places"


class NotOfPair(RuleRefusal):
    code = "not-of-pair"


def propose_merge(pair_id: UUID, *, keep: UUID, reason: str, work: Work, today: date, actor: Actor, keyring: Keyring) -> dict[str, str]:
    """Say that two records are of one person, and which of them has the right number."""
    pair = _pair(pair_id, work, actor, "open", "proposed")
    if keep not in (pair.first_id, pair.second_id):
        raise NotOfPair(S_("请选择要保留的档案"), field="keep")
    return _decide(pair, "proposed", "proposed", reason, work, keyring, kept=keep)


def merge(pair_id: UUID, *, reason: str, work: Work, today: date, actor: Actor, keyring: Keyring) -> dict[str, str]:
    """Make one person of two records, as somebody else has proposed it."""
    pair = _pair(pair_id, work, actor, "proposed")
    proposal = decisions_on(pair_id, reader=work)[-1]
    check_different_officer(actor.account, proposal.decided_by, act=S_("合并档案"))
    kept, gone = _both(pair, proposal.kept_id, work)
    if kept.status == MERGED or gone.status == MERGED:
        raise RecordMerged(S_("其中一份档案已并入另一份档案，请先办理那一对"))
    if ERASED in (kept.status, gone.status):
        raise RecordMerged(S_("其中一人的个人信息已依法删除，不能合并"))
    moved = _move_places(gone, kept, work)
    before = {"status": gone.status, "candidates": [each.hex for each in moved]}
    gone.status, gone.merged_into = MERGED, kept.id
    count_people_of_file(gone.household_id, work)
    return _decide(pair, "merged", "merged", reason, work, keyring, kept=kept.id, before=before)


def tell_apart(pair_id: UUID, *, reason: str, work: Work, today: date, actor: Actor, keyring: Keyring) -> dict[str, str]:
    """Say that two records are of two people. Later rosters do not bring the pair back."""
    pair = _pair(pair_id, work, actor, "open", "proposed")
    return _decide(pair, "different", "different", reason, work, keyring)


def undo_merge(pair_id: UUID, *, reason: str, work: Work, today: date, actor: Actor, keyring: Keyring) -> dict[str, str]:
    """Two people again, each with what was theirs before the merge; what was done with a place meanwhile goes with the place."""
    pair = _pair(pair_id, work, actor, "merged")
    merging = decisions_on(pair_id, reader=work)[-1]
    kept, gone = _both(pair, merging.kept_id, work)
    if kept.status == MERGED:
        raise RecordMerged(S_("保留的档案此后又并入另一份档案，请先撤销那次合并"))
    if ERASED in (kept.status, gone.status):
        raise RecordMerged(S_("该人员的个人信息已依法删除，合并不能撤销"))
    gone.status, gone.merged_into = merging.before["status"], None
    for candidate_id in map(UUID, merging.before["candidates"]):
        _hand_over(work.get(Candidate, candidate_id), gone, work)
    count_people_of_file(gone.household_id, work)
    return _decide(pair, "undone", "open", reason, work, keyring, kept=kept.id)


def reopen_pair(pair_id: UUID, *, reason: str, work: Work, today: date, actor: Actor, keyring: Keyring) -> dict[str, str]:
    """Two records that were said to be of two people are to be looked at once more."""
    return _decide(_pair(pair_id, work, actor, "different"), "reopened", "open", reason, work, keyring)


def _pair(pair_id: UUID, work: Work, actor: Actor, *statuses: str) -> DuplicatePair:
    pair = reached_pair(work, pair_id, actor)
    work.about("duplicate_pair", pair_id)
    if pair.status not in statuses:
        raise PairState(S_("该对档案目前为“{status}”，不能这样办理", status=PAIR_STATUS[pair.status]))
    return pair


def _both(pair: DuplicatePair, kept_id: UUID | None, work: Work) -> tuple[Person, Person]:
    kept, gone = (pair.first_id, pair.second_id) if kept_id == pair.first_id else (pair.second_id, pair.first_id)
    return work.get(Person, kept), work.get(Person, gone)


def _decide(
    pair: DuplicatePair,
    verdict: Verdict,
    status: str,
    reason: str,
    work: Work,
    keyring: Keyring,
    *,
    kept: UUID | None = None,
    before: dict[str, Any] | None = None,
) -> dict[str, str]:
    people = [work.get(Person, each) for each in (pair.first_id, pair.second_id)]
    check_reason(reason, names=names_of(people, keyring, reader=work))
    pair.status = status
    work.add(
        DuplicateDecision(
            pair_id=pair.id,
            number=len(decisions_on(pair.id, reader=work)) + 1,
            verdict=verdict,
            kept_id=kept,
            reason=reason,
            before=before or {},
            decided_by=work.actor.account,
            decided_on=work.today,
        )
    )
    return {"status": status}


def _move_places(gone: Person, kept: Person, work: Work) -> list[UUID]:
    """Hand over the places on lists that stand; gives the candidates concerned. Raises TwoPlaces."""
    own = {each.programme_id for each in work.select(select(Candidate).where(Candidate.person_id == kept.id))}
    moved = []
    for candidate in work.select(select(Candidate).where(Candidate.person_id == gone.id)):
        programme = work.get(Programme, candidate.programme_id)
        if programme.status not in LISTED:
            continue
        if programme.id not in own:
            _hand_over(candidate, kept, work)
            moved.append(candidate.id)
        elif candidate.state in ACTIVE:
            raise TwoPlaces(S_("两份档案都在服务计划“{name_zh}”的名单上，请先将不保留的一份移出名单或办理退出", name_zh=programme.name))
    return moved


def _hand_over(candidate: Candidate, person: Person, work: Work) -> None:
    """A place, and the service that came of it, are another record's from now on."""
    candidate.person_id = person.id
    for recipient in work.select(select(Recipient).where(col(Recipient.candidate_id) == candidate.id)):
        recipient.person_id = person.id
