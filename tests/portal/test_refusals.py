"""A refusal that reaches the door becomes a page with its own words, in the reader's language; an accident stays one."""

import pytest
from django.test import RequestFactory
from django.utils import translation

from portal.errors import Conflict, DomainError, Invalid, NotFound, Refused, Text
from portal.middleware import RefusalMiddleware

SENTENCE = Text(ja="できません。", en="It cannot be done.")
REMEDY = Text(ja="こうしてください。", en="Do this.")


def answer(error: Exception):
    door = RefusalMiddleware(lambda request: None)
    return door.process_exception(RequestFactory().get("/"), error)


@pytest.mark.parametrize(
    ("kind", "status"), [(Invalid, 400), (NotFound, 404), (Conflict, 409), (Refused, 422)]
)
def test_each_kind_has_its_status(kind: type[DomainError], status: int):
    assert answer(kind("E-TEST-01", SENTENCE, remedy=REMEDY)).status_code == status


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_says_what_and_what_to_do(language: str):
    with translation.override(language):
        page = answer(Refused("E-TEST-01", SENTENCE, remedy=REMEDY)).content.decode()
    assert SENTENCE.in_language(language) in page
    assert REMEDY.in_language(language) in page
    assert "E-TEST-01" in page


def test_what_may_not_be_known_is_not_told():
    page = answer(
        NotFound("E-TEST-02", Text(ja="機器点 X は他社のものです。", en="X"))
    ).content.decode()
    assert "他社のもの" not in page


def test_an_accident_is_left_to_the_page_of_accidents():
    assert answer(ZeroDivisionError()) is None
