"""Sample accounts: random passwords and second factors of this installation alone (decisions 39).

They stand in clear in one file, readable by its owner only, which is why the sample exists on a loopback address and
nowhere else.
"""

import json
import os
import secrets
from base64 import b32encode
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.db import transaction

from metering.demo import one_time
from metering.demo.world.plan import AREA, Area
from portal.accounts.models import Membership, User
from portal.actor import Actor
from portal.journal.recorder import Event, record_all
from portal.organizations.models import OrganizationCode
from portal.organizations.roles import OPERATOR_ROLES, Role
from portal.records import create_with_history

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else
ISSUER = "sample-portal"
NOTE = (
    "見本環境のアカウントです。サインインにはパスワードと、totp_secret から得る6桁のワンタイムコードが必要です"
    "（認証アプリに登録するか、`manage.py demo_accounts` で現在のコードを表示）。",
    "Accounts of the sample. Signing in asks for the password and then for the six digits that belong to totp_secret: "
    "enter it into an authenticator app, or let `manage.py demo_accounts` show the present codes.",
)
OPERATOR_STAFF = (
    (Role.OPERATOR_ADMIN, "admin", "見本 あかり"),
    (Role.METERING, "metering", "計良 はかる"),
    (Role.SETTLEMENT, "settlement", "清算 ただし"),
    (Role.AUDITOR, "auditor", "監査 みつる"),
)
RETAILER_STAFF = ((Role.RETAILER_ADMIN, "admin"), (Role.RETAILER_STAFF, "staff"))
RETAILER_NAMES = ("高橋 涼", "佐藤 美咲", "髙﨑 千尋", "𠮷田 悠", "栁沢 直子", "渡邉 翔")


@dataclass(frozen=True)
class Account:
    """One line of the file of sample accounts."""

    name: str
    email: str
    password: str
    role: str
    organization: str
    totp_secret: str
    totp_uri: str


def create(area: Area, *, path: Path, actor: Actor, at: datetime) -> list[Account]:
    """Make the accounts, each with an enrolled second factor, and write ``path``; all or nothing."""
    codes = OrganizationCode.objects.filter(area=AREA).select_related("organization")
    organizations = {row.code: row.organization for row in codes}
    planned = list(_planned(area))
    accounts = [
        _account(organizations[code].name, code, role, mailbox, name)
        for code, role, mailbox, name in planned
    ]
    with transaction.atomic():
        users = User.objects.bulk_create(_users(accounts))
        memberships = [
            Membership(user=user, organization=organizations[code], role=role)
            for user, (code, role, _, _) in zip(users, planned, strict=True)
        ]
        create_with_history(memberships, actor=actor, at=at)
        _enrol(users, accounts)
        events = (Event("account.created", f"user:{user.pk}") for user in users)
        record_all(events, actor=actor, at=at)
        _write(path, accounts)
    return accounts


def read(path: Path) -> list[Account]:
    """The accounts as the file names them; none where there is no file."""
    if not path.is_file():
        return []
    return [Account(**account) for account in json.loads(path.read_text("utf-8"))["accounts"]]


def _planned(area: Area) -> Iterator[tuple[str, Role, str, str]]:
    """Company code, role, mailbox and name of everybody."""
    for role, mailbox, name in OPERATOR_STAFF:
        yield area.operator.code, role, mailbox, name
    names = iter(RETAILER_NAMES)
    for company in area.retailers:
        for role, mailbox in RETAILER_STAFF:
            yield company.code, role, mailbox, next(names)


def _account(organization: str, code: str, role: Role, mailbox: str, name: str) -> Account:
    email = f"{mailbox}@{code}.example"
    secret = b32encode(secrets.token_bytes(20)).decode()
    groups = ("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(4))
    return Account(
        name=name,
        email=email,
        password="-".join(groups),
        role=str(role),
        organization=organization,
        totp_secret=secret,
        totp_uri=one_time.address(secret, email, ISSUER),
    )


def _users(accounts: Sequence[Account]) -> list[User]:
    """Hashing is slow on purpose and leaves the interpreter's lock: all cores share it."""
    with ThreadPoolExecutor() as pool:
        hashes = pool.map(make_password, [account.password for account in accounts])
        return [
            User(
                email=account.email,
                name=account.name,
                password=password,
                is_staff=account.role in OPERATOR_ROLES,
            )
            for account, password in zip(accounts, hashes, strict=True)
        ]


def _enrol(users: Sequence[User], accounts: Sequence[Account]) -> None:
    """Confirmed addresses and second factors, as a person would have set them up."""
    adapter: Any = get_adapter()
    EmailAddress.objects.bulk_create(
        [EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users]
    )
    Authenticator.objects.bulk_create(
        [
            Authenticator(
                user=user,
                type=Authenticator.Type.TOTP,
                data={"secret": adapter.encrypt(account.totp_secret)},
            )
            for user, account in zip(users, accounts, strict=True)
        ]
    )


def _write(path: Path, accounts: Sequence[Account]) -> None:
    """Never readable by others, not even for a moment, and never half written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    draft.unlink(missing_ok=True)
    content = {"note": NOTE, "accounts": [asdict(account) for account in accounts]}
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file, ensure_ascii=False, indent=2)
    draft.replace(path)
