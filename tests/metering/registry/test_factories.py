"""The builders make states that the database accepts."""

import pytest

from metering.domain.points import ServicePattern
from metering.models import DevicePoint, PositionReservation, ServicePeriod
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("build", [name for name in factories.__all__ if name.startswith("make_")])
def test_every_builder_works_twice_without_arguments(build):
    make = getattr(factories, build)
    first = make()
    assert first.pk
    if build != "make_grid_operator":  # there is one grid operator
        assert make().pk != first.pk


def test_four_points_of_one_premises_take_four_places():
    premises = factories.make_premises()
    retailer = factories.make_retailer(code="91233")
    for pattern in (*ServicePattern, *ServicePattern):
        factories.make_point_in_service(pattern, premises=premises, retailer=retailer)
    assert sorted(PositionReservation.objects.values_list("position", flat=True)) == [1, 2, 3, 4]
    assert ServicePeriod.objects.exclude(balancing_contract=None).count() == 2
    assert DevicePoint.objects.filter(provision_rights__recipient=retailer).count() == 2
    assert factories.code_of(retailer) == "91233"
