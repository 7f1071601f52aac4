"""The embedded default keeps the limit of four as well: its IMMEDIATE transactions admit one writer at a time."""

import os
import sqlite3
import subprocess
import sys
from collections import Counter

import pytest
from django.db import connection

from tests.conftest import REPOSITORY, on_postgresql
from tests.factories import make_premises

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("on_postgresql()", reason="about SQLite; PostgreSQL has its own test"),
]

PROCESSES, THREADS = 2, 12

WRITERS = """
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import django
django.setup()
from django.db import connection
from metering.models import Premises
from metering.services.positions import reserve_position
from portal.actor import system
from portal.errors import Conflict

threads, at = int(sys.argv[1]), datetime(2026, 10, 1, tzinfo=UTC)
start = Barrier(threads)

def ask(number):
    premises = Premises.objects.get()
    start.wait()
    try:
        reserve_position(premises=premises, starts_at=at, reference=str(number), actor=system("test"), at=at)
        return "taken"
    except Conflict as refused:
        return refused.code
    finally:
        connection.close()

with ThreadPoolExecutor(threads) as pool:
    print(*pool.map(ask, range(threads)))
"""


def test_parallel_processes_and_threads_end_with_exactly_four_places(tmp_path):
    make_premises()
    assert on_postgresql() is False
    database = tmp_path / "portal.sqlite3"
    with sqlite3.connect(database) as file:
        connection.connection.backup(file)
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "portal.settings.test",
        "DATABASE_URL": f"sqlite:///{database}",
    }
    running = [
        subprocess.Popen(
            [sys.executable, "-c", WRITERS, str(THREADS)],
            cwd=REPOSITORY,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    answers = Counter(answer for one in running for answer in one.communicate()[0].split())
    assert answers == {"taken": 4, "E-POINT-04": PROCESSES * THREADS - 4}
    with sqlite3.connect(database) as file:
        places = file.execute("SELECT position FROM metering_positionreservation ORDER BY 1")
        assert places.fetchall() == [(1,), (2,), (3,), (4,)]
