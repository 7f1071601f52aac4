"""The few kinds of anticipated errors. Each names place, cause and remedy in Japanese and English; no Django here.

Doorways turn them into pages, API answers, row verdicts or exit codes; nobody else catches them.
"""

from typing import NamedTuple


class Text(NamedTuple):
    """One sentence in both languages of the portal."""

    ja: str
    en: str

    def in_language(self, language: str) -> str:
        """The sentence in ``language`` ("ja" unless it starts with "en")."""
        return self.en if language.startswith("en") else self.ja


class DomainError(Exception):
    """An anticipated refusal.

    ``code`` is stable and machine readable ("E-READ-03"), ``message`` says what could not be done and why,
    ``remedy`` what to do about it, ``place`` where ("readings.csv, row 12, column read_at").
    """

    def __init__(
        self, code: str, message: Text, remedy: Text | None = None, place: str = ""
    ) -> None:
        super().__init__(
            f"{code}: {place + ': ' if place else ''}{message.en}{' ' + remedy.en if remedy else ''}"
        )
        self.code = code
        self.message = message
        self.remedy = remedy
        self.place = place


class Invalid(DomainError):
    """The input itself is wrong: a field, a row, a file."""


class Refused(DomainError):
    """The input is well-formed, but a rule of the field says no."""


class Conflict(DomainError):
    """Somebody else was faster, or the state does not allow the step."""


class NotFound(DomainError):
    """There is no such thing, or the actor may not know of it: the answer is the same."""
