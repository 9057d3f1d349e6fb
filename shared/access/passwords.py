"""Passwords: what a good one is, and how one is kept."""

from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from shared.errors import Fault, RuleRefusal
from shared.sentences import S_, together

MIN_LENGTH: Final = 10
MAX_LENGTH: Final = 128
MIN_KINDS: Final = 3
"""Of four kinds of character: capitals, small letters, digits, others (GB/T 22239-2019 8.1.4.1, complexity)."""

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""OWASP's setting for argon2id: 30 ms of one core, where the library's default takes 250 ms of all cores from everybody else."""
_NOBODY: Final = _hasher.hash("nobody has this password")


class WeakPassword(RuleRefusal):
    code = "weak-password"


def check_strong(password: str, account: str) -> None:
    """Raises WeakPassword with every fault at once, so that people need not guess."""
    if faults := tuple(Fault(field="password", message=message, rule="SE-8.1.4.1") for message in _weaknesses(password, account)):
        raise WeakPassword(S_("密码不符合要求：{faults}", faults=together(fault.message for fault in faults)), faults=faults)


def _weaknesses(password: str, account: str) -> list[str]:
    tests = {
        S_("长度应为 {least} 至 {most} 个字符", least=MIN_LENGTH, most=MAX_LENGTH): MIN_LENGTH <= len(password) <= MAX_LENGTH,
        S_("应包含大写字母、小写字母、数字、其他字符中的至少 {kinds} 类", kinds=MIN_KINDS): _kinds(password) >= MIN_KINDS,
        S_("不得包含账号"): account.lower() not in password.lower(),
        S_("不得多次重复同一字符"): len(set(password)) >= MIN_LENGTH // 2,
    }
    return [message for message, passed in tests.items() if not passed]


def _kinds(password: str) -> int:
    kinds = {
        "upper" if letter.isupper() else "lower" if letter.islower() else "digit" if letter.isdigit() else "other" for letter in password
    }
    return len(kinds)


def hash_password(password: str) -> str:
    """An argon2id hash. Takes tens of milliseconds on purpose: call it in a thread, never in a unit."""
    return _hasher.hash(password)


def is_right(password: str, password_hash: str) -> bool:
    """Whether the password fits. Takes as long for an account that has none or does not exist ("")."""
    try:
        return _hasher.verify(password_hash or _NOBODY, password) and bool(password_hash)
    except (VerifyMismatchError, InvalidHashError):
        return False
