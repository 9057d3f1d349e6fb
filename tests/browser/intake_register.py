"""The first steps of intake's walk: a roster handed in, mended and adopted, records of one person merged, households visited."""

from io import BytesIO
from pathlib import Path
from time import monotonic

from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.browser.walking import agree, go_to, look, look_without_leaving, settle
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


def bring_a_form(page: Page, file: Path) -> None:
    """An XLSForm, whose questions stand in the form of a visit from then on."""
    go_to(page, "调查摸底")
    page.get_by_role("link", name="登记表").click()
    page.get_by_label("文件").set_input_files(file)
    page.get_by_role("button", name="导入").click()
    expect(page.get_by_text("使用中")).to_be_visible()
    look(page, "r6-forms")


def open_the_next(page: Page) -> str:
    """The first household of the own list that nobody has stood at, from the first page on; gives its number."""
    page.get_by_role("link", name="待办").first.click()
    page.get_by_role("link", name=SURVEY, exact=True).click()
    page.get_by_label("状态").select_option(label="待走访")
    page.get_by_role("button", name="筛选").click()
    expect(page.get_by_role("row").nth(1)).to_contain_text("待走访")  # the list is exchanged in place
    link = page.get_by_role("row").nth(1).get_by_role("link")
    number = link.inner_text()
    link.click()
    expect(page.get_by_role("heading", name=number)).to_be_visible()
    return number


def find_nobody_at_home(page: Page) -> None:
    open_the_next(page)
    page.get_by_label("没有", exact=True).check()
    expect(page.get_by_role("group", name="住房")).to_be_hidden()
    page.get_by_label("没有见到的原因").select_option(label="家中无人")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="我的走访")).to_be_visible()
    look(page, "r6-own-list")


def print_the_doors(page: Page) -> None:
    """The list to take along; then back to the own list."""
    page.get_by_role("link", name="入户清单（打印）").click()
    expect(page.get_by_role("columnheader", name="联系电话")).to_be_visible()
    look(page, "r6-doors")
    page.emulate_media(media="print")
    expect(page.get_by_role("row").nth(1)).to_contain_text("岁")
    expect(page.get_by_role("button", name="筛选")).to_be_hidden()
    page.emulate_media(media="screen")
    page.get_by_role("link", name="我的走访").click()


def visit_a_household(page: Page) -> str:
    """First by one alone, which the rule does not allow; then by two. Gives the number of the household."""
    number = open_the_next(page)
    look_without_leaving(page, "r6-empty")
    page.get_by_label("见到了").check()
    page.get_by_role("group", name="住房").get_by_label("公租房").check()
    for need in ("经济", "健康", "教育", "居住", "就业", "监护", "社会融入"):
        page.get_by_role("group", name=need, exact=True).get_by_label("一般").check()
    page.get_by_role("group", name="不能自己完成的日常活动").first.get_by_label("洗澡").check()
    page.get_by_label("备注").fill("门前台阶无扶手")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_contain_text("每组不少于 2 人")
    expect(page.get_by_role("group", name="社会融入", exact=True).get_by_label("一般")).to_be_checked()
    look_without_leaving(page, "r6-alone")
    page.get_by_label("调查员工号").fill("sun\nD02")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("本户已走访")).to_be_visible()
    look(page, "r6-visited")
    return number


def read_the_visit(page: Page, number: str) -> None:
    go_to(page, "查找人员")
    page.get_by_label("姓名、拼音、身份证号").fill(number)
    page.get_by_role("button", name="查找", exact=True).click()
    page.get_by_role("main").get_by_role("link").filter(has_not_text="目的").first.click()
    expect(page.get_by_role("heading", name="走访记录")).to_be_visible()
    expect(page.get_by_role("definition").filter(has_text="sun、D02")).to_be_visible()
    expect(page.get_by_role("definition").filter(has_text="门前台阶无扶手")).to_be_visible()
    look(page, "r6-read")


def accept_the_survey(page: Page, survey: str) -> None:
    page.goto(survey)
    look(page, "r6-survey")
    agree(page, "验收", within="验收本次调查")
    expect(page.get_by_text("已验收").first).to_be_visible()


def say_why(page: Page) -> None:
    page.get_by_label("您为什么查阅档案？").select_option(label="档案维护")
    page.get_by_role("button", name="继续").click()
