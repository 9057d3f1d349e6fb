"""What the store keeps of accounts and tokens, and the units and questions on it; `Access` runs them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, case, delete, insert, literal, select, update

from shared.access.accounts import NO_PASSWORD, actor_columns, actor_of
from shared.access.actor import ADMIN, KERNEL_ROLES, SYSTEM, Actor
from shared.access.tokens import hash_token
from shared.ids import new_id
from shared.telemetry import current_trace_id, scrub

if TYPE_CHECKING:
    from shared.work import Reader, Work

ADMIN_TOKEN_LIFETIME: Final = timedelta(days=3650)
"""The administrator's token ends when its file changes, not by time."""


@dataclass(frozen=True, slots=True)
class SignInRules:
    """GB/T 22239-2019 8.1.4.1: locked after n failures, sessions that end, passwords that change."""

    token_lifetime: timedelta = timedelta(hours=12)
    idle_lifetime: timedelta = timedelta(minutes=30)
    """Of a sign-in at a console: it ends so long after the last page, and with the token's lifetime at the latest."""
    failures_allowed: int = 5
    locked_for: timedelta = timedelta(minutes=15)
    password_lifetime: timedelta = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class SignedIn:
    token: str
    expires_at: datetime
    account: str
    name: str
    roles: Sequence[str]


@dataclass(frozen=True, slots=True)
class Session:
    """A token in use: whose it is, since when, until when."""

    actor: Actor
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Credential:
    account: str
    password_hash: str
    is_active: bool
    locked_until: datetime | None
    password_set_at: datetime | None


def actor_with(hashed: str, *, reader: "Reader") -> Session | None:
    """Whose token has this hash, if it and the account are in use."""
    token, account = reader.kernel.token, reader.kernel.account
    statement = (
        select(*actor_columns(reader.kernel), token.c.created_at, token.c.expires_at)
        .join(token, token.c.account == account.c.account)
        .where(token.c.hash == hashed, token.c.expires_at > reader.now, account.c.is_active)
    )
    rows = reader.rows(statement)
    return Session(actor_of(rows[0]), rows[0].created_at, rows[0].expires_at) if rows else None


def account_with(hashed: str, *, reader: "Reader") -> str | None:
    """Whose token this is or was: one whose time is over is still known until its owner signs in again."""
    token = reader.kernel.token.c
    found: str | None = reader.scalar(select(token.account).where(token.hash == hashed))
    return found


def extend_token(hashed: str, *, limits: SignInRules, work: "Work") -> datetime | None:
    """Let a console's sign-in last on from now; returns until when, None when it has ended."""
    token = work.kernel.token
    rows = work.rows(select(token.c.created_at, token.c.expires_at).where(token.c.hash == hashed, token.c.expires_at > work.now))
    if not rows:
        return None
    until: datetime = max(rows[0].expires_at, min(rows[0].created_at + limits.token_lifetime, work.now + limits.idle_lifetime))
    work.execute(update(token).where(token.c.hash == hashed).values(expires_at=until))
    return until


def credential_of(account: str, *, reader: "Reader") -> Credential | None:
    held = reader.kernel.account.c
    columns = (held.account, held.password_hash, held.is_active, held.locked_until, held.password_set_at)
    rows = reader.rows(select(*columns).where(held.account == account))
    return Credential(**rows[0]._mapping) if rows else None


def keep_token(account: str, token: str, *, lifetime: timedelta, work: "Work") -> SignedIn:
    held, tokens = work.kernel.account, work.kernel.token
    row = work.rows(select(held.c.name, held.c.roles).where(held.c.account == account))[0]
    expires_at = work.now + lifetime
    work.execute(delete(tokens).where(tokens.c.account == account, tokens.c.expires_at < work.now))
    work.execute(update(held).where(held.c.account == account, held.c.failures > 0).values(failures=0, locked_until=None))
    work.keep(tokens, {"hash": hash_token(token), "account": account, "created_at": work.now, "expires_at": expires_at})
    return SignedIn(token, expires_at, account, row.name, row.roles)


def drop_token(hashed: str, *, work: "Work") -> None:
    tokens = work.kernel.token
    work.execute(delete(tokens).where(tokens.c.hash == hashed))


def count_failure(account: str, *, limits: SignInRules, work: "Work") -> None:
    """Counted in the database, since many may try at once; a lock that has ended starts the count anew."""
    held = work.kernel.account
    has_ended = and_(held.c.locked_until.is_not(None), held.c.locked_until <= work.now)
    failures = case((has_ended, 1), else_=held.c.failures + 1)
    locked_until = case((failures >= limits.failures_allowed, literal(work.now + limits.locked_for, held.c.locked_until.type)), else_=None)
    is_unlocked = held.c.locked_until.is_(None) | has_ended
    work.execute(update(held).where(held.c.account == account, is_unlocked).values(failures=failures, locked_until=locked_until))


def set_password(account: str, password_hash: str, *, work: "Work") -> None:
    held, tokens = work.kernel.account, work.kernel.token
    values = {"password_hash": password_hash, "password_set_at": work.now, "failures": 0, "locked_until": None}
    work.execute(update(held).where(held.c.account == account).values(values))
    work.execute(delete(tokens).where(tokens.c.account == account))


def admit_admin(hashed: str, *, work: "Work") -> None:
    """Make the account `admin` if need be; it has no password, and of its tokens only this one."""
    held, tokens = work.kernel.account, work.kernel.token
    work.alone("admit admin")  # every process of a service does it at its start
    if work.scalar(select(held.c.account).where(held.c.account == ADMIN)) is None:
        row = {"account": ADMIN, "name": KERNEL_ROLES[ADMIN], "roles": [ADMIN], "divisions": [], "contracts": []}
        sign_in = {"password_hash": NO_PASSWORD, "is_active": True, "failures": 0}
        work.execute(insert(held).values(**row, **sign_in, created_at=work.now, created_by=SYSTEM.account))
    work.execute(delete(tokens).where(tokens.c.account == ADMIN))
    expires_at = work.now + ADMIN_TOKEN_LIFETIME
    work.keep(tokens, {"hash": hashed, "account": ADMIN, "created_at": work.now, "expires_at": expires_at})


def keep_refusal(code: str, message: str, account: str, method: str, path_template: str, *, work: "Work") -> None:
    work.keep(
        work.kernel.refusal,
        {
            "id": new_id(),
            "at": work.now,
            "acted_on": work.today,
            "account": account,
            "method": method,
            "path_template": path_template,
            "code": code,
            "message": scrub(message),
            "trace_id": current_trace_id(),
        },
    )
