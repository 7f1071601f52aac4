"""Several builders at once, with real connections: one revision each, nothing lost, nothing twice."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from edi.models import Considered, OutboundMessage
from edi.services import half_hours
from portal.journal.models import Entry
from tests.edi.conftest import ACTOR, AT, DAY, limit_points_per_split, points
from tests.edi.publishing import publish
from tests.factories import make_retailer

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
BUILDERS = 6


def build_at_once(code):
    start = Barrier(BUILDERS)

    def build(_):
        try:
            start.wait()
            return half_hours.build(code=code, day=DAY, actor=ACTOR, at=AT)
        finally:
            connection.close()

    with ThreadPoolExecutor(BUILDERS) as builders:
        return list(builders.map(build, range(BUILDERS)))


@pytest.mark.parametrize("code", ["1110", "1120"])
def test_many_builders_at_once_issue_every_file_once(retailer, monkeypatch, on_disk, code):
    limit_points_per_split(monkeypatch, 2)
    made = points(5, retailer) + points(3, make_retailer())
    publish([p.number for p in made], DAY)
    for revision, value in enumerate([3, 4]):
        publish([p.number for p in made], DAY, values=lambda n, d, s, v=value: v, at=AT)
        built = build_at_once(code)
        rows = OutboundMessage.objects.filter(revision=revision)
        per_message = 5 * (48 if code == "1110" else 1)
        assert sum(one.files for one in built) == rows.count() == per_message
        assert Counter(rows.values_list("receiver_code", "name")).most_common(1)[0][1] == 1
    assert OutboundMessage.objects.count() == 2 * per_message
    assert set(on_disk()) == {
        f"{row.receiver_code}/{row.name}" for row in OutboundMessage.objects.all()
    }
    assert Entry.objects.filter(verb="message.published").count() == 4
    assert Considered.objects.count() == 1
