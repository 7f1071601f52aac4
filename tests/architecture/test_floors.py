"""The floors of the house hold: the contracts of pyproject.toml, checked on every run."""

import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def test_every_import_contract_holds():
    command = Path(sys.executable).parent / "lint-imports"
    answer = subprocess.run(
        [command, "--no-cache"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "0 broken" in answer.stdout


def test_importing_the_celery_app_runs_no_polars_query():
    """A fork after a query hangs the child, so the parent of a worker may import Polars but never use it."""
    program = (
        "import django; django.setup(); import threading, portal.celery; portal.celery.app.loader.import_default_modules();"
        "print([t.name for t in threading.enumerate()], len(__import__('os').listdir('/proc/self/task')))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
        env={"DJANGO_SETTINGS_MODULE": "portal.settings.test", "PATH": "/usr/bin:/bin"},
    )
    assert answer.stdout.split()[-1] == "1", "a query starts Polars' threads: " + answer.stdout
