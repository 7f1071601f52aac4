from datetime import UTC, date, datetime, timedelta

import jpholiday
import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from portal.actor import Actor, Scope
from portal.errors import Conflict, Invalid, Refused
from portal.journal.models import Entry
from portal.parameters import selectors, services
from portal.parameters.models import ClosedDay, ParameterValue
from portal.timekeeping import business_days

AT = datetime(2026, 11, 20, tzinfo=UTC)
DAY = date(2026, 11, 20)
AOI = Actor(label="青井", scope=Scope.ALL, role="operator_admin", user_id=1)
BENI = Actor(label="紅", scope=Scope.ALL, role="operator_admin", user_id=2)

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def enter(value, effective_from=DAY, key="slot_minutes", actor=AOI):
    return services.enter(
        key=key, value=value, effective_from=effective_from, reason="試験", actor=actor, at=AT
    )


def enter_and_approve(value, effective_from=DAY, key="slot_minutes", at=AT):
    row = enter(value, effective_from, key)
    services.approve(value_id=row.pk, actor=BENI, at=at)


def test_without_values_the_defaults_hold():
    assert selectors.at(DAY).slot_minutes == 30


def test_a_value_counts_from_its_day_on():
    enter_and_approve(15, date(2027, 4, 1))
    assert selectors.at(date(2027, 3, 31)).slot_minutes == 30
    assert selectors.at(date(2027, 4, 1)).slot_minutes == 15


def test_the_latest_effective_day_counts_whenever_it_was_entered():
    enter_and_approve(15, date(2027, 4, 1))
    enter_and_approve(60, date(2026, 1, 1))
    assert selectors.at(date(2027, 5, 1)).slot_minutes == 15
    assert selectors.at(date(2026, 5, 1)).slot_minutes == 60


def test_of_one_day_the_latest_approval_counts():
    enter_and_approve(15, at=AT + timedelta(hours=1))
    enter_and_approve(60, at=AT)
    assert selectors.at(DAY).slot_minutes == 15


def test_a_value_nobody_approved_does_not_count():
    enter(15)
    assert selectors.at(DAY).slot_minutes == 30


def test_nobody_approves_their_own_value():
    row = enter(15)
    with pytest.raises(Refused, match="E-PARAM-04"):
        services.approve(value_id=row.pk, actor=AOI, at=AT)
    assert selectors.at(DAY).slot_minutes == 30


def test_the_database_refuses_it_too():
    row = enter(15)
    with pytest.raises(IntegrityError), transaction.atomic():
        ParameterValue.objects.filter(pk=row.pk).update(approved_by_id=AOI.user_id, approved_at=AT)


def test_a_value_is_approved_once():
    row = enter(15)
    services.approve(value_id=row.pk, actor=BENI, at=AT)
    with pytest.raises(Conflict, match="E-PARAM-03"):
        services.approve(value_id=row.pk, actor=BENI, at=AT)


def test_a_wrong_value_leaves_nothing_behind():
    with pytest.raises(Invalid, match="E-PARAM-02"):
        enter("thirty")
    assert not ParameterValue.objects.exists()
    assert not Entry.objects.exists()


def test_entering_and_approving_are_told_and_kept_in_history():
    enter_and_approve(15)
    assert list(Entry.objects.order_by("pk").values_list("verb", "subject", "actor_label")) == [
        ("parameter.entered", "parameter:slot_minutes", "青井"),
        ("parameter.approved", "parameter:slot_minutes", "紅"),
    ]
    history = ParameterValue.history.order_by("history_id").values_list(
        "actor_label", "history_user_id"
    )
    assert list(history) == [("青井", 1), ("紅", 2)]


def test_a_day_costs_two_queries_however_many_values_there_are(django_assert_num_queries):
    for month in range(1, 8):
        enter_and_approve(15 * month, date(2026, month, 1))
    services.seed_calendar(first_year=2026, last_year=2027, actor=AOI, at=AT)
    with django_assert_num_queries(2):
        parameters = selectors.at(DAY)
    assert parameters.slot_minutes == 105
    assert date(2026, 11, 23) in parameters.calendar


def test_the_seeded_calendar_agrees_with_a_second_source():
    services.seed_calendar(first_year=2024, last_year=2030, actor=AOI, at=AT)
    calendar = selectors.at(DAY).calendar
    first, last = date(2024, 1, 1), date(2030, 12, 31)
    every_day = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    year_end = {(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}
    expected = {
        day for day in every_day if jpholiday.is_holiday(day) or (day.month, day.day) in year_end
    }
    assert calendar == expected


def test_the_calendar_answers_business_days():
    services.seed_calendar(first_year=2026, last_year=2027, actor=AOI, at=AT)
    assert business_days.nth_counting(date(2026, 12, 28), 4, selectors.at(DAY).calendar) == date(
        2027, 1, 6
    )


def test_seeding_again_adds_nothing_and_keeps_what_people_entered():
    services.seed_calendar(first_year=2026, last_year=2026, actor=AOI, at=AT)
    ClosedDay.objects.filter(day=date(2026, 11, 23)).update(is_closed=False)
    ClosedDay(day=date(2026, 6, 1), reason="創立記念日").act(AOI).save()
    assert services.seed_calendar(first_year=2026, last_year=2026, actor=AOI, at=AT) == 0
    calendar = selectors.at(DAY).calendar
    assert date(2026, 11, 23) not in calendar
    assert date(2026, 6, 1) in calendar


def test_seeded_days_have_history_and_one_line_of_story():
    added = services.seed_calendar(first_year=2026, last_year=2026, actor=AOI, at=AT)
    assert ClosedDay.history.count() == added
    assert Entry.objects.get().data == {"days": added}


def test_years_in_the_wrong_order_are_refused():
    with pytest.raises(Invalid, match="E-CALENDAR-02"):
        services.seed_calendar(first_year=2027, last_year=2026, actor=AOI, at=AT)


def test_the_command_seeds_the_years_asked_for(capsys):
    call_command("seed_calendar", "--from", "2026", "--to", "2026")
    assert ClosedDay.objects.filter(day__year=2026).count() == ClosedDay.objects.count() > 20
    call_command("seed_calendar", "--from", "2026", "--to", "2026")
    assert "0 closed days added" in capsys.readouterr().out


def test_the_command_without_years_seeds_those_around_today(time_machine_now):
    call_command("seed_calendar")
    years = {day.year for day in ClosedDay.objects.values_list("day", flat=True)}
    assert years == {2024, 2025, 2026, 2027, 2028}


@pytest.fixture
def time_machine_now(monkeypatch):
    monkeypatch.setattr("portal.timekeeping.clock.now", lambda: AT)
