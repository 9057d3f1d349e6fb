"""Chinese words of the codes, as officials write them."""

from typing import Final

from services.intake.labels.duplicates import EVIDENCE as EVIDENCE
from services.intake.labels.duplicates import LIKELIHOOD as LIKELIHOOD
from services.intake.labels.duplicates import PAIR_STATUS as PAIR_STATUS
from services.intake.labels.duplicates import PAIR_VERDICT as PAIR_VERDICT
from services.intake.labels.kin import KIN_OFFICE as KIN_OFFICE
from services.intake.labels.kin import KIN_RELATION as KIN_RELATION
from services.intake.labels.more import CAUSE as CAUSE
from services.intake.labels.more import EDUCATION as EDUCATION
from services.intake.labels.more import EMPLOYMENT as EMPLOYMENT
from services.intake.labels.more import GRANT_WARNING as GRANT_WARNING
from services.intake.labels.more import HEALTH as HEALTH
from services.intake.labels.more import LABOUR as LABOUR
from services.intake.labels.more import MEDICAL as MEDICAL
from services.intake.labels.more import PENSION as PENSION
from services.intake.labels.personal_data import DOSSIER_PURPOSE as DOSSIER_PURPOSE
from services.intake.labels.personal_data import DOSSIER_REFUSAL as DOSSIER_REFUSAL
from services.intake.labels.personal_data import ERASURE_BATCH as ERASURE_BATCH
from services.intake.labels.personal_data import ERASURE_REASON as ERASURE_REASON
from services.intake.labels.personal_data import ERASURE_SCOPE as ERASURE_SCOPE
from services.intake.labels.personal_data import ERASURE_STATUS as ERASURE_STATUS
from shared.web.i18n import C_, L_, T_

ROSTER_PURPOSE: Final = {"planning": L_("测算"), "survey": L_("调查")}

ROSTER_STATUS: Final = {
    "mapping": L_("待指定列"),
    "importing": L_("正在读取"),
    "reviewed": L_("待采用"),
    "accepting": L_("正在采用"),
    "accepted": L_("已采用"),
    "rejected": L_("不予采用"),
}

CATEGORY: Final = {
    "urban_allowance": T_("城市低保"),
    "rural_allowance": T_("农村低保"),
    "urban_destitute": T_("城市特困"),
    "rural_destitute": T_("农村五保"),
    "edge_family": T_("低保边缘家庭"),
    "rigid_spending": T_("刚性支出困难家庭"),
    "relapse_watch": T_("防止返贫监测对象"),
    "temporary": T_("临时救助"),
    "other_low_income": T_("其他低收入"),
}
"""The low-income population of 国办发〔2023〕39号; 临时救助 beside it."""

RELATION: Final = {
    "head": C_("与户主关系", "本人"),
    "spouse": C_("与户主关系", "配偶"),
    "son": C_("与户主关系", "子"),
    "daughter": C_("与户主关系", "女"),
    "grandchild": C_("与户主关系", "孙辈"),
    "parent": C_("与户主关系", "父母"),
    "grandparent": C_("与户主关系", "祖辈"),
    "sibling": C_("与户主关系", "兄弟姐妹"),
    "other": C_("与户主关系", "其他"),
}

MARITAL: Final = {
    "unmarried": C_("婚姻状况", "未婚"),
    "married": C_("婚姻状况", "已婚"),
    "widowed": C_("婚姻状况", "丧偶"),
    "divorced": C_("婚姻状况", "离异"),
}

SCHOOLING: Final = {
    "preschool": L_("学前"),
    "primary": L_("小学"),
    "junior": L_("初中"),
    "senior": L_("高中"),
    "vocational": L_("中职"),
    "college": L_("大专及以上"),
}

DISABILITY_LEVEL: Final = {1: L_("一级"), 2: L_("二级"), 3: L_("三级"), 4: L_("四级")}

