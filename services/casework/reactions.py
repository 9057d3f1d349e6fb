"""What casework does when another service's event arrives."""

from sqlalchemy import or_, select, update
from sqlmodel import col

from services.casework.domain.term import months_after
from services.casework.store import Contract, Enrolment, NeedReport, PersonKey
from shared.errors import NotYet
from shared.events.intake import RecipientEnrolled, RecipientErased, RecipientWithdrawn
from shared.events.procurement import AcceptanceRecorded, ContractSigned, ProjectClosed
from shared.rules import Rules
from shared.work import Work


def contract_signed(event: ContractSigned, *, work: Work, rules: Rules) -> None:
    """From now on the agency has a contract under which it may serve."""
    if work.find(Contract, event.contract_id) is not None:
        return
    months = int(rules("top_up", division=event.division).params["months"])
    work.add(
        Contract(
            id=event.contract_id,
            contract_no=event.contract_no,
            project_id=event.project_id,
            title=event.title,
            division=event.division,
            signed_on=event.signed_on,
            starts_on=event.starts_on,
            ends_on=event.ends_on,
            top_up_until=min(months_after(event.starts_on, months), event.ends_on),
            clients_at_least=event.clients_at_least,
            worker_capacity=event.worker_capacity,
        )
    )


def recipient_enrolled(event: RecipientEnrolled, *, work: Work) -> None:
    """Somebody waits for a caseworker."""
    if work.find(Contract, event.contract_id) is None:
        raise NotYet("合同签订的消息尚未到达")
    if work.find(Enrolment, event.recipient_id) is None:
        work.add(
            Enrolment(
                recipient_id=event.recipient_id,
                contract_id=event.contract_id,
                group=event.group,
                division=event.division,
                enrolled_on=event.enrolled_on,
            )
        )


def recipient_withdrawn(event: RecipientWithdrawn, *, work: Work) -> None:
    """Nobody is served against their will: no case is opened any more, and a dossier is closed at intake."""
    enrolment = work.find(Enrolment, event.recipient_id)
    if enrolment is None:
        raise NotYet("入组的消息尚未到达")
    enrolment.withdrawn_on = event.withdrawn_on


def recipient_erased(event: RecipientErased, *, work: Work) -> None:
    """What was written about the recipient is noise from now on; that it was done stays."""
    if work.find(Enrolment, event.recipient_id) is None:
        raise NotYet("入组的消息尚未到达")
    about = select(col(NeedReport.id)).where(col(NeedReport.recipient_id) == event.recipient_id)
    keys = or_(col(PersonKey.person_id) == event.recipient_id, col(PersonKey.person_id).in_(about))
    work.execute(update(PersonKey).where(keys).values(wrapped_key=None))


def contract_accepted(event: AcceptanceRecorded, *, work: Work) -> None:
    """After acceptance the data may be returned."""
    contract = work.find(Contract, event.contract_id)
    if contract is None:
        raise NotYet("合同签订的消息尚未到达")
    if event.conclusion == "passed":
        contract.accepted_on = event.accepted_on


def project_closed(event: ProjectClosed, *, work: Work) -> None:
    contract = work.find(Contract, event.contract_id)
    if contract is None:
        raise NotYet("合同签订的消息尚未到达")
    contract.closed_on = event.closed_on
