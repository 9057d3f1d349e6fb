"""What evaluation does when another service's event arrives."""

from services.evaluation.store import Contract, Project, Recipient
from shared.errors import NotYet
from shared.events.casework import CaseClosed, CaseOpened
from shared.events.procurement import ContractSigned, ProjectOpened
from shared.work import Work


def project_opened(event: ProjectOpened, *, work: Work) -> None:
    """Remember who buys: nobody subordinate to them may judge."""
    if work.find(Project, event.project_id) is None:
        work.add(
            Project(
                id=event.project_id,
                project_no=event.project_no,
                title=event.title,
                buyer=event.buyer,
                procuring_entity=event.procuring_entity,
                division=event.division,
            )
        )


def contract_signed(event: ContractSigned, *, work: Work) -> None:
    """Keep the frozen scheme. One that does not match its hash is kept too, as evidence, and no round can be opened by it."""
    if work.find(Contract, event.contract_id) is None:
        work.add(
            Contract(
                id=event.contract_id,
                project_id=event.project_id,
                contract_no=event.contract_no,
                title=event.title,
                division=event.division,
                provider=event.provider,
                provider_uscc=event.provider_uscc,
                signed_on=event.signed_on,
                starts_on=event.starts_on,
                ends_on=event.ends_on,
                scheme=event.scheme.model_dump(mode="json"),
                scheme_hash=event.scheme_hash,
                is_scheme_intact=event.scheme.digest() == event.scheme_hash,
            )
        )


def case_opened(event: CaseOpened, *, work: Work) -> None:
    """The recipient may be drawn into the survey from now on."""
    if work.find(Recipient, event.recipient_id) is None:
        work.add(Recipient(id=event.recipient_id, contract_id=event.contract_id, group=event.group))


def case_closed(event: CaseClosed, *, work: Work) -> None:
    """Who died, moved away or cannot be found is not drawn any more."""
    recipient = work.find(Recipient, event.recipient_id)
    if recipient is None:
        raise NotYet("个案建立的消息尚未到达")
    recipient.closing_reason = event.reason
