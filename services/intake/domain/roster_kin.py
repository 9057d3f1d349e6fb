"""Kinship in a roster: who stands how to the head, held against sex, age and marital status (与户主关系, 婚姻状况).

What would make the record contradict itself (a son with a woman's number, two spouses) is a fault, and the row stays out.
What is merely unlikely, or wrong in a word of which the record keeps nothing (a man as 妻 is kept as a spouse), is a doubt
that the review tells, and the row counts: a stepmother may be ten years older than her stepson, and nobody is to lose
assistance over a cell that is out of date.
"""

from typing import Final

from services.intake.domain.columns import AT, MARITAL, RELATION
from services.intake.domain.roster_households import Household
from services.intake.domain.roster_reading import Coded, Fault, Reading
from services.intake.domain.words import SEX_OF_RELATION
from shared.identity import Identity
from shared.sentences import S_

_RELATION = AT[RELATION]
_NO_DOUBTS: Final[list[Fault]] = []
_HELD: Final = frozenset({"head", "spouse", "son", "daughter", "parent"})
_KEPT_WITH_SEX: Final = frozenset({"son", "daughter"})
_A_YEAR: Final = 10_000
"""Between two births as numbers (19560301)."""
_NOT_MARRIED: Final = frozenset({"unmarried", "widowed", "divorced"})
_OTHER_SEX: Final = S_("与身份证号所示性别不符；请核对与户主关系和身份证号，改正其中有误的一处")
_UNMARRIED_HEAD: Final = S_("户主填为未婚的户不能有“配偶”；请改正户主的婚姻状况，或本行的与户主关系")


def hold_kin(row: Reading, coded: Coded, identity: Identity | None) -> list[Fault]:
    """Adds to the faults of a row what its relation excludes, and gives what the relation makes unlikely."""
    sex = SEX_OF_RELATION.get(row.given[_RELATION])
    if sex is not None and identity is not None and sex != identity.sex and coded.relation:
        if coded.relation not in _KEPT_WITH_SEX:
            doubts = _held_to_head(row, coded, identity) if coded.relation in _HELD else _NO_DOUBTS
            return [(RELATION, _OTHER_SEX, _OTHER_SEX), *doubts]
        row.fault(RELATION, _OTHER_SEX)
    return _held_to_head(row, coded, identity) if coded.relation in _HELD else _NO_DOUBTS


def is_likely_kin(relation: str, word: str, marital: str, household: Household, identity: Identity, years: int) -> bool:
    """Whether `hold_kin` certainly has nothing to say of a person in a household with one head."""
    sex = SEX_OF_RELATION.get(word)
    if sex is not None and sex != identity.sex:
        return False
    if relation == "head":
        return not household.spouses or marital not in _NOT_MARRIED
    if relation == "spouse":
        return household.spouses == 1 and household.head_marital != "unmarried" and marital not in _NOT_MARRIED
    if relation not in _HELD or not household.head_birth or not years:
        return True
    birth = int(identity.number[6:14])
    return _is_generation(relation, birth, household.head_birth, years)


def _is_generation(relation: str, birth: int, head_birth: int, years: int) -> bool:
    """Births as numbers: whether a parent, or a child, is so many years apart from the head."""
    older, younger = (birth, head_birth) if relation == "parent" else (head_birth, birth)
    return older + years * _A_YEAR <= younger


def _held_to_head(row: Reading, coded: Coded, identity: Identity | None) -> list[Fault]:
    """A person whose relation is one of `_HELD`."""
    household = row.household
    if household.heads != 1:
        return _NO_DOUBTS
    if coded.relation == "head":
        return _of_head(coded) if household.spouses else _NO_DOUBTS
    if coded.relation == "spouse":
        return _of_spouse(row, coded)
    years = row.frame.generation
    if not household.head_birth or not years or identity is None:
        return _NO_DOUBTS
    if _is_generation(coded.relation, int(identity.number[6:14]), household.head_birth, years):
        return _NO_DOUBTS
    older = S_("父母一般比户主至少大 {years} 岁；请核对与户主关系和身份证号", years=years)
    younger = S_("子女一般比户主至少小 {years} 岁；请核对与户主关系和身份证号", years=years)
    return [(RELATION, older if coded.relation == "parent" else younger, S_("与户主的年龄差不寻常"))]


def _of_head(coded: Coded) -> list[Fault]:
    if coded.marital not in _NOT_MARRIED:
        return _NO_DOUBTS
    return [(MARITAL, S_("本户有“配偶”，与户主的婚姻状况不符；请核对，已再婚的改为“已婚”"), S_("有配偶而婚姻状况不是已婚"))]


def _of_spouse(row: Reading, coded: Coded) -> list[Fault]:
    household = row.household
    if household.spouses > 1:
        message = S_("本户有 {count} 个“配偶”，只能有一个；请改正其余人的与户主关系", count=household.spouses)
        row.fault(RELATION, message, S_("本户配偶多于一个"))
    elif household.head_marital == "unmarried":
        row.fault(RELATION, _UNMARRIED_HEAD)
    if coded.marital not in _NOT_MARRIED:
        return _NO_DOUBTS
    return [(MARITAL, S_("“配偶”的婚姻状况一般为“已婚”；请核对婚姻状况和与户主关系"), S_("配偶的婚姻状况不是已婚"))]
