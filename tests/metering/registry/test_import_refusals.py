"""What a file may not say: each row says why, in which column, and nothing is written."""

import pytest

from metering.models import (
    DevicePoint,
    ExemptMeter,
    PositionReservation,
    Premises,
    ServicePeriod,
    SupplyContract,
    Terminal,
)
from tests.factories import make_retailer
from tests.metering.registry.conftest import AREA_ROWS, load, verdicts

pytestmark = [pytest.mark.django_db, pytest.mark.db]

POINT = "0390000000000000000016"
PLACE = "0300000000000000000001"

REFUSED = [
    # table, row, code and column
    ("organizations", "9123,短い,,retailer,,1", "E-ID-10 code"),
    ("organizations", "91234,名前,,wizard,,1", "E-REG-02 parties"),
    ("organizations", "91234,名前,,retailer,99=91234,1", "E-REG-02 other_codes"),
    ("organizations", "91234,名前,,retailer,03=91234,1", "E-REG-02 other_codes"),
    ("premises", ",番号なし", "E-REG-01 number"),
    ("premises", "P2,長い住所" + "長" * 70, "E-REG-02 address"),
    ("premises", "P2,制御\x07文字", "E-REG-02 address"),
    ("premises", "P2", "E-UPLOAD-04"),
    ("supply_points", "0100000000000000000001,P1,low,1,", "E-ID-04 number"),
    ("supply_points", "3.0E+20,P1,low,1,", "E-REG-03 number"),
    ("supply_points", "0300000000000000000003,P9,low,1,", "E-REG-04 premises_number"),
    ("supply_points", "0300000000000000000003,P1,middle,1,", "E-REG-02 voltage"),
    ("supply_points", "0300000000000000000003,P1,low,maybe,", "E-REG-02 has_next_generation_meter"),
    ("supply_points", "0300000000000000000003,P1,low,1,K99", "E-REG-04 reading_schedule"),
    ("supply_contracts", f"{PLACE},99999,2027-01-01,", "E-REG-04 retailer_code"),
    ("supply_contracts", f"{PLACE},91233,2027-02-30,", "E-REG-02 starts_on"),
    ("supply_contracts", f"{PLACE},91233,2027-01-01,9999-12-31", "E-REG-02 ends_on"),
    ("supply_contracts", f"{PLACE},91233,2027-01-02,2027-01-02", "E-POINT-02 ends_on"),
    ("supply_contracts", f"{PLACE},91233,2027-01-01,", "E-POINT-03 starts_on"),
    ("occupancies", f"{PLACE},C9,2026-10-02,", "E-REG-04 customer_number"),
    ("occupancies", f"{PLACE},C1,2026-10-02,", "E-POINT-03 starts_on"),
    ("balancing_contracts", "B2,P1,95013,2026-11-01,", "E-POINT-03 starts_on"),
    ("generation_contracts", f"{PLACE},{PLACE},91233,2026-09-01,", "E-POINT-03 starts_on"),
    ("terminal_models", "芝電機,IOT-1,1.0,,2026-04-01,2026-03-01", "E-POINT-02 ends_on"),
    ("device_points", f"0390000000000000000017,{PLACE},pv,,low,4,", "E-ID-03 number"),
    ("device_points", f"0399990000000000000001,{PLACE},pv,,low,4,", "E-POINT-09 number"),
    ("device_points", f"0490000000000000000015,{PLACE},pv,,low,4,", "E-POINT-10 number"),
    ("device_points", f"0390000000000000000032,{PLACE},pv,,high,4,", "E-POINT-06 voltage"),
    ("device_points", f"0390000000000000000032,{PLACE},pv,,low,500,", "E-POINT-08 rated_kw"),
    ("device_points", f"0390000000000000000032,{PLACE},pv,,low,4.0001,", "E-REG-02 rated_kw"),
    ("device_points", f"0390000000000000000032,{PLACE},pv,,low,0,", "E-REG-02 rated_kw"),
    ("device_points", f"0390000000000000000032,{PLACE},toaster,,low,4,", "E-REG-02 kind"),
    ("device_points", f"0390000000000000000032,{PLACE},pv,,low,4,M0000000000001", "E-REG-08 control_number"),
    ("device_points", f"{POINT},{PLACE},heat_pump,,low,6,M9", "E-REG-07 control_number"),
    ("service_periods", f"{POINT},2,0,2026-10-01T00:10,,,91233,,", "E-POINT-01 starts_at"),
    ("service_periods", f"{POINT},2,0,2026-10-01T00:00:30,,,91233,,", "E-REG-02 starts_at"),
    ("service_periods", f"{POINT},2,1,2026-10-01T00:00,,,91233,,", "E-POINT-14 retailer_code"),
    ("service_periods", f"{POINT},2,0,2026-10-02T00:00,,,91233,,", "E-POINT-03 starts_at"),
    ("service_periods", f"{POINT},2,0,2026-09-01T00:00,2026-10-01T00:00,,91233,,", "E-POINT-11 retailer_code"),
    ("service_periods", f"{POINT},1,0,2026-10-01T00:00,,,91233,,", "E-POINT-12 retailer_code"),
    ("service_periods", f"{POINT},2,0,2026-10-01T00:00,,,91233,B1,", "E-POINT-13 retailer_code"),
    ("service_periods", f"{POINT},1,0,2026-10-01T00:00,,,91233,B9,", "E-REG-04 balancing_contract_number"),
    ("service_periods", f"{POINT},3,0,2026-10-01T00:00,,,91233,,", "E-REG-02 pattern"),
    ("service_periods", f"{POINT},2,10,2026-10-01T00:00,,,91233,,", "E-REG-02 directions"),
    ("service_periods", f"{POINT},2,0,2026-10-01T00:00,,XYZ,91233,,", "E-ID-05 meter_id"),
    ("service_periods", f"{POINT},2,0,2026-10-01T00:00,,,91233,,5", "E-REG-02 position"),
    ("exempt_meters", f"0123456789AB01,{POINT},,,,2026-10-10T09:00,", "E-POINT-03 installed_at"),
    ("exempt_meters", f"0123456789AB02,{POINT},,,,2026-10-10T09:00,", "E-POINT-03 installed_at"),
    ("exempt_meters", "0123456789AB01,0390000000000000000024,,,,2026-10-10T09:00,", "E-POINT-03 installed_at"),
    ("exempt_meters", f"0123456789AB02,{POINT},,,n9,2026-10-10T09:00,", "E-REG-02 accuracy_class"),
    ("terminals", f"0123456789ABCDE0,{POINT},芝電機,IOT-1,1.0,", "E-REG-08 device_point_number"),
    ("terminals", "0123456789ABCDEF,0390000000000000000024,芝電機,IOT-1,1.0,", "E-REG-07 device_point_number"),
    ("terminals", "SHORT,0390000000000000000024,芝電機,IOT-1,1.0,", "E-ID-08 terminal_id"),
    ("terminals", "0123456789ABCDE0,0390000000000000000024,芝電機,IOT-9,1.0,", "E-REG-04 maker"),
    ("holds", f"{POINT},suspension,,2026-10-05T12:00,", "E-POINT-03 starts_at"),
    ("holds", f"{POINT},boredom,,2026-10-07T12:00,", "E-REG-02 reason"),
    ("provision_rights", f"{POINT},91233,機器点電力量の提供,2026-10-02T00:00,", "E-POINT-03 starts_at"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "row", "expected"), REFUSED)
