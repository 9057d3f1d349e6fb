"""Photos and papers of a household's file: taken by what they are, had for a purpose, and each reading in the members' log."""

from collections.abc import Callable

import pytest

from services.intake.app import SERVICE
from services.intake.domain.attachment import LARGEST, AttachmentRefused, check_attachment
from shared.demo.population import Population
from tests.conftest import Office
from tests.service.intake.bureau import Bureau
from tests.service.intake.test_canary import CANARY
from tests.service.intake.test_console import SCRIPT, Clerk

PAPER = b"%PDF-1.4 a certificate"


@pytest.fixture
def bureau(service_client: Callable[..., Office], people: Population) -> Bureau:
    found = Bureau(service_client(SERVICE))
    found.accept(found.upload(people.allowance[:20])["roster_id"])
    return found


def test_an_attachment_is_of_a_kind_and_a_size_that_is_taken() -> None:
    check_attachment("photo", media_type="image/png", size=LARGEST)
    for kind, media_type, size in (("secret", "image/png", 1), ("photo", "text/plain", 1), ("photo", "image/png", LARGEST + 1)):
        with pytest.raises(AttachmentRefused):
            check_attachment(kind, media_type=media_type, size=size)


def test_a_paper_is_attached_and_had_for_a_purpose_that_the_log_tells(bureau: Bureau) -> None:
    household = bureau.clerk.get("/api/v1/households")["items"][0]["id"]
    member = bureau.officer.get(f"/api/v1/households/{household}/file", purpose="audit")["members"][0]["id"]
    clerk = Clerk(bureau.office, "liu", "clerk").sign_in()
    path = f"/console/households/{household}/attachments/"

    assert not SCRIPT.search(clerk.get(path))
    assert "只接收" in clerk.post(path, 422, files={"file": ("photo.png", b"plain words")}, kind="photo", key="0" * 16)
    assert "请选择附件种类" in clerk.post(path, 422, files={"file": ("a.pdf", PAPER)}, kind="", key="1" * 16)
    assert clerk.post(path, files={"file": ("a.png", PAPER)}, kind="disability", key="2" * 16) == path
    assert clerk.post(path, files={"file": ("a.png", PAPER)}, kind="disability", key="2" * 16) == path
    listed = bureau.clerk.get(f"/api/v1/households/{household}/attachments")["items"]
    assert [(each["kind"], each["media_type"], each["recorded_by"]) for each in listed] == [("disability", "application/pdf", "liu")]
    file = f"{path}{listed[0]['id']}/file"
    assert file in clerk.get(path)

    assert "households/purpose" in clerk.get(file, 303)
    clerk.post("/console/households/purpose/", purpose="complaint", back="/console/")
    assert clerk.get(file).encode() == PAPER
    log = bureau.officer.get(f"/api/v1/persons/{member}/readings", limit=50)["items"]
    assert [(each["reader"], each["purpose"]) for each in log if each["what"] == "attachment"] == [("liu", "complaint")]


def test_a_stranger_and_one_who_may_not_reach_no_attachment(bureau: Bureau) -> None:
    household = bureau.clerk.get("/api/v1/households")["items"][0]["id"]
    file = bureau.clerk.upload(PAPER, "a.pdf")
    path = f"/api/v1/households/{household}/attachments"
    bureau.clerk.post(path, {"file": file, "kind": "photo"})

    stranger = bureau.office.as_("clerk", divisions=("420281000000",))
    stranger.get(path, expect=404)
    stranger.post(path, {"file": file, "kind": "photo"}, expect=404)
    for role in ("surveyor", "approver", "auditor"):
        bureau.office.as_(role).get(path, expect=403)
        bureau.office.as_(role).post(path, {"file": file, "kind": "photo"}, expect=403)


def attached(bureau: Bureau, household: str, kind: str, content: bytes = PAPER) -> str:
    file = bureau.clerk.upload(content, "a.pdf")
    bureau.clerk.post(f"/api/v1/households/{household}/attachments", {"file": file, "kind": kind})
    return file


def at_home(bureau: Bureau) -> tuple[str, str]:
    """A household of one, and who lives there."""
    bureau.accept(bureau.upload([CANARY])["roster_id"])
    found = bureau.clerk.get("/api/v1/households", limit=50)["items"]
    household = next(each["id"] for each in found if each["household_no"] == CANARY.户编号)
    return household, bureau.officer.get(f"/api/v1/households/{household}/file", purpose="audit")["members"][0]["id"]


def erased(bureau: Bureau, person: str, scope: str) -> None:
    asked = bureau.clerk.post(f"/api/v1/persons/{person}/erasure", {"scope": scope, "reason": "own_request"}, on="2016-01-04")["id"]
    bureau.officer.post(f"/api/v1/erasures/{asked}/confirmation", {}, on="2016-01-05")


def gone(bureau: Bureau, household: str) -> dict[str, bool]:
    listed = bureau.clerk.get(f"/api/v1/households/{household}/attachments")["items"]
    return {each["kind"]: each["is_erased"] for each in listed}


def test_the_general_route_to_files_gives_no_paper_to_others(bureau: Bureau) -> None:
    household, _ = at_home(bureau)
    file = attached(bureau, household, "medical")
    for role in ("clerk", "officer", "surveyor", "auditor", "reviewer"):
        bureau.office.as_(role, account=f"other-{role}").get(f"/api/v1/files/{file}", expect=404)


def test_a_paper_belongs_to_one_household(bureau: Bureau) -> None:
    household, _ = at_home(bureau)
    file = attached(bureau, household, "photo")
    other = next(each["id"] for each in bureau.clerk.get("/api/v1/households")["items"] if each["id"] != household)
    refused = bureau.clerk.post(f"/api/v1/households/{other}/attachments", {"file": file, "kind": "photo"}, expect=422)
    assert refused["errors"][0]["field"] == "file"


def test_papers_about_health_go_with_the_sensitive_fields(bureau: Bureau) -> None:
    household, person = at_home(bureau)
    attached(bureau, household, "medical")
    attached(bureau, household, "application", b"%PDF-1.4 another")

    erased(bureau, person, "sensitive")

    assert gone(bureau, household) == {"medical": True, "application": False}
    copy = bureau.officer.get(f"/api/v1/persons/{person}/copy", on="2016-01-06")
    assert [each["kind"] for each in copy["attachments"]] == ["application"]


def test_papers_of_a_household_that_the_person_left_by_a_roster_go_too(bureau: Bureau) -> None:
    household, person = at_home(bureau)
    attached(bureau, household, "photo")
    bureau.accept(bureau.upload([CANARY._replace(户编号="420202006-2015-000999")], on="2015-11-12")["roster_id"], on="2015-11-12")

    erased(bureau, person, "all")

    assert gone(bureau, household) == {"photo": True}


def test_a_paper_that_is_too_large_or_of_no_kind_never_touches_the_disk(bureau: Bureau) -> None:
    household, _ = at_home(bureau)
    files = bureau.office.runtime.settings.data / "intake" / "files"
    before = len([*files.glob("*/*")])
    clerk = Clerk(bureau.office, "liu", "clerk").sign_in()
    path = f"/console/households/{household}/attachments/"

    assert "超过 10 MB" in clerk.post(path, 422, files={"file": ("a.pdf", PAPER.ljust(LARGEST + 1))}, kind="photo", key="0" * 16)
    clerk.post(path, 422, files={"file": ("a.pdf", PAPER)}, kind="secret", key="1" * 16)

    assert len([*files.glob("*/*")]) == before
