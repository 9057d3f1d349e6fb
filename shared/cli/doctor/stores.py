"""The store of a service: there, whole, of this version's schema, and not ahead of the clock."""

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError, DBAPIError

from shared.cli.doctor.finding import Findings, fails, fine, warns
from shared.cli.doctor.machine import clock
from shared.service import Service
from shared.settings import ServiceSettings
from shared.store.migrate import SchemaOutdated, check_schema
from shared.store.store import Store
from shared.work import Reader

AHEAD: Final = timedelta(seconds=5)


def store(service: Service, settings: ServiceSettings) -> Findings:
    """Everything about one store. What is no database stops the rest."""
    opened = service.open_store(settings)
    try:
        if opened.path is not None and not opened.path.exists():
            yield warns(
                "store",
                service.name,
                (f"还没有数据库 {opened.path}", f"there is no store yet: {opened.path}"),
                (f"qiao db upgrade {service.name}，或 qiao up", f"qiao db upgrade {service.name}, or qiao up"),
            )
            return
        yield from _whole(service.name, opened)
        yield from _schema(service, opened)
    except DBAPIError as error:
        yield fails(
            "store",
            service.name,
            (f"数据库打不开：{type(error.orig).__name__}", f"the store cannot be opened: {type(error.orig).__name__}"),
            (
                f"检查 QIAO_{service.name.upper()}_STORE_URL 与数据库是否运行；文件损坏则从备份恢复",
                f"look at QIAO_{service.name.upper()}_STORE_URL and whether the database runs; restore a damaged file",
            ),
        )
    finally:
        opened.engine.dispose()


def _whole(name: str, opened: Store) -> Findings:
    todo = ("停止服务，从备份恢复，再运行 qiao bus replay", "stop the service, restore a backup, then qiao bus replay")
    with opened.engine.connect() as connection:
        if not opened.is_sqlite:
            theirs = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
            yield fine("store", name, "PostgreSQL 可以连接", "PostgreSQL answers")
            yield from clock("PostgreSQL", datetime.now(UTC), theirs)
            return
        try:
            said = connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
            orphans = connection.execute(text("PRAGMA foreign_key_check")).first()
        except DatabaseError as error:
            said, orphans = str(error.orig), None
    if said != "ok":
        yield fails("store", name, (f"数据库已损坏：{said}", f"the store is damaged: {said}"), todo)
    elif orphans is not None:
        yield fails("store", name, (f"表 {orphans[0]} 有行指向不存在的记录", f"a row of {orphans[0]} points at nothing"), todo)
    else:
        yield fine("store", name, "数据库完整", "the store is whole")


def _schema(service: Service, opened: Store) -> Findings:
    try:
        check_schema(service, opened)
    except SchemaOutdated as error:
        yield fails(
            "migrations",
            service.name,
            (f"数据库结构与本版本不符：{error}", f"the schema is not this version's: {error}"),
            (
                f"qiao db upgrade {service.name}；若数据库来自更新的版本，请安装那个版本",
                f"qiao db upgrade {service.name}; if the store is a newer version's, install that version",
            ),
        )
        return
    yield fine("migrations", service.name, "结构是最新的", "the schema is the newest")
    newest, now = opened.read_now(_newest_act), datetime.now(UTC)
    if newest is not None and newest > now + AHEAD:
        yield fails(
            "clock",
            service.name,
            (
                f"已有记录的时间 {newest:%Y-%m-%d %H:%M:%S} 晚于本机时间",
                f"there are records of {newest:%Y-%m-%d %H:%M:%S} UTC, later than the time here",
            ),
            ("本机时间倒退过：先校准时间，再启动服务", "the clock has gone back: set it right before the service starts"),
        )


def _newest_act(reader: Reader) -> datetime | None:
    found: datetime | None = reader.scalar(select(func.max(reader.kernel.outbox.c.time)))
    return found
