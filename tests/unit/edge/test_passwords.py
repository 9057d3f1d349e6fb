"""What a good password is, and how one is kept."""

import pytest

from shared.access.passwords import WeakPassword, check_strong, hash_password, is_right


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("Qh7!xm", "长度"),
        ("qhuangshi2017", "至少 3 类"),
        ("Zhangsan-2017", "不得包含账号"),
        ("Aa1!Aa1!Aa1!", "重复"),
    ],
)
def test_weak_password_is_refused_with_what_is_wrong_with_it(password: str, fault: str) -> None:
    with pytest.raises(WeakPassword, match=fault):
        check_strong(password, "zhangsan")


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(WeakPassword) as refused:
        check_strong("aaaa", "li")

    assert len(refused.value.faults) == 3
    assert {fault.field for fault in refused.value.faults} == {"password"}


def test_strong_password_passes() -> None:
    check_strong("Ci-hu 2017 qiao", "zhangsan")


def test_only_the_right_password_fits_and_the_hash_tells_nothing() -> None:
    kept = hash_password("Ci-hu 2017 qiao")

    assert is_right("Ci-hu 2017 qiao", kept)
    assert not is_right("ci-hu 2017 qiao", kept)
    assert "qiao" not in kept
    assert kept.startswith("$argon2id$")
    assert kept != hash_password("Ci-hu 2017 qiao")


@pytest.mark.parametrize("kept", ["", "not a hash"])
def test_account_without_password_takes_none(kept: str) -> None:
    assert not is_right("nobody has this password", kept)
