"""Photos and papers of a household's file: taken by what they are, had for a purpose, and each reading in the members' log."""

from collections.abc import Callable

import pytest

from services.intake.app import SERVICE
from services.intake.domain.attachment import LARGEST, AttachmentRefused, check_attachment
from shared.demo.population import Population
from tests.conftest import Office
from tests.service.intake.bureau import Bureau
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
