"""Who reaches what: an agency's account its own contracts and no other, a caseworker the own cases."""

from uuid import UUID

from sqlmodel import select

from services.casework.store.tables import Case, Contract, Worker
from shared.access import Actor
from shared.errors import Forbidden, NotFound
from shared.work import Reader


class AccessEnded(Forbidden):
    """The agency reads until acceptance; after it the data goes back."""

    code = "access-ended"


def reached_contract(reader: Reader, contract_id: UUID, actor: Actor) -> Contract:
    """The contract, for an account of its agency or of a department whose division holds it. Raises NotFound."""
    contract = reader.find(Contract, contract_id)
    if contract is None or not (actor.reaches_contract(contract_id) or actor.reaches(contract.division)):
        raise NotFound("没有找到该合同")
    return contract


def reached_case(reader: Reader, case_id: UUID, actor: Actor) -> Case:
    """The case, in the same scope. Raises NotFound."""
    case = reader.find(Case, case_id)
    if case is None:
        raise NotFound("没有找到该个案")
    reached_contract(reader, case.contract_id, actor)
    return case


def readable_contract(reader: Reader, contract_id: UUID, actor: Actor) -> Contract:
    """The contract, for who may read of its recipients. Raises NotFound, or AccessEnded for the agency after acceptance."""
    contract = reached_contract(reader, contract_id, actor)
    if contract.accepted_on is not None and not actor.reaches(contract.division):
        raise AccessEnded(f"项目已于 {contract.accepted_on} 验收，承接机构不再查阅服务对象资料")
    return contract


def readable_case(reader: Reader, case_id: UUID, actor: Actor) -> Case:
    """The case, for who may read it: a caseworker the own cases only. Raises NotFound, AccessEnded."""
    case = reached_case(reader, case_id, actor)
    readable_contract(reader, case.contract_id, actor)
    if is_only_caseworker(actor) and reader.get(Worker, case.worker_id).account != actor.account:
        raise NotFound("没有找到该个案")
    return case


def is_only_caseworker(actor: Actor) -> bool:
    return actor.may("caseworker") and not actor.may("supervisor", "director", "buyer", "auditor")


def reached_ids(reader: Reader, actor: Actor, *, readable: bool = False) -> list[UUID]:
    """Contracts in the actor's scope; `readable` leaves out those of whose recipients an agency reads no more."""
    return [
        contract.id
        for contract in reader.select(select(Contract))
        if actor.reaches(contract.division) or (actor.reaches_contract(contract.id) and not (readable and contract.accepted_on))
    ]
