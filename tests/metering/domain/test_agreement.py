"""Two minds, one contract: the engine and the plain reference agree on everything, however messy.

PROVE=100000 in the environment asks for that many cases.
"""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given

from metering.domain import reference
from metering.domain.rules import Rules, Stage
from tests import engine_rows
from tests.data_sets import drill
from tests.strategies import Case, cases


def assert_agreement(case: Case) -> None:
    plain = reference.settle(case.inputs, **case.arguments)
    engine = engine_rows.settle(engine_rows.frames_of(case.inputs), **case.arguments)
    assert engine.energy == plain.energy
    assert engine.sites == plain.sites
    assert engine.findings == plain.findings


@given(cases(stages=("final",)))
def test_both_agree_on_every_slot_site_and_finding_of_a_final_run(case: Case) -> None:
    assert_agreement(case)


@given(cases(stages=("provisional",)))
def test_both_agree_on_every_slot_site_and_finding_of_a_provisional_run(case: Case) -> None:
    assert_agreement(case)


@pytest.mark.parametrize("stage", ["provisional", "final"])
def test_both_find_the_same_in_drill(shared_data: Path, stage: Stage) -> None:
    inputs = drill(shared_data / "drill")
    assert_agreement(Case(inputs, date(2026, 11, 2), date(2026, 11, 5), stage, Rules()))
