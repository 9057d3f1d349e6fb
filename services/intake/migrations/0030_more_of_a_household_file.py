"""The grant, why a household is in need, and of its members labour, work, health, schooling, insurance and how long a card is valid."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

OF_HOUSEHOLD = ("certificate_no", "causes")
OF_PERSON = ("labour", "employment", "health", "education", "medical_insurance", "pension_insurance")
DAYS = ("assistance_from", "assistance_to")


def upgrade() -> None:
    for name in DAYS:
        op.add_column("household", sa.Column(name, sa.Date(), nullable=True))
    op.add_column("household", sa.Column("monthly_amount", sa.Integer(), nullable=True))
    for name in OF_HOUSEHOLD:
        op.add_column("household", sa.Column(name, sa.String(), server_default="", nullable=False))
    for name in OF_PERSON:
        op.add_column("person", sa.Column(name, sa.String(), server_default="", nullable=False))
    op.add_column("person", sa.Column("disability_valid_to", sa.Date(), nullable=True))
    for name in (*DAYS, "disability_valid_to"):
        op.add_column("staged_row", sa.Column(name, sa.Date(), nullable=True))
    op.add_column("staged_row", sa.Column("monthly_amount", sa.Integer(), nullable=True))
    for name in (*OF_HOUSEHOLD, *OF_PERSON):
        op.add_column("staged_row", sa.Column(name, sa.String(), nullable=True))


def downgrade() -> None:
    for name in (*DAYS, "monthly_amount", *OF_HOUSEHOLD, *OF_PERSON, "disability_valid_to"):
        op.drop_column("staged_row", name)
    for name in (*OF_PERSON, "disability_valid_to"):
        op.drop_column("person", name)
    for name in (*DAYS, "monthly_amount", *OF_HOUSEHOLD):
        op.drop_column("household", name)
