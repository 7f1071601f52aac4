"""Four device points per premises, also when two hundred ask at the same moment (features A3, decisions 5)."""

from collections import Counter

import pytest
from django.db import connection

from metering.models import PositionReservation
from metering.services.positions import reserve_position
from portal.actor import system
from portal.errors import Conflict
from portal.journal.models import Entry
from tests.factories import START, make_position, make_premises

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

WRITERS = 200


def test_two_hundred_parallel_writers_end_with_exactly_four_places(at_once):
    premises = make_premises()
    sessions = set()

    def ask(number):
        sessions.add(connection.connection.info.backend_pid)
        return reserve_position(
            premises=premises,
            starts_at=START,
            reference=f"A-{number}",
            actor=system("test"),
            at=START,
        )

    answers = at_once(WRITERS, ask)
    assert len(sessions) == WRITERS
    taken = [answer for answer in answers if isinstance(answer, PositionReservation)]
    refused = [answer for answer in answers if isinstance(answer, Conflict)]
    assert sorted(answer.position for answer in taken) == [1, 2, 3, 4]
    assert len(refused) == WRITERS - 4, Counter(map(repr, answers)).most_common(5)
    assert {error.code for error in refused} == {"E-POINT-04"}
    assert all(premises.number in error.message.ja and error.remedy.ja for error in refused)
    rows = PositionReservation.objects.order_by("position")
    assert list(rows.values_list("position", flat=True)) == [1, 2, 3, 4]
    assert set(rows.values_list("reference", flat=True)) == {one.reference for one in taken}
    assert Entry.objects.filter(verb="position.reserved").count() == 4


def test_writers_that_ask_no_service_are_stopped_by_the_database_itself(at_once):
    premises = make_premises()

    def insert(number):
        return make_position(premises=premises, position=1 + number % 4)

    answers = at_once(40, insert)
    taken = [answer for answer in answers if isinstance(answer, PositionReservation)]
    assert len(taken) == PositionReservation.objects.count() == 4
    assert {answer.position for answer in taken} == {1, 2, 3, 4}