SINGLE_PARENT: Final = {
    "divorced": C_("单亲原因", "离异"),
    "bereaved": C_("单亲原因", "丧偶"),
    "imprisoned": C_("单亲原因", "服刑"),
    "missing": C_("单亲原因", "失联"),
    "compulsory_detox": C_("单亲原因", "强制戒毒"),
}

NEED: Final = {
    "economy": L_("经济"),
    "health": L_("健康"),
    "education": L_("教育"),
    "housing": L_("居住"),
    "employment": L_("就业"),
    "guardianship": L_("监护"),
    "inclusion": L_("社会融入"),
}

NEED_LEVEL: Final = {0: L_("无"), 1: L_("一般"), 2: L_("较重"), 3: L_("紧迫")}

HOUSING: Final = {"owned": L_("自有"), "rented": L_("租赁"), "public": L_("公租房"), "lodging": L_("借住"), "none": L_("无房")}

PARENT: Final = {
    "caring": C_("父母情况", "在身边照料"),
    "away": C_("父母情况", "外出务工"),
    "incapable": C_("父母情况", "在身边但无监护能力"),
    "died": C_("父母情况", "死亡"),
    "missing": C_("父母情况", "失踪或失联"),
    "disabled": C_("父母情况", "重度残疾"),
    "ill": C_("父母情况", "重病"),
    "imprisoned": C_("父母情况", "服刑或被羁押"),
    "in_rehabilitation": C_("父母情况", "强制隔离戒毒"),
    "restricted": C_("父母情况", "被采取其他限制人身自由的措施"),
    "revoked": C_("父母情况", "被撤销监护资格或被驱逐出境"),
}
"""How it stands with a child's father or mother (民发〔2019〕62号, 国发〔2016〕13号)."""

DAILY: Final = {
    "eating": L_("自主吃饭"),
    "dressing": L_("穿衣"),
    "bed": L_("上下床"),
    "toilet": L_("如厕"),
    "walking": L_("室内行走"),
    "bathing": L_("洗澡"),
}
"""The six activities of daily life by which self-care is judged (民发〔2021〕43号)."""

SELF_CARE: Final = {"full": L_("具备生活自理能力"), "partial": L_("部分丧失生活自理能力"), "none": L_("完全丧失生活自理能力")}

HOUSEHOLD_ACT: Final = {
    "died": L_("死亡登记"),
    "left": L_("个人迁出"),
    "restored": L_("更正：恢复在册"),
    "relocated": L_("全户迁移"),
    "headed": L_("变更户主"),
    "split": L_("分户"),
    "joined": L_("并入他户"),
    "recategorised": L_("变更救助类别"),
    "admitted": L_("新增成员"),
    "founded": L_("建户"),
}
"""What a clerk records of a household."""

ADMISSION: Final = {
    "birth": C_("新增原因", "出生"),
    "marriage": C_("新增原因", "结婚"),
    "moved_in": C_("新增原因", "迁入"),
    "other": C_("新增原因", "其他"),
}
"""Why somebody comes into the files by an act; 其他 is an adoption, a foster child, a return."""

SOURCE: Final = {
    "roster": L_("名册"),
    "visit": L_("走访"),
    "observation": L_("特殊情况登记"),
    "act": L_("变更登记"),
    "correction": L_("更正"),
}
"""Whence a field of a file is."""

