"""A person's explanation: told to staff for a purpose, and so a reading of the file that leaves its mark."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlmodel import col, select

from services.intake.actions.person import Purpose
from services.intake.actions.screening import definitions_of
from services.intake.domain.explanation import GroupReason, judged, more_need, standings
from services.intake.domain.person import PersonFacts
from services.intake.domain.selection import Place
from services.intake.domain.terms import GroupTerms
from services.intake.store import (
    ALLOWANCE,
    Candidate,
    Household,
    Person,
    Programme,
    Reading,
    Roster,
    Screening,
    SurveyFile,
    check_reach,
    reached_programme,
    terms_of,
    upheld_about,
)
from services.intake.store.kin import kin_of_household
from shared.access import Actor
from shared.divisions import contains
from shared.errors import WrongState
from shared.plugins import Hooks
from shared.sentences import S_, together
from shared.work import Reader, Work

NOT_HERE: Final = {"died": S_("该人员已死亡"), "moved": S_("该人员已迁出"), "merged": S_("该档案已并入另一份档案")}


class NotScreened(WrongState):
    code = "not-screened"


def note_explanation(programme_id: UUID, person_id: UUID, *, purpose: Purpose, work: Work, today: date, actor: Actor) -> None:
    """Leave the mark of a reading. Raises NotFound for a programme or a person out of the actor's reach."""
    reached_programme(work, programme_id, actor)
    person = work.get(Person, person_id)
    check_reach(work.get(Household, person.household_id).division, actor)
    work.add(Reading(person_id=person_id, reader=actor.account, by="intake", purpose=purpose, read_on=today, read_at=work.now))


def explain(programme_id: UUID, person_id: UUID, *, reader: Reader, hooks: Hooks, actor: Actor) -> dict[str, Any]:
    """Why in, why out, which rule, which rank, and what would change it. `note_explanation` comes first."""
    grounds = Grounds(programme_id, reader=reader, hooks=hooks, actor=actor)
    check_reach(reader.get(Household, reader.get(Person, person_id).household_id).division, actor)
    return grounds.of([person_id], with_more=True)[person_id]


def told_of(programme_id: UUID, person_ids: Sequence[UUID], *, reader: Reader, hooks: Hooks, actor: Actor) -> dict[UUID, list[str]]:
    """The sentences of the explanations of people of the list, for letters whose reading was noted.

    They leave out how much more need it would take: that repeats the selection several times for every single person.
    """
    grounds = Grounds(programme_id, reader=reader, hooks=hooks, actor=actor)
    return {person_id: found["told"] for person_id, found in grounds.of(person_ids).items()}


class Grounds:
    """What the explanations of one list have in common, read once: its terms, its inputs and who stands where in each group."""

    def __init__(self, programme_id: UUID, *, reader: Reader, hooks: Hooks, actor: Actor) -> None:
        self.programme = reached_programme(reader, programme_id, actor)
        if self.programme.screening_id is None:
            raise NotScreened(S_("服务计划尚未筛选，没有可以说明的名单"))
        self.screening = reader.get(Screening, self.programme.screening_id)
        self.terms = terms_of(self.programme, definitions_of(hooks), reader=reader)
        self.standings = standings(self.screening.inputs, self.screening.places, self.screening.seed)
        self._refused = {person.id for person in upheld_about(programme_id, "not_entitled", reader=reader)}
        rosters = reader.rows(select(col(Roster.id)).where(col(Roster.survey_id) == self.programme.survey_id))
        self._rosters = {row[0] for row in rosters}
        self._reader = reader

    def of(self, person_ids: Sequence[UUID], *, with_more: bool = False) -> dict[UUID, dict[str, Any]]:
        reader = self._reader
        people = {each.id: each for each in reader.select(select(Person).where(col(Person.id).in_(person_ids)))}
        home_ids = {each.household_id for each in people.values()}
        homes = {each.id: each for each in reader.select(select(Household).where(col(Household.id).in_(home_ids)))}
        of_programme = col(Candidate.programme_id) == self.programme.id
        listed = reader.select(select(Candidate).where(of_programme, col(Candidate.person_id).in_(person_ids)))
        candidates = {each.person_id: each for each in listed}
        verified = self._verified(home_ids)
        keys = self._keys_of(people.values())
        return {
            id: self._of(people[id], homes[people[id].household_id], keys[id], candidates.get(id), verified, with_more=with_more)
            for id in person_ids
        }

    def _of(
        self, person: Person, household: Household, key: str, candidate: Candidate | None, verified: set[UUID], *, with_more: bool
    ) -> dict[str, Any]:
        programme, facts = self.programme, person.facts(household)
        reasons = [self._in_group(group, key, facts) for group in self.terms.groups]
        own, is_eligible = self.standings.placed.get(key), key in self.standings.judged
        has_moved_up = candidate is not None and candidate.is_replacement
        is_chosen = has_moved_up or (own is not None and own.list == "selected")
        more = None
        if with_more and is_eligible and not is_chosen:
            quotas = [group.quota for group in self.terms.groups]
            more = more_need(self.standings.applicants, quotas, key=key, seed=self.screening.seed)
        at_home = kin_of_household(household.id, reader=self._reader) if with_more else ()
        barred = self._barred(person, household, is_verified=household.id in verified)
        return {
            "programme_id": programme.id,
            "person_id": person.id,
            "screened_on": self.screening.screened_on,
            "reference_on": programme.reference_on,
            "list": own.list if own else "",
            "group": own.group if own else "",
            "rank": own.rank if own else None,
            "lot_no": key,
            "candidate_id": candidate.id if candidate else None,
            "state": candidate.state if candidate else "",
            "barred": barred,
            "more_need": more,
            "groups": [_reason(reason) for reason in reasons],
            "kin": [each.model_dump(include={"relation", "office", "acted_on"}) for each in at_home if each.ended_on is None],
            "is_changed": not barred and is_eligible != any(reason.fits for reason in reasons),
            "told": _told(own, key, reasons, barred, more, programme, has_moved_up=has_moved_up),
        }

    def _in_group(self, group: GroupTerms, key: str, facts: PersonFacts) -> GroupReason:
        definition = group.definition
        conditions = judged(definition, facts, self.terms.reference_on)
        return self.standings.ranking(definition.code).of(key, definition.name, group.quota.quota, conditions)

    def _keys_of(self, people: Collection[Person]) -> dict[UUID, str]:
        """Under which key each was screened: a record that was merged into this one since may be the one that was."""
        columns = (col(Person.merged_into), col(Person.lot_no))
        keys = {person.id: [person.lot_no] for person in people}
        for kept, gone in self._reader.rows(select(*columns).where(col(Person.merged_into).in_(keys))):
            keys[kept].append(gone)
        found = {}
        for person_id, own in keys.items():
            screened = (*(key for key in own if key in self.standings.placed), *(key for key in own if key in self.standings.judged))
            found[person_id] = next(iter(screened), own[0])
        return found

    def _verified(self, household_ids: set[UUID]) -> set[UUID]:
        """Which of these households were visited in the programme's survey."""
        of_survey = (col(SurveyFile.survey_id) == self.programme.survey_id, col(SurveyFile.status) == "verified")
        rows = self._reader.rows(select(col(SurveyFile.household_id)).where(*of_survey, col(SurveyFile.household_id).in_(household_ids)))
        return {row[0] for row in rows}

    def _barred(self, person: Person, household: Household, *, is_verified: bool) -> list[str]:
        """Why the person is not judged at all, whatever the groups say."""
        reasons, programme = [], self.programme
        if person.status != "present":
            reasons.append(NOT_HERE.get(person.status, S_("该人员不在册")))
        if person.id in self._refused:
            reasons.append(S_("异议成立，认定不符合条件"))
        if household.category not in (programme.categories or ALLOWANCE):
            reasons.append(S_("救助类别不在服务计划的范围内"))
        if not contains(programme.division, household.division):
            reasons.append(S_("所在地区不在服务计划的范围内"))
        if person.roster_id is not None and person.roster_id not in self._rosters:
            reasons.append(S_("不在本次调查的名册上"))
        if not is_verified:
            reasons.append(S_("所在户的档案未经入户核实"))
        return reasons


