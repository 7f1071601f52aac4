"""Why a file is refused whole: it cannot be read, or it is another kind of file. Each names file, row, column and remedy."""

from collections.abc import Sequence

from portal.errors import Invalid, Text


def empty_file(name: str) -> Invalid:
    return Invalid(
        "E-FILE-01",
        Text(ja="ファイルが空です。", en="The file is empty."),
        remedy=Text(
            ja="ヘッダー行とデータ行を含むファイルを送ってください。",
            en="Send a file with a header and rows.",
        ),
        place=place(name, row=1),
    )


def wrong_header(name: str, *, found: Sequence[str], expected: Sequence[str]) -> Invalid:
    missing = [heading for heading in expected if heading not in found]
    others = [heading for heading in found if heading not in expected]
    twice = sorted({heading for heading in found if list(found).count(heading) > 1})
    odd = (missing or others or twice or [""])[0]
    return Invalid(
        "E-FILE-02",
        Text(
            ja=f"ヘッダーが違います（足りない列：{_listed(missing)}、余分な列：{_listed(others)}、重複：{_listed(twice)}）。",
            en=f"The header is wrong (missing: {_listed(missing)}; unknown: {_listed(others)}; "
            f"twice: {_listed(twice)}).",
        ),
        remedy=Text(
            ja=f"列は {','.join(expected)} です。", en=f"The columns are {','.join(expected)}."
        ),
        place=place(name, row=1, column=odd[:40]),
    )


def not_text(name: str, *, row: int, column: str, is_binary: bool) -> Invalid:
    ja = "テキストではないデータがあります" if is_binary else "UTF-8 ではない文字があります"
    en = "The data is not text" if is_binary else "The text is not UTF-8"
    return Invalid(
        "E-FILE-03",
        Text(ja=f"{ja}。", en=f"{en}."),
        remedy=Text(
            ja="UTF-8（CSV UTF-8）で保存した CSV、その gzip、または Parquet を送ってください。",
            en="Send CSV saved as UTF-8, the same gzipped, or Parquet.",
        ),
        place=place(name, row=row, column=column),
    )


def endless_row(name: str, *, row: int) -> Invalid:
    return Invalid(
        "E-FILE-04",
        Text(ja="1行が長すぎます（改行がありません）。", en="A row is too long: it does not end."),
        remedy=Text(
            ja="行の終わりに改行（LF または CRLF）が必要です。", en="Rows end with LF or CRLF."
        ),
        place=place(name, row=row),
    )


def unreadable_gzip(name: str) -> Invalid:
    return Invalid(
        "E-FILE-05",
        Text(
            ja="gzip を展開できません。ファイルが途中で切れているか、壊れています。",
            en="The gzip file is cut off or damaged.",
        ),
        remedy=_SEND_AGAIN,
        place=place(name),
    )


def unreadable_parquet(name: str) -> Invalid:
    return Invalid(
        "E-FILE-06",
        Text(
            ja="Parquet を読み取れません。ファイルが途中で切れているか、壊れています。",
            en="The Parquet file is cut off or damaged.",
        ),
        remedy=_SEND_AGAIN,
        place=place(name),
    )


def wrong_type(name: str, *, column: str, found: str) -> Invalid:
    return Invalid(
        "E-FILE-07",
        Text(ja=f"列の型 {found} は使えません。", en=f"A column of type {found} cannot be used."),
        remedy=Text(
            ja="値は整数の Wh（…_wh）か小数3桁までの文字列・Decimal（…_kwh）、時刻は Datetime[us] です。浮動小数は使えません。",
            en="Values are whole Wh (…_wh), or text or Decimal of at most three decimals (…_kwh); "
            "times are Datetime[us]. Floats are not used.",
        ),
        place=place(name, column=column),
    )


def place(name: str, *, row: int | None = None, column: str = "") -> str:
    """File, row and column as far as they are known."""
    parts = [name, f"row {row}" if row else "", f"column {column}" if column else ""]
    return ", ".join(part for part in parts if part)


def _listed(headings: Sequence[str]) -> str:
    return ", ".join(heading[:40] for heading in headings[:10]) or "-"


_SEND_AGAIN = Text(ja="もう一度送ってください。", en="Send it again.")
