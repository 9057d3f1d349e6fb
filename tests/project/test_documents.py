"""Documents tell the truth: commands exist, links lead somewhere, the two READMEs and the forms are kept."""

import re
from datetime import date
from pathlib import Path

import pytest

from tests.project.sources import ROOT, text_of, tracked

RUN = text_of(Path("run"))
DOCUMENTS = tracked("*.md")
DECISIONS = [path for path in tracked("docs/decisions/*.md") if path.name != "README.md"]
READMES = (Path("README.md"), Path("README.zh-CN.md"))
PARTS_OF_A_DECISION = ["Context", "Decision", "What we now must do", "What we give up", "What enforces it"]
KINDS_OF_CHANGE = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def commands() -> set[str]:
    """What `./run` understands, by its last case statement."""
    tasks = RUN[RUN.rindex("case $task in") :]
    return {word for line in re.findall(r"^  ([a-z| -]+)\)", tasks, re.MULTILINE) for word in re.split(r"\s*\|\s*", line) if word[0] != "-"}


def blocks(path: Path) -> list[str]:
    return re.findall(r"^```bash\n(.*?)^```", text_of(path), re.MULTILINE | re.DOTALL)


def test_help_lists_exactly_the_commands_there_are() -> None:
    assert set(re.findall(r"^#   \./run (\w+)", RUN, re.MULTILINE)) == commands()


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_document_names_only_commands_of_run_that_exist(path: Path) -> None:
    assert set(re.findall(r"\./run ([a-z]+)", text_of(path))) <= commands()


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_links_of_a_document_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text_of(path)):
        assert (ROOT / path.parent / target).exists(), target


def test_both_readmes_show_the_same_commands_and_services() -> None:
    english, chinese = ([re.sub(r"\s*#.*", "", block) for block in blocks(path)] for path in READMES)
    assert english == chinese

    english_links, chinese_links = (set(re.findall(r"\((?!README)([^)\s]+)\)", text_of(path))) for path in READMES)
    assert {link for link in english_links if "." in link} == {link for link in chinese_links if "." in link}


def test_index_lists_every_document() -> None:
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", text_of(Path("docs/index.md"))))

    assert listed == {path.name for path in tracked("docs/*.md") if path.parent == Path("docs")} - {"index.md"}


def test_intake_lists_every_document_of_its_own() -> None:
    listed = set(re.findall(r"\]\(intake/([\w-]+\.md)\)", text_of(Path("docs/intake.md"))))

    assert listed == {path.name for path in tracked("docs/intake/*.md")}


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.name)
def test_decision_has_its_five_parts(path: Path) -> None:
    number = path.name[:4]

    assert re.match(rf"# {number} \S", text_of(path))
    assert re.findall(r"^## (.+)$", text_of(path), re.MULTILINE) == PARTS_OF_A_DECISION


def test_decisions_are_numbered_without_gap_and_listed() -> None:
    listed = re.findall(r"\((\d{4}-[\w-]+\.md)\)", text_of(Path("docs/decisions/README.md")))

    assert listed == [path.name for path in DECISIONS]
    assert [int(name[:4]) for name in listed] == list(range(1, len(listed) + 1))


def test_changelog_keeps_its_form() -> None:
    changelog = text_of(Path("CHANGELOG.md"))
    releases = re.findall(r"^## \[(.+?)\](?: - (\S+))?$", changelog, re.MULTILINE)

    assert releases[0] == ("Unreleased", "")
    days = [date.fromisoformat(day) for _, day in releases[1:]]
    assert days == sorted(days, reverse=True)
    assert set(re.findall(r"^### (.+)$", changelog, re.MULTILINE)) <= KINDS_OF_CHANGE
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", number) for number, _ in releases[1:])
