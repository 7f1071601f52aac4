"""The parties of the scheme and the roles of the people who act for them. Source: domain.md D2, house.md section 4."""

from enum import StrEnum


class Party(StrEnum):
    """What an organization is in the scheme; one company may be several of these."""

    GRID_OPERATOR = "grid_operator"  # 一般送配電事業者
    RETAILER = "retailer"  # 小売電気事業者, here as 受電点事業者
    AGGREGATOR = "aggregator"  # 特定卸供給事業者・アグリゲーター, here as 利用事業者
    POWER_PRODUCER = "power_producer"  # 発電事業者


class Role(StrEnum):
    """What a person does for the organization of a membership."""

    OPERATOR_ADMIN = "operator_admin"  # masters, parameters, accounts
    INTAKE = "intake"  # 申込受付
    METERING = "metering"  # 計量
    SETTLEMENT = "settlement"  # 精算
    SECURITY = "security"  # セキュリティ
    AUDITOR = "auditor"  # 監査: reads only
    RETAILER_ADMIN = "retailer_admin"
    RETAILER_STAFF = "retailer_staff"
    DELEGATE = "delegate"  # 利用事業者, read only, by delegation of one retailer


OPERATOR_ROLES = frozenset(
    {Role.OPERATOR_ADMIN, Role.INTAKE, Role.METERING, Role.SETTLEMENT, Role.SECURITY, Role.AUDITOR}
)

PARTY_LABELS = {
    Party.GRID_OPERATOR: "一般送配電事業者",
    Party.RETAILER: "小売電気事業者",
    Party.AGGREGATOR: "アグリゲーター",
    Party.POWER_PRODUCER: "発電事業者",
}

ROLE_LABELS = {
    Role.OPERATOR_ADMIN: "管理者",
    Role.INTAKE: "申込受付",
    Role.METERING: "計量",
    Role.SETTLEMENT: "精算",
    Role.SECURITY: "セキュリティ",
    Role.AUDITOR: "監査",
    Role.RETAILER_ADMIN: "事業者管理者",
    Role.RETAILER_STAFF: "事業者担当者",
    Role.DELEGATE: "委任先（閲覧のみ）",
}
