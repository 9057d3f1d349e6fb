"""Who acts, in which roles, and how far they reach."""

from shared.access.actor import ADMIN, AUDITOR, EVERYWHERE, KERNEL_ROLES, SYSTEM, Actor

__all__ = ["ADMIN", "AUDITOR", "EVERYWHERE", "KERNEL_ROLES", "SYSTEM", "Actor"]
