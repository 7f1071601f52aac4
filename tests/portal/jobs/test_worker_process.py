"""A real worker beside this process: nudged through folders, told to end, killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
WORKER = [
    *(sys.executable, "-m", "celery", "-A", "portal", "worker", "--pool", "solo"),
    *("--queues", "interactive,bulk,settlement", "--loglevel", "warning"),
    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
]

pytestmark = pytest.mark.slow


@pytest.fixture(params=["folders", pytest.param("redis", marks=pytest.mark.db)])
def place(request, tmp_path):
    """An installation of its own: SQLite, and as broker folders or the Redis of this test run."""
    redis = os.environ.get("CELERY_BROKER_URL", "")
    if request.param == "redis" and not redis.startswith("redis"):
        pytest.skip("needs CELERY_BROKER_URL (scripts/test starts a Redis)")
    place = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "portal.settings.test",
        "PORTAL_VAR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'portal.sqlite3'}",
        "CELERY_BROKER_URL": redis if request.param == "redis" else "",
    }
    manage(place, "migrate", "--verbosity", "0")
    return place


def manage(place, *arguments):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=REPOSITORY,
        env=place,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def python(place, program):
    program = (
        "from portal.actor import system; from portal.jobs import runner, tasks; from portal.jobs.models import Job\n"
        "from portal.timekeeping import clock\n" + program
    )
    return manage(place, "shell", "--no-imports", "--command", program).strip()


def put_in(place, nudged):
    """A job that nothing can do: it ends failed, by whatever way it comes to a worker."""
    return python(
        place,
        "job = runner.enqueue(kind='nothing', arguments={}, actor=system('test'), at=clock.now(), queue='settlement')\n"
        + ("tasks.nudge(job)\n" if nudged else "")
        + "print(job.pk)",
    )


def state_of(place, job_id):
    return python(place, f"job = Job.objects.get(pk={job_id}); print(job.state, job.error_code)")


def wait_for(place, job_id, state, seconds=30):
    end = time.monotonic() + seconds
    while state_of(place, job_id) != state:
        assert time.monotonic() < end, (
            f"job {job_id} is {state_of(place, job_id)} after {seconds} s"
        )


def test_a_worker_does_what_it_finds_and_what_it_is_nudged_about(place):
    before = put_in(place, nudged=False)
    worker = subprocess.Popen(WORKER, cwd=REPOSITORY, env=place)
    try:
        wait_for(place, before, "failed E-JOB-01")
        after = put_in(place, nudged=True)
        wait_for(place, after, "failed E-JOB-01")
    finally:
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=30) == 0
    assert not list(Path(place["PORTAL_VAR"]).glob("broker/messages/*"))


@pytest.mark.parametrize("place", ["folders"], indirect=True)
def test_jobs_are_worked_without_worker_and_broker(place):
    job = put_in(place, nudged=False)
    answer = subprocess.run(
        [sys.executable, "manage.py", "run_jobs", "--until-idle"],
        cwd=REPOSITORY,
        env=place,
        check=False,
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 1
    assert "0 jobs done, 1 failed" in answer.stderr
    assert state_of(place, job) == "failed E-JOB-01"
