"""The tables of ``import_registry``: one place for the command, docs/registry.md (made from it) and the tests."""

from metering.domain import registry_kinds as kinds
from metering.domain import registry_refusals as refusals
from metering.domain.registry_rows import Column, Table

_EXCLUDED = "not covered any more; empty = open"


def _days(label: str = "") -> tuple[Column, Column]:
    return (
        Column("starts_on", f"{label}開始日", kinds.DAY, "2026-10-01", key=True),
        Column("ends_on", f"{label}終了日", kinds.DAY, "", required=False, note=_EXCLUDED),
    )


def _instants(*, key: bool = True) -> tuple[Column, Column]:
    return (
        Column("starts_at", "開始日時", kinds.BOUNDARY, "2026-10-01T00:00", key=key),
        Column("ends_at", "終了日時", kinds.BOUNDARY, "", required=False, note=_EXCLUDED),
    )


_DEVICE_POINT = Column(
    "device_point_number",
    "機器点特定番号",
    kinds.DEVICE_POINT_NUMBER,
    "0390000000000000000016",
    key=True,
)
_SUPPLY_POINT = Column(
    "supply_point_number",
    "供給地点特定番号",
    kinds.SUPPLY_POINT_NUMBER,
    "0300000000000000000001",
    key=True,
)
_PREMISES = Column("premises_number", "需要場所番号", kinds.text(22), "P00000001", key=True)

