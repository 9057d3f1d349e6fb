"""Objections, consent and leaving on the console, without a script."""

import re
from uuid import UUID

from tests.service.intake.bureau import Bureau, signed
from tests.service.intake.test_console import Clerk
from tests.service.intake.test_programme_pages import at

LINK = r'href="(/console/programmes/[^"]+/%s)"'


def first(page: str, end: str) -> str:
    found = re.search(LINK % end, page)
    assert found is not None, end
    return found.group(1)


def opened(clerk: Clerk, programme: str, state: str = "listed") -> str:
    """The address of the first person of a state, with the purpose said."""
    clerk.post("/console/households/purpose/", purpose="consent", back="/console/")
    return first(clerk.get(f"/console/programmes/{programme}/candidates/?state={state}"), "persons/[^/]+/")


def test_an_objection_is_taken_down_in_the_persons_case_and_decided_by_another(bureau: Bureau, proposed: str) -> None:
    clerk = at(bureau, "liu", "clerk", "reviewer", on="2016-12-27")
    reviewer = at(bureau, "zhao", "reviewer", on="2016-12-28")
    path = f"/console/programmes/{proposed}/objections/"
    form = re.search(r"objections/new/\?candidate=([0-9a-f-]+)", clerk.get(opened(clerk, proposed)))
    assert form is not None
    new = f"{path}new/?candidate={form.group(1)}"

    clerk.post(f"{path}new/", candidate_id=form.group(1), kind="not_entitled", key=clerk.key(new))
    objection = first(clerk.get(path), "objections/[0-9a-f-]{36}/")
    assert "处理异议</h2>" not in clerk.get(objection)  # who took it down does not decide
    page = reviewer.get(objection)
    decision = re.search(r'action="([^"]+/decision/)"', page)
    assert decision is not None
    assert "请写明理由" in reviewer.post(decision.group(1), 400, upheld="yes", key=reviewer.key(objection))
    reviewer.post(decision.group(1), upheld="yes", reason="已核实，不符合条件", key=reviewer.key(objection))

    assert "已核实，不符合条件" in clerk.get(path)
    assert "异议成立" in clerk.get(f"/console/programmes/{proposed}/changes/")


def test_the_written_objection_is_had_for_a_purpose_and_logged(bureau: Bureau, proposed: str) -> None:
    clerk, reviewer = at(bureau, "liu", "clerk", on="2016-12-27"), at(bureau, "zhao", "reviewer", on="2016-12-28")
    path, paper = f"/console/programmes/{proposed}/objections/", b"%PDF-1.4 an objection"
    form = re.search(r"objections/new/\?candidate=([0-9a-f-]+)", clerk.get(opened(clerk, proposed)))
    assert form is not None
    new = f"{path}new/?candidate={form.group(1)}"
    files = {"file": ("a.pdf", paper)}
    clerk.post(f"{path}new/", files=files, candidate_id=form.group(1), kind="not_entitled", key=clerk.key(new))
    objection = first(reviewer.get(path), "objections/[0-9a-f-]{36}/")
    document = first(reviewer.get(objection), "objections/[^/]+/document")

    assert "households/purpose" in reviewer.get(document, 303)
    reviewer.post("/console/households/purpose/", purpose="objection", back="/console/")
    assert reviewer.get(document).encode() == paper

    [about] = {each["person_id"] for each in bureau.reviewer.get(f"/api/v1/programmes/{proposed}/objections")["items"]}
    log = bureau.officer.get(f"/api/v1/persons/{about}/readings", limit=50)["items"]
    assert [(each["reader"], each["purpose"]) for each in log if each["what"] == "objection"] == [("zhao", "objection")]
    at(bureau, "sun", "approver").get(document, 403)
    stranger = Clerk(bureau.office, "far", "reviewer", division="420300000000").sign_in()
    stranger.post("/console/households/purpose/", purpose="objection", back="/console/")
    stranger.get(document, 404)
    reviewer.get(document.replace(proposed, str(UUID(int=0))), 404)


def test_a_refusal_costs_nothing_and_the_reserve_moves_up(bureau: Bureau, confirmed: str) -> None:
    clerk = at(bureau, "liu", "clerk", on="2017-01-16")
    person = opened(clerk, confirmed)
    path = f"{person}consent/"
    page = clerk.get(path)
    assert "都不影响您享受的低保" in page
    given = answer(page) | {"answer": "no"}

    assert "须告知本人" in clerk.post(path, 422, **given, told_no_loss="", key=clerk.key(path))
    clerk.post(path, 303, **given, told_no_loss="yes", key=clerk.key(path))

    changes = clerk.get(f"/console/programmes/{confirmed}/changes/")
    assert "不同意参加" in changes
    assert "其享受的救助不受影响" in changes


