"""What becomes public when, by whom, and what does not."""

from datetime import date

from shared.events.disclosure import PublicationMade
from tests.conftest import Office
from tests.service.disclosure.case_purchase import Purchase
from tests.service.disclosure.events_of_the_case import Case
from tests.service.disclosure.telling import release, tell

CASE = Case(scale=10)


def text_of(office: Office, path: str, status: int = 200) -> str:
    answer = office.http.get(path)
    assert answer.status_code == status, f"{path}: {answer.status_code}"
    return answer.text


def test_a_notice_is_public_as_soon_as_it_is_issued(office: Office) -> None:
    on, notice = CASE.notice("budget", "2016-03-04", {"预算单位": "黄石市民政局", "购买服务预算": "680,000 元"})

    office.hear(notice, on=on)

    made = office.said(PublicationMade)[0]
    assert (made.kind, str(made.source_id), made.version, made.published_on) == ("budget", notice.aggregate[1], 1, on)
    assert "680,000 元" in text_of(office, made.path)
    assert "680,000 元" in text_of(office, f"/en{made.path}")


def test_a_corrected_notice_is_a_new_version_at_the_same_address(office: Office) -> None:
    first, second = (
        CASE.notice("tender", "2016-06-13", {"公告期限": days}, version=version) for version, days in ((1, "3 天"), (2, "5 天"))
    )

    office.hear(first[1], on=first[0])
    office.hear(second[1], on=second[0])

    one, two = office.said(PublicationMade)
    assert (one.path, one.version, two.version) == (two.path, 1, 2)
    assert "5 天" in text_of(office, two.path)
    assert "3 天" not in text_of(office, two.path)


def test_a_notice_with_an_identity_number_waits_for_a_person_to_look_at_it(office: Office) -> None:
    on, notice = CASE.notice("acceptance", "2017-11-20", {"验收组成员": "证件号 420202194901011234"})

    office.hear(notice, on=on)

    assert office.said(PublicationMade) == []
    waiting = office.as_("editor").get("/api/v1/publications", status="waiting")["items"][0]
    assert waiting["problem"] == "内容中有身份证号码，不得公开"


def test_who_won_is_told_with_the_result_notice_and_not_before(office: Office) -> None:
    until_the_award = [told for told in CASE.purchase() if told[0] < date(2016, 8, 15)]
    tell(office, until_the_award)

    pages = [
        text_of(office, path) for path in ("/projects/hszfcg-2016-0105/", "/projects/", "/projects.csv", "/projects/hszfcg-2016-0105.json")
    ]
    searched = text_of(office, "/projects/?q=磁湖")

    assert not any("磁湖" in page for page in pages)
    assert "没有符合条件的项目" in searched

    tell(office, [told for told in CASE.purchase() if told[0] >= date(2016, 8, 15)])
    assert "磁湖" in text_of(office, "/projects/hszfcg-2016-0105/")
    assert "黄石市社会救助领域" in text_of(office, "/projects/?q=磁湖")


def test_the_draw_is_public_with_the_award_and_has_been_repeated(office: Office) -> None:
    tell(office, Purchase(scale=10).purchase())

    page = text_of(office, "/projects/hszfcg-2016-0105/draw/")

    assert page.count(">一致<") == 3
    assert "任职单位参与论证" in page


def test_an_evaluation_waits_until_nobody_can_appeal_and_two_people_have_looked(office: Office) -> None:
    again = Case(name="二", project_no="HSZFCG-2016-0200", scale=10)
    tell(office, again.purchase())
    scored = list(again.round("final"))
    tell(office, scored[:2])
    editor, publisher = office.as_("editor"), office.as_("publisher", "editor", account="both")

    assert editor.get("/api/v1/publications", status="waiting", kind="evaluation")["items"] == []

    tell(office, scored[2:])
    item = editor.get("/api/v1/publications", status="waiting", kind="evaluation")["items"][0]
    assert (item["arose_on"], item["due_on"]) == ("2017-11-17", "2017-12-15")
    publisher.post(f"/api/v1/publications/{item['id']}/release", {}, on="2017-12-11", expect=409)
    publisher.post(f"/api/v1/publications/{item['id']}/preparation", {}, on="2017-12-11")
    refusal = publisher.post(f"/api/v1/publications/{item['id']}/release", {}, on="2017-12-11", expect=403)
    assert refusal["type"].endswith("same-person")


