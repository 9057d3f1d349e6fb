"""The actor of an act: permission is role × scope."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from shared.divisions import contains
from shared.sentences import S_

ADMIN: Final = "admin"
AUDITOR: Final = "auditor"
KERNEL_ROLES: Final[Mapping[str, str]] = {ADMIN: S_("系统管理员"), AUDITOR: S_("安全审计员")}
"""Roles of every service: who keeps the accounts, and who reads the records of acts and refusals (GB/T 22239-2019 8.1.4.2)."""

EVERYWHERE: Final = "000000000000"
"""The division that contains all others."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. An empty scope reaches nothing: neither a division nor a contract is reached by default."""

    account: str
    name: str
    roles: frozenset[str] = frozenset()
    divisions: tuple[str, ...] = ()
    contracts: tuple[UUID, ...] = ()
    is_system: bool = False

    def may(self, *roles: str) -> bool:
        """Whether the actor holds one of these roles."""
        return not self.roles.isdisjoint(roles)

    def reaches(self, division: str) -> bool:
        """Whether the division lies in one of the actor's."""
        return self.is_system or any(contains(own, division) for own in self.divisions)

    def reaches_contract(self, contract_id: UUID) -> bool:
        """Whether the actor is bound to this contract. Staff of a department are bound to none: ask them by division."""
        return self.is_system or contract_id in self.contracts


SYSTEM: Final = Actor(account="system", name=S_("系统"), is_system=True)
"""As whom reactions, jobs and timers act."""
