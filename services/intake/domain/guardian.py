"""Who signs for a person who cannot (监护人): how the guardian stands to the person, out of a list, so that nobody is named by it.

The order is that of 民法通则 art 16 and 17, since 2021 of 民法典 art 27 and 28: of a child the parents, grandparents and elder
siblings; of a grown-up the spouse, parents, children; then others, persons or organisations, as the community or the office agrees.
"""

from typing import Final, Literal, get_args

from shared.web.i18n import C_

Guardian = Literal[
    "", "father", "mother", "paternal_grandparent", "maternal_grandparent", "sibling", "spouse", "child", "other_person", "organisation"
]
"""How the guardian stands to the person; "" where the person signs."""
CHOICES: Final = tuple(code for code in get_args(Guardian) if code)
WORDS: Final = {
    "father": C_("监护人", "父亲"),
    "mother": C_("监护人", "母亲"),
    "paternal_grandparent": C_("监护人", "祖父母"),
    "maternal_grandparent": C_("监护人", "外祖父母"),
    "sibling": C_("监护人", "兄弟姐妹"),
    "spouse": C_("监护人", "配偶"),
    "child": C_("监护人", "子女"),
    "other_person": C_("监护人", "其他监护人（个人）"),
    "organisation": C_("监护人", "居（村）委会、民政部门等组织"),
    "parent": C_("监护人", "父母"),
}
"""The last is of consents from before there was a list, which did not say which of the two."""
