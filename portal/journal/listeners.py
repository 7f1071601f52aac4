"""Which task wakes on which verb, by name; the apps above fill this in their ``ready()``. No import upward."""

from collections import defaultdict

_listeners: dict[str, list[str]] = defaultdict(list)


def listen(verb: str, task: str) -> None:
    """Wake the Celery task named ``task`` with ``entry_id`` whenever ``verb`` was recorded. Saying it twice is once.

    The task may come late, twice or, when a listener is added later, never: it must find its work by a query.
    """
    if task not in _listeners[verb]:
        _listeners[verb].append(task)


def tasks_for(verb: str) -> tuple[str, ...]:
    """The names of the tasks that wake on ``verb``."""
    return tuple(_listeners.get(verb, ()))
