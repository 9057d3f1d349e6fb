"""The locks are whole, agree with each other and with pyproject.toml, and tell nothing about the machine that made them."""

import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.project.sources import ROOT, text_of

SERVICES = ("intake", "procurement", "casework", "evaluation", "disclosure")
LOCKS = ("all", *SERVICES, "dev", "build")
PROJECT = tomllib.loads(text_of(Path("pyproject.toml")))


@cache
def lock(name: str) -> dict[str, tuple[Requirement, int]]:
    """Package → what is pinned, and by how many hashes."""
    pinned: dict[str, tuple[Requirement, int]] = {}
    for entry in re.split(
        r"\n(?=\w)", re.sub(r"\\\n", "", re.sub(r"^\s*#.*\n", "", text_of(Path(f"requirements/{name}.txt")), flags=re.MULTILINE))
    ):
        requirement, *hashes = entry.split("--hash=")
        parsed = Requirement(requirement.strip())
        pinned[canonicalize_name(parsed.name)] = (parsed, len(hashes))
    return pinned


def needed(names: list[str]) -> set[Requirement]:
    """Requirements with those of the extras of our own that they name."""
    found = set()
    for requirement in map(Requirement, names):
        if requirement.name == "qiao":
            for extra in requirement.extras:
                found |= needed(PROJECT["project"]["optional-dependencies"][extra])
        else:
            found.add(requirement)
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_lock_pins_every_package_to_one_version_by_hash(name: str) -> None:
    for package, (requirement, hashes) in lock(name).items():
        assert re.fullmatch(r"==[\w.]+", str(requirement.specifier)), package
        assert hashes > 0, package


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_no_address_and_no_path_of_a_machine(name: str) -> None:
    text = text_of(Path(f"requirements/{name}.txt"))

    assert not re.search(r"://|@ |find-links|index-url|^-[^c]|(?:^|[\s=])/\w|\b[A-Z]:\\", text, re.MULTILINE)


@pytest.mark.parametrize("name", [*SERVICES, "dev", "build"])
def test_lock_agrees_with_that_of_the_whole(name: str) -> None:
    whole = lock("all")

    for package, (requirement, _) in lock(name).items():
        if package in whole:
            assert requirement.specifier == whole[package][0].specifier, package


@pytest.mark.parametrize("name", ["all", *SERVICES])
def test_lock_has_what_pyproject_asks_for(name: str) -> None:
    held = lock(name)

    for requirement in needed([*PROJECT["project"]["dependencies"], f"qiao[{name}]"]):
        pinned = str(held[canonicalize_name(requirement.name)][0].specifier).removeprefix("==")
        assert requirement.specifier.contains(Version(pinned)), f"{requirement}: run ./run lock"


@pytest.mark.parametrize("name", ["dev", "build"])
def test_lock_has_what_the_dependency_group_asks_for(name: str) -> None:
    held = lock(name)

    for requirement in map(Requirement, PROJECT["dependency-groups"][name]):
        pinned = str(held[canonicalize_name(requirement.name)][0].specifier).removeprefix("==")
        assert requirement.specifier.contains(Version(pinned)), f"{requirement}: run ./run lock"


def test_every_service_has_an_extra_and_a_lock() -> None:
    assert tuple(PROJECT["project"]["entry-points"]["qiao.services"]) == SERVICES
    assert set(SERVICES) <= set(PROJECT["project"]["optional-dependencies"])
    assert {path.stem for path in (ROOT / "requirements").glob("*.txt")} == set(LOCKS)
