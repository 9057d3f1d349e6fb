"""As whom a process signs in to the bus, and by which authority it knows the server."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from faststream.nats.security import NatsSecurity, NatsUserPassword

from shared.access.tokens import read_secret
from shared.bus.topology import inbox_of


@dataclass(frozen=True, slots=True)
class SignIn:
    """A user with its password, or without one where the server asks for none (or the address has it)."""

    user: str
    password: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = None

    @classmethod
    def read(cls, user: str, *, password_file: Path | None, ca_file: Path | None) -> Self:
        """Raises UnsafeSecret or OSError when a file cannot be used."""
        return cls(
            user,
            read_secret(password_file) if password_file is not None else None,
            ssl.create_default_context(cafile=str(ca_file)) if ca_file is not None else None,
        )

    def options(self) -> dict[str, Any]:
        """For `nats.connect`. Answers come to the inbox of this user, the only one that it may hear."""
        chosen: dict[str, Any] = {"inbox_prefix": inbox_of(self.user)}
        if self.password is not None:
            chosen |= {"user": self.user, "password": self.password}
        return chosen | ({"tls": self.tls} if self.tls is not None else {})

    def security(self) -> NatsSecurity | None:
        """The same for FastStream."""
        if self.password is not None:
            return NatsUserPassword(self.user, self.password, ssl_context=self.tls)
        return NatsSecurity(ssl_context=self.tls) if self.tls is not None else None
