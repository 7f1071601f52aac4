"""Sample data and accounts serve the machine they were made on, and nobody else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from portal.middleware import LoopbackOnlyMiddleware

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("address", "status"),
    [("127.0.0.1", 200), ("::1", 200), ("10.1.2.3", 403), ("2001:db8::1", 403)],
)
def test_only_this_machine_is_answered(address: str, status: int):
    door = LoopbackOnlyMiddleware(lambda request: HttpResponse())
    assert door(RequestFactory().get("/", REMOTE_ADDR=address)).status_code == status


@pytest.mark.parametrize(
    ("place", "environment", "complaint"),
    [
        ("base", {"ALLOWED_HOSTS": "portal.example.jp"}, "loopback addresses alone"),
        ("production", {}, "PORTAL_DEMO=1 is refused"),
    ],
)
def test_other_settings_refuse_to_start(
    place: str, environment: dict[str, str], complaint: str, tmp_path: Path
):
    answer = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "PORTAL_VAR": str(tmp_path),
            "PORTAL_DEMO": "1",
            "DJANGO_SETTINGS_MODULE": f"portal.settings.{place}",
            **environment,
        },
    )
    assert answer.returncode != 0
    assert complaint in answer.stderr
