"""What actions ask of the store."""

from uuid import UUID

from sqlmodel import col, func, select

from services.evaluation.store.tables import Appeal, Commission, Finding, Recipient, Sheet
from shared.work import Reader


def commission_of(reader: Reader, contract_id: UUID) -> Commission | None:
    return reader.first(select(Commission).where(Commission.contract_id == contract_id))


def sheets_that_count(reader: Reader, round_id: UUID, dimension: str = "") -> list[Sheet]:
    """Every sheet that no later version corrects."""
    corrected = select(Sheet.corrects).where(Sheet.round_id == round_id, col(Sheet.corrects).is_not(None))
    statement = select(Sheet).where(Sheet.round_id == round_id, col(Sheet.id).not_in(corrected))
    if dimension:
        statement = statement.where(Sheet.dimension == dimension)
    return reader.select(statement.order_by(Sheet.dimension, Sheet.assessor))


def sampling_frame(reader: Reader, contract_id: UUID, left_out: list[str]) -> dict[str, list[UUID]]:
    """Recipients with a case by group, without those who cannot be asked any more."""
    statement = select(Recipient.group, Recipient.id).where(
        Recipient.contract_id == contract_id, col(Recipient.closing_reason).not_in(left_out)
    )
    frame: dict[str, list[UUID]] = {}
    for group, recipient_id in reader.rows(statement):
        frame.setdefault(group, []).append(recipient_id)
    return frame


def undecided_appeals(reader: Reader, round_id: UUID) -> int:
    return int(reader.scalar(select(func.count()).select_from(Appeal).where(Appeal.round_id == round_id, col(Appeal.is_upheld).is_(None))))


def open_findings(reader: Reader, round_id: UUID, party: str) -> int:
    statement = (
        select(func.count()).select_from(Finding).where(Finding.round_id == round_id, Finding.party == party, Finding.status != "closed")
    )
    return int(reader.scalar(statement))
