"""Steps of judgement that several tables share: spans that may not overlap, values that belong to one row only."""

from collections import defaultdict
from typing import Any

from metering.domain import registry_refusals as refusals
from metering.domain.spans import Span
from metering.services.registry.bindings import Step
from metering.services.registry.drafts import Batch, Draft, fetch


def apart(
    owners: tuple[str, ...], ja: str, en: str, *, span: tuple[str, str], load: bool = False
) -> Step:
    """No two rows of the same ``owners`` (attributes) overlap, neither in the file nor with what is registered.

    Judged by where all rows of the file end up: one may end a span and another begin the next. Against a registered
    row the row of the file is refused, of two rows of the file the later. ``load``: registered rows of the first owner
    are not those that the rows were matched with.
    """

    def step(batch: Batch) -> None:
        while _one_pass(batch, owners, (ja, en), span, load=load):
            continue

    return step


def _one_pass(
    batch: Batch,
    owners: tuple[str, ...],
    texts: tuple[str, str],
    span: tuple[str, str],
    *,
    load: bool,
) -> bool:
    """Refuse what overlaps; True where a registered row got its old span back, so that others must be judged again."""
    changing = batch.changing()
    drafts = {id(draft.instance): draft for draft in changing}
    rows = {id(row): row for row in _registered(batch, owners[0], load=load)}
    rows |= {id(draft.instance): draft.instance for draft in changing}
    groups: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for row in rows.values():
        groups[tuple(getattr(row, owner) for owner in owners)].append(row)
    put_back = False
    for group in groups.values():
        if len(group) > 1:
            for draft, rival in _losers(group, drafts, span):
                error = refusals.overlap(*texts, getattr(rival, span[0]), getattr(rival, span[1]))
                put_back |= not draft.is_new
                batch.refuse(draft, error, span[0])
    return put_back


def _registered(batch: Batch, owner: str, *, load: bool) -> list[Any]:
    if not load:
        return batch.existing
    if owner not in batch.notes:
        drafts = batch.standing()
        model = type(drafts[0].instance) if drafts else None
        keys = {getattr(draft.instance, owner) for draft in drafts}
        loaded = list(fetch(model._default_manager.all(), owner, keys)) if model else []
        known = {row.pk: row for row in batch.existing}
        batch.notes[owner] = [known.get(row.pk, row) for row in loaded]
    rows: list[Any] = batch.notes[owner]
    return rows


def _losers(
    group: list[Any], drafts: dict[int, Draft], span: tuple[str, str]
) -> list[tuple[Draft, Any]]:
    """The drafts of one group that must give way, each with the row that it collides with."""
    found = []
    last: Any = None
    for row in sorted(group, key=lambda one: getattr(one, span[0])):
        if last is None or not _span(last, span).overlaps(_span(row, span)):
            last = row
            continue
        loser = _weaker(drafts.get(id(last)), drafts.get(id(row)))
        if loser is None:  # both registered: not this file's doing
            last = max(
                last,
                row,
                key=lambda one: (getattr(one, span[1]) is None, getattr(one, span[1]) or 0),
            )
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


def _span(row: Any, names: tuple[str, str]) -> Span[Any]:
    return Span(getattr(row, names[0]), getattr(row, names[1]))


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
