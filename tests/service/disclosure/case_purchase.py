"""What procurement says of the case: from the budget to the signed contract, and the payments."""

from collections.abc import Iterator, Mapping
from itertools import islice

from shared.events import intake, procurement
from tests.service.disclosure.case_ids import BANDS, CITY, DIMENSIONS, PROVIDER, TITLE, YUAN, Ids, Told, day, sha

EXPERTS = tuple(f"E{number:02d}" for number in range(1, 25))
LEGAL = ("E05", "E11", "E17", "E23")
EXCLUDED = {
    "E02": "任职单位参与论证",
    "E07": "任职单位参与论证",
    "E09": "任职单位参与论证",
    "E13": "参加论证",
    "E16": "参加论证",
    "E19": "参加论证",
    "E21": "亲属关系",
}
SEEDS = ("购买人 2016-07-28 磁湖", "财政 2016-07-28 东方山", "监督 2016-07-28 西塞山")


class Purchase(Ids):
    """Notices, methods, the draw, the contract, milestones."""

    def notice(self, kind: str, on: str, fields: Mapping[str, str], *, version: int = 1, title: str = "") -> Told:
        title = title or f"{self.title}{NOTICE_TITLES[kind]}"
        said = procurement.NoticeIssued.model_validate(
            {
                "notice_id": self.id(f"notice {kind}"),
                "project_id": self.project,
                "kind": kind,
                "version": version,
                "title": title,
                "issued_on": on,
                "fields": [{"label": label, "value": value} for label, value in fields.items()],
                "content_hash": sha(f"{kind} {version} {title}"),
            }
        )
        return day(on), said

    def purchase(self) -> Iterator[Told]:
        """From the budget to the signed contract."""
        yield day("2015-10-12"), self.roster()
        yield self.notice(
            "budget",
            "2016-03-04",
            {
                "预算单位": "黄石市民政局",
                "项目名称": self.title,
                "购买服务预算": "680,000 元",
                "2016 年安排": "204,000 元",
                "2017 年安排": "476,000 元",
            },
        )
        yield self.notice(
            "catalogue",
            "2016-03-04",
            {"目录编号": "A0501", "目录名称": "社会救助服务", "年度预算": "680,000 元", "购买主体": "黄石市民政局"},
        )
        yield from self._tender()
        yield from self._negotiation()

    def _tender(self) -> Iterator[Told]:
        yield (
            day("2016-05-09"),
            procurement.ProjectOpened(
                project_id=self.project,
                project_no=self.project_no,
                title=self.title,
                buyer="黄石市民政局",
                procuring_entity="黄石市社会救助局",
                division=CITY,
                budget=680_000 * YUAN,
                opened_on=day("2016-05-09"),
            ),
        )
        yield self.notice(
            "requirement_opinion",
            "2016-05-18",
            {"采购需求": "对市级（城区）社会救助对象逐户调查建档，对四类对象开展个案服务。", "征求意见截止": "2016年5月25日"},
        )
        yield (
            day("2016-06-06"),
            procurement.MethodDecided(
                project_id=self.project,
                method="open_tender",
                decided_on=day("2016-06-06"),
                rule="open_tender_threshold",
                article="黄石市政府购买服务管理办法（暂行）",
                reason="项目预算 68 万元，超过 50 万元，应当公开招标。",
            ),
        )
        yield self.notice("tender", "2016-06-13", TENDER)
        yield (
            day("2016-07-05"),
            procurement.TenderFailed(project_id=self.project, failed_on=day("2016-07-05"), bidders=2, article="政府采购法 第三十六条"),
        )
        yield self.notice(
            "termination",
            "2016-07-06",
            {
                "项目编号": self.project_no,
                "项目名称": self.title,
                "终止原因": "至提交投标文件截止时间，投标人 2 家，不足三家，未开标，投标文件已原封退还。",
            },
        )

    def _negotiation(self) -> Iterator[Told]:
        yield (
            day("2016-07-27"),
            procurement.MethodDecided(
                project_id=self.project,
                method="competitive_negotiation",
                decided_on=day("2016-07-18"),
                rule="failed_tender_negotiation",
                article="政府采购非招标采购方式管理办法 第二十七条",
                reason="公开招标只有 2 家投标，招标文件没有不合理条款，经批准与该 2 家进行竞争性谈判。",
                approved_on=day("2016-07-27"),
            ),
        )
        yield day("2016-07-29"), self.draw()
        yield (
            day("2016-08-12"),
            procurement.AwardDecided(
                project_id=self.project,
                awarded_on=day("2016-08-12"),
                provider=PROVIDER,
                provider_uscc="52420200MJH0010012",
                amount=636_000 * YUAN,
            ),
        )
        yield self.notice(
            "award",
            "2016-08-15",
            {
                "项目编号": self.project_no,
                "成交供应商": PROVIDER,
                "成交金额": "636,000 元",
                "评审专家名单": "宋远、冯立、韩春、曹敏（采购人代表：邓洁）",
                "公告期限": "1 个工作日",
            },
        )
        yield day("2016-09-01"), self.signed()
        yield self.notice(
            "contract",
            "2016-09-02",
            {
                "合同编号": "HSZFCG-2016-0105-01",
                "合同名称": f"{self.title}合同",
                "采购人": "黄石市社会救助局",
                "供应商": PROVIDER,
                "合同金额": "636,000 元",
                "履约期限": "2016年10月1日至2017年9月30日",
                "合同签订日期": "2016年9月1日",
            },
        )

    def roster(self) -> intake.RosterAccepted:
        return intake.RosterAccepted(
            roster_id=self.id("roster"),
            purpose="planning",
            reference_on=day("2015-12-31"),
            division=CITY,
            rows=17_000,
            rejected=0,
            people=17_000,
            households=8_920,
            aged_60_plus=3_560,
            disabled=5_190,
            minors=3_490,
            seriously_ill=972,
        )

    def draw(self) -> procurement.ExpertsDrawn:
        """A draw that can really be repeated, by the method of services/procurement/domain/draw.py."""
        pool = tuple(f"{number}|{'法律' if number in LEGAL else '社会工作'}" for number in EXPERTS)
        exclusions = tuple(f"{number}|{reason}" for number, reason in sorted(EXCLUDED.items()))
        lot = sha("\n".join([sha("\n".join(pool)), sha("\n".join(exclusions)), *SEEDS]))
        order = sorted((number for number in EXPERTS if number not in EXCLUDED), key=lambda number: sha(f"{lot}|{number}"))
        legal = next(number for number in order if number in LEGAL)
        seated = (legal, *islice((number for number in order if number not in LEGAL), 3))
        return procurement.ExpertsDrawn(
            project_id=self.project,
            drawn_on=day("2016-07-29"),
            pool_hash=sha("\n".join(pool)),
            pool_size=len(pool),
            excluded=len(EXCLUDED),
            seed_commitments=tuple(sha(seed) for seed in SEEDS),
            seeds=SEEDS,
            panel_size=5,
            experts=4,
            legal_experts=1,
            drawn=seated,
            record_hash=sha("record"),
            pool=pool,
            exclusions=exclusions,
            seats=("法律|1", "社会工作|3"),
        )

    def signed(self) -> procurement.ContractSigned:
        milestones = (
            procurement.MilestoneTerms(code="M1", title="合同公开、社工资格核验、实施方案通过", amount=190_800 * YUAN, workers_verified=15),
            procurement.MilestoneTerms(
                code="M2",
                title="建档、签约与中期评价",
                amount=254_400 * YUAN,
                files_verified_percent=95,
                plans_signed=400,
                sessions=1_920,
                evaluation="mid",
            ),
            procurement.MilestoneTerms(
                code="M3",
                title="期满、终期评价与验收",
                amount=190_800 * YUAN,
                cases_opened=400,
                sessions=4_800,
                closed_percent=95,
                evaluation="final",
                needs_acceptance=True,
            ),
        )
        scheme = procurement.Scheme(
            dimensions=tuple(
                procurement.SchemeDimension(code=code, name=name, weight=weight, source=name) for code, name, weight, *_ in DIMENSIONS
            ),
            bands=tuple(procurement.SchemeBand(name=name, at_least=at_least) for name, at_least in BANDS),
            satisfaction_dimension="D5",
            satisfaction_floor="80",
            pass_at_least="80",
            rectify_at_least="60",
            appeal_working_days=5,
        )
        return procurement.ContractSigned(
            contract_id=self.contract,
            contract_no=f"{self.project_no}-01",
            project_id=self.project,
            title=f"{self.title}合同",
            division=CITY,
            provider=PROVIDER,
            provider_uscc="52420200MJH0010012",
            amount=636_000 * YUAN,
            signed_on=day("2016-09-01"),
            starts_on=day("2016-10-01"),
            ends_on=day("2017-09-30"),
            clients_at_least=400 // self.scale,
            workers=15,
            worker_capacity=30,
            scheme=scheme,
            scheme_hash=scheme.digest(),
            milestones=milestones,
        )

    def milestone(self, code: str, verified: str, paid: str, amount: int) -> Iterator[Told]:
        named = {"contract_id": self.contract, "project_id": self.project}
        yield day(verified), procurement.MilestoneVerified(milestone_id=self.id(code), code=code, verified_on=day(verified), **named)
        yield (
            day(paid),
            procurement.PaymentReleased(
                payment_id=self.id(f"pay {code}"), milestone=code, amount=amount * YUAN, paid_on=day(paid), **named
            ),
        )


