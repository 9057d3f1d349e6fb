"""Signing in at a real identity provider: the way there and back, and every answer that must not be believed."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest

from services.intake.app import SERVICE
from shared.access.oidc import Provider, SignOnRefused
from shared.settings import ServiceSettings
from tests.conftest import HUANGSHI, Office
from tests.project.sources import ROOT
from tests.servers import free_port
from tests.service.kernel.identity_provider import CLIENT, PASSWORD, SECRET

OWN = "http://testserver/console/sign-on/back"
HERE = {"sec-fetch-site": "same-origin"}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "tests.service.kernel.identity_provider", str(port), OWN]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "listening\n", process.stderr.read() if process.stderr else ""
        yield f"http://localhost:{port}"
        process.kill()


@pytest.fixture
def opened(service_client: Callable[..., Office], issuer: str, tmp_path: Path) -> Callable[..., Office]:
    secret = tmp_path / "client-secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)

    def start(**settings: object) -> Office:
        chosen = {"oidc_issuer": issuer, "oidc_client_id": CLIENT, "oidc_client_secret_file": secret, "oidc_account_claim": "sub"}
        return service_client(SERVICE, **{**chosen, **settings})

    return start


def go(office: Office, path: str, **cookies: str) -> httpx.Response:
    office.http.cookies.clear()
    office.http.cookies.update(cookies)
    answer = office.http.get(path, headers=HERE, follow_redirects=False)
    return answer  # type: ignore[return-value]  # the test client's answers have the same form


def begin(office: Office) -> tuple[str, dict[str, str]]:
    """Where the browser is sent, and the cookie of the attempt."""
    answer = go(office, "/console/sign-on/?back=/console/rosters/")
    assert answer.status_code == 303, answer.text
    return answer.headers["location"], dict(answer.cookies)


def at_the_provider(address: str, account: str) -> str:
    """Sign in with the provider's own forms; returns where it sends the browser then."""
    with httpx.Client(follow_redirects=True, trust_env=False, timeout=20) as browser:
        page = browser.get(address)
        page = browser.post(page.url, data={"login": account})
        page = browser.post(page.url, data={"password": PASSWORD}, follow_redirects=False)
        while page.is_redirect and not page.headers["location"].startswith(OWN):
            page = browser.get(page.url.join(page.headers["location"]), follow_redirects=False)
        assert page.is_redirect, page.text[:2000]
        return page.headers["location"].removeprefix("http://testserver")


def open_account(office: Office, account: str) -> None:
    body = {"account": account, "name": account, "password": PASSWORD, "roles": ["clerk"], "divisions": [HUANGSHI]}
    office.as_("admin").post("/api/v1/accounts", body)


def test_the_way_there_and_back_with_rights_granted_here(opened: Callable[..., Office]) -> None:
    office = opened()
    open_account(office, "liu")
    address, attempt = begin(office)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["nonce"]) >= 32

    back = go(office, at_the_provider(address, "liu"), **attempt)

    assert back.status_code == 303, back.text[back.text.find("<main") :]
    assert back.headers["location"] == "/console/rosters/"
    page = go(office, "/console/rosters/", qiao_intake=back.cookies["qiao_intake"])
    assert page.status_code == 200
    assert "经办人员" in page.text


def test_who_has_no_account_here_is_told_so(opened: Callable[..., Office]) -> None:
    office = opened()
    address, attempt = begin(office)

    back = go(office, at_the_provider(address, "zhao"), **attempt)

    assert back.status_code == 401
    assert "本系统没有您的账号" in back.text
    assert "qiao_intake" not in back.cookies


def test_roles_may_come_from_a_claim(opened: Callable[..., Office]) -> None:
    office = opened(oidc_roles_claim="groups", oidc_roles={"qiao-clerks": "clerk"}, oidc_scope="openid profile groups")
    address, attempt = begin(office)
    back = go(office, at_the_provider(address, "liu"), **attempt)
    assert back.status_code == 303, back.text
    assert "liu 某" in go(office, "/console/rights/", qiao_intake=back.cookies["qiao_intake"]).text

    address, attempt = begin(office)
    refused = go(office, at_the_provider(address, "zhao"), **attempt)
    assert refused.status_code == 401
    assert "没有给您本系统的角色" in refused.text


def test_a_local_account_of_the_same_name_is_not_taken_over(opened: Callable[..., Office]) -> None:
    office = opened(oidc_roles_claim="groups", oidc_roles={"qiao-clerks": "officer"}, oidc_scope="openid profile groups")
    open_account(office, "liu")
    address, attempt = begin(office)

    assert go(office, at_the_provider(address, "liu"), **attempt).status_code == 401


def test_an_answer_is_believed_once_and_in_its_own_browser_only(opened: Callable[..., Office]) -> None:
    office = opened()
    open_account(office, "liu")
    address, attempt = begin(office)
    answer = at_the_provider(address, "liu")

    assert go(office, answer).status_code == 401, "without the cookie of the attempt"
    assert go(office, answer, **begin(office)[1]).status_code == 401, "with the cookie of another attempt"
    assert go(office, re.sub(r"state=[^&]+", "state=made-up", answer), **attempt).status_code == 401
    assert go(office, answer, **{name: value[:-8] + "AAAAAAAA" for name, value in attempt.items()}).status_code == 401
    assert go(office, f"{answer}&iss=http://elsewhere", **attempt).status_code == 401
    assert go(office, answer, **attempt).status_code == 303
    assert go(office, answer, **attempt).status_code == 401, "the code was used"


@pytest.mark.parametrize("secret", ["verifier", "nonce"])
async def test_a_code_without_its_verifier_and_a_token_without_its_nonce_are_refused(issuer: str, secret: str) -> None:
    provider = Provider(issuer, CLIENT, SECRET)
    begun = await provider.begin(OWN)
    answer = dict(parse_qsl(urlsplit(at_the_provider(begun.address, "liu")).query))

    with pytest.raises(SignOnRefused):
        await provider.finish({**begun.secrets, secret: "x" * 48}, answer, OWN)


async def test_a_token_for_another_client_is_refused(issuer: str) -> None:
    provider = Provider(issuer, CLIENT, SECRET)
    begun = await provider.begin(OWN)
    answer = dict(parse_qsl(urlsplit(at_the_provider(begun.address, "liu")).query))
    provider._client_id = "another"

    with pytest.raises(SignOnRefused):
        await provider.finish(begun.secrets, answer, OWN)


def test_a_provider_that_is_away_leaves_the_local_way_in(opened: Callable[..., Office]) -> None:
    office = opened(oidc_issuer=f"http://localhost:{free_port()}")

    answer = go(office, "/console/sign-on/")

    assert answer.status_code == 503
    assert "用本地账号登录" in answer.text


def test_signing_out_leads_out_of_the_provider_too(opened: Callable[..., Office], issuer: str) -> None:
    office = opened()
    assert "/console/sign-on/leave" in go(office, "/console/sign-in/?left=true").text

    answer = go(office, "/console/sign-on/leave")

    assert answer.headers["location"].startswith(issuer)
    assert "post_logout_redirect_uri=http%3A%2F%2Ftestserver%2Fconsole%2Fsign-in%2F" in answer.headers["location"]


def test_without_a_provider_there_is_no_such_page(service_client: Callable[..., Office]) -> None:
    office = service_client(SERVICE)

    assert go(office, "/console/sign-on/").status_code == 404
    assert "sign-on" not in go(office, "/console/sign-in/").text


def test_a_provider_in_the_clear_is_refused() -> None:
    with pytest.raises(ValueError, match="https"):
        ServiceSettings(oidc_issuer="http://idp.example.org")
