"""Organizations of the scheme, one call each."""

from itertools import count
from typing import Any

from portal.organizations.models import Organization, OrganizationCode, OrganizationParty
from portal.organizations.roles import Party

AREA = "03"
OPERATOR_CODE = "00003"

_codes = (f"{number}3" for number in count(9500))  # the last character is the area's digit


def make_organization(
    *parties: Party, code: str | None = None, area: str = AREA, **fields: Any
) -> Organization:
    """An organization that is ``parties``, with its code in ``area``; a fresh code unless one is named."""
    code = code or next(_codes)
    organization = Organization.objects.create(**{"name": f"事業者{code}", **fields})
    for party in parties:
        OrganizationParty.objects.create(organization=organization, party=party)
    OrganizationCode.objects.create(organization=organization, area=area, code=code)
    return organization


def make_grid_operator(code: str = OPERATOR_CODE, **fields: Any) -> Organization:
    """The grid operator whose portal this is."""
    return make_organization(Party.GRID_OPERATOR, code=code, **{"name": "みなみ野配電", **fields})


def make_retailer(code: str | None = None, **fields: Any) -> Organization:
    """小売電気事業者, here as 受電点事業者."""
    return make_organization(Party.RETAILER, code=code, **fields)


def make_aggregator(code: str | None = None, **fields: Any) -> Organization:
    """アグリゲーター, here as 利用事業者."""
    return make_organization(Party.AGGREGATOR, code=code, **fields)


def code_of(organization: Organization, area: str = AREA) -> str:
    """The 5-character code of an organization in ``area``."""
    return organization.codes.get(area=area).code
