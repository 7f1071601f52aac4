"""Who sends, who receives, and what each receiver gets."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.conf import settings

from edi.domain.profile import Profile, ReceiverSwitches, Voltage, adjusted
from edi.messages.envelope import Party
from edi.models import ReceiverSetting
from metering.domain.points import VoltageClass
from portal.errors import Refused, Text
from portal.organizations.models import Organization, OrganizationCode
from portal.organizations.roles import Party as Role
from portal.parameters.definitions import Parameters

VOLTAGES: dict[Voltage, tuple[VoltageClass, ...]] = {
    Voltage.LOW: (VoltageClass.LOW,),
    Voltage.HIGH: (VoltageClass.HIGH, VoltageClass.EXTRA_HIGH),
}


@dataclass(frozen=True, kw_only=True)
class Receiver:
    """An organization to which messages go; ``code`` is empty where it has none in this area."""

    organization_id: int
    party: Party
    switches: ReceiverSwitches


def profile_with(values: Parameters) -> Profile:
    """The exchange profile with the operator's own limits."""
    return adjusted(
        first_split_low=values.first_split_low,
        first_split_high=values.first_split_high,
        first_split_month=values.first_split_month,
        first_split_single_day=values.first_split_single_day,
        points_per_split=values.points_per_split,
        points_per_month_split=values.points_per_month_split,
    )


def sender() -> Party:
    """The grid operator of this area; refused where it has no code. One query."""
    found = (
        OrganizationCode.objects.filter(
            area=settings.SERVICE_AREA, organization__parties__party=Role.GRID_OPERATOR
        )
        .select_related("organization")
        .order_by("pk")
        .first()
    )
    if found is None:
        raise Refused(
            "E-EDI-03",
            Text(
                ja=f"エリア {settings.SERVICE_AREA} の一般送配電事業者のコードがありません。",
                en=f"The grid operator has no code in area {settings.SERVICE_AREA}.",
            ),
            remedy=Text(
                ja="事業者コードを登録してください。", en="Enter its code among the organizations."
            ),
        )
    return Party(code=found.code, name=found.organization.name)


def described(organization_ids: Collection[int], day: date, profile: Profile) -> list[Receiver]:
    """The receivers with these ids as they stand on ``day``, in order of their codes. Three queries."""
    organizations = Organization.objects.filter(pk__in=organization_ids)
    codes = dict(
        OrganizationCode.objects.filter(
            area=settings.SERVICE_AREA, organization__in=organization_ids
        ).values_list("organization_id", "code")
    )
    switches = {
        row.receiver_id: _switches(row)
        for row in ReceiverSetting.objects.on(day)
        .filter(receiver__in=organization_ids)
        .order_by("starts_on")
    }
    found = [
        Receiver(
            organization_id=organization.pk,
            party=Party(code=codes.get(organization.pk, ""), name=organization.name),
            switches=switches.get(organization.pk, profile.receiver_defaults),
        )
        for organization in organizations
    ]
    return sorted(found, key=lambda receiver: (receiver.party.code, receiver.organization_id))


def _switches(row: ReceiverSetting) -> ReceiverSwitches:
    return ReceiverSwitches(
        slot_messages=row.slot_messages,
        day_messages=row.day_messages,
        month_messages=row.month_messages,
        customer_names=row.customer_names,
    )
