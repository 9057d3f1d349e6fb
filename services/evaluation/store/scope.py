"""Who reaches what: who reaches no contract finds none of its rounds."""

from uuid import UUID

from sqlmodel import select

from services.evaluation.store.tables import Contract, Round
from shared.access import Actor
from shared.errors import NotFound
from shared.work import Reader


def reached_contract(reader: Reader, contract_id: UUID, actor: Actor) -> Contract:
    """The contract, if it is in the actor's scope. Raises NotFound otherwise, so that nobody learns of its existence."""
    contract = reader.find(Contract, contract_id)
    if contract is None or not _reaches(actor, contract):
        raise NotFound("没有找到该合同")
    return contract


def reached_round(reader: Reader, round_id: UUID, actor: Actor) -> tuple[Round, Contract]:
    round_ = reader.find(Round, round_id)
    if round_ is None:
        raise NotFound("没有找到该轮评价")
    return round_, reached_contract(reader, round_.contract_id, actor)


def _reaches(actor: Actor, contract: Contract) -> bool:
    return actor.reaches(contract.division) or actor.reaches_contract(contract.id)


def reached_ids(reader: Reader, actor: Actor) -> list[UUID]:
    return [contract.id for contract in reader.select(select(Contract)) if _reaches(actor, contract)]
