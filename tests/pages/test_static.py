"""What a browser is given: light, from here alone, and vendored files that are what their manifest says."""

import gzip
import hashlib
import re
from pathlib import Path

from django.contrib.staticfiles import finders

ROOT = Path(__file__).parents[2] / "portal" / "static" / "portal"
VENDOR = ROOT / "vendor"
GIVEN = [
    "portal/portal.css",
    "portal/portal.js",
    "portal/vendor/digital-go-jp-design-tokens/1.1.9/tokens.css",
    "django_htmx/htmx-2.min.js",
]


def found(name: str) -> Path:
    path = finders.find(name)
    assert path, name
    return Path(path)


def test_script_and_style_weigh_less_than_60_kb():
    weight = sum(len(gzip.compress(found(name).read_bytes(), 9)) for name in GIVEN)
    assert weight <= 60_000


def test_vendored_files_are_what_the_manifest_says():
    said = dict(
        reversed(line.split(maxsplit=1))
        for line in (VENDOR / "MANIFEST.sha256").read_text().splitlines()
    )
    here = {
        path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "MANIFEST.sha256"
    }
    assert here == said
    assert any(name.endswith("LICENSE") for name in here)


def test_the_style_sheet_fetches_nothing_and_names_no_primitive_twice():
    css = found("portal/portal.css").read_text()
    assert "url(" not in css
    assert "@import" not in css


def test_the_script_evaluates_and_fetches_nothing():
    js = found("portal/portal.js").read_text()
    assert not re.search(r"\beval\(|new Function|innerHTML|fetch\(|XMLHttpRequest|https?:", js)


def test_every_class_of_a_quality_has_a_shape_in_the_style_sheet():
    css = found("portal/portal.css").read_text()
    for number in (1, 2, 3, 4, 5, 8, 9):
        assert f".heat td.q{number}" in css
        assert f".legend .q{number}" in css
    for step in range(8):
        assert f".h{step} " in css
