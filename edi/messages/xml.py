"""Compact XML, element by element: escaping, length limits, the declaration.

The document is one line after the declaration, without byte order mark, namespace, comment or empty element (edi.md
section 3): readers have failed on each of these.

Text is joined in plain Python. Measured on 240,000 records: joining strings 0.05 s, Polars string expressions 0.13 s,
lxml's streaming writer 5.4 s, all with the same bytes.
"""

import re

from edi.domain.profile import ELEMENTS

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\r\n'

# What XML 1.0 cannot hold at all (its production Char), written as 〓, as printers do with a missing character.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MISSING = "〓"
_BREAKS = re.compile("[\t\n\r\u0085\u2028\u2029]+")  # the document is one line
_MARKUP = re.compile("[&<>]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def clean(value: str) -> str:
    """``value`` as a reader will get it: one line, legal characters only; everything else as it is, 𠮷 and ㈱ too."""
    return _ILLEGAL.sub(_MISSING, _BREAKS.sub(" ", value))


def escape(value: str) -> str:
    """``value`` cleaned and ready to stand between two tags."""
    return _MARKUP.sub(lambda found: _ENTITIES[found[0]], clean(value))


def element(code: str, value: str) -> str:
    """One data element; empty where there is no value, since elements without a value are left out.

    A value longer than the profile allows is a programming error: names are cut with :func:`cut` before.
    """
    if not value:
        return ""
    if len(value) > ELEMENTS[code].characters:
        raise ValueError(f"{code}: {value!r} is longer than {ELEMENTS[code].characters} characters")
    return f"<{code}>{escape(value)}</{code}>"


def cut(code: str, value: str) -> str:
    """A name cut to the characters that ``code`` may have."""
    return clean(value)[: ELEMENTS[code].characters]


def group(name: str, content: str) -> str:
    """A group container; left out when there is nothing in it."""
    return f"<{name}>{content}</{name}>" if content else ""


def decimal(hundred_wh: int, decimals: int = 1) -> str:
    """Energy in 0.1 kWh as plain decimal kWh: 3 → ``0.3``, 120 → ``12.0``; no exponent, no thousands separators."""
    return f"{hundred_wh // 10}.{hundred_wh % 10}{'0' * (decimals - 1)}"
