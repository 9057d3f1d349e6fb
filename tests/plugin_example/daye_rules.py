"""大冶市补充规定：独自居住的优先；特困人员由供养机构服务，不重复纳入；走访时了解致困原因和老人的就医情况。"""

from pydantic import BaseModel, ConfigDict, Field

from services.intake.hooks import Choice, PersonFacts, Question, Section
from shared.plugins import hookimpl

CAUSES = Section(
    code="daye_causes",
    title="致困原因",
    about="household",
    questions=(
        Question(
            code="cause",
            label="致困原因",
            kind="several",
            choices=(Choice("illness", "疾病"), Choice("disability", "残疾"), Choice("age", "年老"), Choice("other", "其他")),
        ),
        Question(code="other", label="其他原因", kind="text", only_if=("cause", "other")),
    ),
)
DOCTOR = Section(
    code="daye_doctor",
    title="老人就医",
    about="person",
    questions=(
        Question(code="alone", label="能否独自就医", kind="yes_no", relevant="age >= 60"),
        Question(code="visits", label="一年内住院次数", kind="number", relevant="age >= 60", most=99),
    ),
)


class DayeRules:
    """Answers three hooks, by what the department has set."""

    api = ">=1,<2"

    class Config(BaseModel):
        """QIAO_INTAKE_PLUGIN_SETTINGS={"daye": {"points_for_living_alone": 3}}"""

        model_config = ConfigDict(extra="forbid")

        points_for_living_alone: int = Field(ge=0, le=10)
        not_served: frozenset[str] = frozenset({"urban_destitute", "rural_destitute"})

    def __init__(self, config: Config) -> None:
        self._config = config

    @hookimpl
    def need(self, people: tuple[PersonFacts, ...]) -> tuple[int, ...]:
        return tuple(self._config.points_for_living_alone * (person.living_members == 1) for person in people)

    @hookimpl
    def objections(self, person: PersonFacts) -> list[str]:
        return ["特困人员由供养机构服务，不重复纳入"] if person.category in self._config.not_served else []

    @hookimpl
    def survey_questions(self) -> list[Section]:
        return [CAUSES, DOCTOR]