_ALL = (
    Table(
        "organizations",
        "事業者",
        "A company taking part in the scheme, known by its code in the operator's own area.",
        (
            Column("code", "事業者コード", kinds.ORGANIZATION_CODE, "91233", key=True),
            Column("name", "名称", kinds.text(50), "みなみ野でんき"),
            Column("name_kana", "名称（カナ）", kinds.text(100), "", required=False),
            Column("parties", "種別", kinds.PARTIES, "retailer"),
            Column(
                "other_codes", "他エリアのコード", kinds.CODES_BY_AREA, "01=91231", required=False
            ),
            Column("is_active", "有効", kinds.FLAG, "1"),
        ),
    ),
    Table(
        "reading_dates",
        "検針日",
        "One meter reading date of a reading schedule (検針区分); a schedule begins to exist with its first date.",
        (
            Column("schedule", "検針区分", kinds.text(10), "K01", key=True),
            Column("day", "検針日", kinds.DAY, "2026-10-05", key=True),
        ),
    ),
    Table(
        "premises",
        "需要場所",
        "A place of demand, with at most four device points at a time.",
        (
            Column("number", "需要場所番号", kinds.text(22), "P00000001", key=True),
            Column("address", "供給場所", kinds.text(70), "東京都港区芝1-2-3", required=False),
        ),
    ),
    Table(
        "supply_points",
        "供給地点",
        "A supply point with its receiving-point meter.",
        (
            Column(
                "number",
                "供給地点特定番号",
                kinds.SUPPLY_POINT_NUMBER,
                "0300000000000000000001",
                key=True,
            ),
            Column("premises_number", "需要場所番号", kinds.text(22), "P00000001", fixed=True),
            Column("voltage", "契約電圧", kinds.VOLTAGE, "low"),
            Column("has_next_generation_meter", "次世代スマートメーター", kinds.FLAG, "1"),
            Column("reading_schedule", "検針区分", kinds.text(10), "K01", required=False),
        ),
    ),
    Table(
        "customers",
        "需要者",
        "A customer. Names are personal data.",
        (
            Column("number", "需要家識別番号", kinds.text(21), "C00000001", key=True),
            Column("name", "需要家名称", kinds.text(80), "青葉 一郎"),
            Column(
                "name_kana",
                "需要家名称（カナ）",
                kinds.text(160),
                "アオバ イチロウ",
                required=False,
            ),
        ),
    ),
    Table(
        "supply_contracts",
        "接続供給契約",
        "Who is the retailer of a supply point, from when to when; one at a time.",
        (
            _SUPPLY_POINT,
            Column("retailer_code", "小売電気事業者コード", kinds.ORGANIZATION_CODE, "91233"),
            *_days(),
        ),
        span=("starts_on", "ends_on"),
    ),
    Table(
        "generation_contracts",
        "発電量調整供給契約",
        "Whose generation the reverse flow at a supply point is; one at a time.",
        (
            _SUPPLY_POINT,
            Column(
                "receiving_place_number",
                "受電地点特定番号",
                kinds.SUPPLY_POINT_NUMBER,
                "0300000000000000000002",
            ),
            Column("party_code", "契約者コード", kinds.ORGANIZATION_CODE, "91233"),
            *_days(),
        ),
        span=("starts_on", "ends_on"),
    ),
    Table(
        "occupancies",
        "需要者の期間",
        "Which customer lives or works at a supply point, from when to when; one at a time.",
        (
            _SUPPLY_POINT,
            Column("customer_number", "需要家識別番号", kinds.text(21), "C00000001"),
            *_days(),
        ),
        span=("starts_on", "ends_on"),
    ),
    Table(
        "balancing_contracts",
        "調整力契約",
        "The balancing contract of a premises and its aggregator; one at a time.",
        (
            Column("number", "調整力契約番号", kinds.text(20), "B00000001", key=True),
            _PREMISES,
            Column("aggregator_code", "アグリゲーターコード", kinds.ORGANIZATION_CODE, "95013"),
            *_days(),
        ),
        span=("starts_on", "ends_on"),
    ),
    Table(
        "terminal_models",
        "認証済み無線端末",
        "A certified terminal model and firmware, and how long the certificate is valid.",
        (
            Column("maker", "メーカー", kinds.text(50), "芝電機", key=True),
            Column("model", "型式", kinds.text(50), "IOT-1", key=True),
            Column("firmware", "ファームウェア", kinds.text(30), "1.0", key=True),
            Column("certification_number", "認証番号", kinds.text(30), "", required=False),
            Column("starts_on", "開始日", kinds.DAY, "2026-04-01"),
            Column("ends_on", "終了日", kinds.DAY, "", required=False, note=_EXCLUDED),
        ),
        span=("starts_on", "ends_on"),
    ),
    Table(
        "device_points",
        "機器点",
        "A device behind the meter, under the number that was issued for it.",
        (
            Column(
                "number",
                "機器点特定番号",
                kinds.DEVICE_POINT_NUMBER,
                "0390000000000000000016",
                key=True,
            ),
            Column(
                "supply_point_number",
                "供給地点特定番号",
                kinds.SUPPLY_POINT_NUMBER,
                "0300000000000000000001",
                fixed=True,
            ),
            Column("kind", "機器種別", kinds.DEVICE, "heat_pump"),
            Column("name", "機器名称", kinds.text(50), "給湯機", required=False),
            Column("voltage", "機器点電圧", kinds.VOLTAGE, "low"),
            Column("rated_kw", "定格(kW)", kinds.KILOWATTS, "6.000"),
            Column(
                "control_number",
                "管理番号",
                kinds.text(16),
                "",
                required=False,
                fixed=True,
                note="empty = issued, later kept",
            ),
        ),
    ),
    Table(
        "service_periods",
        "利用期間",
        "A device point in service under one pattern and retailer. It takes one of the four places of its premises.",
        (
            _DEVICE_POINT,
            Column("pattern", "パターン", kinds.PATTERN, "2"),
            Column("directions", "計測方向", kinds.DIRECTIONS, "0"),
            *_instants(),
            Column(
                "meter_id",
                "開始時の特例計量器ID",
                kinds.METER_ID,
                "0123456789AB01",
                required=False,
                note="empty = not checked",
            ),
            Column("retailer_code", "受電点事業者コード", kinds.ORGANIZATION_CODE, "91233"),
            Column(
                "balancing_contract_number",
                "調整力契約番号",
                kinds.text(20),
                "",
                required=False,
                note="pattern 1 only",
            ),
            Column(
                "position",
                "機器番号",
                kinds.PLACE,
                "",
                required=False,
                note="empty = a free place, later kept",
            ),
        ),
        span=("starts_at", "ends_at"),
    ),
    Table(
        "exempt_meters",
        "特例計量器",
        "An exempt meter at a device point; one at a time, and in one place at a time.",
        (
            Column("meter_id", "特例計量器ID", kinds.METER_ID, "0123456789AB01", key=True),
            _DEVICE_POINT,
            Column("maker", "メーカー", kinds.text(50), "芝電機", required=False),
            Column("model", "型式", kinds.text(50), "HP-1", required=False),
            Column("accuracy_class", "公差階級", kinds.ACCURACY_CLASS, "n3", required=False),
            Column("installed_at", "設置日時", kinds.INSTANT, "2026-09-30T10:00", key=True),
            Column(
                "removed_at", "撤去日時", kinds.INSTANT, "", required=False, note="empty = there"
            ),
        ),
        span=("installed_at", "removed_at"),
    ),
    Table(
        "terminals",
        "無線端末",
        "The terminal of a device point. Its authentication password is never stored, only when it was set.",
        (
            Column("terminal_id", "無線端末ID", kinds.TERMINAL_ID, "0123456789ABCDEF", key=True),
            Column(
                "device_point_number",
                "機器点特定番号",
                kinds.DEVICE_POINT_NUMBER,
                "0390000000000000000016",
                fixed=True,
            ),
            Column("maker", "メーカー", kinds.text(50), "芝電機"),
            Column("model", "型式", kinds.text(50), "IOT-1"),
            Column("firmware", "ファームウェア", kinds.text(30), "1.0"),
            Column(
                "password_set_at",
                "認証パスワード設定日時",
                kinds.INSTANT,
                "2026-09-30T10:00",
                required=False,
            ),
        ),
    ),
    Table(
        "holds",
        "保留",
        "A span in which nothing is measured or provided.",
        (
            _DEVICE_POINT,
            Column("reason", "理由", kinds.HOLD_REASON, "suspension", key=True),
            Column("cause", "根拠", kinds.text(60), "", required=False, key=True),
            *_instants(),
        ),
        span=("starts_at", "ends_at"),
    ),
    Table(
        "provision_rights",
        "提供の根拠",
        "The right to provide the energy of a device point to a recipient.",
        (
            _DEVICE_POINT,
            Column("recipient_code", "受領者コード", kinds.ORGANIZATION_CODE, "91233", key=True),
            Column("purpose", "利用目的", kinds.text(60), "機器点電力量の提供", key=True),
            *_instants(),
        ),
        span=("starts_at", "ends_at"),
    ),
)

TABLES = {table.name: table for table in _ALL}


def table_named(name: str) -> Table:
    """The table with this name."""
    if name not in TABLES:
        raise refusals.unknown_table(name, " ".join(TABLES))
    return TABLES[name]
