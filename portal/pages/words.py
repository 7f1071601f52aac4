"""The words of the ground floor as people read them, in both languages."""

from django.utils.translation import gettext_lazy as _

from portal.organizations.roles import Party

PARTY = {
    Party.GRID_OPERATOR: _("一般送配電事業者"),
    Party.RETAILER: _("小売電気事業者"),
    Party.AGGREGATOR: _("アグリゲーター"),
    Party.POWER_PRODUCER: _("発電事業者"),
}