FIELD: Final = {
    "name": L_("姓名"),
    "sex": L_("性别"),
    "birth": L_("出生日期"),
    "schooling": L_("就读学段"),
    "disability_kind": L_("残疾类别"),
    "disability_level": L_("残疾等级"),
    "is_seriously_ill": L_("重病"),
    "father": L_("父亲情况"),
    "mother": L_("母亲情况"),
    "adl_unmet": L_("生活自理能力"),
    "has_lost_only_child": L_("失独"),
    "relation": L_("与户主关系"),
    "status": L_("在册状态"),
    "labour": L_("劳动能力"),
    "employment": L_("就业状况"),
    "health": L_("健康状况"),
    "education": L_("文化程度"),
    "medical_insurance": L_("医疗保险"),
    "pension_insurance": L_("养老保险"),
    "disability_valid_to": L_("残疾证有效期"),
    "household_id": L_("所在户"),
    "category": L_("救助类别"),
    "assistance_from": L_("救助开始日期"),
    "assistance_to": L_("救助截止日期"),
    "monthly_amount": L_("月保障金额"),
    "certificate_no": L_("救助证件编号"),
    "causes": L_("致困原因"),
    "division": L_("地区"),
    "living_members": L_("实际居住人数"),
    "housing": L_("住房"),
    "needs": L_("需求"),
}
"""Fields of a file that have no word elsewhere; the sealed ones are in `PERSONAL`."""

HISTORY: Final = {
    **HOUSEHOLD_ACT,
    "filed": L_("名册建档"),
    "visited": L_("走访"),
    "observed": L_("登记特殊情况"),
    "corrected": L_("更正个人信息"),
    "checked": L_("核查"),
    "kin_noted": L_("近亲属备案"),
    "kin_ended": L_("解除近亲属备案"),
    "chosen": L_("筛选"),
    "consent": L_("知情同意"),
    "enrolled": L_("入组"),
    "withdrawn": L_("退出服务"),
    "merged": L_("合并档案"),
    "undone": L_("撤销合并"),
}
"""What happens to a household and its people."""

PERSON_STATUS: Final = {
    "present": L_("在册"),
    "moved": L_("迁出"),
    "died": L_("死亡"),
    "merged": L_("已并入"),
    "erased": L_("个人信息已删除"),
}

PERSONAL: Final = {
    "identity_number": L_("身份证号"),
    "phone": L_("联系电话"),
    "address": L_("住址"),
    "marital": L_("婚姻状况"),
    "single_parent": L_("单亲原因"),
    "disability_card": L_("残疾证号"),
    "illness": L_("重病病种"),
}
"""Sealed fields beside the name, in the order in which a file shows them."""

ATTACHMENT: Final = {
    "photo": L_("照片"),
    "identity": L_("身份证件"),
    "register": L_("户口簿"),
    "disability": L_("残疾证"),
    "medical": L_("病历或诊断"),
    "application": L_("申请书"),
    "other": L_("其他材料"),
}
"""Of what kind a paper in a household's file is."""

READ: Final = {
    "file": L_("档案"),
    "search": L_("查找结果"),
    "comparison": L_("疑似重复比对"),
    "export": L_("导出"),
    "access": L_("本人资料副本"),
    "attachment": L_("附件"),
    "consent": L_("签署的知情同意书"),
    "objection": L_("异议书面材料"),
    "registry": L_("登记信息"),
    "doors": L_("入户清单"),
    "need": L_("发现报告"),
    "refused": L_("未提供"),
}
"""How much of a person was read; `refused`: asked for, and nothing given."""

READ_BY: Final = {"intake": L_("救助对象"), "casework": L_("个案服务"), "dci": L_("部门间查询")}
"""Through which service a person's fields were read."""

VISIT_KIND: Final = {"home": L_("入户"), "phone": L_("电话"), "neighbour": L_("邻里"), "community": C_("走访方式", "社区")}

FORM: Final = (
    *(L_("居住情况"), L_("按实际一起居住的人数，不按户籍。"), L_("需求程度"), L_("七项都要填写；没有需求的选“无”。")),
    *(L_("日常生活自理"), L_("不能自己完成的日常活动"), L_("六项都能自己完成"), L_("没有了解的不勾选。")),
)
"""Words of `forms/survey.toml` that stand nowhere else, to be translated."""

SURVEY_STATUS: Final = {"open": L_("进行中"), "accepted": L_("已验收")}

