"""可单人申请低保：低保边缘家庭中的重度残疾人（含三级智力、精神残疾人）和重病患者。"""

from services.intake.hooks import FlagDefinition
from shared.plugins import S_, hookimpl

SINGLE_APPLICANT = FlagDefinition(
    code="single_applicant",
    name=S_("可单人申请低保"),
    definition=S_("低保边缘家庭中的一级、二级残疾人，三级智力、精神残疾人，或者重病患者，可以单独提出低保申请。"),
    source="民发〔2021〕57号第八条；社会救助法第二十一条",
    criterion='category == "edge_family" && (is_severely_disabled || is_seriously_ill)',
)


@hookimpl
def flags() -> list[FlagDefinition]:
    return [SINGLE_APPLICANT]