def test_a_correction_is_a_new_version_with_its_reason(told: Office) -> None:
    editor, publisher = told.as_("editor"), told.as_("publisher")
    item = editor.get("/api/v1/publications", status="published", kind="statistics")["items"][0]

    corrected = editor.post(f"/api/v1/publications/{item['id']}/correction", {"reason": "补录服务记录"}, on="2017-12-20")
    publisher.post(f"/api/v1/publications/{corrected['id']}/release", {}, on="2017-12-21")

    page = text_of(told, item["path"])
    assert "更正理由：补录服务记录" in page
    assert "第 2 版" in page
    versions = editor.get(f"/api/v1/publications/{corrected['id']}")["versions"]
    assert [each["version"] for each in versions] == [1, 2]


def test_what_is_withdrawn_answers_gone_with_the_reason(told: Office) -> None:
    editor, publisher = told.as_("editor"), told.as_("publisher")
    item = editor.get("/api/v1/publications", status="published", kind="selection")["items"][0]

    publisher.post(f"/api/v1/publications/{item['id']}/withdrawal", {"reason": "名单复核中"}, on="2017-12-20")

    assert "名单复核中" in text_of(told, item["path"], status=410)
    assert "名单复核中" in text_of(told, f"/en{item['path']}", status=410)
    assert "黄石港区" not in text_of(told, f"{item['path'].rstrip('/')}.json", status=410)
    assert "看筛选标准" not in text_of(told, "/projects/hszfcg-2016-0105/")


def test_three_lost_contacts_are_in_no_format(office: Office) -> None:
    """At full scale: 312, 52, 14, 8, 6, 5, 3."""
    tell(office, Case().told())
    release(office, "statistics")
    editor = office.as_("editor")
    path = editor.get("/api/v1/publications", status="published", kind="statistics")["items"][0]["path"]

    kept = office.http.get(f"{path.rstrip('/')}.json").json()["content"]["closings"]["counts"]
    assert kept["lost_contact"] == {"value": None, "mark": "small"}
    assert [reason for reason, shown in kept.items() if shown["mark"] == "withheld"] == ["died"]
    assert "结案,失联,少于 5" in text_of(office, "/projects/hszfcg-2016-0105.csv")
    for page in (path, f"/en{path}", "/projects/hszfcg-2016-0105/"):
        row = text_of(office, page).split("失联</th>" if not page.startswith("/en") else "Lost contact</th>")[1][:200]
        assert '<td class="num"><span class="kept">' in row


def test_statistics_come_up_with_the_last_closing_and_count_what_was_told(office: Office) -> None:
    tell(office, CASE.told())

    item = office.as_("editor").get("/api/v1/publications", status="waiting", kind="statistics")["items"][0]
    content = office.as_("auditor").get(f"/api/v1/publications/{item['id']}")["content"]

    assert item["arose_on"] == "2017-09-10"
    assert content["cases"]["total"]["value"] == 40
    assert content["sessions"]["total"]["value"] == 500
    assert content["workers"] == 15


def test_the_summary_counts_publications_and_prints_petitions_with_their_qualifiers(told: Office) -> None:
    summary = told.http.get("/api/v1/public/summary").json()

    assert summary["publications"]["evaluation"] == 2
    assert summary["publications"]["draw"] == 1
    assert summary["petitions"] == {
        "2016": {"cases": {"value": 120, "qualifier": ""}, "people": {"value": 200, "qualifier": "近"}},
        "2017": {"cases": {"value": 50, "qualifier": ""}, "people": {"value": 87, "qualifier": ""}},
    }