FILE_STATUS: Final = {"due": L_("待走访"), "opened": L_("上门未遇"), "verified": L_("已核实")}

CALL_REASON: Final = {"not_home": L_("家中无人"), "refused": L_("不愿接受走访"), "moved": L_("已搬走"), "wrong_address": L_("地址不符")}
"""Why no visit came of a call."""

SEX: Final = {"male": C_("性别", "男"), "female": C_("性别", "女")}

PROGRAMME_STATUS: Final = {
    "open": L_("待筛选"),
    "screening": L_("正在筛选"),
    "screened": L_("已筛选"),
    "proposed": L_("异议期"),
    "confirmed": L_("已确认"),
    "completed": L_("入组结束"),
}

TO_DO: Final = {
    "need_urgent": L_("件紧急发现报告待办"),
    "need": L_("件发现报告待办"),
    "roster": L_("份名册待采用"),
    "erasure": L_("份删除申请待确认"),
    "duplicate": L_("对疑似重复的档案待核对"),
    "screen": L_("个服务计划待筛选"),
    "propose": L_("份名单待公示"),
    "objection": L_("件异议待办理"),
    "confirm": L_("份名单待确认"),
    "consent": L_("人待征求意见"),
    "enrol": L_("人待入组"),
}
"""What waits, after its number."""

FAIRNESS: Final = {"sex": L_("性别"), "age": L_("年龄段"), "district": L_("所在区县"), "disability": L_("残疾")}
"""What a list is compared by."""

LIST: Final = {"selected": L_("入选"), "reserve": L_("后备")}

CANDIDATE_STATE: Final = {
    "listed": L_("待征求意见"),
    "waiting": L_("后备"),
    "removed": L_("异议成立移出"),
    "refused": L_("不同意参加"),
    "consented": L_("已同意"),
    "enrolled": L_("已入组"),
    "withdrawn": L_("已退出"),
    "lapsed": L_("未启用"),
}

ANSWER: Final = {True: L_("同意参加"), False: L_("不同意参加")}

LEFT: Final = {
    "refused": L_("不同意参加"),
    "objection": L_("异议成立"),
    "consent_withdrawn": L_("撤回同意"),
    "moved": L_("迁出"),
    "died": L_("死亡"),
    "duplicate": L_("同一人的重复档案"),
}
"""Why somebody left a list."""

OBJECTION_KIND: Final = {"not_entitled": L_("不符合条件"), "omitted": L_("应入选而未入选")}

WITHDRAWAL: Final = {code: LEFT[code] for code in ("consent_withdrawn", "moved", "died", "duplicate")}

LEAVING: Final = list(WITHDRAWAL.items())
"""Why a recipient leaves, as a form offers it."""

READING_PURPOSE: Final = {
    "registration": L_("档案维护"),
    "screening": L_("筛选"),
    "consent": L_("征求意见"),
    "objection": L_("处理异议"),
    "complaint": L_("处理投诉"),
    "own_request": L_("本人查询"),
    "audit": L_("审计"),
    "survey": L_("调查摸底"),
    "eligibility": L_("核对救助资格"),
    "benefit": L_("发放待遇"),
    "service": L_("提供服务"),
    "deduplication": L_("核对重复享受"),
}

ROLES: Final = {
    "clerk": L_("经办人员"),
    "officer": L_("业务负责人"),
    "reviewer": L_("复核人员"),
    "approver": L_("分管领导"),
    "surveyor": L_("调查员"),
    "partner": L_("外部系统"),
}

CODES: Final = {
    "marital": MARITAL,
    "single_parent": SINGLE_PARENT,
    "schooling": SCHOOLING,
    "labour": LABOUR,
    "employment": EMPLOYMENT,
    "health": HEALTH,
    "education": EDUCATION,
    "medical_insurance": MEDICAL,
    "pension_insurance": PENSION,
}
"""Words of the fields of a person that are codes."""
