"""An import in the making: one draft per row, refused or on its way into the tables. Knows no table in particular."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from metering.domain import registry_refusals as refusals
from metering.domain.registry_kinds import Formats
from metering.domain.registry_rows import CellRefused, Table, parse
from portal.actor import Actor
from portal.errors import DomainError
from portal.parameters.definitions import Parameters
from portal.uploads import Outcome, Row, Upload, Verdict, refusal

KEYS_PER_QUERY = 10_000  # a query has a limited number of parameters


@dataclass(slots=True)
class Draft:
    """One row on its way.

    ``values`` by column, ``found`` the registered things it refers to by column, ``attributes`` as the model's row
    should stand. ``before`` are the old values of what changes (None: the row is new); ``more`` is what else is to be
    written along with it.
    """

    row: Row
    values: dict[str, Any] = field(default_factory=dict)
    found: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    instance: Any = None
    before: dict[str, Any] | None = None
    more: list[Any] = field(default_factory=list)
    refused: Verdict | None = None

    @property
    def is_new(self) -> bool:
        return self.before is None

    @property
    def verdict(self) -> Verdict:
        """What becomes of the row, as it stands."""
        if self.refused is not None:
            return self.refused
        if self.before is None:
            return Verdict(Outcome.CREATED)
        return Verdict(Outcome.UPDATED if self.before or self.more else Outcome.UNCHANGED)


@dataclass
class Batch:
    """All drafts of one file. Steps look at the ``standing`` ones and ``refuse`` what cannot be."""

    table: Table
    upload: Upload
    area: str
    parameters: Parameters
    actor: Actor
    at: datetime
    anchor: str = ""  # the attribute by which registered rows were looked up
    drafts: list[Draft] = field(default_factory=list)
    existing: list[Any] = field(
        default_factory=list
    )  # rows of the same keys, or of the same owners
    notes: dict[str, Any] = field(default_factory=dict)  # what one step leaves for a later one

    def standing(self) -> list[Draft]:
        """Drafts that nothing has been said against, in the order of the file."""
        return [draft for draft in self.drafts if draft.refused is None]

    def changing(self) -> list[Draft]:
        """Standing drafts that write something."""
        return [
            draft for draft in self.standing() if draft.verdict.outcome is not Outcome.UNCHANGED
        ]

    def refuse(self, draft: Draft, error: DomainError, column: str = "") -> None:
        """Take a draft out; what it had changed of a registered row is put back."""
        draft.refused = refusal(error, column)
        for name, value in (draft.before or {}).items():
            setattr(draft.instance, name, value)

    def judge(self, rule: Callable[[Draft], None], column: str, *, only: str = "changing") -> None:
        """Refuse, in ``column``, every changing (or standing) draft that ``rule`` raises something against."""
        for draft in self.changing() if only == "changing" else self.standing():
            try:
                rule(draft)
            except DomainError as error:
                self.refuse(draft, error, column)


def read_rows(batch: Batch) -> None:
    """One draft per row, with the values of its cells; a row is refused for the first cell that is wrong."""
    formats = Formats(
        area=batch.area,
        device_point_number=batch.parameters.device_point_number_pattern,
        exempt_meter_id=batch.parameters.exempt_meter_id_pattern,
        terminal_id=batch.parameters.terminal_id_pattern,
    )
    for row in batch.upload.rows:
        draft = Draft(row)
        batch.drafts.append(draft)
        try:
            draft.values = parse(batch.table, batch.upload.values(row), formats)
        except CellRefused as refused:
            batch.refuse(draft, refused.error, refused.column)
        except DomainError as error:
            batch.refuse(draft, error)


def refuse_doubles(batch: Batch) -> None:
    """Of several rows about one thing the first counts."""
    first: dict[tuple[Any, ...], Draft] = {}
    for draft in batch.standing():
        key = tuple(draft.values[column] for column in batch.table.key)
        if key in first:
            batch.refuse(draft, refusals.doubled(first[key].row.number), batch.table.key[0])
        else:
            first[key] = draft


def fetch(rows: QuerySet[Any], lookup: str, keys: set[Any]) -> Iterator[Any]:
    """The rows whose ``lookup`` is one of ``keys``, in as few queries as their number allows."""
    ordered = sorted(keys)
    for start in range(0, len(ordered), KEYS_PER_QUERY):
        yield from rows.filter(**{f"{lookup}__in": ordered[start : start + KEYS_PER_QUERY]})


def changed(instance: Any, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Set ``attributes`` on ``instance``; returns the old values of those that differed."""
    before = {
        name: getattr(instance, name)
        for name, value in attributes.items()
        if getattr(instance, name) != value
    }
    for name in before:
        setattr(instance, name, attributes[name])
    return before
