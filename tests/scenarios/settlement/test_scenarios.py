"""Every folder beside this file is a scenario: given, when, then, worked out by hand from settlement.md.

``given/*.csv`` are the contract's inputs, ``when/arguments.toml`` the days, the stage and changed
rules, ``then/*.csv`` what must come out: energy always, sites and findings where the case is about
them; or ``then/refused.toml`` where the input must be refused. Each folder goes through the plain
reference and through the engine with its file readers.
"""

import tomllib
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from metering.domain import reference
from metering.domain.rows import Finding, Results, SiteSlot, SlotEnergy
from metering.domain.rules import Rules
from portal.errors import Invalid
from tests import engine_rows
from tests.plain_rows import Row, csv_rows, inputs_from

HERE = Path(__file__).parent
FOLDERS = sorted(HERE.glob("given_*"))
LEAST_FOLDERS = 45


def toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def arguments(folder: Path) -> dict[str, Any]:
    """Keyword arguments of both calculations."""
    when = toml(folder / "when" / "arguments.toml")
    return when | {"rules": Rules(**when.get("rules", {}))}


def given(folder: Path) -> dict[str, Path]:
    return {path.stem: path for path in sorted((folder / "given").iterdir())}


def by_reference(folder: Path) -> Results:
    tables = {kind: csv_rows(path) for kind, path in given(folder).items()}
    return reference.settle(inputs_from(tables), **arguments(folder))


def by_engine(folder: Path) -> Results:
    wanted = arguments(folder)
    return engine_rows.settle(engine_rows.frames_of_files(given(folder), wanted["rules"]), **wanted)


def number(text: str) -> int | None:
    return int(text) if text else None


def slot_energy(row: Row) -> SlotEnergy:
    return SlotEnergy(
        device_point_number=row["device_point_number"],
        direction=int(row["direction"]),
        day=date.fromisoformat(row["day"]),
        slot=int(row["slot"]),
        energy_wh=number(row["energy_wh"]),
        quality=int(row["quality"]),
        provided_100wh=number(row["provided_100wh"]),
    )


def site_slot(row: Row) -> SiteSlot:
    return SiteSlot(
        premises_number=row["premises_number"],
        day=date.fromisoformat(row["day"]),
        slot=int(row["slot"]),
        delivered_wh=number(row["delivered_wh"]),
        corrected_demand_wh=number(row["corrected_demand_wh"]),
        corrected_generation_wh=number(row["corrected_generation_wh"]),
        quality=int(row["quality"]),
    )


def finding(row: Row) -> Finding:
    return Finding(
        device_point_number=row["device_point_number"],
        direction=number(row["direction"]),
        at=datetime.fromisoformat(row["at"]) if row["at"] else None,
        code=row["code"],
        detail=row["detail"],
    )


MAKERS: dict[str, Callable[[Row], Any]] = {
    "energy": slot_energy,
    "sites": site_slot,
    "findings": finding,
}


@pytest.mark.scenario
@pytest.mark.parametrize("calculate", [by_reference, by_engine])
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_scenario(folder: Path, calculate: Callable[[Path], Results]) -> None:
    if (folder / "then" / "refused.toml").exists():
        with pytest.raises(Invalid):
            calculate(folder)
        return
    results = calculate(folder)
    expected = sorted((folder / "then").glob("*.csv"))
    assert "energy" in {path.stem for path in expected}
    for path in expected:
        assert getattr(results, path.stem) == [MAKERS[path.stem](row) for row in csv_rows(path)]


def cases_of_catalogue() -> set[str]:
    groups = toml(HERE / "cases.toml")
    assert all(
        case["sentence"] and case["source"] for group in groups.values() for case in group.values()
    )
    return {f"{group}.{name}" for group, cases in groups.items() for name in cases}


def cases_of_folders() -> dict[str, list[str]]:
    return {folder.name: toml(folder / "scenario.toml")["cases"] for folder in FOLDERS}


def test_every_case_of_the_catalogue_has_a_folder() -> None:
    covered = {case for cases in cases_of_folders().values() for case in cases}
    assert cases_of_catalogue() - covered == set()
    assert len(FOLDERS) >= LEAST_FOLDERS


def test_every_folder_says_its_purpose_and_names_cases_of_the_catalogue() -> None:
    known = cases_of_catalogue()
    for name, cases in cases_of_folders().items():
        assert toml(HERE / name / "scenario.toml")["purpose"], name
        assert cases, name
        assert set(cases) <= known, name
