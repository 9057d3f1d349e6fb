"""Intake says something: rosters, the survey, the screening, the enrolment. Counts, never people."""

from services.disclosure import contents
from services.disclosure.publishing import Desk
from services.disclosure.reactions.record import project_of, tell, wait
from services.disclosure.settings import Settings
from services.disclosure.store import Roster
from shared.events import intake
from shared.plugins import Hooks
from shared.rules import Rules
from shared.work import Work


def roster_accepted(event: intake.RosterAccepted, *, work: Work) -> None:
    if work.find(Roster, event.roster_id) is None:
        work.add(Roster(id=event.roster_id, **event.model_dump(exclude={"roster_id", "rows", "rejected"})))


def survey_progressed(event: intake.SurveyProgressed, *, work: Work) -> None:
    """Carries state: an older one that comes late changes nothing."""
    project = project_of(work, event.project_id)
    if event.files_verified >= project.files_verified:
        project.files_due, project.files_verified, project.people_surveyed = event.files_due, event.files_verified, event.people


def programme_opened(event: intake.ProgrammeOpened, *, work: Work) -> None:
    project = project_of(work, event.project_id)
    project.programme_id = event.programme_id
    project.groups = [group.model_dump() for group in event.groups]
    tell(work, project, work.today, "programme")


def selection_proposed(event: intake.SelectionProposed, *, work: Work, rules: Rules, hooks: Hooks, settings: Settings) -> None:
    project = project_of(work, event.project_id)
    tell(work, project, event.screened_on, "proposed")
    content = contents.selection(event, project, rules)
    wait(Desk(work, settings, rules, hooks), project, "selection", event.programme_id, content, event.screened_on)


def selection_reopened(event: intake.SelectionReopened, *, work: Work) -> None:
    tell(work, project_of(work, event.project_id), event.reopened_on, "reopened")


def selection_confirmed(event: intake.SelectionConfirmed, *, work: Work) -> None:
    project = project_of(work, event.project_id)
    project.enrolment = {**project.enrolment, "objections": event.objections, "upheld": event.objections_upheld}
    tell(work, project, event.confirmed_on, "confirmed")


def enrolment_completed(event: intake.EnrolmentCompleted, *, work: Work) -> None:
    project = project_of(work, event.project_id)
    project.enrolment = {**project.enrolment, "enrolled": event.enrolled, "refused": event.refused, "replaced": event.replaced}
    tell(work, project, event.completed_on, "enrolled")
