"""`python -m shared.traces FILE PORT [MEGABYTES]`: the process that `qiao up` and `qiao demo` start beside the services."""

import os
import sys
from pathlib import Path

import uvicorn

from shared.telemetry.logs import configure_logging
from shared.traces.site import build

MEGABYTES = 512


def main(file: str, port: str, megabytes: str = str(MEGABYTES)) -> None:
    """Until SIGTERM. Listens to this machine only."""
    os.umask(0o077)
    configure_logging("traces")
    site = build(Path(file), megabytes=int(megabytes))
    uvicorn.run(site, host="127.0.0.1", port=int(port), log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=5)


if __name__ == "__main__":
    main(*sys.argv[1:])
