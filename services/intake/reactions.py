"""What intake does when another service's event arrives, and how it answers the question for a dossier."""

import json
from datetime import date
from typing import Any

from sqlmodel import select

from services.intake.actions.discovered_need import forget_needs_of_others
from services.intake.actions.person import personal_of
from services.intake.domain.discovered_need import due_on, urgency_of
from services.intake.domain.dossier import DossierRefused, Standing, check_asked, check_may_see, excerpt
from services.intake.domain.guardian import WORDS
from services.intake.settings import Settings
from services.intake.store import AgencyKey, Assignment, Consent, Contract, DiscoveredNeed, Household, Person, Project, Reading, Recipient
from shared.errors import NotFound, NotYet, Refusal
from shared.events.casework import AgencyKeyRegistered, CaseClosed, CaseOpened, DataReturned, NeedDiscovered
from shared.events.intake import DossierRequest
from shared.events.procurement import ContractSigned, ProjectClosed, ProjectOpened
from shared.inbox import is_overtaken
from shared.personal import Keyring, seal_to
from shared.rules import Rules
from shared.sentences import S_
from shared.work import Work


def project_opened(event: ProjectOpened, *, work: Work) -> None:
    """Surveys and programmes may be made for the project from now on."""
    if work.find(Project, event.project_id) is None:
        work.add(Project(id=event.project_id, title=event.title, division=event.division))


def contract_signed(event: ContractSigned, *, work: Work) -> None:
    """Under this contract recipients are served; dossiers go to its agency alone, and only during its term."""
    if work.find(Contract, event.contract_id) is None:
        term = {"signed_on": event.signed_on, "starts_on": event.starts_on, "ends_on": event.ends_on}
        work.add(Contract(id=event.contract_id, project_id=event.project_id, **term))


def project_closed(event: ProjectClosed, *, work: Work) -> None:
    contract = work.find(Contract, event.contract_id)
    if contract is None:
        raise NotYet("合同签订的消息尚未到达")
    contract.closed_on = event.closed_on


def case_opened(event: CaseOpened, *, work: Work) -> None:
    """The recipient's dossier may be read by this worker for this case."""
    if work.find(Recipient, event.recipient_id) is None:
        raise NotYet("没有该服务对象的入组记录")
    if work.find(Assignment, event.case_id) is None:
        work.add(
            Assignment(
                case_id=event.case_id,
                recipient_id=event.recipient_id,
                contract_id=event.contract_id,
                worker_id=event.worker_id,
                opened_on=event.opened_on,
            )
        )


def case_closed(event: CaseClosed, *, work: Work) -> None:
    """From now on the dossier is read for a review only."""
    assignment = work.find(Assignment, event.case_id)
    if assignment is None:
        raise NotYet("个案建立的消息尚未到达")
    assignment.closed_on = event.closed_on


def agency_key_registered(event: AgencyKeyRegistered, *, work: Work) -> None:
    """Dossiers are sealed to this key and to no other; a newer one takes its place."""
    known = work.find(AgencyKey, event.agency_id)
    if known is None:
        work.add(AgencyKey(id=event.agency_id, public_key=event.public_key))
    elif not is_overtaken(work):
        known.public_key = event.public_key


def need_discovered(event: NeedDiscovered, *, work: Work, rules: Rules, keyring: Keyring) -> None:
    """A task for whoever works where it was found; also of a recipient whom nobody here knows, since a report of harm must not wait."""
    if work.find(DiscoveredNeed, event.report_id) is not None:
        return
    rule = rules("discovered_need", division=event.division)
    urgency = urgency_of(event.kind, event.urgency, rule.params["at_once"])
    key = keyring.seal(event.report_id, {})
    told = event.model_dump(include={"contract_id", "recipient_id", "about", "kind", "division", "found_on", "reported_on"})
    work.add(
        DiscoveredNeed(
            id=event.report_id,
            **told,
            urgency=urgency,
            due_on=due_on(event.reported_on, urgency, rule.params["days"]),
            wrapped_key=key.wrapped_key,
            wrapped_by=key.wrapped_by,
        )
    )


