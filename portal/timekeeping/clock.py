"""The wall clock. The only module that reads it: doorways (views, tasks, commands) ask here and hand ``at`` down.

One function on purpose: a sandbox instance with a movable clock (decisions 40) replaces this one and nothing else.
"""

from datetime import UTC, datetime


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)
