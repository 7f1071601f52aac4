"""The code that an authenticator app shows for a secret at an instant. Source: RFC 6238, RFC 4226 section 5.3."""

import hmac
from base64 import b32decode
from datetime import datetime
from urllib.parse import quote, urlencode

PERIOD = 30  # seconds
DIGITS = 6


def code(secret: str, at: datetime) -> str:
    """Six digits, valid for the half minute in which ``at`` lies; ``secret`` is in base32."""
    moving = int(at.timestamp()) // PERIOD
    digest = hmac.digest(b32decode(secret), moving.to_bytes(8, "big"), "sha1")
    place = digest[-1] & 0x0F
    number = int.from_bytes(digest[place : place + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def address(secret: str, email: str, issuer: str) -> str:
    """The ``otpauth:`` address that authenticator apps take from a picture or by hand."""
    query = urlencode({"secret": secret, "issuer": issuer, "digits": DIGITS, "period": PERIOD})
    return f"otpauth://totp/{quote(issuer)}:{quote(email)}?{query}"
