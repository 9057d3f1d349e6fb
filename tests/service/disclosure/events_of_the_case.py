"""The Huangshi case as events: what disclosure would hear of it, with the days and figures of the case and invented names."""

from collections.abc import Iterator

from shared.events import casework, evaluation, procurement
from tests.service.disclosure.case_ids import DIMENSIONS, YUAN, Told, day, sha
from tests.service.disclosure.case_people import People
from tests.service.disclosure.case_purchase import Purchase


class Case(Purchase, People):
    """One telling of the case, in whole or in parts."""

    def round(self, kind: str) -> Iterator[Told]:
        is_final = kind == "final"
        opened, evidence, scored, concluded = (
            ("2017-10-10", "2017-11-03", "2017-11-08", "2017-11-17")
            if is_final
            else ("2017-05-15", "2017-06-15", "2017-06-20", "2017-06-20")
        )
        composite, band, satisfaction = ("91.125", "优", "93.20") if is_final else ("83.590", "良", "86.40")
        named = {"round_id": self.id(kind), "contract_id": self.contract}
        result = {"composite": composite, "band": band, "satisfaction": satisfaction, "kind": kind, "project_id": self.project}
        yield day(opened), evaluation.RoundOpened.model_validate({**named, "kind": kind, "opened_on": opened, "evidence_until": evidence})
        dimensions = [
            {
                "code": code,
                "name": name,
                "weight": weight,
                "score": final if is_final else mid,
                "weighted": weighted_final if is_final else weighted_mid,
                "sheets": sheets,
            }
            for code, name, weight, mid, weighted_mid, final, weighted_final, sheets in DIMENSIONS
        ]
        yield (
            day(scored),
            evaluation.RoundScored.model_validate(
                {
                    **named,
                    **result,
                    "scored_on": scored,
                    "dimensions": dimensions,
                    "sampled": 120,
                    "answered": 100,
                    "scheme_hash": self.signed().scheme_hash,
                    "appeal_until": concluded,
                }
            ),
        )
        yield day(concluded), evaluation.RoundConcluded.model_validate({**named, **result, "concluded_on": concluded, "verdict": "passed"})

    def findings(self) -> Iterator[Told]:
        for number, dimension in enumerate(("D1", "D3", "D2")):
            finding, party = self.id(f"finding {number}"), "payer" if dimension == "D2" else "provider"
            named = {"finding_id": finding, "round_id": self.id("mid"), "contract_id": self.contract}
            yield (
                day("2017-06-23"),
                evaluation.FindingIssued.model_validate({**named, "party": party, "dimension": dimension, "issued_on": "2017-06-23"}),
            )
            yield day("2017-07-28"), evaluation.FindingClosed.model_validate({**named, "closed_on": "2017-07-28"})

    def petitions(self) -> Iterator[Told]:
        for year, cases, people, qualifier in ((2016, 120, 200, "近"), (2017, 50, 87, "")):
            figures = (
                evaluation.ContextFigure(name="信访件数", value=cases, unit="件"),
                evaluation.ContextFigure.model_validate({"name": "信访人次", "value": people, "qualifier": qualifier, "unit": "人次"}),
            )
            said = {
                "context_id": self.id(f"petitions {year}"),
                "project_id": self.project,
                "topic": "petitions",
                "year": year,
                "figures": figures,
            }
            yield (
                day("2018-01-10"),
                evaluation.ContextRecorded.model_validate({**said, "source": "黄石市民政局信访统计", "recorded_on": "2018-01-10"}),
            )

    def told(self) -> Iterator[Told]:
        """Everything, in the order in which it happened."""
        yield from sorted(self._told(), key=lambda told: told[0])

    def _told(self) -> Iterator[Told]:
        yield from self.purchase()
        yield from self.milestone("M1", "2016-09-20", "2016-09-29", 190_800)
        yield from self.selection()
        yield from self.service()
        yield (
            day("2017-03-06"),
            evaluation.EvaluatorCommissioned(
                commission_id=self.id("commission"),
                contract_id=self.contract,
                body="湖北楚评社会组织评估中心",
                body_uscc="52420000MJH2020206",
                fee=30_000 * YUAN,
                commissioned_on=day("2017-03-06"),
            ),
        )
        yield from self.round("mid")
        yield from self.milestone("M2", "2017-06-21", "2017-06-30", 254_400)
        yield from self.findings()
        yield from self.round("final")
        named = {"contract_id": self.contract, "project_id": self.project}
        yield (
            day("2017-11-17"),
            procurement.AcceptanceRecorded(accepted_on=day("2017-11-17"), recipients_present=5, conclusion="passed", **named),
        )
        yield self.notice(
            "acceptance",
            "2017-11-20",
            {
                "合同编号": f"{self.project_no}-01",
                "验收日期": "2017年11月17日",
                "验收组成员": "罗平、谢宁、服务对象代表 5 人",
                "验收意见": "通过",
            },
        )
        yield from self.milestone("M3", "2017-11-24", "2017-12-06", 190_800)
        yield (
            day("2017-12-08"),
            casework.DataReturned(contract_id=self.contract, returned_on=day("2017-12-08"), certificate_hash=sha("certificate")),
        )
        yield day("2017-12-08"), procurement.ProjectClosed(closed_on=day("2017-12-08"), paid=636_000 * YUAN, **named)
        yield self.notice("audit", "2017-12-18", {"审计事项": "项目资金与绩效", "审计结论": "资金使用合规，绩效目标完成。"})
        yield from self.petitions()
        yield self.notice("price_standard", "2018-01-15", {"标准编号": "HS-SA-2018-01", "个案服务": "85 元／次", "入户建档": "15 元／户"})
