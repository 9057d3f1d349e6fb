"""Signing in at the department's own identity provider: OpenID Connect, authorization code with PKCE (RFC 7636, RFC 9207).

    begun = await provider.begin(redirect_uri)        the reader goes to begun.address; `begun.secrets` waits in a sealed cookie
    claims = await provider.finish(begun.secrets, query, redirect_uri)

Only the ID token is used: signed, for this client, fresh, with the nonce of this very attempt. Neither it nor the access token is kept.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_urlsafe
from time import monotonic
from typing import Any, Final
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.errors import Busy, Unauthenticated
from shared.sentences import S_

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures by a key of the provider's: neither `none` nor one made with a secret that the client knows too."""
WAIT_SECONDS: Final = 10.0
KNOWN_SECONDS: Final = 3600.0
"""How long the provider's addresses and keys are believed before they are asked for again."""
LEEWAY_SECONDS: Final = 60


class SignOnRefused(Unauthenticated):
    """The provider's answer does not belong to an attempt of this browser, or does not hold."""

    code = "sign-on-refused"


class ProviderAway(Busy):
    code = "provider-away"


@dataclass(frozen=True, slots=True)
class Begun:
    """An attempt: where the reader goes, and what must come back or be known when it ends."""

    address: str
    secrets: Mapping[str, str]


class Provider:
    """One identity provider, as its discovery document describes it (OpenID Connect Discovery 1.0)."""

    def __init__(self, issuer: str, client_id: str, client_secret: str, *, scope: str = "openid profile") -> None:
        self.issuer = issuer
        self._scope = scope
        self._client_id = client_id
        self._client_secret = client_secret
        self._described: tuple[Mapping[str, Any], float] | None = None
        self._keys: KeySet | None = None

    async def begin(self, redirect_uri: str) -> Begun:
        """A new attempt. Raises ProviderAway."""
        described = await self._description()
        secrets = {"state": token_urlsafe(24), "nonce": token_urlsafe(24), "verifier": token_urlsafe(48)}
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": self._scope,
            "state": secrets["state"],
            "nonce": secrets["nonce"],
            "code_challenge": _challenge(secrets["verifier"]),
            "code_challenge_method": "S256",
        }
        return Begun(f"{described['authorization_endpoint']}?{urlencode(query)}", secrets)

    async def finish(self, secrets: Mapping[str, str], answer: Mapping[str, str], redirect_uri: str) -> Mapping[str, Any]:
        """The claims of who came back. Raises SignOnRefused, or ProviderAway."""
        if not hmac.compare_digest(answer.get("state", "").encode(), secrets["state"].encode()):
            raise SignOnRefused(S_("登录请求不是从本浏览器发出的，请重新登录"))
        if answer.get("iss", self.issuer) != self.issuer:
            raise SignOnRefused(S_("答复不是来自所设的统一身份认证平台"))
        if not answer.get("code"):
            raise SignOnRefused(S_("统一身份认证平台没有准予登录"))
        token = await self._redeem(answer["code"], secrets["verifier"], redirect_uri)
        return await self._claims(token, secrets["nonce"])

    async def leaving(self, back: str) -> str:
        """Where the reader ends the session at the provider too; empty if it offers none (OpenID Connect RP-Initiated Logout 1.0)."""
        address = (await self._description()).get("end_session_endpoint", "")
        return f"{address}?{urlencode({'client_id': self._client_id, 'post_logout_redirect_uri': back})}" if address else ""

    async def _redeem(self, code: str, verifier: str, redirect_uri: str) -> str:
        described = await self._description()
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier}
        answer = await self._ask("POST", described["token_endpoint"], data=form, auth=(self._client_id, self._client_secret))
        token = _object(answer).get("id_token")
        if answer.status_code != httpx.codes.OK or not isinstance(token, str):
            raise SignOnRefused(S_("统一身份认证平台没有承认这次登录，请重新登录"))
        return token

    async def _claims(self, token: str, nonce: str) -> Mapping[str, Any]:
        try:
            claims = await self._verified(token)
            jwt.JWTClaimsRegistry(
                leeway=LEEWAY_SECONDS,
                iss={"essential": True, "value": self.issuer},
                aud={"essential": True, "value": self._client_id},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(claims)
        except (JoseError, ValueError) as fault:
            raise SignOnRefused(S_("统一身份认证平台的身份凭据无效，请重新登录")) from fault
        if claims.get("azp", self._client_id) != self._client_id:
            raise SignOnRefused(S_("身份凭据不是发给本系统的"))
        return claims

    async def _verified(self, token: str) -> dict[str, Any]:
        """The claims under a signature of the provider; its keys are asked for again once, as they change."""
        keys = self._keys
        if keys is not None:
            try:
                return jwt.decode(token, keys, algorithms=ALGORITHMS).claims
            except (JoseError, ValueError):
                self._keys = None
        described = await self._description()
        keys = KeySet.import_key_set(_object(await self._ask("GET", described["jwks_uri"])))  # type: ignore[arg-type]  # checked by it
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        self._keys = keys
        return claims

    async def _description(self) -> Mapping[str, Any]:
        if self._described is not None and self._described[1] > monotonic():
            return self._described[0]
        answer = await self._ask("GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        described = _object(answer)
        if described.get("issuer") != self.issuer or not {"authorization_endpoint", "token_endpoint", "jwks_uri"} <= described.keys():
            raise ProviderAway(S_("统一身份认证平台的说明与设置不符，请联系系统管理员"), retry_after=60)
        self._described = (described, monotonic() + KNOWN_SECONDS)
        return described

    async def _ask(self, method: str, address: str, **what: Any) -> httpx.Response:
        try:
            async with httpx.AsyncClient(timeout=WAIT_SECONDS, trust_env=False) as http:
                return await http.request(method, address, **what)
        except httpx.HTTPError as fault:
            raise ProviderAway(S_("统一身份认证平台暂时不可用，请稍后再试，或用本地账号登录"), retry_after=30) from fault


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
