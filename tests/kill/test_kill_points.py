"""Killed at any step of taking in, settling, publishing or building messages, the work ends as if nothing had happened.

Every kill point is a fresh copy of a small area: one process is killed (-9) at a seeded step, a second one does the same
commands again and everything after it, and what is published must equal the undisturbed outcome, byte for byte.
"""

import json
import os
import random
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
DRIVER = Path(__file__).with_name("driver.py")
SPAN = ["--from", "2026-11-17", "--to", "2026-11-19"]
POINTS_PER_PHASE = 11  # 5 phases: 55 kill points
SEED = 20261120

PHASES = {
    "readings": ["import_readings", "late.csv"],
    "provisional": ["settle", *SPAN, "--stage", "provisional"],
    "final without publishing": ["settle", *SPAN, "--stage", "final", "--no-publish"],
    "final": ["settle", *SPAN, "--stage", "final"],
    "messages": ["build_edi", "--due"],
}
NAMES = list(PHASES)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("kill")]


def run(folder: Path, step: int, *commands: list[str]) -> subprocess.CompletedProcess[str]:
    """The driver on the area in ``folder``, in a process of its own."""
    words = [word for command in commands for word in ("--", *command)]
    return subprocess.run(
        [sys.executable, DRIVER, str(step), *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(REPOSITORY),
            "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "1",  # or the first run takes steps that no other takes
            "DJANGO_SETTINGS_MODULE": "portal.settings.test",
            "PORTAL_VAR": str(folder),
            "PORTAL_DEMO": "1",
            "METER_STORE_BUCKETS": "2",
        },
    )


def outcome(folder: Path, *commands: list[str]) -> dict:
    """What an undisturbed run of ``commands`` prints."""
    done = run(folder, 0, *commands)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@dataclass(frozen=True)
class Area:
    """The small area as it stands before each phase, how many steps each has, and how it all ends."""

    before: dict[str, Path]
    steps: dict[str, int]
    published: dict


@pytest.fixture(scope="session")
def area(tmp_path_factory: pytest.TempPathFactory) -> Area:
    work = tmp_path_factory.mktemp("area")
    outcome(
        work,
        ["migrate", "--verbosity", "0"],
        ["seed_calendar", "--verbosity", "0"],
        ["seed_demo", "--points", "8", "--days", "3", "--until", "2026-11-19"],
    )
    late = (work / "demo" / "readings-2026-11-19.csv").read_text(encoding="utf-8").splitlines()
    (work / "late.csv").write_text("\n".join(late[:60]) + "\n", encoding="utf-8")
    before, steps = {}, {}
    for number, (name, command) in enumerate(PHASES.items()):
        before[name] = tmp_path_factory.mktemp(f"before-{number}") / "area"
        shutil.copytree(work, before[name])
        done = outcome(work, command)
        steps[name] = done["steps"]
    return Area(before, steps, done["published"])


@pytest.mark.parametrize("number", range(POINTS_PER_PHASE))
@pytest.mark.parametrize("phase", NAMES)
def test_what_is_published_survives_a_kill(area: Area, tmp_path: Path, phase: str, number: int):
    step = deadly_step(area.steps[phase], phase, number)
    folder = tmp_path / "area"
    shutil.copytree(area.before[phase], folder)
    killed = run(folder, step, PHASES[phase])
    assert killed.returncode == -9, f"step {step} did not come: {killed.stdout} {killed.stderr}"

    again = outcome(folder, *(PHASES[name] for name in NAMES[NAMES.index(phase) :]))

    assert again["published"] == area.published, f"killed at step {step} of {area.steps[phase]}"


def deadly_step(steps: int, phase: str, number: int) -> int:
    """The ``number``-th kill point: one seeded step in each of equal stretches of the phase."""
    stretch = steps / POINTS_PER_PHASE
    drawn = random.Random(f"{SEED} {phase} {number}").random()
    return 1 + int((number + drawn) * stretch)


def test_the_undisturbed_area_publishes_something(area: Area):
    published = area.published
    assert all(published["exports"].values())
    assert published["files"]
    assert published["files"] == published["ledger"]
