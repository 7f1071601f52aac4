"""Why there is no sample area here: cause and remedy in both languages."""

from datetime import date

from portal.errors import Refused, Text


def not_a_demo() -> Refused:
    """Sample data and accounts are for an installation that says so (decisions 39)."""
    return Refused(
        "E-DEMO-01",
        Text(
            ja="この環境では見本データを作成できません。",
            en="This installation takes no sample data and accounts.",
        ),
        remedy=Text(
            ja="PORTAL_DEMO=1 を設定してください（本番設定では使えません）。",
            en="Set PORTAL_DEMO=1; the production settings never allow it.",
        ),
    )


def other_data() -> Refused:
    """The sample never mixes with anything else."""
    return Refused(
        "E-DEMO-02",
        Text(
            ja="既に他の事業者が登録されているため、見本データを作成しません。",
            en="Organizations are registered here already; the sample area would mix with them.",
        ),
        remedy=Text(ja="空の環境で実行してください。", en="Use an empty installation."),
    )


def no_area(points: int, days: int) -> Refused:
    """Nothing cannot be made."""
    return Refused(
        "E-DEMO-03",
        Text(
            ja=f"機器点 {points} 点・{days} 日分の見本データは作成できません。",
            en=f"There is no sample area of {points} device points and {days} days.",
        ),
        remedy=Text(ja="どちらも1以上にしてください。", en="Give at least one of each."),
    )


def day_not_over(until: date) -> Refused:
    """Readings of the future are not made up."""
    return Refused(
        "E-DEMO-04",
        Text(ja=f"{until} はまだ終わっていません。", en=f"{until} is not over yet."),
        remedy=Text(ja="過去の日を指定してください。", en="Choose a day that is over."),
    )
