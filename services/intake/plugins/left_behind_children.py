"""留守儿童：不满十六周岁，父母双方外出务工，或一方外出务工、另一方无监护能力。"""

from services.intake.hooks import Choice, FlagDefinition, Question, Section
from shared.plugins import S_, hookimpl

LEFT_BEHIND_CHILD = FlagDefinition(
    code="left_behind_child",
    name=S_("留守儿童"),
    definition=S_("父母双方外出务工，或一方外出务工、另一方无监护能力，不满十六周岁。"),
    source="国发〔2016〕13号第一部分",
    criterion=('age < 16 && (father == "away" && mother in ["away", "incapable"] || mother == "away" && father == "incapable")'),
)

CARE = Section(
    code="child_care",
    title=S_("儿童照料"),
    about="person",
    questions=(
        Question(
            code="carer",
            label=S_("平时由谁照料"),
            kind="one",
            choices=(
                Choice("parent", S_("父母")),
                Choice("grandparent", S_("祖父母或外祖父母")),
                Choice("relative", S_("其他亲属")),
                Choice("other", S_("其他人")),
                Choice("nobody", S_("无人照料")),
            ),
            relevant="age < 16",
            note=S_("依据国发〔2016〕13号，逐人了解照料情况。"),
        ),
        Question(code="other_carer", label=S_("其他人是谁"), kind="text", relevant="age < 16", only_if=("carer", "other")),
    ),
)
"""The registry of left-behind children tells of each child who cares for it."""


@hookimpl
def flags() -> list[FlagDefinition]:
    return [LEFT_BEHIND_CHILD]


@hookimpl
def survey_questions() -> list[Section]:
    return [CARE]
