"""The record an act belongs to: found within the actor's reach, judged by the law of its place, its deviations kept."""

from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from services.procurement.domain.limit import Deviation
from services.procurement.store import Contract, DeviationKept, Project, Tender
from shared.errors import Forbidden, NotFound, WrongState
from shared.rules import Rule, RuleMissing, Rules
from shared.work import Work

T = TypeVar("T")


class StepMissing(WrongState):
    """An earlier step of the procedure has not been taken."""

    code = "step-missing"


class AlreadyDone(WrongState):
    code = "already-done"


class SameOfficer(Forbidden):
    """The second person must be another one than the first."""

    code = "same-person"


@dataclass(frozen=True, slots=True)
class Law:
    """The rules of the act's date as they hold in the project's division."""

    rules: Rules
    division: str

    def __call__(self, rule: str) -> Rule:
        return self.rules(rule, division=self.division)

    def if_in_force(self, rule: str) -> Rule | None:
        """None on a date, or in a place, that does not know the rule."""
        try:
            return self(rule)
        except RuleMissing:
            return None


def project_of(work: Work, project_id: UUID) -> Project:
    """The project, filed as the record of this act. Out of reach is not found."""
    project = work.get(Project, project_id)
    if not work.actor.reaches(project.division):
        raise NotFound("没有找到该项目")
    work.about("project", project.id)
    return project


def tender_of(work: Work, tender_id: UUID) -> tuple[Tender, Project]:
    tender = work.get(Tender, tender_id)
    return tender, project_of(work, tender.project_id)


def contract_of(work: Work, contract_id: UUID) -> tuple[Contract, Project]:
    contract = work.get(Contract, contract_id)
    return contract, project_of(work, contract.project_id)


def require(step: T | None, message: str) -> T:
    """What an earlier step of the procedure has left. Raises StepMissing where there is nothing."""
    if not step:
        raise StepMissing(message)
    return step


def once(condition: object, message: str) -> None:
    """A step that is taken once. Raises AlreadyDone when `condition` says it was."""
    if condition:
        raise AlreadyDone(message)


def other_than(account: str, first: str, message: str) -> None:
    """author ≠ approver. Raises SameOfficer."""
    if account == first:
        raise SameOfficer(message)


def keep_deviations(work: Work, project_id: UUID, *deviations: Deviation | None) -> None:
    """Late acts and soft rules that were overridden, with the reasons given."""
    for deviation in deviations:
        if deviation is not None:
            work.add(
                DeviationKept(
                    project_id=project_id,
                    rule=deviation.rule,
                    citation=deviation.citation,
                    message=deviation.message,
                    reason=deviation.reason,
                    acted_on=work.today,
                    account=work.actor.account,
                )
            )
