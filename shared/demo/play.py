"""The case from beginning to end, in the order of its days."""

from collections.abc import Mapping

from rich.console import Console

from shared.demo import closing, contract, negotiation, plan, rounds, selection, service, survey, tender, year
from shared.demo.cast import officials
from shared.demo.doors import Endpoints
from shared.demo.figures import Figures
from shared.demo.public import release
from shared.demo.report import Report, read
from shared.demo.stage import Stage, new_password
from shared.demo.workbook import Rosters, drawn_up
from shared.telemetry import Telemetry


def play(
    endpoints: Endpoints,
    admin_tokens: Mapping[str, str],
    *,
    scale: float = 1,
    people_fold: int = 1,
    console: Console | None = None,
    telemetry: Telemetry | None = None,
    rosters: Rosters | None = None,
    patience: float = 1,
    password: str = "",
) -> Report:
    """Play the case against five running services in rehearsal mode, by service name their addresses and administrators' tokens.

    Everybody in it signs in with `password`, one that nobody knows if it is empty.

    Raises NotAsTold when a service refuses what the story needs. What came out otherwise than the case says is in the report's faults.
    """
    if rosters is None:
        with drawn_up(scale * people_fold) as rosters:
            return play(
                endpoints,
                admin_tokens,
                scale=scale,
                people_fold=people_fold,
                console=console,
                telemetry=telemetry,
                rosters=rosters,
                patience=patience,
                password=password,
            )
    figures = Figures(scale, people_fold)
    stage = Stage(
        endpoints,
        admin_tokens,
        figures,
        console or Console(quiet=True),
        telemetry or Telemetry("demo"),
        patience,
        password or new_password(),
    )
    with stage.open():
        _plan(stage, rosters)
        _buy(stage)
        _choose(stage, rosters)
        _serve(stage)
        _finish(stage)
        with stage.part("report", "核对"):
            report = read(stage)
    report.seconds = dict(stage.seconds)
    return report


def _plan(stage: Stage, rosters: Rosters) -> None:
    with stage.part("rosters", "一、人员与名册"):
        stage.enrol(officials())
        survey.first_roster(stage, rosters)
    with stage.part("plan", "二、方案、预算与立项"):
        plan.design(stage)
        plan.budget(stage)
        plan.open_project(stage)


def _buy(stage: Stage) -> None:
    with stage.part("tender", "三、招标、废标与转为谈判"):
        tender.invite(stage)
        tender.declare_failed(stage)
        tender.convert(stage)
    with stage.part("negotiation", "四、抽取专家与谈判"):
        negotiation.draw(stage)
        negotiation.negotiate(stage)
        negotiation.award(stage)
    with stage.part("contract", "五、合同与首期拨付"):
        contract.sign(stage)
        contract.begin(stage)


def _choose(stage: Stage, rosters: Rosters) -> None:
    with stage.part("survey", "六、调查与一户一档"):
        survey.open_survey(stage, rosters)
        survey.visit_everybody(stage)
    with stage.part("selection", "七、筛选、异议、同意与入组"):
        selection.screen(stage)
        selection.hear_objections(stage)
        release(stage, "selection", on="2017-01-11")
        selection.enrol(stage)


def _serve(stage: Stage) -> None:
    with stage.part("service", "八、个案服务（上半程）"):
        cases = service.open_cases(stage)
        rounds.commission(stage)
        year.first_half(stage, cases)
    with stage.part("mid_round", "九、事中评估与二期拨付"):
        rounds.mid_round(stage)
        contract.pay(stage, "M2", verified_on="2017-06-22", days=("2017-06-22", "2017-06-26", "2017-06-30"))
        release(stage, "evaluation", on="2017-06-30")
        rounds.findings(stage)
    with stage.part("service_to_the_end", "十、个案服务（下半程）"):
        year.second_half(stage, cases)


def _finish(stage: Stage) -> None:
    with stage.part("final_round", "十一、事后评估"):
        rounds.final_round(stage)
    with stage.part("closing", "十二、验收、末期拨付与结项"):
        closing.accept(stage)
        closing.close(stage)
        release(stage, "evaluation", on="2017-12-11")
        release(stage, "statistics", on="2017-12-11")
    with stage.part("afterwards", "十三、审计、信访背景与价格标准"):
        closing.audit(stage)
        rounds.petitions(stage)
        release(stage, "petitions", on="2018-01-12", expected=2)
        closing.set_price(stage)
