"""The users of a bus: a password file for each, and the part of nats-server's configuration that lets them in."""

from collections.abc import Collection, Mapping
from pathlib import Path

import bcrypt

from shared.access.tokens import new_token, read_secret
from shared.bus.permissions import OPERATOR, configuration, permissions
from shared.bus.sign_in import SignIn
from shared.bus.topology import QIAO, Topology
from shared.cli.secret_files import secrets_folder
from shared.personal import write_private
from shared.settings import ServiceSettings

ROUNDS = 4
"""bcrypt's least: it slows the guessing of passwords that people choose, and these are 256 random bits."""


def password_file(data: Path, user: str) -> Path:
    """Where the password of a user lies, whether or not it has been made."""
    return secrets_folder(data) / f"bus-{user}"


def make_passwords(data: Path, topology: Topology = QIAO, leaves: Collection[str] = ()) -> Mapping[str, Path]:
    """User → its password file; those that are missing are made, the others stay."""
    files = {user: password_file(data, user) for user in permissions(topology, leaves)}
    for file in files.values():
        if not file.exists():
            write_private(file, new_token().encode())  # of letters that an address may have too
    return files


def users_configuration(data: Path, topology: Topology = QIAO, leaves: Collection[str] = ()) -> str:
    """The users with their permissions, as nats-server reads them; of the passwords it has only hashes."""
    files = make_passwords(data, topology, leaves)
    hashes = {user: bcrypt.hashpw(read_secret(file).encode(), bcrypt.gensalt(ROUNDS)).decode() for user, file in files.items()}
    return configuration(topology, hashes, leaves)


def operator_of(data: Path) -> SignIn:
    """The operator of the bus that `up` starts for this folder."""
    return SignIn.read(OPERATOR, password_file=password_file(data, OPERATOR), ca_file=None)


def operator_sign_in(settings: ServiceSettings) -> SignIn:
    """The operator, by the password that the settings name, else by the one that `up` or `bus config` has made here, else without."""
    made = password_file(settings.data, OPERATOR)
    is_in_address = "@" in settings.nats_url
    chosen = settings.nats_password_file or (made if made.exists() and not is_in_address else None)
    return SignIn.read(OPERATOR, password_file=chosen, ca_file=settings.nats_ca_file)