NOTICE_TITLES = {
    "budget": "部门预算公开",
    "catalogue": "政府购买服务项目目录公开",
    "requirement_opinion": "采购需求征求意见公告",
    "tender": "公开招标公告",
    "termination": "废标（终止）公告",
    "award": "成交结果公告",
    "contract": "合同公告",
    "acceptance": "公共服务项目验收结果公告",
    "audit": "项目审计结果公告",
    "price_standard": "政府购买服务价格标准公告",
}
TENDER = {
    "项目编号": "HSZFCG-2016-0105",
    "项目名称": TITLE,
    "采购方式": "公开招标",
    "预算金额（最高限价）": "680,000 元",
    "采购需求": "入户调查建档 9,155 户；对独居老人、单亲未成年学生、残疾人、重病患者各 100 名开展社工个案服务，累计不少于 400 人。",
    "合同履行期限": "12 个月",
    "是否接受联合体": "否",
    "申请人的资格要求": "符合政府采购法第二十二条规定；依法登记的社会组织、公益二类事业单位、企业",
    "获取招标文件": "2016年6月20日前，黄石市招投标中心，免费",
    "提交投标文件截止时间、开标时间和地点": "2016年7月5日9时30分，黄石市招投标中心",
    "公告期限": "5 个工作日",
    "采购人": "黄石市社会救助局；黄石市下陆区杭州西路；0714-6350000",
}
