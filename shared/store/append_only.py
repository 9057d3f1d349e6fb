"""Records that nobody can edit: the database itself refuses to change or delete their rows (decision 19)."""

from collections.abc import Iterable

SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {VERB} ON {table}
BEGIN SELECT RAISE(ABORT, 'append-only: {table}'); END"""

POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION USING MESSAGE = 'append-only: ' || TG_TABLE_NAME, ERRCODE = 'integrity_constraint_violation'; END $$"""

POSTGRESQL = """
CREATE TRIGGER {table}_no_{verb} BEFORE {VERB} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"""


def statements(tables: Iterable[str], dialect: str) -> list[str]:
    """SQL that makes these tables append-only, for a migration or a test store."""
    found = [] if dialect == "sqlite" else [POSTGRESQL_FUNCTION]
    form = SQLITE if dialect == "sqlite" else POSTGRESQL
    for table in tables:
        found += [form.format(table=table, verb=verb.lower(), VERB=verb) for verb in ("UPDATE", "DELETE")]
    return found
