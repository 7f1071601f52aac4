"""The floors of the house hold: the contracts of pyproject.toml, checked on every run."""

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

# Threads that Polars starts by itself when it is imported, before any query.
IDLE = {"jemalloc_bg_thd", "polars-ooc-clea"}
THREADS = """
import os, sys
names = {open(f"/proc/self/task/{task}/comm").read().strip() for task in os.listdir("/proc/self/task")}
print(*sorted(names - {open("/proc/self/comm").read().strip()}), sep="\\n")
"""
PARENT = "import django; django.setup(); import portal.celery as c; c.app.loader.import_default_modules()"
QUERY = "import polars as pl; pl.LazyFrame({'a': [1, 2]}).filter(pl.col('a') > 1).collect()"


def threads_after(program: str) -> set[str]:
    """Names of the threads of a fresh process that ran ``program``, without the idle ones."""
    answer = subprocess.run(
        [sys.executable, "-c", program + "\n" + THREADS],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings.test"},
    )
    return set(answer.stdout.splitlines()) - IDLE


def test_every_import_contract_holds():
    command = Path(sys.executable).parent / "lint-imports"
    answer = subprocess.run(
        [command, "--no-cache"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "0 broken" in answer.stdout


def test_the_parent_of_forking_workers_runs_no_polars_query():
    """A fork after a query hangs the child, so a worker's parent may import Polars but never use it."""
    assert threads_after(PARENT) == set()


def test_a_query_would_be_seen():
    assert threads_after(QUERY) != set()
