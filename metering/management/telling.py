"""What the commands about received files print: counts, reasons and refusals, in Japanese and English."""

from collections.abc import Iterator

from metering.models import Delivery
from metering.selectors import deliveries
from portal.errors import DomainError

# Exit codes: everything is in; some rows were set aside; a file was refused.
ALL_IN, SOME_SET_ASIDE, REFUSED = 0, 1, 2


def of_delivery(delivery: Delivery, name: str) -> Iterator[str]:
    """What became of a file, and why rows of it were set aside."""
    if not delivery.is_new:
        yield f"{name}: 変更なし（同じファイルを受領済み：{delivery.pk}）/ unchanged, the same file is delivery {delivery.pk}"
    yield (
        f"{name}: 受領 {delivery.pk} / delivery {delivery.pk}: "
        f"{delivery.rows:,} 行 rows = {delivery.accepted:,} 取込 taken in + {delivery.quarantined:,} 隔離 set aside"
    )
    yield from of_reasons(delivery)


def of_reasons(delivery: Delivery) -> Iterator[str]:
    """One line per reason for rows still set aside."""
    if not delivery.quarantined:
        return
    for reason in deliveries.reasons(delivery):
        place = f"{reason.column} " if reason.column else ""
        yield (
            f"  {reason.code} × {reason.rows:,} ({place}row {reason.first_row}…): "
            f"{reason.text.ja} / {reason.text.en}"
        )


def of_refusal(refusal: DomainError) -> Iterator[str]:
    """A refusal with its place, its reason and what to do about it."""
    yield f"{refusal.code} {refusal.place}"
    yield f"  {refusal.message.ja} / {refusal.message.en}"
    if refusal.remedy:
        yield f"  → {refusal.remedy.ja} / {refusal.remedy.en}"


def exit_code(deliveries_taken: list[Delivery], *, has_refusals: bool) -> int:
    """0 all in, 1 rows set aside, 2 a file refused."""
    if has_refusals:
        return REFUSED
    return SOME_SET_ASIDE if any(found.quarantined for found in deliveries_taken) else ALL_IN
