"""`import_registry`: counts and refusals printed, verdicts in the sender's own file, exit codes, never a traceback."""

import csv
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from metering.domain.registry_docs import described
from metering.domain.registry_kinds import Formats
from metering.domain.registry_tables import TABLES
from metering.models import Premises
from tests.conftest import REPOSITORY

pytestmark = pytest.mark.django_db

GOOD = "number,address\nP1,東京都港区芝1\nP2,東京都港区芝2\n"
BAD = "number,address\nP3,よい\n,番号なし\n"


def run(*arguments):
    out, err = StringIO(), StringIO()
    code = 0
    try:
        call_command("import_registry", *map(str, arguments), stdout=out, stderr=err)
    except CommandError as error:
        code = error.returncode
        err.write(str(error))
    return code, out.getvalue(), err.getvalue()


@pytest.fixture
def file(tmp_path):
    def write(content, name="premises.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


def test_a_good_file_is_counted_and_the_same_again_is_unchanged(file):
    path = file(GOOD)
    first = run("premises", path)
    assert first == (0, "premises.csv: 2 created, 0 updated, 0 unchanged, 0 refused\n", "")
    code, out, _ = run("premises", path)
    assert (code, out) == (0, "premises.csv: 0 created, 0 updated, 2 unchanged, 0 refused\n")


def test_a_dry_run_says_that_nothing_was_written(file):
    code, out, _ = run("premises", file(GOOD), "--dry-run")
    assert code == 0
    assert "2 created" in out
    assert "(nothing written)" in out
    assert not Premises.objects.exists()


def test_a_refused_row_names_file_row_column_cause_and_remedy_and_exits_2(file):
    code, out, err = run("premises", file(BAD))
    assert code == 2
    assert "1 refused (nothing written)" in out
    assert "premises.csv, row 3, column number: E-REG-01" in err
    assert "必須の項目が空欄です。" in err
    assert "Fill it in." in err
    assert not Premises.objects.exists()


def test_partly_writes_the_good_rows(file):
    code, out, _ = run("premises", file(BAD), "--partly")
    assert code == 0
    assert "1 created, 0 updated, 0 unchanged, 1 refused\n" in out
    assert Premises.objects.get().number == "P3"


def test_verdicts_come_in_the_senders_order_and_encoding(file, tmp_path):
    out = tmp_path / "answers" / "out.csv"
    run("premises", file(BAD, encoding="cp932"), "--verdicts", out)
    rows = list(csv.reader(StringIO(out.read_bytes().decode("cp932"), newline="")))
    assert [row[2] for row in rows] == ["verdict", "created", "refused"]
    assert rows[1][:2] == ["P3", "よい"]
    assert rows[2][3:6] == ["E-REG-01", "number", "必須の項目が空欄です。"]


def test_several_files_are_one_import_and_get_an_answer_each(file, tmp_path):
    files = [file(GOOD, "a.csv"), file(BAD, "b.csv")]
    code, _, _ = run("premises", *files, "--verdicts", tmp_path / "out")
    assert code == 2
    assert not Premises.objects.exists()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.csv", "b.csv"]
    files[1].write_text("number,address\nP1,あとの住所\n", encoding="utf-8")
    assert run("premises", *files)[0] == 0
    assert Premises.objects.get(number="P1").address == "あとの住所"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"number;address\n", "E-UPLOAD-03"),
        (b"", "E-UPLOAD-03"),
        (b"\x00\x01", "E-UPLOAD-01"),
        (b'number,address\nP1,"x\n', "E-UPLOAD-02"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_whole(file, content, said):
    code, out, err = run("premises", file(content))
    assert (code, out) == (2, "")
    assert said in err
    assert "premises.csv" in err


def test_an_unknown_table_and_a_missing_file_are_said_plainly(file, tmp_path):
    code, _, err = run("houses", file(GOOD))
    assert code == 2
    assert "supply_points" in err
    code, _, err = run("premises", tmp_path / "nowhere.csv")
    assert code == 2
    assert "nowhere.csv" in err
    assert run("premises")[0] == 1


def test_the_page_of_the_documentation_says_what_the_tables_are():
    page = (REPOSITORY / "docs" / "registry.md").read_text(encoding="utf-8")
    assert page == described(), (
        "run: python manage.py import_registry --describe > docs/registry.md"
    )
    out = StringIO()
    call_command("import_registry", "--describe", stdout=out)
    assert out.getvalue() == page


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_every_example_of_the_documentation_is_good(table):
    for column in table.columns:
        if column.example:
            column.kind.read(column.example, Formats(area="03"))
        else:
            assert not column.required, column.name
