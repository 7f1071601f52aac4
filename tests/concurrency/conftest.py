"""Many real connections at once; skipped with a reason where the database cannot have them (tests/conftest.py)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, connections


@contextmanager
def _without_pool() -> Iterator[None]:
    """Threads that connect in here have a connection of their own instead of one of the pool's few."""
    connection.ensure_connection()  # this thread keeps the one that it has
    options = connections.settings["default"]["OPTIONS"]
    pool = options.pop("pool")
    try:
        yield
    finally:
        options["pool"] = pool


@pytest.fixture
def at_once(transactional_db) -> Callable[[int, Callable[[int], Any]], list[Any]]:
    """``at_once(n, work)``: ``work(0)`` to ``work(n - 1)`` in threads that start together, each with a connection of its
    own that is open before the start; what each returned or raised, in order."""

    def run(how_many: int, work: Callable[[int], Any]) -> list[Any]:
        answers: list[Any] = [None] * how_many
        start = Barrier(how_many, timeout=120)

        def one(place: int) -> None:
            try:
                connections["default"].ensure_connection()
                start.wait()
                answers[place] = work(place)
            except Exception as error:  # noqa: BLE001  (the test looks at what each thread met)
                answers[place] = error
            finally:
                connections["default"].close()

        threads = [Thread(target=one, args=(place,)) for place in range(how_many)]
        with _without_pool():
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=300)
        return answers

    return run
