"""The same command sent twice is one act."""

import pytest

from shared.errors import Malformed
from shared.http.idempotency import IdempotencyKeyReused, check_same, fingerprint, key_of

SECRET = b"k" * 32


@pytest.mark.parametrize("header", [None, "", "  ", "short", "has space in it", "x" * 129, "钥匙钥匙钥匙钥匙"])
def test_command_without_a_usable_key_is_refused(header: str | None) -> None:
    with pytest.raises(Malformed, match="Idempotency-Key"):
        key_of(header)


def test_key_is_taken_without_blanks_around_it() -> None:
    assert key_of(" 3f2c-4a11 ") == "3f2c-4a11"


def test_another_method_address_or_body_is_another_command() -> None:
    made = {
        fingerprint("POST", "/a", b"1", SECRET),
        fingerprint("PUT", "/a", b"1", SECRET),
        fingerprint("POST", "/b", b"1", SECRET),
        fingerprint("POST", "/a", b"2", SECRET),
        fingerprint("POST", "/a", b"1", b"another key"),
    }

    assert len(made) == 5
    assert fingerprint("POST", "/a", b"1", SECRET) in made


def test_key_of_another_command_is_refused() -> None:
    check_same("a", "a")
    with pytest.raises(IdempotencyKeyReused):
        check_same("a", "b")
