"""Secrets are files that only their owner may read; made once, never printed, never a default."""

import os
from pathlib import Path

from shared.personal import Keyring, write_secret


def secrets_folder(data: Path) -> Path:
    folder = data / "secrets"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def admin_token_file(data: Path, service: str) -> Path:
    """The token with which the first accounts of a service are made."""
    path = secrets_folder(data) / f"{service}-admin-token"
    if not path.exists():
        write_secret(path, os.urandom(32))
    return path


def key_file(data: Path, service: str) -> Path:
    """The key that wraps the keys of people and files of a service. Whoever loses it has lost what it wraps: back it up apart."""
    path = secrets_folder(data) / f"{service}-key"
    Keyring.create(path)
    return path
