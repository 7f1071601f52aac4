"""Four places per premises, whoever asks, pending ones counted (decisions 5, features A3)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from metering.models import PositionReservation
from metering.services.positions import free_position, reserve_position
from portal.actor import system
from portal.errors import Conflict, Invalid
from portal.journal.models import Entry
from tests.factories import START, make_position, make_premises

pytestmark = [pytest.mark.django_db, pytest.mark.db]

ACTOR = system("test")
DAY = timedelta(days=1)


def reserve(premises, *, starts_at=START, ends_at=None, reference="A-1"):
    return reserve_position(
        premises=premises,
        starts_at=starts_at,
        ends_at=ends_at,
        reference=reference,
        actor=ACTOR,
        at=START,
    )


def test_places_are_given_from_the_lowest_and_the_fifth_is_refused_with_cause_and_remedy():
    premises = make_premises()
    assert [reserve(premises).position for _ in range(4)] == [1, 2, 3, 4]
    with pytest.raises(Conflict) as refused:
        reserve(premises)
    assert refused.value.code == "E-POINT-04"
    assert premises.number in refused.value.message.ja
    assert premises.number in refused.value.message.en
    assert refused.value.remedy.ja
    assert refused.value.remedy.en


def test_places_of_another_premises_do_not_count():
    full = make_premises()
    for _ in range(4):
        reserve(full)
    assert reserve(make_premises()).position == 1


def test_a_place_is_free_again_from_the_very_slot_in_which_the_other_ends():
    premises = make_premises()
    for _ in range(4):
        reserve(premises, ends_at=START + DAY)
    assert reserve(premises, starts_at=START + DAY).position == 1
    with pytest.raises(Conflict):
        reserve(premises, starts_at=START + DAY / 2, ends_at=START + DAY)


def test_a_gap_between_two_reservations_is_used_only_if_the_span_fits():
    premises = make_premises()
    reserve(premises, ends_at=START + DAY)
    reserve(premises, starts_at=START + 3 * DAY)
    assert reserve(premises, starts_at=START + DAY, ends_at=START + 3 * DAY).position == 1
    assert reserve(premises, starts_at=START + DAY).position == 2


def test_a_freed_place_is_taken_again_and_its_story_stays():
    premises = make_premises()
    taken = reserve(premises, reference="A-7")
    free_position(reservation=taken, actor=ACTOR, at=START)
    assert not PositionReservation.objects.exists()
    assert reserve(premises).position == 1
    kinds = PositionReservation.history.order_by("pk").values_list("history_type", "reference")
    assert list(kinds) == [("+", "A-7"), ("-", "A-7"), ("+", "A-1")]
    verbs = Entry.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["position.reserved", "position.freed", "position.reserved"]


def test_a_place_freed_from_an_instant_on_keeps_the_time_before():
    taken = reserve(make_premises())
    free_position(reservation=taken, freed_from=START + DAY, actor=ACTOR, at=START)
    assert PositionReservation.objects.get().ends_at == START + DAY


def test_a_span_off_the_boundaries_or_reversed_is_refused():
    premises = make_premises()
    with pytest.raises(Invalid, match="E-POINT-01"):
        reserve(premises, starts_at=START + timedelta(minutes=10))
    with pytest.raises(Invalid, match="E-POINT-02"):
        reserve(premises, ends_at=START)
    assert not PositionReservation.objects.exists()


def test_reserving_takes_the_same_few_queries_however_many_places_there_were(
    django_assert_max_num_queries,
):
    premises = make_premises()
    for n in range(40):
        make_position(premises=premises, starts_at=START + n * DAY, ends_at=START + (n + 1) * DAY)
    with django_assert_max_num_queries(7):
        reserve(premises)


@pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="exclusion constraints are PostgreSQL's"
)
def test_the_database_itself_refuses_a_place_that_is_taken():
    premises = make_premises()
    make_position(premises=premises)
    with pytest.raises(IntegrityError, match="position_apart"), transaction.atomic():
        make_position(premises=premises, starts_at=START + DAY)
    make_position(premises=premises, position=2)
    assert connection.vendor == "postgresql"
