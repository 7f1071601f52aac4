"""Japanese and English are complete: every marked text has its English, and pages in English hold no Japanese of ours."""

import ast
import gettext
import re
from pathlib import Path

import pytest
from django.urls import reverse

from edi.models import FileState
from edi.views import files
from metering.domain.findings import Code
from metering.domain.points import DeviceKind, FlowDirection, HoldReason, ServicePattern
from metering.domain.quality import Quality
from metering.models import RunState
from metering.views import words
from portal.organizations.roles import Party
from portal.pages import words as portal_words
from tests.factories import make_point_in_service
from tests.pages.conftest import As, Cast
from tests.pages.published import publish
from tests.pages.test_values import FIRST, LAST, shaped

JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]+")
REPOSITORY = Path(__file__).parents[2]
TEMPLATES = REPOSITORY / "templates"
PO = REPOSITORY / "locale/en/LC_MESSAGES/django.po"
MARKED = re.compile(r"""\{%-?\s*(?:translate|trans)\s+(?:"([^"]+)"|'([^']+)')""")


def entries(path: Path) -> dict[str, list[str]]:
    """Texts of a catalogue with their translations."""
    found: dict[str, list[str]] = {}
    key, target = "", ""
    for line in path.read_text().splitlines():
        match = re.match(r"(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?) (\".*\")$", line)
        if match:
            target, text = match[1], ast.literal_eval(match[2])
            if target == "msgid":
                key = text
                found.setdefault(key, [])
            elif target.startswith("msgstr"):
                found[key].append(text)
    found.pop("")
    return found


def test_every_text_has_its_english():
    missing = [text for text, english in entries(PO).items() if not english or not all(english)]
    assert missing == []


def test_no_english_text_is_japanese():
    assert [
        one
        for text, english in entries(PO).items()
        for one in english
        if JAPANESE.search(one) and text != "日本語"
    ] == []


def test_every_text_of_the_templates_is_in_the_catalogue():
    known = entries(PO)
    marked = {
        one or other
        for path in TEMPLATES.rglob("*.html")
        for one, other in MARKED.findall(path.read_text())
    }
    assert sorted(marked - {text.replace("%%", "%") for text in known}) == []


def test_no_japanese_stands_in_a_template_unmarked():
    """What is left after taking out tags, comments and translated blocks is markup."""
    for path in [
        *(TEMPLATES / "metering").glob("*.html"),
        *(TEMPLATES / "edi").glob("*.html"),
        *(TEMPLATES / "portal").glob("*.html"),
    ]:
        text = re.sub(r"\{#.*?#\}", "", path.read_text())
        text = re.sub(
            r"\{% blocktranslate.*?%\}.*?\{% endblocktranslate %\}", "", text, flags=re.DOTALL
        )
        text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", text, flags=re.DOTALL)
        assert JAPANESE.findall(text) == [], path


def test_the_compiled_catalogue_is_up_to_date():
    with PO.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    stale = []
    for text, english in entries(PO).items():
        said = compiled.ngettext(text, text, 2) if len(english) == 2 else None
        alternatives = {
            compiled.gettext(text),
            said,
            compiled.pgettext("unit", text),
            compiled.pgettext("count", text),
        }
        if english[-1] not in alternatives:
            stale.append(text)
    assert stale == [], "run django-admin compilemessages"


@pytest.mark.parametrize(
    ("members", "said"),
    [
        (Quality, words.QUALITY),
        (DeviceKind, words.DEVICE),
        (ServicePattern, words.PATTERN),
        (ServicePattern, words.ENERGY),
        (FlowDirection, words.DIRECTION),
        (HoldReason, words.HOLD),
        (RunState, words.RUN_STATE),
        (RunState, words.RUN_STATE_MARK),
        (Code, words.FINDING),
        (Party, portal_words.PARTY),
        (FileState, files.STATES),
    ],
)
def test_every_member_has_its_word(members, said):
    assert set(said) == set(members)


def test_pages_in_english_hold_no_japanese_of_ours(as_: As, cast: Cast):
    for organization in (cast.operator, cast.a, cast.b):
        organization.name = "Utility"
        organization.save()
    service = make_point_in_service(retailer=cast.a, name="Heater")
    publish({service.device_point: shaped}, FIRST, LAST)
    client = as_("operator")
    client.post("/language/", {"language": "en"})
    addresses = [
        reverse(name)
        for name in (
            "pages:home",
            "pages:help",
            "pages:credits",
            "metering:points",
            "metering:runs",
            "edi:files",
            "edi:files-completeness",
        )
    ]
    addresses += [f"/points/{service.device_point.number}/?day=2026-11-16&view=values"]
    for address in addresses:
        text = (
            client.get(address).content.decode().replace("日本語", "").replace("operatorさん", "")
        )
        assert JAPANESE.findall(text) == [], address
