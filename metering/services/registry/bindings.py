"""How a table of the domain lies in the models: its plain columns, what it refers to, and the steps of its judgement."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from metering.domain import registry_refusals as refusals
from metering.services.guards import spans_judged_at_the_end
from metering.services.registry.drafts import Batch, Draft, changed, fetch
from portal.records import WithHistory, create_with_history, update_with_history

Step = Callable[[Batch], None]
Find = Callable[[Batch, set[tuple[Any, ...]]], dict[tuple[Any, ...], Any]]


@dataclass(frozen=True)
class Reference:
    """Columns that together name a registered thing, which ``attribute`` of the row then points to."""

    columns: tuple[str, ...]
    attribute: str
    find: Find


def nothing(_batch: Batch) -> None:
    """A step that a table does not need."""


@dataclass(frozen=True)
class Binding:
    """One table in the models.

    ``columns`` maps plain columns to attributes where the names differ; a column that maps to "" is not stored with the
    row. ``anchor`` is the attribute by which registered rows are looked up: it belongs to the key, or the key to it.
    ``kept`` attributes stay as they are where the cell is empty. ``prepare`` runs before rows are matched with what is
    registered, ``steps`` judge them, ``write`` writes them.
    """

    model: type[WithHistory]
    anchor: str
    columns: dict[str, str] = field(default_factory=dict)
    references: tuple[Reference, ...] = ()
    kept: frozenset[str] = frozenset()
    prepare: Step = nothing
    steps: tuple[Step, ...] = ()
    write: Step | None = None
    match: Step | None = None

    def attribute(self, column: str) -> str:
        """The attribute that holds ``column``; empty where none does."""
        for reference in self.references:
            if column in reference.columns:
                return reference.attribute
        return self.columns.get(column, column)


def resolve(batch: Batch, binding: Binding) -> None:
    """The registered things that rows name; one query per kind of thing. Rows that name an unknown one are refused."""
    for reference in binding.references:
        named = {
            draft.row.number: tuple(draft.values[column] for column in reference.columns)
            for draft in batch.standing()
        }
        known = reference.find(batch, {key for key in named.values() if any(key)})
        for draft in batch.standing():
            key = named[draft.row.number]
            thing = known.get(key)
            if thing is None and any(key):
                text = " ".join(str(part) for part in key)
                batch.refuse(draft, refusals.unknown(text), reference.columns[0])
            draft.found[reference.columns[0]] = thing
            draft.attributes[reference.attribute] = thing and thing.pk


def lay_out(batch: Batch, binding: Binding) -> None:
    """The plain columns as the model's attributes; empty text is empty, not null."""
    referred = {column for reference in binding.references for column in reference.columns}
    plain = {
        column.name: binding.columns.get(column.name, column.name)
        for column in batch.table.columns
        if column.name not in referred
    }
    texts = {
        attribute
        for attribute in plain.values()
        if attribute and not binding.model._meta.get_field(attribute).null
    }
    for draft in batch.standing():
        for column, attribute in plain.items():
            value = draft.values[column]
            if attribute and not (value is None and attribute in binding.kept):
                draft.attributes[attribute] = "" if value is None and attribute in texts else value


def match_by_key(batch: Batch, binding: Binding) -> None:
    """Find the registered row of each draft, or make a new one. One query."""
    key = [binding.attribute(column) for column in batch.table.key]
    anchors = {draft.attributes[binding.anchor] for draft in batch.standing()}
    batch.existing = list(fetch(binding.model._default_manager.all(), binding.anchor, anchors))
    registered = {tuple(getattr(row, name) for name in key): row for row in batch.existing}
    fixed = {
        binding.attribute(column.name): column.name
        for column in batch.table.columns
        if column.fixed
    }
    for draft in batch.standing():
        draft.instance = registered.get(tuple(draft.attributes[name] for name in key))
        if draft.instance is None:
            draft.instance = binding.model(**draft.attributes)
            continue
        draft.before = changed(draft.instance, draft.attributes)
        for attribute in draft.before:
            if attribute in fixed:
                batch.refuse(draft, refusals.fixed(), fixed[attribute])
                break


def write_rows(batch: Batch) -> None:
    """Changes first, so that an end makes room before something new takes it; history with each."""
    updated = [draft for draft in batch.changing() if draft.before]
    fields = {name for draft in updated for name in draft.before or {}}
    with spans_judged_at_the_end():
        update_with_history(
            _rows(updated), sorted(_field_names(updated, fields)), actor=batch.actor, at=batch.at
        )
        created = [draft for draft in batch.changing() if draft.is_new]
        create_with_history(_rows(created), actor=batch.actor, at=batch.at)


def _rows(drafts: list[Draft]) -> list[Any]:
    return [draft.instance for draft in drafts]


def _field_names(drafts: list[Draft], attributes: set[str]) -> set[str]:
    """Names as Django's bulk update takes them: "retailer", not "retailer_id"."""
    if not drafts:
        return set()
    meta = drafts[0].instance._meta
    return {one.name for one in meta.concrete_fields if one.attname in attributes}


def run(batch: Batch, binding: Binding) -> None:
    """From values to written rows. The caller's transaction decides whether it lasts."""
    resolve(batch, binding)
    lay_out(batch, binding)
    binding.prepare(batch)
    if binding.match is not None:
        binding.match(batch)
    else:
        match_by_key(batch, binding)
    for step in binding.steps:
        step(batch)
    (binding.write or write_rows)(batch)
