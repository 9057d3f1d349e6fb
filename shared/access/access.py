"""Who is calling: signs people and programs in and out, and knows them again for a few seconds without asking the store."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any, Final, Protocol, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import Request

from shared.access import credentials
from shared.access.accounts import NO_PASSWORD
from shared.access.actor import ADMIN, KERNEL_ROLES, Actor
from shared.access.credentials import Credential, Session, SignedIn, SignInRules
from shared.access.passwords import check_strong, hash_password, is_right
from shared.access.tokens import hash_token, new_token, read_secret
from shared.errors import Busy, Forbidden, Refusal, Unauthenticated
from shared.sentences import S_

T = TypeVar("T")

REMEMBERED_SECONDS: Final = 5.0
"""How long a token is known without asking the store; another process's sign-out takes effect after it."""
REMEMBERED_TOKENS: Final = 10_000
HASHING_AT_ONCE: Final = 2
HASHING_WAITING: Final = 64


class SignInRefused(Unauthenticated):
    """One answer for every cause, so that nobody learns which accounts exist."""

    code = "sign-in-refused"


class PasswordExpired(Forbidden):
    code = "password-expired"


class RoleMissing(Forbidden):
    code = "role-missing"


class Units(Protocol):
    """What runs an action as one unit and answers a question from one snapshot: the service's runtime."""

    def run(self, action: Callable[..., T], /, *args: Any, actor: Actor = ..., **arguments: Any) -> Awaitable[T]: ...

    def read(self, query: Callable[..., T], /, *args: Any, **arguments: Any) -> Awaitable[T]: ...


