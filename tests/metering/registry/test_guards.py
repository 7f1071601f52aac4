"""What the database refuses becomes a Conflict that can be told; a mistake of our own stays a mistake."""

import pytest
from django.db import IntegrityError, connection

from metering.models import PositionReservation
from metering.services.guards import one_transaction, spans_judged_at_the_end
from metering.services.registry import importing
from portal.errors import Conflict
from tests.factories import START, make_position, make_premises, make_supply_contract
from tests.metering.registry.conftest import load

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_a_number_taken_a_moment_ago_is_a_conflict():
    make_premises(number="P1")
    with pytest.raises(Conflict, match="E-REG-10") as refused, one_transaction():
        make_premises(number="P1")
    assert refused.value.remedy.ja


def test_a_broken_check_is_not_dressed_up_as_somebody_elses_doing():
    with pytest.raises(IntegrityError), one_transaction():
        make_position(ends_at=START)
    assert not PositionReservation.objects.exists()


@pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="exclusion constraints are PostgreSQL's"
)
def test_an_overlap_that_only_the_database_sees_is_told_by_its_name():
    assert connection.vendor == "postgresql"
    contract = make_supply_contract()
    told = pytest.raises(Conflict, match="supply contract")
    with told, one_transaction(), spans_judged_at_the_end():
        make_supply_contract(supply_point=contract.supply_point)


def test_an_import_that_is_overtaken_writes_nothing_and_says_so(monkeypatch):
    """Somebody registers the same premises after the rows were judged and before they are written."""
    make_premises(number="P1")
    monkeypatch.setattr("metering.services.registry.bindings.fetch", lambda *_: iter(()))
    with pytest.raises(Conflict, match="E-REG-10"):
        load("premises", ["P0,まえ", "P1,おなじ"])
    assert importing.BINDINGS["premises"].model.objects.get().number == "P1"
