from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("metering", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="NumberCounter",
            fields=[
                ("series", models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="系列")),
                ("last", models.BigIntegerField(default=0, verbose_name="最後に発番した番号")),
            ],
            options={"verbose_name": "発番", "verbose_name_plural": "発番"},
        ),
    ]
