"""The agency under its contract: its key, its workers, and the return of everything at the end."""

import hashlib
import json
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, func, select

from services.casework.domain.lifecycle import CLOSED
from services.casework.domain.term import NotAccepted
from services.casework.domain.workload import WorkerNotReady
from services.casework.store import AgencyKey, Case, NeedReport, PersonKey, PersonSecret, Worker, reached_contract
from shared.access import Actor
from shared.errors import Forbidden, WrongState
from shared.events.casework import AgencyKeyRegistered, DataReturned, WorkerVerified
from shared.files import require_file
from shared.personal import Keyring
from shared.rules import Rules
from shared.work import Work

Level = Literal["assistant", "social_worker", "senior"]


class AlreadyRegistered(WrongState):
    code = "already-registered"


class SelfVerified(Forbidden):
    """Who registers a worker does not verify the certificate."""

    code = "self-verified"


class CasesOpen(WrongState):
    code = "cases-open"


def register_agency_key(*, public_key: str, work: Work, today: date) -> dict[str, Any]:
    """Tell intake to which key dossiers are sealed; a second time says the same."""
    known = work.first(select(AgencyKey).where(AgencyKey.public_key == public_key))
    if known is None:
        known = AgencyKey(public_key=public_key, registered_on=today)
        work.add(known)
        work.emit(AgencyKeyRegistered(agency_id=known.id, public_key=public_key))
    work.about("agency", known.id)
    return {"agency_id": known.id, "public_key": public_key}


def register_worker(
    contract_id: UUID,
    *,
    account: str,
    name: str,
    level: Level,
    certificate_no: str,
    registered_until: date,
    work: Work,
    today: date,
    actor: Actor,
    keyring: Keyring,
) -> UUID:
    """Name a worker; the name and the certificate's number are kept sealed."""
    contract = reached_contract(work, contract_id, actor)
    if work.first(select(Worker).where(Worker.contract_id == contract_id, Worker.account == account)):
        raise AlreadyRegistered(f"账号 {account} 已登记为本合同社工", field="account")
    if registered_until < today:
        raise WorkerNotReady(f"证书登记有效期已于 {registered_until} 届满", field="registered_until")
    worker = Worker(
        contract_id=contract_id,
        account=account,
        level=level,
        capacity=contract.worker_capacity,
        registered_until=registered_until,
        registered_by=actor.account,
        registered_on=today,
    )
    sealed = keyring.seal(worker.id, {"name": name, "certificate_no": certificate_no})
    work.add(worker, PersonKey(person_id=worker.id, contract_id=contract_id, wrapped_key=sealed.wrapped_key, wrapped_by=sealed.wrapped_by))
    work.add(PersonSecret(person_id=worker.id, about=worker.id, sealed=sealed.sealed))
    work.about("worker", worker.id)
    return worker.id


def verify_worker(worker_id: UUID, *, document: UUID | None, work: Work, today: date, actor: Actor) -> UUID:
    """Confirm that the certificate was seen; another person than who registered the worker."""
    worker = work.get(Worker, worker_id)
    reached_contract(work, worker.contract_id, actor)
    work.about("worker", worker_id)
    if worker.registered_by == actor.account:
        raise SelfVerified("登记人不得自行核验证书")
    if worker.verified_on is not None:
        raise AlreadyRegistered("证书已核验")
    if worker.registered_until < today:
        raise WorkerNotReady(f"证书登记有效期已于 {worker.registered_until} 届满")
    if document is not None:
        require_file(work, document)
    worker.verified_on, worker.verified_by = today, actor.account
    work.emit(
        WorkerVerified(worker_id=worker_id, contract_id=worker.contract_id, level=worker.level, capacity=worker.capacity, verified_on=today)
    )
    return worker_id


def return_data(contract_id: UUID, *, document: UUID, work: Work, today: date, actor: Actor, rules: Rules) -> dict[str, Any]:
    """Give back what is to be given back and destroy the keys of the rest; the certificate names what was done by its hash."""
    contract = reached_contract(work, contract_id, actor)
    work.about("contract", contract_id)
    rules("data_return", division=contract.division)
    if contract.accepted_on is None:
        raise NotAccepted("尚未验收，资料仍须保留备查")
    if contract.data_returned_on is not None:
        raise AlreadyRegistered("资料已返还并删除")
    if work.scalar(select(func.count()).select_from(Case).where(Case.contract_id == contract_id, Case.state != CLOSED)):
        raise CasesOpen("仍有个案未结案")
    certificate = require_file(work, document)
    recipients = work.rows(select(Case.recipient_id).where(Case.contract_id == contract_id).order_by(col(Case.recipient_id)))
    keys = _destroy_keys(work, contract_id)
    contract.data_returned_on = today
    told = {"contract": str(contract_id), "recipients": [str(row.recipient_id) for row in recipients], "certificate": certificate.sha256}
    certificate_hash = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    work.emit(DataReturned(contract_id=contract_id, returned_on=today, certificate_hash=certificate_hash))
    return {"certificate_hash": certificate_hash, "recipients": len(recipients), "keys_erased": keys}


def _destroy_keys(work: Work, contract_id: UUID) -> int:
    """Make all that was written about the recipients and others unreadable, backups included; the workers' rows stay. Gives how many."""
    reported = select(col(NeedReport.id)).where(col(NeedReport.contract_id) == contract_id)
    mine = select(col(Case.recipient_id)).where(col(Case.contract_id) == contract_id).union(reported)
    living = (col(PersonKey.person_id).in_(mine), col(PersonKey.wrapped_key).is_not(None))
    count = int(work.scalar(select(func.count()).select_from(PersonKey).where(*living)))
    work.execute(update(PersonKey).where(*living).values(wrapped_key=None))
    return count
