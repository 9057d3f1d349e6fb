"""大冶市补充规定：独自居住的优先；特困人员由供养机构服务，不重复纳入。"""

from pydantic import BaseModel, ConfigDict, Field

from services.intake.hooks import PersonFacts
from shared.plugins import hookimpl


class DayeRules:
    """Answers two hooks, by what the department has set."""

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