def data_returned(event: DataReturned, *, work: Work) -> None:
    """The agency has destroyed what it wrote; what was noted here about people on no file goes with it."""
    forget_needs_of_others(event.contract_id, work)


def dossier(request: DossierRequest, *, work: Work, keyring: Keyring, settings: Settings, rules: Rules) -> bytes:
    """Judge the question by intake's own rows, leave a mark of the reading, and answer sealed to the agency's key (decision 18)."""
    on = _day_of(request, settings)
    if work.first(select(AgencyKey).where(AgencyKey.public_key == request.reply_key)) is None:
        raise DossierRefused(S_("未登记的承接机构公钥"), why="unknown_key")
    recipient = work.find(Recipient, request.recipient_id)
    if recipient is None:
        raise NotFound(S_("没有该服务对象"))
    check_may_see(
        _standing(work, recipient),
        contract_id=request.contract_id,
        case_id=request.case_id,
        worker_id=request.worker_id,
        purpose=request.purpose,
        on=on,
    )
    check_asked(request.fields, request.purpose, rules("means_check", on=on))
    person = work.get(Person, recipient.person_id)
    work.add(Reading(person_id=person.id, reader=request.actor, by="casework", purpose=request.purpose, read_on=on, read_at=work.now))
    return seal_to(request.reply_key, json.dumps(_dossier(work, recipient, person, keyring, request), ensure_ascii=False).encode())


def dossier_refused(request: DossierRequest, refusal: Refusal, *, work: Work, settings: Settings) -> None:
    """Tell the person in the log of readings who asked in vain and why: a unit of its own, as the refused one leaves nothing.

    Asked again on the same day in the same way it is one line, so that nobody fills the log; `refusal` has each time.
    """
    recipient = work.find(Recipient, request.recipient_id)
    if recipient is None:
        return
    on = _day_of(request, settings)
    line: dict[str, Any] = {
        "person_id": recipient.person_id,
        "reader": request.actor,
        "by": "casework",
        "purpose": request.purpose,
        "what": "refused",
        "refusal": refusal.why if isinstance(refusal, DossierRefused) else "erased",
        "read_on": on,
    }
    work.alone(f"refused dossier {recipient.id}")
    if work.first(select(Reading).filter_by(**line)) is None:
        work.add(Reading(**line, read_at=work.now))


def _day_of(request: DossierRequest, settings: Settings) -> date:
    """The asker's word in rehearsal only; otherwise an agency could ask as of a day when its contract still ran."""
    return request.asked_on if settings.is_rehearsal else settings.clock().today()


def _consent_of(work: Work, recipient: Recipient) -> Consent | None:
    return work.first(select(Consent).where(Consent.candidate_id == recipient.candidate_id, Consent.is_given))


def _standing(work: Work, recipient: Recipient) -> Standing:
    contract = work.get(Contract, recipient.contract_id)
    assignment = work.first(select(Assignment).where(Assignment.recipient_id == recipient.id))
    return Standing(
        contract_id=recipient.contract_id,
        has_consent=_consent_of(work, recipient) is not None,
        withdrawn_on=recipient.withdrawn_on,
        starts_on=contract.starts_on,
        ends_on=contract.ends_on,
        closed_on=contract.closed_on,
        case_id=assignment.case_id if assignment else None,
        worker_id=assignment.worker_id if assignment else None,
        case_closed_on=assignment.closed_on if assignment else None,
    )


def _dossier(work: Work, recipient: Recipient, person: Person, keyring: Keyring, request: DossierRequest) -> dict[str, object]:
    household = work.get(Household, person.household_id)
    facts = person.facts(household)
    consent = _consent_of(work, recipient)
    known = personal_of(work, person, keyring) | {
        "sex": person.sex,
        "birth": person.birth.isoformat(),
        "division": household.division,
        "group": recipient.group,
        "living_members": household.living_members,
        "needs": household.needs,
        "is_pupil": facts.is_pupil,
        "has_single_parent": person.has_single_parent,
        "disability_kind": person.disability_kind,
        "disability_level": person.disability_level,
        "guardian": WORDS.get(consent.guardian_relation, "") if consent else "",
    }
    return excerpt(known, request.purpose, request.fields)
