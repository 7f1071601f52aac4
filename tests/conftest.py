"""What every test stands on: its own folders, generated cases in moderate numbers, and no skip without a reason."""

import os
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

REPOSITORY = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("PORTAL_SHARED", REPOSITORY.parent / "shared"))

# PROVE=100000 asks for the long proofs of `scripts/prove`.
hypothesis_settings.register_profile(
    "suite", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.register_profile(
    "prove",
    deadline=None,
    max_examples=int(os.environ.get("PROVE", "1000")),
    suppress_health_check=list(HealthCheck),
)
hypothesis_settings.load_profile("prove" if "PROVE" in os.environ else "suite")


def on_postgresql() -> bool:
    """Whether this run of the suite stands on PostgreSQL."""
    return "postgresql" in django_settings.DATABASES["default"]["ENGINE"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if on_postgresql():
        return
    reason = "needs real parallel connections: runs on PostgreSQL (scripts/test starts one)"
    for item in items:
        if item.get_closest_marker("concurrency"):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, settings) -> Path:
    """Every test has a store, an outbox and an inbox of its own."""
    settings.VAR_DIR = tmp_path
    settings.METER_STORE_URL = str(tmp_path / "store")
    settings.EDI_DIR = tmp_path / "edi"
    settings.INTERNAL_DIR = tmp_path / "internal"
    settings.INBOX_DIR = tmp_path / "inbox"
    settings.DEMO_ACCOUNTS_FILE = tmp_path / "demo-accounts.json"
    return tmp_path


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real and made-up input with expected results; tests that need it are skipped without it."""
    folder = SHARED / "data"
    if not folder.is_dir():
        pytest.skip(f"the shared data folder {folder} is not here (set PORTAL_SHARED)")
    return folder
