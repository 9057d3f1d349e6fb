"""Who acts, in which roles, and how far they reach."""

from shared.access.access import Access, PasswordExpired, RoleMissing, SignInRefused
from shared.access.accounts import account_of
from shared.access.actor import ADMIN, AUDITOR, EVERYWHERE, KERNEL_ROLES, SYSTEM, Actor
from shared.access.credentials import SignedIn, SignInRules

__all__ = [
    "ADMIN",
    "AUDITOR",
    "EVERYWHERE",
    "KERNEL_ROLES",
    "SYSTEM",
    "Access",
    "Actor",
    "PasswordExpired",
    "RoleMissing",
    "SignInRefused",
    "SignInRules",
    "SignedIn",
    "account_of",
]
