"""The first steps of intake's walk: a roster handed in, mended and adopted, records of one person merged, a survey accepted."""

from io import BytesIO
from pathlib import Path
from time import monotonic

from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.browser.walking import agree, go_to, look, settle
from tests.service.intake.test_search import PERSON

SURVEY = "调查"


def hand_in(page: Page, file: Path, name: str) -> None:
    go_to(page, "名册")
    page.get_by_role("link", name="上传名册").first.click()
    page.get_by_label("文件").set_input_files(file)
    page.get_by_label("名称").fill(name)
    page.get_by_label("用途").select_option(label=SURVEY)
    page.get_by_role("button", name="上传并读取").click()
    settle(page)
    expect(page.get_by_text("待采用", exact=True)).to_be_visible()


def read_the_faults(page: Page) -> None:
    """The line and the cell of what is wrong, and the workbook with its faults marked, to be mended where it came from."""
    lines = page.get_by_role("region", name="逐行").get_by_role("row")
    expect(lines).to_have_count(2)
    expect(lines.nth(1).get_by_role("cell").first).to_have_text("8")  # three lines of title, the headings, the fourth person
    look(page, "r1-faults")
    with page.expect_download() as marked:
        page.get_by_role("link", name="下载标出问题的工作簿").click()
    assert load_workbook(BytesIO(marked.value.path().read_bytes())).active is not None


def refuse(page: Page) -> None:
    go_to(page, "名册")
    page.get_by_role("link", name="城区低保名册").click()
    page.get_by_text("不予采用", exact=True).click()
    page.get_by_label("理由").fill("一人身份证号有误，请更正后重报")
    page.get_by_role("button", name="不予采用，删除已读取的内容").click()
    expect(page.get_by_text("不予采用").first).to_be_visible()


def take_in(page: Page) -> None:
    go_to(page, "名册")
    page.get_by_role("link", name="城区低保名册（更正）").click()
    page.get_by_role("button", name="采用", exact=True).click()
    settle(page)
    expect(page.get_by_text("已采用", exact=True)).to_be_visible()
    look(page, "r2-taken-in")


def open_a_household(page: Page) -> None:
    go_to(page, "户档案")
    page.get_by_role("row").nth(1).get_by_role("link").click()
    say_why(page)
    expect(page.get_by_role("heading", name="成员")).to_be_visible()
    look(page, "r3-household")


def propose_merge(page: Page) -> None:
    open_the_pair(page)
    look(page, "r4-alike")
    settle_pair(page, "是同一人，建议合并")
    expect(page.get_by_role("cell", name="入户核实")).to_be_visible()


def merge(page: Page) -> None:
    """By another person than the one who proposed it."""
    open_the_pair(page)
    settle_pair(page, "是同一人，合并")
    expect(page.get_by_text("已合并").first).to_be_visible()
    look(page, "r5-merged")


def open_the_pair(page: Page) -> None:
    go_to(page, "疑似重复")
    until = monotonic() + 60
    while not page.get_by_role("row").nth(1).is_visible() and monotonic() < until:
        page.reload()  # the records are indexed and compared behind the pages
    page.get_by_role("row").nth(1).get_by_role("link").click()
    if page.get_by_label("您为什么查阅档案？").is_visible():
        say_why(page)
    expect(page.get_by_role("heading", name="是不是同一人")).to_be_visible()
    expect(page.get_by_text(PERSON.姓名).first).to_be_visible()


def settle_pair(page: Page, result: str) -> None:
    page.get_by_label(result, exact=True).check()
    page.get_by_label("理由").fill("入户核实")
    page.get_by_role("button", name="提交").click()


def accept_the_survey(page: Page, survey: str) -> None:
    page.goto(survey)
    look(page, "r6-survey")
    agree(page, "验收", within="验收本次调查")
    expect(page.get_by_text("已验收").first).to_be_visible()


def say_why(page: Page) -> None:
    page.get_by_label("您为什么查阅档案？").select_option(label="档案维护")
    page.get_by_role("button", name="继续").click()
