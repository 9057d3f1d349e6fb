"""What was true of a contract up to a day, counted from what the other services reported."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlmodel import col, func, select

from services.procurement.domain.milestone import Progress, RoundResult
from services.procurement.store.contract import Acceptance, Contract, Payment, Supplement
from services.procurement.store.progress import Case, Finding, Publication, Round, Session, Survey, Worker
from shared.money import Fen
from shared.work import Reader


def progress_of(reader: Reader, contract: Contract, day: date) -> Progress:
    survey = reader.first(select(Survey).where(Survey.project_id == contract.project_id).order_by(col(Survey.files_due).desc()))
    cases = (Case.contract_id == contract.id,)
    acceptance = reader.first(select(Acceptance).where(Acceptance.contract_id == contract.id))
    return Progress(
        day=day,
        workers_verified=_count(reader, select(func.count()).where(Worker.contract_id == contract.id, Worker.verified_on <= day)),
        files_due=survey.files_due if survey else 0,
        files_verified=survey.files_verified if survey else 0,
        plans_signed=_count(reader, select(func.count()).where(*cases, col(Case.plan_signed_on) <= day)),
        sessions=_count(
            reader,
            select(func.count()).where(Session.contract_id == contract.id, Session.held_on <= day, col(Session.is_withdrawn).is_(False)),
        ),
        cases_opened=_count(reader, select(func.count(func.distinct(Case.recipient_id))).where(*cases, col(Case.opened_on) <= day)),
        cases_closed=_count(reader, select(func.count()).where(*cases, col(Case.closed_on) <= day)),
        mid=_round(reader, contract, "mid", day),
        final=_round(reader, contract, "final", day),
        is_contract_published=is_published(reader, contract.notice_id, day),
        is_plan_accepted=contract.plan_accepted_on is not None,
        is_acceptance_published=acceptance is not None and is_published(reader, acceptance.notice_id, day),
    )


def is_published(reader: Reader, notice_id: UUID | None, day: date) -> bool:
    """Whether everybody can read the notice: disclosure has said so."""
    if notice_id is None:
        return False
    return reader.first(select(Publication).where(Publication.source_id == notice_id, Publication.published_on <= day)) is not None


def paid_of(reader: Reader, contract_id: UUID) -> Fen:
    return _sum(reader, select(func.sum(Payment.amount_fen)).where(Payment.contract_id == contract_id, Payment.state == "paid"))


def committed_of(reader: Reader, contract_id: UUID) -> Fen:
    """Applied for, approved or paid."""
    return _sum(reader, select(func.sum(Payment.amount_fen)).where(Payment.contract_id == contract_id))


def supplements_of(reader: Reader, contract_id: UUID) -> Fen:
    return _sum(reader, select(func.sum(Supplement.amount_fen)).where(Supplement.contract_id == contract_id))


def paid_in_year(reader: Reader, project_id: UUID, year: int) -> Fen:
    days = (col(Payment.paid_on) >= date(year, 1, 1), col(Payment.paid_on) <= date(year, 12, 31))
    return _sum(reader, select(func.sum(Payment.amount_fen)).where(Payment.project_id == project_id, Payment.state == "paid", *days))


def _round(reader: Reader, contract: Contract, kind: str, day: date) -> RoundResult | None:
    found = reader.first(
        select(Round)
        .where(Round.contract_id == contract.id, Round.kind == kind, col(Round.concluded_on) <= day)
        .order_by(col(Round.concluded_on).desc())
    )
    if found is None:
        return None
    of_provider = (Finding.round_id == found.id, Finding.party == "provider")
    findings = _count(reader, select(func.count()).where(*of_provider))
    closed = _count(reader, select(func.count()).where(*of_provider, col(Finding.closed_on) <= day))
    return RoundResult(
        composite=Decimal(found.composite),
        satisfaction=Decimal(found.satisfaction),
        verdict=found.verdict,
        open_findings=findings - closed,
        findings=findings,
        is_by_frozen_scheme=found.scheme_hash in ("", contract.scheme_hash),
    )


def _count(reader: Reader, statement: object) -> int:
    return int(reader.scalar(statement) or 0)  # type: ignore[arg-type]  # func.count gives statements of several types


def _sum(reader: Reader, statement: object) -> Fen:
    return Fen(_count(reader, statement))
