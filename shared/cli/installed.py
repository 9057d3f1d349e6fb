"""Which services there are on this machine, by the entry points of the package."""

from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points

from typer import Typer

from shared.service import Service

GROUP = "qiao.services"
COMMANDS = "qiao.commands"
OWN_PACKAGES = ("services", "shared")


class NoSuchService(LookupError):
    """No service has this name."""


class NotInstalled(RuntimeError):
    """The service is known, but a package that it needs is not installed."""

    def __init__(self, name: str, missing: str) -> None:
        super().__init__(f"{name} is not installed: pip install 'qiao[{name}]' (missing {missing})")


def service_names() -> list[str]:
    return sorted(entry.name for entry in _entries())


def load_service(name: str) -> Service:
    """Raises NoSuchService, or NotInstalled when its extra is missing."""
    for entry in _entries():
        if entry.name == name:
            return _load(entry)
    raise NoSuchService(f"There is no service {name!r}. There are: {', '.join(service_names())}.")


def load_services(names: Sequence[str] = ()) -> list[Service]:
    """Those named, or all, in the order of their ports."""
    return sorted((load_service(name) for name in (names or service_names())), key=lambda service: service.port)


def load_commands(name: str) -> Typer:
    """What a service can do from the command line. Raises NotInstalled when its extra is missing."""
    load_service(name)
    commands: Typer = next(iter(entry_points(group=COMMANDS, name=name))).load()
    return commands


def _entries() -> list[EntryPoint]:
    return list(entry_points(group=GROUP))


def _load(entry: EntryPoint) -> Service:
    try:
        loaded = entry.load()
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if missing != entry.module.rpartition(".")[0]:  # an image may carry the files of one service alone
            missing = missing.partition(".")[0]
            if missing in OWN_PACKAGES:
                raise
        raise NotInstalled(entry.name, missing) from error
    if not isinstance(loaded, Service):
        raise TypeError(f"The entry point {entry.name} of {GROUP} is not a Service but a {type(loaded).__name__}.")
    return loaded
