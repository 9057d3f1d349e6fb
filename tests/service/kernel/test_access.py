"""Signing in and out, accounts, and what is kept of those who were kept out."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from shared.access import SignInRules
from shared.access.tokens import UnsafeSecret, new_token
from shared.http.call import KEY_HEADER
from shared.work import Work
from tests.conftest import HUANGSHI, Desk, Office
from tests.service.kernel.library import SERVICE

PASSWORD = "Ci-hu 2017 qiao"
LOAN = {"title": "社会救助法", "division": HUANGSHI}


@pytest.fixture
def library(service_client: Callable[..., Office]) -> Office:
    return service_client(SERVICE)


@pytest.fixture
def admin(library: Office) -> Desk:
    return library.as_("admin", divisions=(), account="root")


def sign_in(library: Office, password: str = PASSWORD, account: str = "li") -> Any:
    return library.http.post("/api/v1/sign-in", json={"account": account, "password": password})


def lend(library: Office, token: str, **headers: str) -> int:
    sent = {"Authorization": f"Bearer {token}", KEY_HEADER: str(uuid4())} | headers
    return library.http.post("/api/v1/loans", json=LOAN, headers=sent).status_code


def opened(admin: Desk, account: str = "li", roles: tuple[str, ...] = ("librarian",), **more: Any) -> Any:
    body = {"account": account, "name": "李", "password": PASSWORD, "roles": list(roles), "divisions": [HUANGSHI], **more}
    return admin.post("/api/v1/accounts", body)


def kept(library: Office, table: str) -> list[dict[str, Any]]:
    return library.store.read_now(lambda reader: [dict(row._mapping) for row in reader.rows(select(getattr(reader.kernel, table)))])


def changed(library: Office, table: str, **values: Any) -> None:
    def unit(work: Work) -> None:
        work.execute(update(getattr(work.kernel, table)).values(**values))

    library.store.run_now(unit)


class TestSigningIn:
    @pytest.fixture(autouse=True)
    def account(self, admin: Desk) -> None:
        opened(admin)

    def test_password_gives_a_token_that_opens_the_doors_of_the_role(self, library: Office) -> None:
        answer = sign_in(library).json()

        assert answer["roles"] == ["librarian"]
        assert lend(library, answer["token"]) == 201

    def test_store_keeps_neither_the_password_nor_the_token(self, library: Office) -> None:
        token = sign_in(library).json()["token"]

        assert library.store.path is not None
        everything = b"".join(path.read_bytes() for path in library.store.path.parent.iterdir())
        assert token.encode() not in everything
        assert PASSWORD.encode() not in everything

    @pytest.mark.parametrize(("account", "password"), [("li", "Wrong-2017-qiao"), ("nobody", PASSWORD), ("li", "")])
    def test_wrong_account_and_wrong_password_sound_the_same(self, library: Office, account: str, password: str) -> None:
        answer, other = sign_in(library, password, account), sign_in(library, "x", "y")

        assert answer.status_code == 401
        assert answer.json()["detail"] == other.json()["detail"]
        assert {row["code"] for row in kept(library, "refusal")} == {"sign-in-refused"}

    def test_fifth_failure_locks_and_time_unlocks(self, library: Office) -> None:
        for _ in range(5):
            assert sign_in(library, "Wrong-2017-qiao").status_code == 401
        assert sign_in(library).status_code == 401

        changed(library, "account", locked_until=datetime.now(UTC) - timedelta(seconds=1))
        assert sign_in(library).status_code == 200

    def test_count_starts_anew_after_a_lock_and_after_a_success(self, library: Office) -> None:
        changed(library, "account", failures=5, locked_until=datetime.now(UTC) - timedelta(seconds=1))
        sign_in(library, "Wrong-2017-qiao")
        assert [row["failures"] for row in kept(library, "account") if row["account"] == "li"] == [1]

        sign_in(library)
        assert [row["failures"] for row in kept(library, "account") if row["account"] == "li"] == [0]

    def test_locked_account_does_not_count_on(self, library: Office) -> None:
        until = datetime.now(UTC) + timedelta(minutes=1)
        changed(library, "account", failures=5, locked_until=until)
        sign_in(library, "Wrong-2017-qiao")

        assert [(row["failures"], row["locked_until"]) for row in kept(library, "account") if row["account"] == "li"] == [(5, until)]

    def test_administrator_unlocks_with_a_new_password(self, library: Office, admin: Desk) -> None:
        changed(library, "account", failures=5, locked_until=datetime.now(UTC) + timedelta(minutes=1))
        admin.post("/api/v1/accounts/li/password", {"password": "Xin-mi-ma 2018"})

        assert sign_in(library, "Xin-mi-ma 2018").status_code == 200

    def test_old_password_must_be_changed_first(self, library: Office) -> None:
        changed(library, "account", password_set_at=datetime.now(UTC) - SignInRules().password_lifetime - timedelta(days=1))
        assert sign_in(library).json()["type"] == "urn:qiao:problem:password-expired"

        body = {"account": "li", "password": PASSWORD, "new_password": "Xin-mi-ma 2018"}
        assert library.http.post("/api/v1/password", json=body).status_code == 204
        assert sign_in(library).status_code == 401
        assert sign_in(library, "Xin-mi-ma 2018").status_code == 200

    def test_changed_password_ends_every_token(self, library: Office) -> None:
        token = sign_in(library).json()["token"]
        assert lend(library, token) == 201

        library.http.post("/api/v1/password", json={"account": "li", "password": PASSWORD, "new_password": "Xin-mi-ma 2018"})

        assert lend(library, token) == 401

    def test_weak_new_password_is_refused(self, library: Office) -> None:
        answer = library.http.post("/api/v1/password", json={"account": "li", "password": PASSWORD, "new_password": "123456"})

        assert answer.status_code == 422
        assert sign_in(library).status_code == 200

    def test_cookie_of_the_service_is_as_good_as_a_bearer(self, library: Office) -> None:
        token = sign_in(library).json()["token"]
        own = {"Cookie": f"qiao_intake={token}", "Sec-Fetch-Site": "same-origin", "Authorization": ""}

        assert lend(library, "", **own) == 201
        assert lend(library, "", **{**own, "Cookie": f"qiao_casework={token}"}) == 401
        assert lend(library, "", **{**own, "Sec-Fetch-Site": "cross-site"}) == 403

    def test_signing_out_ends_the_token_at_once(self, library: Office) -> None:
        token = sign_in(library).json()["token"]
        assert lend(library, token) == 201

        library.http.post("/api/v1/sign-out", headers={"Authorization": f"Bearer {token}"})

        assert lend(library, token) == 401
        assert library.http.post("/api/v1/sign-out").status_code == 204

    def test_token_ends_by_time(self, library: Office) -> None:
        token = sign_in(library).json()["token"]
        changed(library, "token", expires_at=datetime.now(UTC) - timedelta(seconds=1))

        assert lend(library, token) == 401

    def test_expired_tokens_are_cleared_at_the_next_sign_in(self, library: Office) -> None:
        sign_in(library)
        changed(library, "token", expires_at=datetime.now(UTC) - timedelta(seconds=1))
        sign_in(library)

        assert len([row for row in kept(library, "token") if row["account"] == "li"]) == 1

    def test_known_token_is_not_asked_from_the_store_again(self, library: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        token = sign_in(library).json()["token"]
        lend(library, token)
        monkeypatch.setattr("shared.access.credentials.actor_with", None)

        assert lend(library, token) == 201

    def test_too_many_at_once_are_told_to_come_again(self, library: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("shared.access.access.HASHING_WAITING", 0)

        answer = sign_in(library)

        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "2"


class TestAccounts:
    def test_account_is_opened_once_and_stands_in_the_record(self, library: Office, admin: Desk) -> None:
        opened(admin)

        refused = admin.post("/api/v1/accounts", {"account": "li", "name": "李", "password": PASSWORD, "roles": ["reader"]}, expect=409)
        (act,) = library.as_("auditor").get("/api/v1/acts", entity="account", id="li")["items"]
        assert refused["type"] == "urn:qiao:problem:account-taken"
        assert (act["name"], act["account"]) == ("create_account", "root")

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"roles": ["admin", "librarian"]}, "roles-conflict"),
            ({"roles": ["wizard"]}, "unknown-role"),
            ({"password": "123456"}, "weak-password"),
            ({"divisions": ["4202"]}, "unknown-division"),
        ],
    )
    def test_account_against_the_rules_is_refused(self, admin: Desk, changes: dict[str, Any], code: str) -> None:
        body = {"account": "li", "name": "李", "password": PASSWORD, "roles": ["librarian"], **changes}

        assert admin.post("/api/v1/accounts", body, expect=422)["type"] == f"urn:qiao:problem:{code}"

    @pytest.mark.parametrize("account", ["", "李", "Li", "a", "li li", "x" * 65])
    def test_account_has_a_plain_name(self, admin: Desk, account: str) -> None:
        admin.post("/api/v1/accounts", {"account": account, "name": "李", "password": PASSWORD, "roles": ["reader"]}, expect=400)

    def test_nobody_but_an_administrator_keeps_accounts(self, library: Office) -> None:
        librarian = library.as_("librarian")
        body = {"account": "li", "name": "李", "password": PASSWORD, "roles": ["reader"]}

        assert librarian.post("/api/v1/accounts", body, expect=403)["type"] == "urn:qiao:problem:role-missing"
        assert "系统管理员" in librarian.get("/api/v1/accounts", expect=403)["detail"]

    def test_administrator_does_no_business(self, admin: Desk) -> None:
        admin.post("/api/v1/loans", LOAN, expect=403)

    def test_list_shows_no_secret(self, admin: Desk) -> None:
        opened(admin)

        (li,) = [row for row in admin.get("/api/v1/accounts")["items"] if row["account"] == "li"]
        assert (li["roles"], li["divisions"], li["is_active"], li["is_locked"], li["created_by"]) == (
            ["librarian"],
            [HUANGSHI],
            True,
            False,
            "root",
        )
        assert not any("password" in name or "hash" in name for name in li)

    def test_new_scope_takes_effect_at_once(self, library: Office, admin: Desk) -> None:
        opened(admin)
        contract = str(uuid4())
        token = sign_in(library).json()["token"]
        lend(library, token)

        admin.post("/api/v1/accounts/li/scope", {"contracts": [contract]})

        (li,) = [row for row in admin.get("/api/v1/accounts")["items"] if row["account"] == "li"]
        assert (li["divisions"], li["contracts"]) == ([], [contract])
        assert library.runtime.access._remembered == {
            known: actor for known, actor in library.runtime.access._remembered.items() if actor[0].account != "li"
        }

    def test_closed_account_is_out_at_once_and_never_opened_again(self, library: Office, admin: Desk) -> None:
        opened(admin)
        token = sign_in(library).json()["token"]
        assert lend(library, token) == 201

        admin.post("/api/v1/accounts/li/closing")

        assert lend(library, token) == 401
        assert sign_in(library).status_code == 401
        admin.post("/api/v1/accounts", {"account": "li", "name": "黎", "password": PASSWORD, "roles": ["reader"]}, expect=409)

    def test_account_that_does_not_exist_cannot_be_changed(self, admin: Desk) -> None:
        admin.post("/api/v1/accounts/nobody/closing", expect=404)

    def test_same_command_with_another_password_is_not_a_repeat(self, admin: Desk) -> None:
        body = {"account": "li", "name": "李", "password": PASSWORD, "roles": ["reader"]}
        key = str(uuid4())
        first = admin.post("/api/v1/accounts", body, key=key)

        assert admin.post("/api/v1/accounts", body, key=key) == first
        admin.post("/api/v1/accounts", {**body, "password": "Xin-mi-ma 2018"}, key=key, expect=422)


class TestFirstAdministrator:
    @pytest.fixture
    def token_file(self, tmp_path: Path) -> Path:
        path = tmp_path / "admin"
        path.write_text(new_token(), encoding="ascii")
        path.chmod(0o600)
        return path

    def test_token_of_the_file_opens_the_first_account(self, service_client: Callable[..., Office], token_file: Path) -> None:
        library = service_client(SERVICE, admin_token_file=token_file)
        headers = {"Authorization": f"Bearer {token_file.read_text()}", KEY_HEADER: str(uuid4())}

        body = {"account": "li", "name": "李", "password": PASSWORD, "roles": ["admin"]}
        assert library.http.post("/api/v1/accounts", json=body, headers=headers).status_code == 201

    def test_new_token_ends_the_old_one(self, service_client: Callable[..., Office], token_file: Path) -> None:
        library = service_client(SERVICE, admin_token_file=token_file)
        old = token_file.read_text()
        token_file.write_text(new_token(), encoding="ascii")

        assert library.http.portal is not None
        library.http.portal.call(library.runtime.access.bootstrap_admin, token_file)

        for token, status in ((old, 401), (token_file.read_text(), 200)):
            assert library.http.get("/api/v1/accounts", headers={"Authorization": f"Bearer {token}"}).status_code == status

    def test_nobody_signs_in_as_the_first_administrator_by_password(self, service_client: Callable[..., Office], token_file: Path) -> None:
        library = service_client(SERVICE, admin_token_file=token_file)

        assert sign_in(library, "", "admin").status_code == 401
        assert sign_in(library, "nobody has this password", "admin").status_code == 401

    @pytest.mark.parametrize(("content", "mode"), [("short", 0o600), ("x" * 43, 0o644)])
    def test_unsafe_token_file_stops_the_start(
        self, service_client: Callable[..., Office], token_file: Path, content: str, mode: int
    ) -> None:
        token_file.write_text(content, encoding="ascii")
        token_file.chmod(mode)

        with pytest.raises(UnsafeSecret):
            service_client(SERVICE, admin_token_file=token_file)


class TestRefusals:
    def test_kept_out_is_kept_in_the_record_with_its_trace(self, library: Office) -> None:
        answer = library.as_("reader", account="wang").post("/api/v1/loans", LOAN, expect=403)

        (refusal,) = library.as_("auditor").get("/api/v1/refusals")["items"]
        assert (refusal["account"], refusal["code"], refusal["method"], refusal["path_template"]) == (
            "wang",
            "role-missing",
            "POST",
            "/api/v1/loans",
        )
        assert refusal["trace_id"] == answer["trace_id"]

    def test_newest_refusal_comes_first(self, library: Office) -> None:
        for account in ("one", "two", "three"):
            library.as_("reader", account=account).post("/api/v1/loans", LOAN, expect=403)

        auditor = library.as_("auditor")
        first = auditor.get("/api/v1/refusals", limit=2)
        rest = auditor.get("/api/v1/refusals", limit=2, after=first["next"])
        assert [row["account"] for row in first["items"] + rest["items"]] == ["three", "two", "one"]

    def test_rule_that_refuses_is_no_refused_access(self, library: Office) -> None:
        library.as_("librarian").post("/api/v1/loans", {**LOAN, "title": "禁书"}, expect=422)

        assert kept(library, "refusal") == []

    def test_record_of_refusals_cannot_be_read_by_everybody(self, library: Office) -> None:
        library.as_("librarian").get("/api/v1/refusals", expect=403)
