"""Local accounts: made, changed and closed by an administrator, who holds no other role."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import Row, Select, delete, select, update

from shared.access.actor import ADMIN, Actor
from shared.divisions import check_division
from shared.errors import NotFound, RuleRefusal, WrongState
from shared.http.paging import Listing, Page, listing
from shared.sentences import S_

if TYPE_CHECKING:
    from shared.store.tables import KernelTables
    from shared.work import Reader, Work

NO_PASSWORD: Final = ""
"""As a password hash: nobody can sign in to this account by password."""


class AccountTaken(WrongState):
    code = "account-taken"


class RolesConflict(RuleRefusal):
    code = "roles-conflict"


class UnknownRole(RuleRefusal):
    code = "unknown-role"


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account as an administrator sees it."""

    account: str
    name: str
    roles: Sequence[str]
    divisions: Sequence[str]
    contracts: Sequence[str]
    is_active: bool
    is_locked: bool
    created_at: datetime
    created_by: str


def create_account(
    account: str,
    *,
    name: str,
    password_hash: str,
    roles: Sequence[str],
    divisions: Sequence[str] = (),
    contracts: Sequence[UUID] = (),
    known_roles: frozenset[str],
    work: "Work",
    actor: Actor,
) -> str:
    """Open an account. The password comes hashed: hashing is slow on purpose and does not belong in a unit."""
    check_roles(roles, known_roles)
    held = work.kernel.account
    if work.scalar(select(held.c.account).where(held.c.account == account)) is not None:
        raise AccountTaken(S_("账号 {account} 已存在", account=account))
    work.about("account", account)
    work.keep(
        held,
        {
            "account": account,
            "name": name,
            "password_hash": password_hash,
            "roles": sorted(set(roles)),
            "divisions": [check_division(code) for code in divisions],
            "contracts": [str(contract) for contract in contracts],
            "is_active": True,
            "failures": 0,
            "locked_until": None,
            "password_set_at": work.now,
            "created_at": work.now,
            "created_by": actor.account,
        },
    )
    return account


def check_roles(roles: Sequence[str], known: frozenset[str]) -> None:
    """Raises UnknownRole, or RolesConflict: who keeps the accounts does no business with them (GB/T 22239-2019 8.1.4.2)."""
    if unknown := sorted(set(roles) - known):
        raise UnknownRole(S_("本服务没有角色：{roles}", roles=unknown), field="roles")
    if ADMIN in roles and len(set(roles)) > 1:
        raise RolesConflict(S_("系统管理员不得兼任其他角色"), field="roles", rule="SE-8.1.4.2")


def rescope_account(account: str, *, divisions: Sequence[str], contracts: Sequence[UUID], work: "Work") -> None:
    """Change how far an account reaches; its tokens follow within seconds."""
    _change(account, work, divisions=[check_division(code) for code in divisions], contracts=[str(contract) for contract in contracts])


def close_account(account: str, *, work: "Work") -> None:
    """End an account and all its tokens. Its acts stay under its name, so it is never opened again for another person."""
    _change(account, work, is_active=False)
    end_tokens(account, work=work)


def reset_password(account: str, *, password_hash: str, work: "Work") -> None:
    """Give an account a new password, unlock it and end its tokens."""
    _change(account, work, password_hash=password_hash, password_set_at=work.now, failures=0, locked_until=None)
    end_tokens(account, work=work)


def end_tokens(account: str, *, work: "Work") -> None:
    """Sign the account out everywhere."""
    token = work.kernel.token
    work.execute(delete(token).where(token.c.account == account))


def _change(account: str, work: "Work", **values: Any) -> None:
    held = work.kernel.account
    if work.scalar(select(held.c.account).where(held.c.account == account)) is None:
        raise NotFound(S_("没有账号 {account}", account=account))
    work.about("account", account)
    work.execute(update(held).where(held.c.account == account).values(**values))


def accounts(*, reader: "Reader", page: Page) -> Listing:
    """Every account, by name of account."""
    held = reader.kernel.account.c
    columns = (held.name, held.roles, held.divisions, held.contracts, held.is_active, held.locked_until, held.created_at, held.created_by)
    statement: Select[Any] = select(held.account, *columns)

    def view(row: Row[Any]) -> AccountView:
        locked = row.locked_until is not None and row.locked_until > reader.now
        scope = (row.roles, row.divisions, row.contracts)
        return AccountView(row.account, row.name, *scope, row.is_active, locked, row.created_at, row.created_by)

    return listing(reader, statement, page, sort=(held.account, held.account), item=view)


def actor_of(row: Row[Any]) -> Actor:
    """The actor that a row of `account` describes."""
    return Actor(row.account, row.name, frozenset(row.roles), tuple(row.divisions), tuple(UUID(contract) for contract in row.contracts))


def account_of(account: str, *, reader: "Reader") -> Actor | None:
    """As whom something is done that an account asked for earlier; None when the account is closed."""
    held = reader.kernel.account.c
    rows = reader.rows(select(*actor_columns(reader.kernel)).where(held.account == account, held.is_active))
    return actor_of(rows[0]) if rows else None


def names_of_accounts(accounts: Collection[str], *, reader: "Reader") -> dict[str, str]:
    """Account → what its holder is called, of those that there are, closed ones too."""
    held = reader.kernel.account.c
    return {row.account: row.name for row in reader.rows(select(held.account, held.name).where(held.account.in_(set(accounts))))}


def actor_columns(kernel: "KernelTables") -> Sequence[Any]:
    """What `actor_of` reads."""
    held = kernel.account.c
    return held.account, held.name, held.roles, held.divisions, held.contracts