class Access:
    """One per service. `roles` are the service's own (role → Chinese name); the kernel's come with it."""

    def __init__(self, units: Units, *, service: str, roles: Mapping[str, str], rules: SignInRules | None = None) -> None:
        self.roles = {**KERNEL_ROLES, **roles}
        self.cookie = f"qiao_{service}"
        self._units = units
        self._rules = rules or SignInRules()
        self._remembered: dict[str, tuple[Actor, float, Session]] = {}
        self._hashing = CapacityLimiter(HASHING_AT_ONCE)

    # on every request

    async def actor(self, request: Request) -> Actor:
        """Who sent the request, by bearer token, else by cookie. Raises Unauthenticated."""
        return (await self.session(request)).actor

    async def session(self, request: Request) -> Session:
        """The sign-in of a request. One at a console lasts on while its pages are used. Raises Unauthenticated."""
        token = self.token_of(request)
        if token is None:
            raise Unauthenticated(S_("请先登录"))
        hashed = hash_token(token)
        remembered = self._remembered.get(hashed)
        if remembered is not None and remembered[1] > monotonic():
            return remembered[2]
        session = await self._units.read(credentials.actor_with, hashed)
        if session is None:
            self._remembered.pop(hashed, None)
            raise Unauthenticated(S_("登录已失效，请重新登录"))
        if session.expires_at - datetime.now(session.expires_at.tzinfo) < self._rules.idle_lifetime / 2:
            session = await self._extend(hashed, session)
        return self._remember(hashed, session)

    async def stay(self, request: Request) -> Session:
        """Let the sign-in of a request last on from now. Raises Unauthenticated."""
        session, token = await self.session(request), self.token_of(request)
        hashed = hash_token(token or "")
        return self._remember(hashed, await self._extend(hashed, session))

    async def owner(self, request: Request) -> str | None:
        """Whose sign-in a request was sent with, even if its time is over."""
        token = self.token_of(request)
        return await self._units.read(credentials.account_with, hash_token(token)) if token else None

    async def _extend(self, hashed: str, session: Session) -> Session:
        until = await self._units.run(credentials.extend_token, hashed, limits=self._rules)
        return replace(session, expires_at=until or session.expires_at)

    def _remember(self, hashed: str, session: Session) -> Session:
        if len(self._remembered) >= REMEMBERED_TOKENS:
            self._remembered.clear()
        self._remembered[hashed] = (session.actor, monotonic() + REMEMBERED_SECONDS, session)
        return session

    def token_of(self, request: Request) -> str | None:
        """The token that came with a request."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token:
            return token.strip()
        return request.cookies.get(self.cookie) or request.cookies.get(f"__Host-{self.cookie}")

    def check_role(self, actor: Actor, roles: Sequence[str]) -> None:
        """Raises RoleMissing unless the actor holds one of the roles."""
        if not actor.may(*roles):
            raise RoleMissing(S_("需要以下角色之一：{roles}", roles=[self.roles.get(role, role) for role in roles]))

    def forget(self, account: str) -> None:
        """Ask the store again about this account's tokens."""
        self._remembered = {hashed: known for hashed, known in self._remembered.items() if known[0].account != account}

    # signing in and out

    async def sign_in(self, account: str, password: str, *, at_console: bool = False) -> SignedIn:
        """A new token; one of a console ends when it is not used. Raises SignInRefused, PasswordExpired, or Busy."""
        credential = await self._check_password(account, password)
        if self._has_expired(credential):
            raise PasswordExpired(S_("密码已使用超过 {days} 天，请先修改密码", days=self._rules.password_lifetime.days))
        return await self.admit(account, at_console=at_console)

    async def admit(self, account: str, *, at_console: bool = False) -> SignedIn:
        """A new token for whoever has shown to be the owner of this account."""
        lifetime = self._rules.idle_lifetime if at_console else self._rules.token_lifetime
        return await self._units.run(credentials.keep_token, account, new_token(), lifetime=lifetime)

    async def sign_out(self, request: Request) -> None:
        """End the token of this request. A token that is gone already is gone."""
        if (token := self.token_of(request)) is not None:
            hashed = hash_token(token)
            self._remembered.pop(hashed, None)
            await self._units.run(credentials.drop_token, hashed)

    async def change_password(self, account: str, password: str, new_password: str) -> None:
        """For the owner of the account, also when the old password has expired. Ends all of its tokens."""
        await self._check_password(account, password)
        new_hash = await self.hash_strong(new_password, account)
        await self._units.run(credentials.set_password, account, new_hash)
        self.forget(account)

    async def hash_strong(self, password: str, account: str) -> str:
        """The hash of a password that follows the rules. Raises WeakPassword."""
        check_strong(password, account)
        return await self._hash(hash_password, password)

    async def bootstrap_admin(self, token_file: Path) -> None:
        """Let the token in this file act as `admin`, and no earlier one: the first accounts are made with it."""
        await self._units.run(credentials.admit_admin, hash_token(read_secret(token_file)))
        self.forget(ADMIN)

    async def record(self, refusal: Refusal, *, account: str, method: str, path_template: str) -> None:
        """Keep a refused access for the auditor (8.1.4.3), as a unit of its own: the refused one has left nothing."""
        await self._units.run(credentials.keep_refusal, refusal.code, refusal.message, account, method, path_template)

    async def _check_password(self, account: str, password: str) -> Credential:
        credential = await self._units.read(credentials.credential_of, account)
        fits = await self._hash(is_right, password, credential.password_hash if credential else NO_PASSWORD)
        if credential is None or not credential.is_active or not fits or _is_locked(credential):
            if credential is not None and not fits:
                await self._units.run(credentials.count_failure, account, limits=self._rules)
            minutes = int(self._rules.locked_for.total_seconds() // 60)
            raise SignInRefused(
                S_(
                    "账号或密码不正确，或账号已锁定（连续 {failures} 次不正确将锁定 {minutes} 分钟）",
                    failures=self._rules.failures_allowed,
                    minutes=minutes,
                )
            )
        return credential

    def _has_expired(self, credential: Credential) -> bool:
        set_at = credential.password_set_at
        return set_at is not None and datetime.now(set_at.tzinfo) - set_at > self._rules.password_lifetime

    async def _hash(self, function: Callable[..., T], *args: str) -> T:
        """Hash in a thread, two at a time; beyond 64 waiting the next is told to come again."""
        if self._hashing.statistics().tasks_waiting >= HASHING_WAITING:
            raise Busy(S_("登录人数过多，请稍后再试"), retry_after=2)
        return await to_thread.run_sync(function, *args, limiter=self._hashing)


def _is_locked(credential: Credential) -> bool:
    until = credential.locked_until
    return until is not None and until > datetime.now(until.tzinfo)