def test_what_was_answered_and_the_signed_form_are_shown_to_who_checks(bureau: Bureau, confirmed: str) -> None:
    clerk, officer = at(bureau, "liu", "clerk", on="2017-01-16"), at(bureau, "chen", "officer", on="2017-01-24")
    person, paper = opened(clerk, confirmed), b"%PDF-1.4 a signed form"
    path = f"{person}consent/"
    given = answer(clerk.get(path)) | {"answer": "yes", "told_no_loss": "yes"}
    clerk.post(path, 303, **given, files={"file": ("a.pdf", paper)}, key=clerk.key(path))
    officer.post("/console/households/purpose/", purpose="audit", back="/console/")

    page = officer.get(person)
    document = first(page, "consents/[^/]+/document")

    assert "同意参加" in page
    assert "2016-12 版" in page
    assert officer.get(document).encode() == paper
    log = bureau.officer.get(f"/api/v1/persons/{person.split('/')[-2]}/readings", limit=50)["items"]
    assert [(each["reader"], each["purpose"]) for each in log if each["what"] == "consent"] == [("chen", "audit")]
    at(bureau, "sun", "approver").get(document, 403)


def test_who_withdraws_is_replaced_and_the_text_is_kept_by_version(bureau: Bureau, confirmed: str) -> None:
    clerk, officer = at(bureau, "liu", "clerk", on="2017-01-16"), at(bureau, "chen", "officer", on="2017-01-24")
    bureau.office.hear(signed())
    path = f"{opened(clerk, confirmed)}consent/"
    clerk.post(path, 303, **answer(clerk.get(path)), answer="yes", told_no_loss="yes", key=clerk.key(path))
    assert "2016-12 版" in clerk.get(f"/console/programmes/{confirmed}/consent-form/")
    enrolment = f"/console/programmes/{confirmed}/enrolment/"
    candidate = re.search(r'name="candidate_id" value="([^"]+)"', officer.get(enrolment))
    assert candidate is not None

    officer.post(enrolment, candidate_id=candidate.group(1), confirmed="yes", key=officer.key(enrolment))
    leaving = first(officer.get(f"/console/programmes/{confirmed}/recipients/"), "withdrawal/")
    assert "承接机构随即不能再查看其资料" in officer.get(leaving)
    officer.post(leaving, reason="consent_withdrawn", confirmed="yes", key=officer.key(leaving))

    assert "撤回同意" in officer.get(f"/console/programmes/{confirmed}/changes/")
    assert "撤回同意" in officer.get(f"/console/programmes/{confirmed}/recipients/")


def test_who_agreed_takes_it_back_before_the_service_and_cannot_be_enrolled(bureau: Bureau, confirmed: str) -> None:
    clerk, officer = at(bureau, "liu", "clerk", on="2017-01-16"), at(bureau, "chen", "officer", on="2017-01-24")
    bureau.office.hear(signed())
    person = opened(clerk, confirmed)
    path = f"{person}consent/"
    assert 'value="consent_withdrawn"' not in clerk.get(person)
    clerk.post(path, 303, **answer(clerk.get(path)), answer="yes", told_no_loss="yes", key=clerk.key(path))
    page = clerk.get(person)
    leave = re.search(r'action="([^"]+/departure/)"', page)
    assert leave is not None
    assert "不影响其享受的救助" in page

    assert clerk.post(leave.group(1), 303, reason="consent_withdrawn", confirmed="yes", key=clerk.key(person)) is not None

    assert 'name="candidate_id"' not in officer.get(f"/console/programmes/{confirmed}/enrolment/")
    changes = clerk.get(f"/console/programmes/{confirmed}/changes/")
    assert "撤回同意" in changes
    assert "该人员没有登记有效的知情同意" in str(
        bureau.officer.post(
            f"/api/v1/programmes/{confirmed}/enrolments",
            {"candidate_ids": [leave.group(1).split("/")[-3]]},
            on="2017-01-24",
            expect=409,
        )
    )


def test_a_reserve_says_no_in_advance_and_is_not_asked_later(bureau: Bureau, confirmed: str) -> None:
    clerk = at(bureau, "liu", "clerk", on="2017-01-16")
    before = len(bureau.candidates(confirmed, "waiting"))
    person = opened(clerk, confirmed, "waiting")
    leave = re.search(r'action="([^"]+/departure/)"', clerk.get(person))
    assert leave is not None

    clerk.post(leave.group(1), 303, reason="refused", confirmed="yes", key=clerk.key(person))

    assert len(bureau.candidates(confirmed, "waiting")) == before - 1
    assert [each["state"] for each in bureau.candidates(confirmed, "refused")] == ["refused"]


def answer(page: str) -> dict[str, str]:
    """What the form says by itself, signed on the day by whom the rule wants."""
    hidden = dict(re.findall(r'<input type="hidden" name="(candidate_id|version)" value="([^"]+)"', page))
    is_child = 'value="guardian" checked' in page
    signer = {"signer": "guardian", "guardian_relation": "mother"} if is_child else {"signer": "self"}
    return hidden | signer | {"signed_on": "2017-01-16"}
