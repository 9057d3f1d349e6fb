"""The words of a roster's columns: ours, and those that districts use for the same."""

from collections.abc import Mapping
from typing import Final

from services.intake import labels


def _by_word(words: Mapping[str, str], **others: str) -> dict[str, str]:
    return {word: code for code, word in words.items()} | {word: code for code, said in others.items() for word in said.split()}


CATEGORIES: Final = _by_word(
    labels.CATEGORY,
    urban_allowance="城低保 城镇低保 城市居民最低生活保障 城市最低生活保障 城市低保对象",
    rural_allowance="农低保 农村居民最低生活保障 农村最低生活保障 农村低保对象",
    urban_destitute="城镇特困 城市特困人员 城市三无",
    rural_destitute="农村特困 农村特困人员 农村特困(五保) 农村特困（五保） 五保 五保户 五保对象 农村五保对象 农村五保供养",
    edge_family="低保边缘 低保边缘户 低保边缘家庭成员 低保边缘对象 最低生活保障边缘家庭 边缘家庭 边缘户",
    rigid_spending="刚性支出困难 刚性支出困难户 刚性支出困难家庭成员 支出型困难家庭 支出型困难 支出型贫困家庭",
    relapse_watch="防止返贫监测 防返贫监测对象 防返贫监测 监测对象 监测户 防返贫监测户 脱贫不稳定户 边缘易致贫户 突发严重困难户",
    temporary="临时救助对象 临时救助家庭 临时救助户",
    other_low_income="其他低收入人口 其他低收入家庭 其他低收入人员 其他低收入对象",
)
RELATIONS: Final = _by_word(
    labels.RELATION,
    head="户主 本人或户主 户主本人 申请人",
    spouse="夫 妻 夫妻 丈夫 妻子 之妻 之夫",
    son="儿子 长子 次子 三子 四子 独生子 养子 继子 之子",
    daughter="女儿 长女 次女 三女 四女 独生女 养女 继女 之女",
    grandchild="孙子 孙女 外孙 外孙子 外孙女 孙 孙子女 外孙子女",
    parent="父 母 父亲 母亲 之父 之母 岳父 岳母 公公 婆婆 继父 继母",
    grandparent="祖父 祖母 爷爷 奶奶 外祖父 外祖母 外公 外婆 祖父母 外祖父母",
    sibling="兄 弟 姐 妹 哥哥 弟弟 姐姐 妹妹 兄弟 姐妹 之兄 之弟 之姐 之妹",
    other="其它 儿媳 女婿 侄子 侄女 其他亲属 亲属 非亲属",
)
SEX_OF_RELATION: Final = {
    word: "male" if code == "son" else "female" for word, code in RELATIONS.items() if code in ("son", "daughter")
} | {
    word: sex
    for sex, words in {
        "male": "夫 丈夫 之夫 父 父亲 之父 岳父 公公 继父 祖父 爷爷 外祖父 外公 兄 弟 哥哥 弟弟 之兄 之弟 孙子 外孙子 女婿 侄子",
        "female": "妻 妻子 之妻 母 母亲 之母 岳母 婆婆 继母 祖母 奶奶 外祖母 外婆 姐 妹 姐姐 妹妹 之姐 之妹 孙女 外孙女 儿媳",
    }.items()
    for word in words.split()
}
"""Words that only a man or only a woman can be; what districts write for either (兄弟, 孙, 外孙) is not among them."""
MARITAL: Final = _by_word(labels.MARITAL, unmarried="未 否", married="有配偶 初婚 再婚 复婚 是", widowed="丧", divorced="离婚")
SCHOOLING: Final = _by_word(
    labels.SCHOOLING,
    preschool="幼儿园 学龄前 学前教育",
    primary="小学生 小学在读",
    junior="初中生 初中在读",
    senior="高中生 高中在读 普高",
    vocational="中专 职高 技校 中等职业",
    college="大专 大学 本科 研究生 大学生 高职",
)
SINGLE_PARENT: Final = _by_word(labels.SINGLE_PARENT, divorced="离婚", bereaved="死亡 亡故", imprisoned="服刑在押", missing="失踪 离家出走")
CAUSES: Final = _by_word(
    labels.CAUSE,
    illness="因病 因病致贫 患病 大病 重病",
    disability="因残 因残致贫 伤残",
    age="老年 高龄 年老体弱",
    no_labour="缺劳动力 缺乏劳动力 缺少劳动力 无劳动力 劳动力不足",
    unemployment="因失业 下岗 无业",
    schooling="因学 因学致贫 子女就学 上学",
    disaster="因灾 因灾致贫 自然灾害 受灾",
    no_support="单亲 失依 单亲/失依 单亲家庭 孤儿 丧偶",
)
LABOUR: Final = _by_word(
    labels.LABOUR,
    able="有 健全 正常 具备劳动能力 普通劳动力 技能劳动力",
    partial="部分丧失 部分 部分劳动能力 部分有劳动能力 弱劳动力 弱劳动力或半劳动力 半劳动力",
    none="完全丧失 丧失 丧失劳动能力 无劳动能力 无劳动力 无",
    not_applicable="不适用 未成年 学龄前 在校学生",
)
EMPLOYMENT: Final = _by_word(
    labels.EMPLOYMENT,
    employed="在岗 就业 已就业 务工 在业 单位就业",
    flexible="零工 打零工 灵活从业 自主创业 个体经营 务农 公益性岗位",
    registered="失业 登记失业人员 下岗失业",
    unemployed="无业 待业 无 未从业",
    not_applicable="不适用 离退休 退休 在校 在校学生 学生 未成年 丧失劳动能力",
)
HEALTH: Final = _by_word(
    labels.HEALTH,
    healthy="良好 健康或良好 正常",
    weak="一般 体弱 较差 一般或较弱 慢性病 有慢性病 长期慢性病",
    seriously_ill="大病 重大疾病 患有大病 重病患者",
    severely_disabled="重度残疾 重残人员",
    ill_and_disabled="重病重残 重病、重残",
)
EDUCATION: Final = _by_word(
    labels.EDUCATION,
    none="文盲 文盲半文盲 文盲或半文盲 不识字 未受教育 无 学龄前",
    primary="小学文化 小学毕业",
    junior="初级中学 初中文化 初中毕业",
    senior="高中 中专 中职 职高 技校 普通高中 中等专业学校 高中毕业",
    college="专科 大学专科 高职",
    bachelor="本科 大学 大学本科 研究生 硕士 博士 硕士研究生 博士研究生",
)
MEDICAL: Final = _by_word(
    labels.MEDICAL,
    resident="城乡居民医保 居民医疗保险 城乡居民基本医疗保险 城乡居民医疗保险 新农合 农村合作医疗 城镇居民医保 居民 城乡居民",
    employee="职工医疗保险 城镇职工医保 城镇职工基本医疗保险 职工基本医疗保险 职工 城镇职工",
    none="否 无 未参加 没有 未参",
)
PENSION: Final = _by_word(
    labels.PENSION,
    insured="已参保 养老 参保 是 有 已参加 居民养老 职工养老 居民养老保险 职工养老保险 城乡居民养老保险 城乡居民基本养老保险 "
    "城镇职工养老保险 职工基本养老保险 城镇职工基本养老保险 城乡居民 城镇职工",
    none="否 无 未参加 没有 未参",
)
NOTHING: Final = frozenset({"无", "—", "-", "--", "/", "\\", "否", "没有", "不详", "非单亲", "未就读", "未患病"})
"""What people write into a cell that has nothing to say."""
SEXES: Final = {"男": "male", "女": "female", "男性": "male", "女性": "female", "1": "male", "2": "female", "M": "male", "F": "female"}
"""GB/T 2261.1 has 1 and 2."""
