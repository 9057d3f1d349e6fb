"""Whose account the claims of an identity provider open: one that was opened here, or one that the claims themselves describe.

Without `QIAO_OIDC_ROLES_CLAIM` the provider only says who somebody is; roles and reach are granted here, as for every account.
With it roles come from that claim, through `QIAO_OIDC_ROLES` (value → role), and divisions from `QIAO_OIDC_DIVISIONS_CLAIM`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert, select, update

from shared.access.access import SignInRefused
from shared.access.accounts import NO_PASSWORD, check_roles
from shared.access.actor import ADMIN, SYSTEM
from shared.access.oidc import Provider
from shared.access.tokens import read_secret
from shared.divisions import check_division
from shared.sentences import S_

if TYPE_CHECKING:
    from shared.settings import ServiceSettings
    from shared.work import Reader, Work

ACCOUNT: Final = re.compile(r"[a-z0-9][a-z0-9_.@-]{1,63}")
RESERVED: Final = frozenset({ADMIN, SYSTEM.account})


@dataclass(frozen=True, slots=True)
class SignOn:
    """The provider of a service, and how its claims are read."""

    provider: Provider
    name: str
    account_claim: str
    roles_claim: str
    divisions_claim: str
    roles: Mapping[str, str]

    @classmethod
    def of(cls, settings: "ServiceSettings") -> "SignOn | None":
        """As the settings say; None where no provider is named. Raises UnsafeSecret."""
        if not settings.oidc_issuer:
            return None
        secret = read_secret(settings.oidc_client_secret_file) if settings.oidc_client_secret_file else ""
        return cls(
            Provider(settings.oidc_issuer, settings.oidc_client_id, secret, scope=settings.oidc_scope),
            settings.oidc_name,
            settings.oidc_account_claim,
            settings.oidc_roles_claim,
            settings.oidc_divisions_claim,
            settings.oidc_roles,
        )


def account_of(claims: Mapping[str, Any], claim: str) -> str:
    """The name of the account. Raises SignInRefused for one that no account may have."""
    account = str(claims.get(claim, "")).strip().lower()
    if not ACCOUNT.fullmatch(account) or account in RESERVED:
        raise SignInRefused(S_("统一身份认证平台给出的账号不能在本系统使用，请联系系统管理员"))
    return account


def check_granted(account: str, *, reader: "Reader") -> None:
    """Raises SignInRefused unless an account of this name was opened here and is in use."""
    held = reader.kernel.account.c
    if not reader.scalar(select(held.is_active).where(held.account == account)):
        raise SignInRefused(S_("您已通过统一身份认证，但本系统没有您的账号，请联系系统管理员开通"))


def admit_described(account: str, claims: Mapping[str, Any], sign_on: SignOn, known_roles: frozenset[str], *, work: "Work") -> None:
    """Open or follow the account that the claims describe. Raises SignInRefused; one with a password of its own is nobody else's."""
    roles = sorted({sign_on.roles[value] for value in _listed(claims, sign_on.roles_claim) if value in sign_on.roles} & known_roles)
    if not roles:
        raise SignInRefused(S_("统一身份认证平台没有给您本系统的角色，请联系系统管理员"))
    check_roles(roles, known_roles)
    held = work.kernel.account
    work.alone(f"account {account}")
    found = work.rows(select(held.c.password_hash, held.c.is_active).where(held.c.account == account))
    if found and (found[0].password_hash != NO_PASSWORD or not found[0].is_active):
        raise SignInRefused(S_("本系统有一个同名的本地账号，或该账号已关闭，请联系系统管理员"))
    values: dict[str, Any] = {"name": str(claims.get("name") or account)[:64], "roles": roles}
    if sign_on.divisions_claim:
        values["divisions"] = [check_division(code) for code in _listed(claims, sign_on.divisions_claim)]
    if found:
        work.execute(update(held).where(held.c.account == account).values(**values))
        return
    opened = {"divisions": [], "contracts": [], "password_hash": NO_PASSWORD, "is_active": True, "failures": 0}
    by = {"created_at": work.now, "created_by": sign_on.provider.issuer}
    work.execute(insert(held).values(account=account, **{**opened, **values}, **by))


def _listed(claims: Mapping[str, Any], claim: str) -> Sequence[str]:
    """A claim as a list; dots lead into it: `realm_access.roles`."""
    found: Any = claims
    for part in claim.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        return found.split()
    return [str(each) for each in found] if isinstance(found, list) else []