def test_a_row_is_refused_with_cause_remedy_and_column(area, table, row, expected):
    report = load(table, [row])
    assert verdicts(report) == [expected]
    assert not report.was_written
    error = report.verdicts[0].error
    for text in (error.message, error.remedy):
        assert text.ja
        assert text.en


def test_one_refused_row_refuses_the_whole_file(area):
    report = load("premises", ["P2,よい", ",わるい", "P1,東京都港区芝9"])
    assert verdicts(report) == ["created", "E-REG-01 number", "updated"]
    assert not report.was_written
    assert Premises.objects.get().address == "東京都港区芝1-2-3"


def test_the_other_rows_go_through_where_that_was_asked_for(area):
    report = load("premises", ["P2,よい", ",わるい", "P1,東京都港区芝9"], partly=True)
    assert report.was_written
    addresses = Premises.objects.order_by("number").values_list("address", flat=True)
    assert list(addresses) == ["東京都港区芝9", "よい"]


def test_the_second_row_about_one_thing_is_refused_and_names_the_first(area):
    report = load("premises", ["P2,いち", "P3,に", " P2 ,さん"])
    assert verdicts(report) == ["created", "created", "E-REG-06 number"]
    assert "2" in report.verdicts[2].error.message.en


def test_what_never_changes_is_refused_in_its_column(area):
    assert verdicts(load("premises", ["P2,となり"])) == ["created"]
    row = AREA_ROWS["supply_points"][0].replace(",P1,", ",P2,")
    assert verdicts(load("supply_points", [row])) == ["E-REG-07 premises_number"]


# --- spans -------------------------------------------------------------


def test_one_file_ends_a_contract_and_begins_the_next(area):
    make_retailer("91243")
    rows = [f"{PLACE},91233,2026-10-01,2026-11-01", f"{PLACE},91243,2026-11-01,"]
    assert verdicts(load("supply_contracts", rows)) == ["updated", "created"]
    assert verdicts(load("supply_contracts", rows)) == ["unchanged"] * 2


