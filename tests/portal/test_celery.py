"""What the queue promises: only JSON, only known queues, a timetable whose tasks exist, whole messages."""

import pytest
from kombu import Connection

from portal import celery
from portal.celery import BEAT_SCHEDULE, QUEUES, app


@pytest.fixture
def folder(tmp_path):
    """A channel of the embedded broker, in a folder of its own."""
    options = {
        "data_folder_in": str(tmp_path),
        "data_folder_out": str(tmp_path),
        "control_folder": str(tmp_path / "exchanges"),
    }
    with Connection("folder://", transport_options=options) as connection:
        yield connection.default_channel


def test_every_entry_of_the_timetable_names_a_task_that_exists():
    app.loader.import_default_modules()
    named = {entry["task"] for entry in BEAT_SCHEDULE.values()}
    assert named
    assert named <= set(app.tasks)


def test_a_message_of_the_timetable_is_dropped_once_the_next_is_due():
    assert all(entry["options"]["expires"] for entry in BEAT_SCHEDULE.values())


@pytest.mark.parametrize(
    ("task", "queue"),
    [
        ("portal.jobs.tasks.sweep", "interactive"),
        ("portal.journal.tasks.relay_entries", "interactive"),
        ("metering.tasks.take_in_inbox", "bulk"),
        ("edi.tasks.build_due", "bulk"),
    ],
)
def test_every_task_travels_on_a_known_queue(task, queue):
    route = app.amqp.router.route({}, task)
    assert route["queue"].name == queue


def test_an_unknown_queue_is_a_mistake_and_not_a_new_queue():
    assert [queue.name for queue in app.conf.task_queues] == list(QUEUES)
    assert app.conf.task_create_missing_queues is False


def test_messages_are_json_late_acknowledged_one_at_a_time_and_leave_no_result():
    assert app.conf.accept_content == ["json"]
    assert (app.conf.task_serializer, app.conf.result_serializer) == ("json", "json")
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.task_ignore_result
    assert app.conf.worker_prefetch_multiplier == 1


def test_redis_waits_longer_than_the_longest_job(settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1/0"
    broker = celery.configuration()
    assert broker["broker_url"] == "redis://127.0.0.1/0"
    assert broker["broker_transport_options"]["visibility_timeout"] >= 6 * 3600


def test_without_a_broker_address_messages_are_files_under_var(settings, tmp_path):
    settings.CELERY_BROKER_URL = ""
    options = celery.configuration()["broker_transport_options"]
    assert (
        options["data_folder_in"] == options["data_folder_out"] == str(tmp_path / "broker/messages")
    )
    assert options["polling_interval"] <= 0.05


def test_messages_in_a_folder_come_out_in_their_order_and_by_queue(folder):
    for number in range(3):
        folder._put("bulk", {"n": number})
    folder._put("interactive", {"n": 9})
    assert [folder._get("bulk")["n"] for _ in range(3)] == [0, 1, 2]
    assert folder._size("interactive") == 1


def test_a_half_written_message_is_nobodys(folder, tmp_path):
    (tmp_path / "0_x.part").write_text("{")
    assert folder._size("bulk") == 0
    from queue import Empty

    with pytest.raises(Empty):
        folder._get("bulk")


def test_no_draft_stays_behind(folder, tmp_path):
    folder._put("bulk", {})
    assert [path.suffix for path in tmp_path.iterdir() if path.is_file()] == [".msg"]
