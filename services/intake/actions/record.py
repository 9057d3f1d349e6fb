"""The record of a roster, a survey, a programme or an objection: who did what, on which day, by which rule and for what reason.

It is read from the acts that were recorded when they were done. No person is in it: an act on somebody's place says that it was done.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from services.intake.store import Objection, Programme, Roster, Screening, Survey, groups_of, reached_programme
from services.intake.store.reach import REACH
from shared.access import SYSTEM, Actor
from shared.access.accounts import names_of_accounts
from shared.errors import NotFound
from shared.http.paging import Listing, Page
from shared.http.routes.records import acts_of
from shared.rules import Rules
from shared.sentences import S_
from shared.work import Reader

Recorded = Literal["roster", "survey", "programme"]
ONE_BY_ONE: Final = ("record_visits", "record_consents", "strike")
"""Acts done once for each household or person: there are hundreds, so where the latest acts are shown they are left out."""


class Given(NamedTuple):
    """A reason that was given for an act, and which act that was."""

    act: str
    by: str
    on: date
    reason: str


def record_of(kind: Recorded, id: UUID, *, reader: Reader, actor: Actor, rules: Rules, page: Page, is_whole: bool = True) -> Listing:
    """The acts on a thing, the latest first: `what` (the act), `on`, `by`, `name` ("" for no account), `rules` (citations), `reason`.

    Without `is_whole` those acts are left out that are done once for each household or person. Raises NotFound out of the actor's reach.
    """
    REACH[kind](reader, id, actor)
    without = () if is_whole else ONE_BY_ONE
    found = acts_of(kind, str(id), reader=reader, actor=actor, page=page, reach=REACH, without=without, newest_first=True)
    names, reasons = names_of([act["account"] for act in found.items], reader), _reasons(kind, id, reader)
    told = [
        {"what": act["name"], "on": act["acted_on"], "by": act["account"], "name": names.get(act["account"], "")}
        | {"rules": [rule.citation for rule in rules.cited(act["rules"])], "reason": reasons.get(act["seq"], "")}
        for act in found.items
    ]
    return Listing(told, found.next)


def record_of_objection(programme_id: UUID, objection_id: UUID, *, reader: Reader, actor: Actor) -> list[dict[str, Any]]:
    """What was done about one objection, the latest first, as in `record_of`; `what` is recorded, upheld or dismissed."""
    reached_programme(reader, programme_id, actor)
    found = reader.get(Objection, objection_id)
    if found.programme_id != programme_id:  # in the words for one that does not exist
        raise NotFound(S_("没有找到该记录"))
    told: list[dict[str, Any]] = [{"what": "recorded", "on": found.recorded_on, "by": found.recorded_by, "reason": ""}]
    if found.upheld is not None:
        verdict = "upheld" if found.upheld else "dismissed"
        told.insert(0, {"what": verdict, "on": found.decided_on, "by": found.decided_by, "reason": found.reason})
    names = names_of([each["by"] for each in told], reader)
    return [each | {"name": names.get(each["by"], ""), "rules": []} for each in told]


def names_of(accounts: list[str], reader: Reader) -> dict[str, str]:
    """Account → name, of the machine too, which has no account."""
    return {SYSTEM.account: SYSTEM.name} | names_of_accounts(accounts, reader=reader)


def _reasons(kind: Recorded, id: UUID, reader: Reader) -> dict[int, str]:
    """Reason by the number of its act.

    An act knows of no reason, and what it changed knows of no act: they meet by act, account and day, in the order in which they were
    done. Where one of them is missing (a screening that failed has left none), nobody is told a reason that may be another's.
    """
    given: dict[tuple[str, str, date], list[str]] = defaultdict(list)
    for each in _given(kind, id, reader):
        given[each.act, each.by, each.on].append(each.reason)
    act, done = reader.kernel.act.c, defaultdict(list)
    same = (act.entity == kind, act.entity_id == str(id), act.name.in_({name for name, _, _ in given}))
    for row in reader.rows(select(act.seq, act.name, act.account, act.acted_on).where(*same).order_by(act.seq)):
        done[row.name, row.account, row.acted_on].append(row.seq)
    pairs = [(seqs, given[key]) for key, seqs in done.items() if len(seqs) == len(given[key])]
    return {seq: reason for seqs, reasons in pairs for seq, reason in zip(seqs, reasons, strict=True)}


def _given(kind: Recorded, id: UUID, reader: Reader) -> Iterator[Given]:
    if kind == "roster":
        roster = reader.get(Roster, id)
        if roster.decided_on is not None:
            yield Given("reject_roster", roster.decided_by or "", roster.decided_on, roster.reason)
    if kind == "survey":
        survey = reader.get(Survey, id)
        if survey.accepted_on is not None:
            yield Given("accept_survey", survey.accepted_by, survey.accepted_on, survey.acceptance_remark)
    if kind == "programme":
        programme = reader.get(Programme, id)
        if programme.confirmed_on is not None:
            yield Given("confirm_selection", programme.confirmed_by, programme.confirmed_on, programme.confirmation_reason)
        told = (col(Screening.screened_by), col(Screening.screened_on), col(Screening.reason))
        for row in reader.rows(select(*told).where(col(Screening.programme_id) == id).order_by(col(Screening.number))):
            yield Given("start_screening", *row)
        for group in groups_of(reader, id):
            for change in group.adjustments:
                said = S_("{group} {quota} 名，{reason_zh}", group=group.name, quota=change["quota"], reason_zh=change["reason"])
                yield Given("adjust_quota", change["by"], date.fromisoformat(change["on"]), said)
