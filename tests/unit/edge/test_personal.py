"""Personal fields are noise without the person's key, and the key is noise without the file."""

import json
import os
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.personal import (
    Erased,
    Keyring,
    Sealed,
    UnsafeKeyFile,
    WrongKey,
    create_key_pair,
    open_sealed,
    seal_to,
)
from shared.rewrapping import begin

WANG = uuid4()
FIELDS = {"name": "王翠花", "identity_number": "420202195003071224", "needs": [1, 0, 2], "phone": None}


@pytest.fixture
def keyring() -> Keyring:
    return Keyring(os.urandom(32))


def test_what_is_sealed_opens_again_and_shows_nothing(keyring: Keyring) -> None:
    sealed = keyring.seal(WANG, FIELDS)

    assert keyring.open(WANG, sealed.wrapped_key, sealed.sealed) == FIELDS
    assert "王翠花".encode() not in sealed.sealed
    assert b"420202195003071224" not in sealed.sealed


def test_two_people_with_the_same_fields_look_different(keyring: Keyring) -> None:
    first, second = keyring.seal(WANG, FIELDS), keyring.seal(uuid4(), FIELDS)

    assert first.sealed != second.sealed
    assert first.wrapped_key != second.wrapped_key


def test_changed_fields_stay_under_the_person_key(keyring: Keyring) -> None:
    sealed = keyring.seal(WANG, FIELDS)
    moved = keyring.reseal(WANG, sealed.wrapped_key, {**FIELDS, "phone": "13800000000"})

    assert keyring.open(WANG, sealed.wrapped_key, moved)["phone"] == "13800000000"


def test_person_whose_key_is_destroyed_is_erased_from_every_copy(keyring: Keyring) -> None:
    sealed = keyring.seal(WANG, FIELDS)

    with pytest.raises(Erased, match="依法删除"):
        keyring.open(WANG, None, sealed.sealed)
    with pytest.raises(Erased):
        keyring.reseal(WANG, None, FIELDS)


def test_fields_copied_to_another_person_do_not_open(keyring: Keyring) -> None:
    sealed = keyring.seal(WANG, FIELDS)

    with pytest.raises(WrongKey):
        keyring.open(uuid4(), sealed.wrapped_key, sealed.sealed)


@pytest.mark.parametrize("place", [0, 5, -1])
def test_altered_fields_do_not_open(keyring: Keyring, place: int) -> None:
    sealed = keyring.seal(WANG, FIELDS)
    altered = bytearray(sealed.sealed)
    altered[place] ^= 1

    with pytest.raises(WrongKey):
        keyring.open(WANG, sealed.wrapped_key, bytes(altered))


def test_database_without_the_key_file_is_worthless(keyring: Keyring) -> None:
    stolen: Sealed = keyring.seal(WANG, FIELDS)

    with pytest.raises(WrongKey):
        Keyring(os.urandom(32)).open(WANG, stolen.wrapped_key, stolen.sealed)


def test_identity_number_is_found_again_however_it_is_typed(keyring: Keyring) -> None:
    assert keyring.search_hash(" 42020219500307122x") == keyring.search_hash("42020219500307122X")
    assert keyring.search_hash("420202195003071224") != keyring.search_hash("420202195003071232")
    assert keyring.search_hash("420202195003071224") != Keyring(os.urandom(32)).search_hash("420202195003071224")


def test_key_of_one_purpose_is_not_the_key_of_another(keyring: Keyring) -> None:
    assert keyring.derive("files") != keyring.derive("idempotency")
    assert keyring.derive("files") == keyring.derive("files")


def test_key_file_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "key"
    sealed = Keyring.create(path).seal(WANG, FIELDS)

    assert Keyring.create(path).open(WANG, sealed.wrapped_key, sealed.sealed) == FIELDS
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_key_file_that_others_can_read_stops_the_start(tmp_path: Path) -> None:
    path = tmp_path / "key"
    Keyring.create(path)
    path.chmod(0o640)

    with pytest.raises(UnsafeKeyFile, match="chmod 600"):
        Keyring.from_file(path)


@pytest.mark.parametrize("content", ["", "c2hvcnQ=", "钥匙"])
def test_key_file_without_a_key_stops_the_start(tmp_path: Path, content: str) -> None:
    path = tmp_path / "key"
    path.write_text(content, encoding="utf-8")
    path.chmod(0o600)

    with pytest.raises(UnsafeKeyFile):
        Keyring.from_file(path)


def test_dossier_opens_for_its_receiver_only(tmp_path: Path) -> None:
    casework, other = tmp_path / "casework.key", tmp_path / "other.key"
    public_key = create_key_pair(casework)
    create_key_pair(other)
    box = seal_to(public_key, b"dossier")

    assert open_sealed(casework, box) == b"dossier"
    assert create_key_pair(casework) == public_key
    with pytest.raises(WrongKey):
        open_sealed(other, box)


def test_one_field_is_opened_without_the_others_and_fits_no_other_name(keyring: Keyring) -> None:
    sealed = keyring.seal(WANG, FIELDS)
    swapped = sealed.sealed.replace(b'"name"', b'"n__e"').replace(b'"phone"', b'"name"').replace(b'"n__e"', b'"phone"')

    assert keyring.open(WANG, sealed.wrapped_key, sealed.sealed, only=("name",)) == {"name": "王翠花"}
    with pytest.raises(WrongKey):
        keyring.open(WANG, sealed.wrapped_key, swapped)


def test_what_was_sealed_in_one_piece_still_opens(keyring: Keyring) -> None:
    sealed = keyring.seal(WANG, FIELDS)
    person_key = keyring._unwrap(WANG, sealed.wrapped_key)
    nonce = os.urandom(12)
    before = b"\x01" + nonce + AESGCM(person_key).encrypt(nonce, json.dumps(FIELDS).encode(), WANG.bytes)

    assert keyring.open(WANG, sealed.wrapped_key, before) == FIELDS


def test_a_keyring_follows_its_file_and_the_earlier_key_opens_while_it_stands_there(tmp_path: Path) -> None:
    path = tmp_path / "key"
    keyring = Keyring.create(path)
    sealed, before = keyring.seal(WANG, FIELDS), keyring.id
    assert begin(path)

    assert keyring.id != before
    assert keyring.open(WANG, sealed.wrapped_key, sealed.sealed) == FIELDS
    assert len(keyring.search_hashes("420202195003071224")) == 2
    again = keyring.rewrap(WANG, sealed.wrapped_key)
    path.write_text(path.read_text().splitlines()[0])
    assert keyring.open(WANG, again, sealed.sealed) == FIELDS
    with pytest.raises(WrongKey):
        keyring.open(WANG, sealed.wrapped_key, sealed.sealed)
