"""Names of worker processes, made so that another process of the same machine can tell when one has died.

A lease would run out anyway; this lets work go on at once after a crash or Ctrl-C on one machine. A name from another
machine, or from another container (its processes are numbered apart), says nothing and its lease is waited for.
"""

import os
import socket
from functools import cache
from pathlib import Path

PROC = Path("/proc")


def name() -> str:
    """This process: machine/process id/when it started."""
    pid = os.getpid()
    return f"{_machine()}/{pid}/{_started(pid)}"


def is_dead(worker: str) -> bool:
    """Whether ``worker`` certainly runs no more: it was a process of this machine and is gone, or its id is reused."""
    machine, _, process = worker.rpartition("/")[0].rpartition("/")
    started = worker.rpartition("/")[2]
    return machine == _machine() and process.isdecimal() and _started(int(process)) != started


@cache
def _machine() -> str:
    """One running system and one numbering of its processes."""
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}:{(PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return socket.gethostname()


def _started(pid: int) -> str:
    """When the process started, in clock ticks since boot; "" where there is none (or it is only waiting to be buried)."""
    try:
        # the name in parentheses may hold anything; the fields after it are state (0) … starttime (19)
        fields = (
            (PROC / str(pid) / "stat")
            .read_text(encoding="utf-8", errors="replace")
            .rpartition(")")[2]
            .split()
        )
    except OSError:
        return ""
    return "" if fields[0] in ("Z", "X") else fields[19]
