"""What machines read: OCDS, the feed, lists and stored bytes, as their standards and the readers' caches want them."""

import gzip
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft4Validator  # type: ignore[import-untyped]  # it brings no types
from referencing import Registry, Resource

from shared.events.procurement import ProjectOpened
from tests.conftest import Office
from tests.service.disclosure.case_ids import Told
from tests.service.disclosure.case_purchase import Purchase
from tests.service.disclosure.telling import tell

PROJECT = "/projects/hszfcg-2016-0105"
ATOM = {"atom": "http://www.w3.org/2005/Atom"}


def ocds() -> Draft4Validator:
    """The standard's own schema, and stricter than it: a field that it does not know is a misspelt one."""
    registry: Registry[Any] = Registry()
    for file in Path(__file__).with_name("ocds").glob("*.json"):
        schema = json.loads(file.read_text())
        close(schema)
        registry = registry.with_resource(schema["id"].removesuffix("#"), Resource.from_contents(schema))
        if file.stem == "release-package-schema":
            package = schema
    return Draft4Validator(package, registry=registry)


def close(schema: Any) -> None:
    """Every object of the schema takes only the fields that it names."""
    if isinstance(schema, list):
        for part in schema:
            close(part)
    elif isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict) and "additionalProperties" not in schema:
            schema["additionalProperties"] = False
        for part in schema.values():
            close(part)


def opening(purchase: Purchase) -> list[Told]:
    """Of a purchase only that it has begun."""
    return [told for told in purchase.purchase() if isinstance(told[1], ProjectOpened)]


def test_a_finished_project_is_a_valid_ocds_release_package(told: Office) -> None:
    package = told.http.get(f"{PROJECT}.json").json()

    faults = [f"{'/'.join(map(str, fault.absolute_path))}: {fault.message}" for fault in ocds().iter_errors(package)]

    assert faults == []
    release = package["releases"][0]
    assert release["tag"] == ["planning", "tender", "award", "contract", "implementation"]
    assert [each["value"]["amount"] for each in release["contracts"][0]["implementation"]["transactions"]] == [190800, 254400, 190800]


def test_a_project_that_has_just_begun_is_valid_too(office: Office) -> None:
    tell(office, opening(Purchase(scale=10)))

    assert list(ocds().iter_errors(office.http.get(f"{PROJECT}.json").json())) == []


def test_the_strict_schema_finds_a_misspelt_field(told: Office) -> None:
    package = told.http.get(f"{PROJECT}.json").json()
    package["releases"][0]["tender"]["procurementMethodDetail"] = "谈判"

    assert [fault.message for fault in ocds().iter_errors(package)]


def test_the_feed_names_every_publication_with_an_absolute_address(told: Office) -> None:
    answer = told.http.get("/feed.xml")
    feed = ElementTree.fromstring(answer.content)  # noqa: S314  our own answer
    entries = feed.findall("atom:entry", ATOM)
    links = [entry.find("atom:link", ATOM) for entry in entries]
    updated = [entry.findtext("atom:updated", "", ATOM) for entry in entries]

    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert len(entries) == sum(told.http.get("/api/v1/public/summary").json()["publications"].values())
    assert len({entry.findtext("atom:id", namespaces=ATOM) for entry in entries}) == len(entries)
    assert all(link is not None and link.attrib["href"].startswith("http") for link in links)
    assert updated == sorted(updated, reverse=True)
    assert feed.findtext("atom:updated", namespaces=ATOM) == updated[0]


@pytest.mark.parametrize("path", ["/", f"{PROJECT}/", "/feed.xml", "/projects.csv", "/static/site.css", "/api/v1/public/projects"])
def test_what_a_reader_has_is_not_sent_again(told: Office, path: str) -> None:
    first = told.http.get(path)

    again = told.http.get(path, headers={"if-none-match": first.headers["etag"]})
    other = told.http.get(path, headers={"if-none-match": '"something else"'})

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert (other.status_code, other.content) == (200, first.content)


def test_a_change_gives_a_page_another_tag(told: Office) -> None:
    before = told.http.get(f"{PROJECT}/").headers["etag"]
    editor, publisher = told.as_("editor"), told.as_("publisher")
    item = editor.get("/api/v1/publications", status="published", kind="statistics")["items"][0]

    publisher.post(f"/api/v1/publications/{item['id']}/withdrawal", {"reason": "口径复核"}, on="2017-12-20")

    assert told.http.get(f"{PROJECT}/", headers={"if-none-match": before}).status_code == 200


def test_bytes_are_packed_for_those_who_can_unpack_them(told: Office) -> None:
    with told.http.stream("GET", f"{PROJECT}/", headers={"accept-encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())
    plain = told.http.get(f"{PROJECT}/", headers={"accept-encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(raw) == plain.content
    assert len(raw) < len(plain.content) / 3
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("path", ["/", f"{PROJECT}.json", "/projects/", "/api/v1/public/summary", "/nothing/"])
def test_a_head_request_is_answered_like_a_get_without_its_body(told: Office, path: str) -> None:
    get, head = told.http.get(path), told.http.head(path)

    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers["content-length"] == get.headers["content-length"]
    assert head.headers["content-type"] == get.headers["content-type"]


def test_the_list_of_projects_is_read_page_by_page_without_a_gap(office: Office) -> None:
    numbers = [f"HSZFCG-2016-{number:04}" for number in range(1, 8)]
    for number in numbers:
        tell(office, opening(Purchase(name=number, project_no=number, scale=10)))

    read, after, pages = [], None, 0
    while pages == 0 or after:
        listing = office.http.get("/api/v1/public/projects", params={"limit": 3, **({"after": after} if after else {})}).json()
        read += [item["project_no"] for item in listing["items"]]
        after, pages = listing["next"], pages + 1

    assert pages == 3
    assert sorted(read) == numbers


@pytest.mark.parametrize("query", [{"after": "rubbish"}, {"limit": 0}, {"limit": 201}, {"limit": "all"}])
def test_a_cursor_or_limit_that_cannot_be_is_refused_with_its_field(office: Office, query: dict[str, Any]) -> None:
    answer = office.http.get("/api/v1/public/projects", params=query)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"].endswith(next(iter(query)))
