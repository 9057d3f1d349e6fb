"""A programme as a file (PROGRAMME.json): what `qiao intake screen` screens by. Its JSON Schema is docs/programme.schema.json."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from hashlib import sha256
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.intake.api.body import Category
from services.intake.domain.cel import LONGEST
from services.intake.domain.flag import FlagDefinition, written_out
from services.intake.domain.group import GroupDefinition
from services.intake.domain.programme import SHORTEST_SEED, GroupsRefused, check_adjustment
from services.intake.domain.selection import Band, GroupQuota
from services.intake.domain.terms import MOST_GROUPS, GroupAsked, GroupTerms, Terms, check_group, check_terms
from shared.errors import RuleRefusal
from shared.sentences import S_

Cel = Annotated[str, Field(max_length=LONGEST)]


FIELDS: Final = {"expression": "criterion", "precedence": "tie_rule"}
"""What a field of the terms is called in the file, where it is called otherwise."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BandFile(Part):
    """At least `minimum` places of the group go to people of these ages, both included."""

    from_age: Annotated[int, Field(ge=0, le=150)]
    to_age: Annotated[int, Field(ge=0, le=150)]
    minimum: Annotated[int, Field(ge=0)]


class GroupFile(Part):
    """A target group: one of an enabled plugin by its code alone, or one of one's own with a name and a criterion in CEL."""

    code: Annotated[str, Field(min_length=1, max_length=20, description="代码，在一个计划内不重复")]
    name: Annotated[str, Field(max_length=40, description="名称；使用插件的类别时不填")] = ""
    criterion: Annotated[Cel, Field(description="条件（CEL）；使用插件的类别时不填")] = ""
    quota: Annotated[int, Field(ge=1, description="名额")]
    reserve: Annotated[int, Field(ge=0, description="后备人数")] = 0
    score: Annotated[Cel, Field(description="本类别的需求分（CEL 整数）；不填则用计划的")] = ""
    tolerance: Annotated[int | None, Field(ge=0, description="名额可增减的幅度；不填则用计划的")] = None
    band: Annotated[BandFile | None, Field(description="年龄段最低人数")] = None


class AdjustmentFile(Part):
    """A quota that differs from the planned one, within the tolerance, and why."""

    group: str
    quota: Annotated[int, Field(ge=1)]
    reason: Annotated[str, Field(min_length=1, max_length=200)]


class ProgrammeFile(Part):
    """Who may be served, how many, and what decides between two people."""

    name: Annotated[str, Field(min_length=1, max_length=200, description="计划名称")]
    purpose: Annotated[str, Field(max_length=1000, description="目的")] = ""
    division: Annotated[str, Field(pattern=r"^(\d{12})?$", description="12 位区划代码；不填为全部")] = ""
    reference_on: Annotated[date, Field(description="基准日期，年龄按这一天计算")]
    survey_id: Annotated[UUID | None, Field(description="只筛选该调查已核实的人；不填为库中全部在册人员")] = None
    categories: Annotated[list[Category], Field(min_length=1, description="救助类别；不填为城市低保、农村低保")] = [
        "urban_allowance",
        "rural_allowance",
    ]
    seed: Annotated[str, Field(min_length=SHORTEST_SEED, max_length=200, description="公布的种子，同分抽签用")]
    score: Annotated[Cel, Field(description="需求分（CEL 整数，越大越优先）；不填由插件计算")] = ""
    tie_rule: Annotated[Cel, Field(description="同分先后（CEL 整数，越大越优先），仍相同的抽签；不填直接抽签")] = ""
    tolerance: Annotated[int, Field(ge=0, description="每个类别的名额可增减的幅度")] = 0
    groups: Annotated[list[GroupFile], Field(min_length=1, max_length=MOST_GROUPS)]
    adjustments: Annotated[list[AdjustmentFile], Field(description="对名额的调整，每项写明理由")] = []

    @property
    def hash(self) -> str:
        """Of the programme as it was read: order of fields and spaces in the file do not matter."""
        return sha256(self.model_dump_json().encode()).hexdigest()

    def terms(self, known: Sequence[GroupDefinition], flags: Sequence[FlagDefinition]) -> Terms:
        """Raises GroupsRefused, UnknownGroup, AdjustmentRefused or CriterionRefused."""
        asked = []
        for number, group in enumerate(self.groups):
            with _at(f"groups.{number}"):
                asked.append(self._asked(group).written_out(flags))
                check_group(asked[-1], known)
        with _at(""):
            score, precedence = written_out(self.score, flags, field="score"), written_out(self.tie_rule, flags, field="tie_rule")
            definitions = check_terms(asked, score=score, precedence=precedence, known=known)
        if unknown := {each.group for each in self.adjustments} - {group.code for group in self.groups}:
            raise GroupsRefused(S_("名额调整所指的类别不存在：{codes}", codes=sorted(unknown)), field="adjustments")
        return Terms(
            reference_on=self.reference_on,
            division=self.division,
            categories=list(self.categories),
            seed=self.seed,
            groups=[GroupTerms(definition, each.quota, each.score) for definition, each in zip(definitions, asked, strict=True)],
            survey_id=self.survey_id,
            score=score,
            precedence=precedence,
        )

    def _asked(self, group: GroupFile) -> GroupAsked:
        tolerance = self.tolerance if group.tolerance is None else group.tolerance
        tolerance = min(tolerance, group.quota)
        places = group.quota
        for each in self.adjustments:
            if each.group == group.code:
                check_adjustment(group.code, each.quota, planned=group.quota, tolerance=tolerance, reason=each.reason)
                places = each.quota
        band = Band(group.band.from_age, group.band.to_age, group.band.minimum) if group.band else None
        return GroupAsked(
            GroupQuota(group.code, places, group.reserve, band), group.name, group.criterion, group.score, min(tolerance, places)
        )


@contextmanager
def _at(place: str) -> Iterator[None]:
    """A refusal names the field in the file, below this place."""
    try:
        yield
    except RuleRefusal as refusal:
        field = next((fault.field for fault in refusal.faults), "")
        where = ".".join(each for each in (place, "" if place and field == "groups" else FIELDS.get(field, field)) if each)
        raise type(refusal)(refusal.message, field=where) from refusal
