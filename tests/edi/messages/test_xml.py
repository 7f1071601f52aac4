"""Escaping: whatever a name holds, a reader gets it back."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from edi.messages.xml import clean, cut, decimal, element, escape, group

LEGAL = st.characters(
    exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufffe\uffff"
)


@given(st.text())
@example("𠮷野家㈱ & <支店> \"'")
@example("\x00\x0b\ufffe\uffff\U0001f5fe")
@example("髙橋①Ⅳ∑∟⊿纊褜鍈銈")  # CP932's own characters
@example("]]>")
@example("<!-- -->&amp;")
@example("\r\n\t\u2028")
def test_any_text_is_read_back_as_it_was_cleaned(value):
    xml = f"<n>{escape(value)}</n>".encode()
    assert (etree.fromstring(xml).text or "") == clean(value)
    assert b"\n" not in xml
    assert b"\r" not in xml


@given(st.text(LEGAL))
def test_what_xml_can_hold_is_not_touched(value):
    assert clean(value) == value


def test_what_xml_cannot_hold_becomes_a_visible_mark():
    assert clean("田\x00中\x1f") == "田〓中〓"
    assert clean("一行\r\n二行") == "一行 二行"


def test_an_element_without_a_value_is_left_out():
    assert element("JP06119", "") == ""
    assert group("JPM00010", "") == ""
    assert element("JP06122", "0") == "<JP06122>0</JP06122>"


def test_a_number_that_is_too_long_is_never_cut_silently():
    with pytest.raises(ValueError, match="JP06121"):
        element("JP06121", "X" * 17)


def test_a_name_is_cut_by_characters_before_it_is_escaped():
    assert cut("JP06120", "𠮷" * 81) == "𠮷" * 80
    assert element("JP06120", cut("JP06120", "&" * 100)).count("&amp;") == 80


@given(st.integers(0, 999_999))
def test_energy_is_a_plain_decimal_with_one_place(value):
    text = decimal(value)
    whole, point, tenth = text.partition(".")
    assert point == "."
    assert int(whole) * 10 + int(tenth) == value
    assert len(tenth) == 1
    assert text == str(value // 10) + "." + str(value % 10)


def test_more_decimals_are_a_matter_of_the_profile():
    assert decimal(3, 2) == "0.30"
    assert decimal(120) == "12.0"
