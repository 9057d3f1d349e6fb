"""Words of the register of near relatives of those who handle assistance."""

from typing import Final

from shared.web.i18n import C_, L_

KIN_RELATION: Final = {
    "spouse": C_("近亲属", "配偶"),
    "parent": C_("近亲属", "父母"),
    "child": C_("近亲属", "子女"),
    "sibling": C_("近亲属", "兄弟姐妹"),
    "grandparent": C_("近亲属", "祖父母、外祖父母"),
    "grandchild": C_("近亲属", "孙子女、外孙子女"),
    "other": C_("近亲属", "其他近亲属"),
}
"""What a member of the household is to the other (民法典 art 1045)."""

KIN_OFFICE: Final = {"handler": L_("社会救助经办人员"), "committee": L_("村（居）民委员会成员")}
"""What the other does."""
