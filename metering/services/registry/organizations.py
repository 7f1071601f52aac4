"""The table of organizations: one row is an organization, what it is in the scheme, and its codes."""

from collections import defaultdict
from typing import Any

from metering.domain import registry_refusals as refusals
from metering.services.registry.bindings import Binding, write_rows
from metering.services.registry.drafts import Batch, Draft, changed, fetch
from portal.organizations.models import Organization, OrganizationCode, OrganizationParty
from portal.records import create_with_history, delete_with_history, update_with_history


def match(batch: Batch) -> None:
    """Organizations are known by their code in the operator's own area. Four queries."""
    codes = OrganizationCode.objects.select_related("organization")
    own = fetch(
        codes.filter(area=batch.area), "code", {one.values["code"] for one in batch.standing()}
    )
    registered = {code.code: code.organization for code in own}
    keys = {organization.pk for organization in registered.values()}
    parties: dict[int | None, list[OrganizationParty]] = defaultdict(list)
    for party in fetch(OrganizationParty.objects.all(), "organization", keys):
        parties[party.organization_id].append(party)
    other_codes: dict[int | None, dict[str, OrganizationCode]] = defaultdict(dict)
    for code in fetch(OrganizationCode.objects.exclude(area=batch.area), "organization", keys):
        other_codes[code.organization_id][code.area] = code
    for draft in batch.standing():
        draft.instance = registered.get(draft.values["code"])
        if draft.instance is None:
            draft.instance = Organization(**draft.attributes)
        else:
            draft.before = changed(draft.instance, draft.attributes)
        draft.more += _parties(draft, parties[draft.instance.pk])
        draft.more += _other_codes(draft, other_codes[draft.instance.pk])


def _parties(draft: Draft, registered: list[OrganizationParty]) -> list[OrganizationParty]:
    """Parties to add (without a key) and to take back (with one)."""
    wanted = set(draft.values["parties"])
    gone = [party for party in registered if party.party not in wanted]
    new = wanted - {party.party for party in registered}
    return [*gone, *(OrganizationParty(party=party) for party in sorted(new))]


def _other_codes(draft: Draft, registered: dict[str, OrganizationCode]) -> list[OrganizationCode]:
    """Codes to add or change; a code that the file does not name stays: earlier files were addressed with it."""
    found = []
    for area, code in draft.values["other_codes"] or ():
        row = registered.get(area)
        if row is None:
            found.append(OrganizationCode(area=area, code=code))
        elif row.code != code:
            row.code = code
            found.append(row)
    return found


def refuse_taken_codes(batch: Batch) -> None:
    """A code of another area belongs to one organization only. One query."""
    wanted: dict[tuple[str, str], Draft] = {}
    for draft in batch.changing():
        for area, code in draft.values["other_codes"] or ():
            if wanted.setdefault((area, code), draft) is not draft:
                batch.refuse(draft, refusals.used_elsewhere(f"{area}={code}"), "other_codes")
    rows = OrganizationCode.objects.exclude(area=batch.area)
    for row in fetch(rows, "code", {code for _, code in wanted}):
        claimant = wanted.get((row.area, row.code))
        if claimant and not claimant.refused and row.organization_id != claimant.instance.pk:
            text = f"{row.area}={row.code}"
            batch.refuse(claimant, refusals.used_elsewhere(text), "other_codes")


def write(batch: Batch) -> None:
    """The organizations, then their parties and codes."""
    who_and_when: dict[str, Any] = {"actor": batch.actor, "at": batch.at}
    write_rows(batch)
    new_codes: list[OrganizationCode] = []
    changed_codes: list[OrganizationCode] = []
    new_parties: list[OrganizationParty] = []
    old_parties: list[OrganizationParty] = []
    for draft in batch.changing():
        if draft.is_new:
            new_codes.append(
                OrganizationCode(
                    area=batch.area, code=draft.values["code"], organization=draft.instance
                )
            )
        for row in draft.more:
            row.organization = draft.instance
            if isinstance(row, OrganizationCode):
                (changed_codes if row.pk else new_codes).append(row)
            else:
                (old_parties if row.pk else new_parties).append(row)
    update_with_history(changed_codes, ["code"], **who_and_when)
    create_with_history(new_codes, **who_and_when)
    delete_with_history(old_parties, **who_and_when)
    create_with_history(new_parties, **who_and_when)


BINDING = Binding(
    Organization,
    anchor="",
    columns={"code": "", "parties": "", "other_codes": ""},
    match=match,
    steps=(refuse_taken_codes,),
    write=write,
)
