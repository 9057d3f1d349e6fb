"""What casework does when another service's event arrives, and how it answers what a worker saw."""

import json

from sqlalchemy import or_, select, update
from sqlmodel import col

from services.casework.domain.term import months_after
from services.casework.settings import Settings
from services.casework.store import Contract, Enrolment, NeedAnswer, NeedReading, NeedReport, PersonKey, what_was_seen
from shared.errors import NotFound, NotYet
from shared.events.casework import NeedReportRequest
from shared.events.intake import NeedAnswered, NeedErased, RecipientEnrolled, RecipientErased, RecipientWithdrawn
from shared.events.procurement import AcceptanceRecorded, ContractSigned, ProjectClosed
from shared.personal import Keyring, seal_to
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


def need_answered(event: NeedAnswered, *, work: Work) -> None:
    """The worker who reported it reads what became of it."""
    if work.find(NeedReport, event.report_id) is None:
        raise NotYet("没有该发现报告")
    same = (col(NeedAnswer.report_id) == event.report_id, col(NeedAnswer.state) == event.state)
    if work.first(select(NeedAnswer).where(*same)) is None:
        work.add(NeedAnswer(**event.model_dump(include={"report_id", "state", "outcome", "answered_on"})))


def need_erased(event: NeedErased, *, work: Work) -> None:
    """Who was seen in a recipient's household was erased: what was seen is noise from now on."""
    if work.find(NeedReport, event.report_id) is None:
        raise NotYet("没有该发现报告")
    if (key := work.find(PersonKey, event.report_id)) is not None:
        key.wrapped_key = None


def need_report(request: NeedReportRequest, *, work: Work, keyring: Keyring, settings: Settings) -> bytes:
    """What the worker saw, sealed for the clerk of intake who asks, whose reading is written down. Raises NotFound, Erased."""
    on = request.asked_on if settings.is_rehearsal else settings.clock().today()
    if work.find(NeedReport, request.report_id) is None:
        raise NotFound("没有找到该发现报告")
    seen = what_was_seen(request.report_id, work, keyring)
    work.add(NeedReading(report_id=request.report_id, reader=request.actor, read_on=on, read_at=work.now))
    return seal_to(request.reply_key, json.dumps({"seen": seen}, ensure_ascii=False).encode())


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