def test_spans_may_be_shifted_in_any_order_within_one_file(area):
    """Each of the three collides with another's old place; where they end up they do not."""
    rows = [f"{PLACE},91233,2026-10-01,2026-11-01", f"{PLACE},91233,2026-11-01,2026-12-01",
            f"{PLACE},91233,2026-12-01,"]  # fmt: skip
    assert verdicts(load("supply_contracts", rows)) == ["updated", "created", "created"]
    shifted = [f"{PLACE},91233,2026-12-01,2027-01-01", f"{PLACE},91233,2027-01-01,",
               f"{PLACE},91233,2026-10-01,2026-10-15"]  # fmt: skip
    assert verdicts(load("supply_contracts", shifted)) == ["updated", "created", "updated"]
    assert SupplyContract.objects.count() == 4


def test_of_two_rows_that_overlap_the_later_is_refused(area):
    rows = [f"{PLACE},91233,2026-10-01,2026-11-01", f"{PLACE},91233,2026-12-01,",
            f"{PLACE},91233,2026-11-01,2026-12-02"]  # fmt: skip
    assert verdicts(load("supply_contracts", rows)) == [
        "updated",
        "created",
        "E-POINT-03 starts_on",
    ]


def test_a_row_that_loses_its_room_because_another_is_refused_is_refused_too(area):
    """The first row would end the contract in December; it cannot, so the second has no room either."""
    load("supply_contracts", [f"{PLACE},91233,2026-10-01,2026-11-01", f"{PLACE},91233,2026-11-01,"])
    rows = [f"{PLACE},91233,2026-09-01,2026-10-02", f"{PLACE},91233,2026-10-01,2026-11-02"]
    assert verdicts(load("supply_contracts", rows)) == [
        "E-POINT-03 starts_on",
        "E-POINT-03 starts_on",
    ]


def test_a_meter_moves_to_another_device_point_in_one_file(area):
    old = AREA_ROWS["exempt_meters"][0] + "2026-10-10T09:00"
    new = "0123456789AB01,0390000000000000000024,,,,2026-10-10T09:30,"
    assert verdicts(load("exempt_meters", [new, old])) == ["created", "updated"]
    assert ExemptMeter.objects.get(removed_at=None).device_point.number == "0390000000000000000024"


# --- places ------------------------------------------------------------


def more_points(how_many):
    """Further device points at the same supply point: their numbers."""
    numbers = ["0390000000000000000032", "0390000000000000000040", "0390000000000000000057"]
    rows = [f"{number},{PLACE},load,,low,2," for number in numbers[:how_many]]
    assert verdicts(load("device_points", rows)) == ["created"] * how_many
    return numbers[:how_many]


def service(number, start="2026-10-01T00:00", end="", position=""):
    return f"{number},2,0,{start},{end},,91233,,{position}"


def test_the_fifth_device_point_of_a_premises_is_refused_in_a_file_too(area):
    rows = [service(number) for number in more_points(3)]
    report = load("service_periods", rows)
    assert verdicts(report) == ["created", "created", "E-POINT-04 position"]
    assert PositionReservation.objects.count() == 2
    report = load("service_periods", rows, partly=True)
    assert PositionReservation.objects.count() == ServicePeriod.objects.count() == 4


def test_a_service_that_ends_makes_room_for_another_in_the_same_file(area):
    third, fourth, fifth = more_points(3)
    rows = [
        service(fifth, start="2026-11-01T00:00"),
        service(third),
        service(fourth),
        service(POINT, end="2026-11-01T00:00").replace(",,91233", ",0123456789AB01,91233"),
    ]
    assert verdicts(load("service_periods", rows)) == ["created"] * 3 + ["updated"]
    places = PositionReservation.objects.filter(position=1).order_by("starts_at")
    assert [one.device_point.number for one in places] == [POINT, fifth]


def test_a_certain_place_is_given_or_refused(area):
    third, fourth, _ = more_points(3)
    rows = [service(third, position="4"), service(fourth, position="2")]
    assert verdicts(load("service_periods", rows)) == ["created", "E-POINT-05 position"]
    assert verdicts(load("service_periods", rows[:1])) == ["created"]
    assert PositionReservation.objects.get(position=4).device_point.number == third


def test_a_device_point_that_pauses_comes_back_to_its_place(area):
    (third,) = more_points(1)
    rows = [
        service(third, end="2026-10-10T00:00", position="4"),
        service(third, start="2026-10-20T00:00"),
    ]
    assert verdicts(load("service_periods", rows)) == ["created"] * 2
    own = PositionReservation.objects.filter(device_point__number=third)
    assert list(own.values_list("position", flat=True)) == [4, 4]


def test_nothing_of_a_refused_file_stays_behind(area):
    (third,) = more_points(1)
    row = f"{third},1,0,2026-10-01T00:00,,,91233,,"
    assert verdicts(load("service_periods", [service(POINT, end="2026-11-01T00:00"), row])) == [
        "updated",
        "E-POINT-12 retailer_code",
    ]
    assert not ServicePeriod.objects.exclude(ends_at=None).exists()
    assert DevicePoint.objects.count() == 3
    assert Terminal.objects.count() == 1
