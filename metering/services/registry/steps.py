"""Steps of judgement that several tables share: spans that may not overlap, values that belong to one row only."""

from collections import defaultdict
from typing import Any

from django.db import models

from metering.domain import registry_refusals as refusals
from metering.services.registry.bindings import Step
from metering.services.registry.drafts import Batch, Draft, fetch
from metering.services.rivals import RIVALRIES, Rivalry


def apart(model: type[models.Model]) -> Step:
    """No two rivals (``metering.services.rivals``) overlap, neither in the file nor with what is registered.

    Judged by where all rows of the file end up: one may end a span and another begin the next. Against a registered
    row the row of the file is refused, of two rows of the file the later.
    """

    def step(batch: Batch) -> None:
        for rivalry in RIVALRIES[model]:
            while _one_pass(batch, rivalry):
                continue

    return step


def _one_pass(batch: Batch, rivalry: Rivalry) -> bool:
    """Refuse what overlaps; True where a registered row got its old span back, so that others must be judged again."""
    changing = batch.changing()
    drafts = {id(draft.instance): draft for draft in changing}
    rows = {id(row): row for row in _registered(batch, rivalry.owners[0])}
    rows |= {id(draft.instance): draft.instance for draft in changing}
    groups: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for row in rows.values():
        groups[tuple(getattr(row, owner) for owner in rivalry.owners)].append(row)
    put_back = False
    for group in groups.values():
        for draft, rival in _losers(group, drafts, rivalry):
            put_back |= not draft.is_new
            batch.refuse(draft, rivalry.refusal(rival), rivalry.span[0])
    return put_back


def _registered(batch: Batch, owner: str) -> list[Any]:
    """The registered rows of every owner in the file: those that the rows were matched with, unless by another owner."""
    if owner == batch.anchor:
        return batch.existing
    if owner not in batch.notes:
        instances = [draft.instance for draft in batch.standing()]
        owners = {getattr(instance, owner) for instance in instances}
        known = {row.pk: row for row in batch.existing}
        rows = fetch(type(instances[0])._default_manager.all(), owner, owners) if instances else ()
        batch.notes[owner] = [known.get(row.pk, row) for row in rows]
    registered: list[Any] = batch.notes[owner]
    return registered


def _losers(
    group: list[Any], drafts: dict[int, Draft], rivalry: Rivalry
) -> list[tuple[Draft, Any]]:
    """The drafts of one group that must give way, each with the row that it collides with."""
    found = []
    last: Any = None
    for row in sorted(group, key=lambda one: rivalry.span_of(one).start):
        if last is None or not rivalry.span_of(last).overlaps(rivalry.span_of(row)):
            last = row
            continue
        loser = _weaker(drafts.get(id(last)), drafts.get(id(row)))
        if loser is None:  # both registered: not this file's doing
            last = last if rivalry.span_of(last).covers(rivalry.span_of(row)) else row
        elif loser.instance is row:
            found.append((loser, last))
        else:
            found.append((loser, row))
            last = row
    return found


def _weaker(one: Draft | None, other: Draft | None) -> Draft | None:
    if one is not None and other is not None:
        return max(one, other, key=lambda draft: draft.row.number)
    return one or other


def once(attribute: str, column: str) -> Step:
    """``attribute`` belongs to one row only, in the file and in the table. One query."""

    def step(batch: Batch) -> None:
        drafts = [draft for draft in batch.changing() if getattr(draft.instance, attribute)]
        if not drafts:
            return
        rows = type(drafts[0].instance)._default_manager.only("pk", attribute.removesuffix("_id"))
        values = {getattr(draft.instance, attribute) for draft in drafts}
        owner = {getattr(row, attribute): row.pk for row in fetch(rows, attribute, values)}
        for draft in drafts:
            value = getattr(draft.instance, attribute)
            if owner.setdefault(value, draft.instance.pk or id(draft)) not in (
                draft.instance.pk,
                id(draft),
            ):
                batch.refuse(draft, refusals.used_elsewhere(str(draft.values[column])), column)

    return step
