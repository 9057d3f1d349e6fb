"""How a guardian stands to the person becomes a code: what was typed so far may name somebody, and consents stay for good."""

import sqlalchemy as sa
from alembic import op

from shared.store.append_only import statements

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

CODES = {
    "father": ("父亲", "父", "爸爸", "生父"),
    "mother": ("母亲", "母", "妈妈", "生母"),
    "parent": ("父母", "父亲或母亲", "父母亲"),
    "paternal_grandparent": ("祖父母", "祖父", "祖母", "爷爷", "奶奶"),
    "maternal_grandparent": ("外祖父母", "外祖父", "外祖母", "外公", "外婆", "姥爷", "姥姥"),
    "sibling": ("兄弟姐妹", "兄", "弟", "姐", "妹", "哥哥", "姐姐", "弟弟", "妹妹"),
    "spouse": ("配偶", "丈夫", "妻子", "夫", "妻"),
    "child": ("子女", "儿子", "女儿", "子", "女"),
    "organisation": ("社区居委会", "居委会", "村委会", "民政局", "民政部门", "福利院"),
}
OTHER = "other_person"
CONSENT = sa.table("consent", sa.column("guardian_relation", sa.String()))


def upgrade() -> None:
    code_of = {word: code for code, words in CODES.items() for word in words} | {code: code for code in CODES}
    _unlock()
    relation = CONSENT.c.guardian_relation
    code = sa.case(code_of, value=sa.func.trim(relation), else_=OTHER)
    op.execute(sa.update(CONSENT).where(relation != "").values(guardian_relation=code))
    _lock()


def downgrade() -> None:
    """Each code in a word that the upgrade knows."""
    _unlock()
    relation = CONSENT.c.guardian_relation
    word = sa.case({code: words[0] for code, words in CODES.items()}, value=relation, else_="其他监护人")
    op.execute(sa.update(CONSENT).where(relation != "").values(guardian_relation=word))
    _lock()


def _unlock() -> None:
    on_table = "" if op.get_bind().dialect.name == "sqlite" else " ON consent"
    for verb in ("update", "delete"):
        op.execute(f"DROP TRIGGER consent_no_{verb}{on_table}")


def _lock() -> None:
    for statement in statements(("consent",), op.get_bind().dialect.name):
        op.execute(statement)
