"""Imports CSV files into the registry: all or nothing unless asked otherwise, one verdict per row, twice is once.

A dry run does all of it, down to the constraints of the database, and takes it back; so it cannot answer differently.
The same doors serve the command and uploads in the browser.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from metering.domain.registry_tables import table_named
from metering.services.guards import one_transaction
from metering.services.numbering import next_numbers
from metering.services.registry.bindings import run
from metering.services.registry.drafts import Batch, read_rows, refuse_doubles
from metering.services.registry.tables import BINDINGS
from portal import uploads
from portal.actor import Actor
from portal.journal import recorder
from portal.parameters import selectors as parameters
from portal.timekeeping.half_hours import day_of
from portal.uploads import Outcome, Upload, Verdict


@dataclass(frozen=True)
class Report:
    """The answer to one file: a verdict for every row, in its order, and whether they were written."""

    upload: Upload
    verdicts: Sequence[Verdict]
    was_written: bool

    @property
    def counts(self) -> dict[Outcome, int]:
        """How many rows met each outcome."""
        return uploads.counted(self.verdicts)

    @property
    def has_refusals(self) -> bool:
        return bool(self.counts[Outcome.REFUSED])


def read(content: bytes, *, name: str, table: str) -> Upload:
    """The rows of a file for ``table``; raises Invalid where the file as a whole cannot be taken."""
    return uploads.read(content, name=name, columns=table_named(table).labels)


def import_uploads(
    *,
    table: str,
    files: Sequence[Upload],
    actor: Actor,
    at: datetime,
    dry_run: bool = False,
    partly: bool = False,
) -> list[Report]:
    """Take ``files`` into ``table``, in their order, in one transaction.

    A refused row refuses everything, unless ``partly`` lets the other rows through. With ``dry_run`` nothing is written
    whatever the verdicts. Raises NotFound for an unknown table, Conflict where somebody else was faster.
    """
    table_named(table)
    with one_transaction():
        next_numbers("registry.import", 1)  # its row lock: imports one after the other
        verdicts = [_import(table, upload, actor, at) for upload in files]
        refused = any(verdict.is_refusal for each in verdicts for verdict in each)
        written = not dry_run and (partly or not refused)
        if not written:
            transaction.set_rollback(True)
    return [Report(upload, each, written) for upload, each in zip(files, verdicts, strict=True)]


def _import(table: str, upload: Upload, actor: Actor, at: datetime) -> list[Verdict]:
    binding = BINDINGS[table]
    batch = Batch(
        table=table_named(table),
        upload=upload,
        area=settings.SERVICE_AREA,
        parameters=parameters.at(day_of(at)),
        actor=actor,
        at=at,
        anchor=binding.anchor,
    )
    read_rows(batch)
    refuse_doubles(batch)
    run(batch, binding)
    verdicts = [draft.verdict for draft in batch.drafts]
    counts = {outcome.value: number for outcome, number in uploads.counted(verdicts).items()}
    recorder.record(
        "registry.imported",
        actor=actor,
        at=at,
        subject=f"registry:{table}",
        data={"file": upload.name, "digest": upload.digest, **counts},
    )
    return verdicts