def _reason(reason: GroupReason) -> dict[str, Any]:
    shown = {name: getattr(reason, name) for name in ("code", "name", "eligible", "quota", "score", "rank", "last_score", "equals", "fits")}
    return shown | {"conditions": [{"text": each.text, "holds": each.holds} for each in reason.conditions]}


def _told(
    own: Place | None,
    lot_no: str,
    reasons: Sequence[GroupReason],
    barred: Sequence[str],
    more: int | None,
    programme: Programme,
    *,
    has_moved_up: bool,
) -> list[str]:
    """The same in sentences that can be read to the person."""
    names = {reason.code: reason.name for reason in reasons}
    told = [S_("{sentence}，因此不在筛选范围内。", sentence=sentence) for sentence in barred]
    if own is not None and own.list == "selected":
        told.append(S_("入选“{group}”，按需求排第 {rank} 名，需求分 {score}。", group=names[own.group], rank=own.rank, score=own.score))
    elif own is not None and has_moved_up:
        told.append(S_("原为“{group}”后备第 {rank} 名，因有人退出，已递补入选。", group=names[own.group], rank=own.rank))
    elif own is not None:
        told.append(
            S_(
                "为“{group}”后备第 {rank} 名；有人退出时依次递补，递补截止 {until}。",
                group=names[own.group],
                rank=own.rank,
                until=programme.top_up_until.isoformat(),
            )
        )
    for reason in reasons:
        told.append(_of_group(reason, lot_no))
    if more is not None:
        told.append(S_("其他人的情况不变，需求分再高 {more} 分即可入选。", more=more))
    return told


def _of_group(reason: GroupReason, lot_no: str) -> str:
    if reason.rank is not None:
        cut = S_("，入选者中最低 {least} 分", least=reason.last_score) if reason.last_score is not None else ""
        lot = (
            S_("；另有 {count} 人同分，先后由公布的种子抽签决定（抽签号 {lot_no}）", count=reason.equals, lot_no=lot_no)
            if reason.equals
            else ""
        )
        return S_(
            "“{group}”：符合条件的 {eligible} 人中排第 {rank}，需求分 {score}{cut}，名额 {quota}{lot}。",
            group=reason.name,
            eligible=reason.eligible,
            rank=reason.rank,
            score=reason.score,
            cut=cut,
            quota=reason.quota,
            lot=lot,
        )
    unmet = [condition.text for condition in reason.conditions if not condition.holds]
    if unmet:
        return S_(
            "“{group}”：不符合，因为不满足：{unmet}。核实的情况如有出入，改正后即按新的情况判断。", group=reason.name, unmet=together(unmet)
        )
    return S_("“{group}”：按现在的情况符合条件，但筛选时不在其中。", group=reason.name)
