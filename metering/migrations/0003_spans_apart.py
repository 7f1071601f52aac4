"""The database itself refuses overlapping spans (decisions 5): exclusion constraints on PostgreSQL.

SQLite has no such constraint; there the services check inside their IMMEDIATE transaction, which admits one writer at a
time. The constraints are deferrable, so that an import may shift neighbouring spans in any order and is judged by where
they end up.
"""

from django.db import migrations

BY_INSTANT = "tstzrange(starts_at, ends_at)"
BY_DAY = "daterange(starts_on, ends_on)"

# constraint, table, what makes two rows rivals, their span
APART = [
    ("position_apart", "metering_positionreservation", ("premises_id", "position"), BY_INSTANT),
    ("service_apart", "metering_serviceperiod", ("device_point_id",), BY_INSTANT),
    ("supply_contract_apart", "metering_supplycontract", ("supply_point_id",), BY_DAY),
    ("generation_contract_apart", "metering_generationcontract", ("supply_point_id",), BY_DAY),
    ("occupancy_apart", "metering_occupancy", ("supply_point_id",), BY_DAY),
    ("balancing_contract_apart", "metering_balancingcontract", ("premises_id",), BY_DAY),
]


def add(_apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    for name, table, rivals, span in APART:
        elements = ", ".join([*(f"{column} WITH =" for column in rivals), f"{span} WITH &&"])
        schema_editor.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {name} EXCLUDE USING gist ({elements}) DEFERRABLE INITIALLY IMMEDIATE"
        )


def remove(_apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for name, table, _rivals, _span in APART:
        schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


class Migration(migrations.Migration):
    dependencies = [("metering", "0002_number_counter")]
    operations = [migrations.RunPython(add, remove)]
