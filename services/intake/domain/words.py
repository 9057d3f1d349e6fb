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
    rural_destitute="农村特困 农村特困人员 五保 五保户 五保对象 农村五保对象 农村五保供养",
    edge_family="低保边缘 低保边缘户 低保边缘家庭成员 低保边缘对象 最低生活保障边缘家庭 边缘家庭 边缘户",
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
NOTHING: Final = frozenset({"无", "—", "-", "--", "/", "\\", "否", "没有", "不详", "非单亲", "未就读", "未患病"})
"""What people write into a cell that has nothing to say."""
SEXES: Final = {"男": "male", "女": "female", "男性": "male", "女性": "female", "1": "male", "2": "female", "M": "male", "F": "female"}
"""GB/T 2261.1 has 1 and 2."""
