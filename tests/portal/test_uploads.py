"""An uploaded CSV is read whatever the office program, judged row by row, and given back as the sender's own file."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import uploads
from portal.errors import Invalid, Text
from portal.uploads import Outcome, Verdict

COLUMNS = {"number": "番号", "name": "名前"}
GOOD = "number,name\nA1,髙橋\nA2,佐藤\n"
REFUSAL = uploads.refusal(
    Invalid("E-X-01", Text(ja="だめです。", en="No."), remedy=Text(ja="直す", en="Mend it.")),
    "name",
)


def read(content, columns=COLUMNS):
    raw = content if isinstance(content, bytes) else content.encode()
    return uploads.read(raw, name="people.csv", columns=columns)


def values(upload):
    return [upload.values(row) for row in upload.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_the_usual_encodings_are_recognised(encoding):
    upload = read(GOOD.encode(encoding))
    assert values(upload) == [{"number": "A1", "name": "髙橋"}, {"number": "A2", "name": "佐藤"}]
    assert upload.encoding == encoding


@pytest.mark.parametrize(
    "content",
    [
        GOOD.encode("utf-16"),
        b"number,name\nA1,\x00\n",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"number,name\nA1,\x81\x20\n",
    ],
)
def test_what_is_no_text_is_refused_whole(content):
    with pytest.raises(Invalid, match="E-UPLOAD-01") as refused:
        read(content)
    assert refused.value.place == "people.csv"


def test_a_byte_order_mark_promises_utf_8():
    with pytest.raises(Invalid, match="E-UPLOAD-01"):
        read(b"\xef\xbb\xbf" + GOOD.encode("cp932"))


def test_columns_may_come_in_any_order_and_by_their_japanese_names():
    assert values(read("名前,番号\n佐藤,A2\n")) == [{"number": "A2", "name": "佐藤"}]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("number", "missing: name"),
        ("", "missing: number, name"),
        ("number,name,extra", "unknown: extra"),
        ("number,name,番号", "twice: number"),
        ("number,name,", 'unknown: ""'),
        ("number;name", "unknown: number;name"),
    ],
)
def test_a_wrong_header_refuses_the_file_and_says_what_is_wrong(header, said):
    with pytest.raises(Invalid, match="E-UPLOAD-03") as refused:
        read(f"{header}\nA1,髙橋\n")
    assert said in refused.value.message.en
    assert "number,name" in refused.value.remedy.ja
    assert refused.value.place == "people.csv, row 1"


def test_broken_quotation_names_the_line():
    with pytest.raises(Invalid, match="E-UPLOAD-02") as refused:
        read('number,name\nA1,"never closed\nA2,x\n')
    assert "line 3" in refused.value.place


def test_rows_are_numbered_as_a_spreadsheet_shows_them():
    upload = read('number,name\n\nA1,"two\nlines"\n , \nA2,佐藤\n')
    assert [row.number for row in upload.rows] == [3, 5]
    assert upload.place(upload.rows[1], "name") == "people.csv, row 5, column name"


def test_a_row_of_another_width_is_a_matter_of_that_row():
    upload = read("number,name\nA1\nA2,佐藤,more\nA3,鈴木\n")
    for row in upload.rows[:2]:
        with pytest.raises(Invalid, match="E-UPLOAD-04"):
            upload.values(row)
    assert upload.values(upload.rows[2]) == {"number": "A3", "name": "鈴木"}


def test_an_empty_file_has_no_header():
    with pytest.raises(Invalid, match="E-UPLOAD-03"):
        read(b"")


def test_verdicts_come_back_in_the_senders_own_file():
    sent = 'name,number\r\n"高橋, 一郎",A1\r\n佐藤,A2\r\n'.encode("cp932")
    upload = read(sent)
    back = uploads.with_verdicts(upload, [Verdict(Outcome.CREATED), REFUSAL])
    rows = list(csv.reader(io.StringIO(back.decode("cp932"), newline="")))
    assert rows[0] == ["name", "number", *uploads.VERDICT_COLUMNS]
    assert rows[1] == ["高橋, 一郎", "A1", "created", "", "", "", "", "", ""]
    assert rows[2] == [
        "佐藤",
        "A2",
        "refused",
        "E-X-01",
        "name",
        "だめです。",
        "直す",
        "No.",
        "Mend it.",
    ]
    assert back.count(b"\r\n") == 3


def test_an_answer_can_be_mended_and_sent_again():
    first = uploads.with_verdicts(read(GOOD), [Verdict(Outcome.CREATED), REFUSAL])
    again = read(first)
    assert values(again) == values(read(GOOD))
    second = uploads.with_verdicts(again, [Verdict(Outcome.UNCHANGED), Verdict(Outcome.CREATED)])
    assert second.decode().splitlines()[0].count("verdict_code") == 1
    assert "E-X-01" not in second.decode()


def test_verdicts_are_counted_by_outcome():
    assert uploads.counted([Verdict(Outcome.CREATED), REFUSAL, REFUSAL]) == {
        Outcome.CREATED: 1,
        Outcome.UPDATED: 0,
        Outcome.UNCHANGED: 0,
        Outcome.REFUSED: 2,
    }


def _answered(content):
    """The rows of a file and of its answer; None where the file is refused."""
    try:
        upload = read(content)
    except Invalid as refused:
        return None if refused.code.startswith("E-UPLOAD-") else pytest.fail(refused.code)
    back = uploads.with_verdicts(upload, [Verdict(Outcome.CREATED)] * len(upload.rows))
    return upload.rows, read(back).rows


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_whatever_bytes_come_the_answer_is_a_verdict_per_row_or_a_refusal(content):
    answered = _answered(b"number,name\n" + content)
    if answered is not None:
        sent, returned = answered
        assert len(sent) == len(returned)
