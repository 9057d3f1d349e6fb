"""The cookie of a sign-in: one per service, so that two services of one host do not know each other's."""

from typing import TYPE_CHECKING

from fastapi import Response

if TYPE_CHECKING:
    from shared.service import Runtime


def cookies(runtime: "Runtime") -> tuple[str, str]:
    """Its name over http, and over https."""
    return runtime.access.cookie, f"__Host-{runtime.access.cookie}"


def remember(answer: Response, runtime: "Runtime", token: str) -> None:
    """Until the browser closes or the token's time is over. A cookie of an https host of its own cannot be set by a neighbour."""
    is_https = runtime.settings.public_url.startswith("https:")
    answer.set_cookie(cookies(runtime)[is_https], token, httponly=True, samesite="lax", secure=is_https)
