"""What intake and casework say of the case: who was chosen, in numbers, and what was done for them."""

from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property
from itertools import cycle, islice

from shared.divisions import children
from shared.events import casework, intake
from tests.service.disclosure.case_ids import CITY, GROUPS, Ids, Told, day, sha

DISTRICTS = ("420202000000", "420203000000", "420204000000", "420205000000")
SELECTED = {"G1": (34, 36, 20, 10), "G2": (34, 36, 20, 10), "G3": (34, 36, 20, 10), "G4": (34, 36, 20, 10)}
"""Of each hundred, by district."""
SESSIONS = {"G1": (6, 8), "G2": (5, 7), "G3": (6, 7), "G4": (5, 6)}
"""Per case, before and after the mid round."""
CLOSINGS = {"goals_met": 312, "term_ended": 52, "referred": 14, "moved": 8, "died": 6, "declined": 5, "lost_contact": 3}
OUTCOMES = {
    ("welfare_enterprise", "city", "G3"): 21,
    ("welfare_enterprise", "county", "G3"): 15,
    ("self_employed", "shop", "G3"): 10,
    ("self_employed", "shop", "G4"): 5,
    ("self_employed", "repair", "G3"): 5,
    ("self_employed", "repair", "G4"): 3,
    ("self_employed", "housekeeping", "G3"): 3,
    ("self_employed", "housekeeping", "G4"): 6,
}


class People(Ids):
    """Survey, screening, cases, sessions, outcomes, closings."""

    def selection(self) -> Iterator[Told]:
        """Survey, screening, objections, consent."""
        due, people = 9_155, 17_240
        for on, verified, is_accepted in (("2016-11-15", 4_210, False), ("2016-12-16", 9_155, False), ("2016-12-20", 9_155, True)):
            yield (
                day(on),
                intake.SurveyProgressed(
                    survey_id=self.id("survey"),
                    project_id=self.project,
                    files_due=due,
                    files_verified=verified,
                    people=people,
                    is_accepted=is_accepted,
                ),
            )
        named = {"programme_id": self.programme, "project_id": self.project}
        plans = tuple(intake.GroupPlan(code=code, name=name, quota=100, reserve=20) for code, name in GROUPS.items())
        yield day("2016-12-21"), intake.ProgrammeOpened(division=CITY, reference_on=day("2017-01-01"), groups=plans, **named)
        yield (
            day("2016-12-22"),
            intake.SelectionProposed(
                screened_on=day("2016-12-22"),
                objections_until=day("2017-01-03"),
                seed="黄石社会救助 2016-12-22",
                inputs_hash=sha("inputs"),
                list_hash=sha("list"),
                distinct_eligible=7_131,
                groups=tuple(
                    intake.GroupSelection(code=code, eligible=eligible, selected=100, reserve=20)
                    for code, eligible in zip(GROUPS, (980, 640, 5_190, 972), strict=True)
                ),
                communities=tuple(self.communities()),
                criteria=(
                    "独居老人：60 周岁以上、独自居住的低保对象",
                    "单亲未成年学生：7 至 17 周岁、家中只有一名成年人",
                    "残疾人：持有效残疾人证",
                    "重病患者：在市医疗救助名册内",
                ),
                **named,
            ),
        )
        yield day("2017-01-09"), intake.SelectionConfirmed(confirmed_on=day("2017-01-09"), objections=2, objections_upheld=1, **named)
        yield day("2017-01-24"), intake.EnrolmentCompleted(completed_on=day("2017-01-24"), enrolled=400, refused=12, replaced=12, **named)

    def communities(self) -> Iterator[intake.CommunityCount]:
        """Each district's share spread over its communities, so that nearly every one is small."""
        for code, shares in SELECTED.items():
            for district, share in zip(DISTRICTS, shares, strict=True):
                places = [community for street in children(district) for community in children(street)] or [district]
                counts = dict.fromkeys(places, 0)
                for place in islice(cycle(places), share):
                    counts[place] += 1
                yield from (intake.CommunityCount(division=place, code=code, selected=count) for place, count in counts.items() if count)

    def service(self) -> Iterator[Told]:
        """Cases, sessions, outcomes and closings, in the order of their days."""
        yield from sorted(self._service(), key=lambda told: told[0])

    def _service(self) -> Iterator[Told]:
        for number in range(15):
            worker = self.id(f"worker {number}")
            yield (
                day("2016-09-19"),
                casework.WorkerVerified(
                    worker_id=worker, contract_id=self.contract, level="social_worker", capacity=30, verified_on=day("2016-09-19")
                ),
            )
        for number in range(24):
            on = day("2017-02-11") + timedelta(days=9 * number)
            kind = "group" if number % 2 else "community"
            yield (
                on,
                casework.ActivityHeld(
                    activity_id=self.id(f"activity {number}"), contract_id=self.contract, kind=kind, held_on=on, participants=25
                ),
            )
        for number, (code, place) in enumerate((code, place) for place in range(100 // self.scale) for code in GROUPS):
            yield from self._case(number, code, place)
        for number, (kind, detail, code) in enumerate(item for item, count in OUTCOMES.items() for _ in range(-(-count // self.scale))):
            on = day("2017-04-10") + timedelta(days=2 * number)
            said = {"kind": kind, "detail": detail, "group": code, "achieved_on": on, "outcome_id": self.id(f"outcome {number}")}
            yield on, casework.OutcomeRecorded.model_validate({"case_id": self.id(f"case {number}"), "contract_id": self.contract, **said})

    def _case(self, number: int, code: str, place: int) -> Iterator[Told]:
        case, opened = self.id(f"case {number}"), day("2017-02-06") + timedelta(days=place % 30)
        named = {"case_id": case, "contract_id": self.contract}
        yield (
            opened,
            casework.CaseOpened(
                recipient_id=self.id(f"recipient {number}"),
                worker_id=self.id(f"worker {number % 15}"),
                group=code,
                division=DISTRICTS[0],
                opened_on=opened,
                **named,
            ),
        )
        before, after = SESSIONS[code]
        for session in range(before + after):
            held = opened + timedelta(days=3 + 15 * session)
            yield held, casework.SessionRecorded(number=session + 1, held_on=held, minutes=60, mode="home_visit", group=code, **named)
        closed = day("2017-09-01") + timedelta(days=place % 30)
        yield (
            closed,
            casework.CaseClosed(
                recipient_id=self.id(f"recipient {number}"), group=code, reason=self.reasons[number], closed_on=closed, **named
            ),
        )

    @cached_property
    def reasons(self) -> list[str]:
        """Why each case was closed. At a smaller scale the rare reasons stay, and 目标达成 gives way."""
        cases = 400 // self.scale
        counts = {reason: -(-count // self.scale) for reason, count in CLOSINGS.items()}
        counts["goals_met"] += cases - sum(counts.values())
        return [reason for reason, count in counts.items() for _ in range(count)]
