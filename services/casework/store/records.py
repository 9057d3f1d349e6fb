"""What actions ask of the store, and what is kept sealed."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import exists, func
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from services.casework.domain.lifecycle import CLOSED
from services.casework.store.tables import Case, PersonKey, PersonSecret, Session, Table, Worker
from shared.personal import Keyring
from shared.work import Reader

M = TypeVar("M", bound=Table)


def hold(reader: Reader, model: type[M], ids: Iterable[UUID], *, by: Any) -> dict[UUID, M]:
    """Load many rows with one question and, on PostgreSQL, lock them in one order.

    A unit that holds what it needs before its first `add` writes a hundred rows in one go instead of one by one.
    """
    wanted = set(ids)
    rows = reader.select(select(model).where(by.in_(wanted)).order_by(by).with_for_update())
    return {getattr(row, by.key): row for row in rows}


def hold_cases(reader: Reader, case_ids: Iterable[UUID]) -> None:
    """Hold cases with their workers' rows and their people's keys."""
    cases = hold(reader, Case, case_ids, by=col(Case.id))
    hold(reader, Worker, (case.worker_id for case in cases.values()), by=col(Worker.id))
    hold(reader, PersonKey, (case.recipient_id for case in cases.values()), by=col(PersonKey.person_id))


def keep_secret(person_id: UUID, about: UUID, *, reader: Reader, keyring: Keyring, **fields: str) -> PersonSecret:
    """What is written about a person, sealed; add it to the work. Raises Erased when the person's key was destroyed."""
    key = reader.get(PersonKey, person_id)
    return PersonSecret(person_id=person_id, about=about, sealed=keyring.reseal(person_id, key.wrapped_key, fields))


def secrets_about(reader: Reader, keyring: Keyring, about: UUID) -> dict[str, Any]:
    """What was written about one row, opened."""
    secret = reader.first(select(PersonSecret).where(PersonSecret.about == about))
    return {} if secret is None else keyring.open(secret.person_id, reader.get(PersonKey, secret.person_id).wrapped_key, secret.sealed)


def loads(reader: Reader, worker_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Open cases of each worker."""
    wanted = set(worker_ids)
    counted = counts(reader, Case.worker_id, col(Case.worker_id).in_(wanted), col(Case.state) != CLOSED)
    return {worker_id: counted.get(worker_id, 0) for worker_id in wanted}


def sessions_of_days(reader: Reader, worker_id: UUID, first: date, last: date) -> Sequence[Session]:
    """A worker's sessions in force from one day to another."""
    return reader.select(select(Session).where(col(Session.worker_id) == worker_id, col(Session.held_on).between(first, last), *in_force()))


def in_force() -> tuple[Any, Any]:
    """A session that was neither superseded nor withdrawn."""
    newer = aliased(Session)
    return ~exists().where(col(newer.supersedes) == col(Session.id)), col(Session.is_withdrawn).is_(False)


def counts(reader: Reader, column: Any, *conditions: Any) -> dict[Any, int]:
    return {row[0]: row[1] for row in reader.rows(select(column, func.count()).where(*conditions).group_by(column))}


def count(reader: Reader, model: type[Table], *conditions: Any) -> int:
    return int(reader.scalar(select(func.count()).select_from(model).where(*conditions)))
