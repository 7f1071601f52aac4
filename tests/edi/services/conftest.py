"""Whatever a test had built: every file in the receivers' folders is as the profile says (features H1)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edi.domain.file_names import read
from edi.domain.profile import PROFILE
from edi.messages.validation import faults
from tests.edi.reader import first_member


@pytest.fixture(autouse=True)
def every_file_is_valid(settings) -> Iterator[None]:
    """Against the schema and the table of conditional elements, when the test is over."""
    yield
    for path in Path(settings.EDI_DIR).glob("[0-9]*/*.zip"):
        member, xml = first_member(path.read_bytes())
        assert member == f"{path.stem}.xml"
        assert faults(xml, PROFILE.kind(read(path.name).code)) == [], path.name
