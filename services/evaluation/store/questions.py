"""What people ask of evaluation."""

from typing import Any
from uuid import UUID

from sqlmodel import col, select

from services.evaluation.store.scope import reached_ids, reached_round
from services.evaluation.store.tables import Appeal, Assessor, Ballot, Commission, Context, Contract, Finding, Round, Sampled, Sheet
from shared.access import Actor
from shared.http.paging import Listing, Page, listing
from shared.work import Reader


def rounds(*, reader: Reader, actor: Actor, page: Page, contract_id: UUID | None = None) -> Listing:
    statement = select(Round).where(col(Round.contract_id).in_(reached_ids(reader, actor)))
    if contract_id is not None:
        statement = statement.where(Round.contract_id == contract_id)
    return listing(reader, statement, page, sort=(Round.opened_on, Round.id), item=lambda row: _round(row, actor))


def round_shown(round_id: UUID, *, reader: Reader, actor: Actor) -> dict[str, Any]:
    round_, contract = reached_round(reader, round_id, actor)
    disclosed = (
        select(Assessor).where(Assessor.contract_id == contract.id, col(Assessor.has_guided_plan).is_(True)).order_by(Assessor.organisation)
    )
    disclosures = [{"organisation": row.organisation, "disclosure": row.disclosure} for row in reader.select(disclosed)]
    return _round(round_, actor) | {"disclosures": disclosures}


def _round(row: Round, actor: Actor) -> dict[str, Any]:
    """Until they are told, those who are judged and those who still judge do not see the result."""
    hidden = (
        {"dimensions", "composite", "band", "satisfaction", "verdict"}
        if row.status in ("open", "scored") and not _sees_all(actor)
        else set()
    )
    hidden |= {"sample_seed", "opened_by"}
    return row.model_dump(exclude=hidden)


def _sees_all(actor: Actor) -> bool:
    return actor.may("evaluator", "buyer", "auditor")


def sheets(round_id: UUID, *, reader: Reader, actor: Actor, page: Page, dimension: str = "") -> Listing:
    """All sheets and versions for those who run the round; before it is scored the others see only their own."""
    round_, _ = reached_round(reader, round_id, actor)
    statement = select(Sheet).where(Sheet.round_id == round_id)
    if dimension:
        statement = statement.where(Sheet.dimension == dimension)
    if not _sees_all(actor) and round_.status in ("open", "scored"):
        statement = statement.where(Sheet.recorded_by == actor.account)
    return listing(reader, statement, page, sort=(Sheet.recorded_at, Sheet.id), item=lambda row: row.model_dump(exclude={"recorded_at"}))


def sample(round_id: UUID, *, reader: Reader, actor: Actor, page: Page) -> Listing:
    reached_round(reader, round_id, actor)
    statement = select(Sampled).where(Sampled.round_id == round_id)
    return listing(reader, statement, page, sort=(Sampled.group, Sampled.id), item=lambda row: row.model_dump(exclude={"id", "round_id"}))


def ballots(round_id: UUID, *, reader: Reader, actor: Actor) -> dict[str, Any]:
    reached_round(reader, round_id, actor)
    by_group: dict[str, list[str]] = {}
    for row in reader.select(select(Ballot).where(Ballot.round_id == round_id).order_by(Ballot.group, Ballot.id)):
        by_group.setdefault(row.group, []).append(row.id)
    return {"ballots": by_group}


def findings(*, reader: Reader, actor: Actor, page: Page, round_id: UUID | None = None) -> Listing:
    statement = select(Finding).where(col(Finding.contract_id).in_(reached_ids(reader, actor)))
    if round_id is not None:
        statement = statement.where(Finding.round_id == round_id)
    return listing(reader, statement, page, sort=(Finding.issued_on, Finding.id), item=lambda row: row.model_dump())


def appeals(*, reader: Reader, actor: Actor, page: Page, round_id: UUID | None = None) -> Listing:
    statement = select(Appeal).where(col(Appeal.contract_id).in_(reached_ids(reader, actor)))
    if round_id is not None:
        statement = statement.where(Appeal.round_id == round_id)
    return listing(reader, statement, page, sort=(Appeal.filed_on, Appeal.id), item=lambda row: row.model_dump())


def contexts(*, reader: Reader, page: Page, project_id: UUID | None = None) -> Listing:
    """City-wide figures: every signed-in reader may see them."""
    statement = select(Context)
    if project_id is not None:
        statement = statement.where(Context.project_id == project_id)
    return listing(reader, statement, page, sort=(Context.year, Context.id), item=lambda row: row.model_dump(exclude={"recorded_by"}))


def contracts(*, reader: Reader, actor: Actor, page: Page) -> Listing:
    statement = select(Contract).where(col(Contract.id).in_(reached_ids(reader, actor)))
    return listing(reader, statement, page, sort=(Contract.signed_on, Contract.id), item=lambda row: row.model_dump())


def commissions(*, reader: Reader, actor: Actor, page: Page) -> Listing:
    statement = select(Commission).where(col(Commission.contract_id).in_(reached_ids(reader, actor)))
    return listing(reader, statement, page, sort=(Commission.commissioned_on, Commission.id), item=lambda row: row.model_dump())
