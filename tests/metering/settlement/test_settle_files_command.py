"""`settle_files` as a person calls it: one summary line, exit code 2 and nothing written for a refused input."""

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from django.core.management import CommandError, call_command

from metering.settlement.version import code_version
from tests.metering.settlement.test_refused_files import all_files, changed

REPOSITORY = Path(__file__).resolve().parents[3]
DAYS = ["--from", "2026-11-01", "--to", "2026-11-01", "--stage", "final"]


def arguments(folder: Path, **texts: str) -> list[str]:
    files = all_files(folder, **texts)
    return [
        f"--register={files.register}",
        "--readings",
        *map(str, files.readings),
        f"--exchanges={files.exchanges}",
        f"--gapfill={files.gapfill}",
        f"--baselines={files.baselines}",
        f"--smart-meter={files.smart_meter}",
        f"--holds={files.holds}",
        *DAYS,
        f"--out={folder / 'out'}",
    ]


def test_it_writes_four_files_and_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("settle_files", *arguments(tmp_path))
    out = tmp_path / "out"
    names = ["energy.parquet", "findings.csv", "run.json", "sites.parquet"]
    assert sorted(path.name for path in out.iterdir()) == names
    assert capsys.readouterr().out.count("\n") == 1
    assert pl.read_parquet(out / "energy.parquet").height == 96


def test_the_run_says_what_it_was_made_from(tmp_path: Path) -> None:
    call_command("settle_files", *arguments(tmp_path))
    run = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert run["code_version"] == code_version()
    assert run["rules"]["slot_minutes"] == 30
    assert run["rows_in"] == dict.fromkeys(run["rows_in"], 1)
    assert run["rows_out"]["energy"] == sum(run["slots_by_quality"].values()) == 96
    assert [entry["table"] for entry in run["inputs"]][:2] == ["register", "readings"]
    assert all(len(entry["sha256"]) == 64 for entry in run["inputs"])


def test_a_refused_input_ends_with_2_names_its_place_and_writes_nothing(tmp_path: Path) -> None:
    bad = changed("readings", "register_kwh", "12.3456")
    command = [sys.executable, str(REPOSITORY / "manage.py"), "settle_files"]
    done = subprocess.run(
        [*command, *arguments(tmp_path, readings=bad)],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env={"DJANGO_SETTINGS_MODULE": "portal.settings.test", "PATH": ""},
        check=False,
    )
    assert done.returncode == 2
    assert "readings.csv, row 3, column register_kwh" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_days_in_the_wrong_order_are_refused(tmp_path: Path) -> None:
    words = arguments(tmp_path)
    words[words.index("--to") + 1] = "2026-10-31"
    with pytest.raises(CommandError, match="E-INPUT-07"):
        call_command("settle_files", *words)
    assert not (tmp_path / "out").exists()


def test_a_file_where_the_folder_should_be_is_refused_and_kept(tmp_path: Path) -> None:
    words = arguments(tmp_path)
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    with pytest.raises(CommandError, match="E-INPUT-08"):
        call_command("settle_files", *words)
    assert (tmp_path / "out").read_text(encoding="utf-8") == "mine"
