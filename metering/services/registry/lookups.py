"""Finds the registered things that rows name. One query each, whatever the number of rows."""

from typing import Any

from metering.models import ReadingSchedule, TerminalModel
from metering.services.registry.bindings import Find, Reference
from metering.services.registry.drafts import Batch, fetch
from portal.organizations.models import OrganizationCode
from portal.records import WithHistory, create_with_history

Keys = set[tuple[Any, ...]]
Things = dict[tuple[Any, ...], Any]


def numbered(model: type[WithHistory], *related: str, by: str = "number") -> Find:
    """Things known by one number of theirs."""

    def find(_batch: Batch, keys: Keys) -> Things:
        rows = model._default_manager.select_related(*related)
        return {(getattr(row, by),): row for row in fetch(rows, by, {key[0] for key in keys})}

    return find


def organizations(batch: Batch, keys: Keys) -> Things:
    """Organizations by their code in the operator's own area."""
    codes = OrganizationCode.objects.filter(area=batch.area).select_related("organization")
    return {(row.code,): row.organization for row in fetch(codes, "code", {key[0] for key in keys})}


def organization(column: str, attribute: str) -> Reference:
    """A column that holds an organization's code."""
    return Reference((column,), attribute, organizations)


def terminal_models(_batch: Batch, keys: Keys) -> Things:
    """Terminal models by maker, model and firmware."""
    rows = fetch(TerminalModel.objects.all(), "model", {key[1] for key in keys})
    return {(row.maker, row.model, row.firmware): row for row in rows}


def schedules_made(batch: Batch, keys: Keys) -> Things:
    """検針区分 by code; one that is not there yet begins to exist."""
    find = numbered(ReadingSchedule, by="code")
    known = find(batch, keys)
    new = [ReadingSchedule(code=code) for (code,) in sorted(keys - known.keys())]
    made = create_with_history(new, actor=batch.actor, at=batch.at)
    return known | {(row.code,): row for row in made}
