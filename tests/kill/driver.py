"""Runs management commands and kills its own process, as `kill -9` would, at the n-th step. Not a test itself.

A step is a database statement (before and after it) or something that changes the file system: opening to write,
renaming, linking, removing, making a folder. Steps are counted in the main process only, so the same arguments on the
same folder die at the same place every time. Usage: driver.py STEP -- COMMAND [ARG…] [-- COMMAND …]; STEP 0 never
kills and prints how many steps there were.
"""

import os
import signal
import sys
from datetime import UTC, datetime
from itertools import groupby

FIXED = datetime(2026, 11, 20, 1, 20, tzinfo=UTC)  # 10:20 JST: a correct rerun gives the same bytes
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
FILE_EVENTS = {"os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "shutil.move"}


class Steps:
    """Counts, and kills at the chosen one."""

    def __init__(self, deadly: int) -> None:
        self.deadly = deadly
        self.taken = 0
        self.counting = False

    def step(self) -> None:
        if not self.counting:
            return
        self.taken += 1
        if self.taken == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)

    def on_event(self, event: str, arguments: tuple) -> None:
        if event in FILE_EVENTS or (event == "open" and self._writes(arguments)):
            self.step()

    def _writes(self, arguments: tuple) -> bool:
        path, _, flags = arguments
        return isinstance(flags, int) and bool(flags & WRITES) and isinstance(path, str | os.PathLike)

    def around_statement(self, execute, sql, params, many, context):
        self.step()
        answer = execute(sql, params, many, context)
        self.step()
        return answer


def main() -> None:
    deadly, *words = sys.argv[1:]
    commands = [list(group) for is_break, group in groupby(words, key=lambda word: word == "--") if not is_break]
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from portal.timekeeping import clock

    clock.now = lambda: FIXED
    steps = Steps(int(deadly))
    sys.addaudithook(steps.on_event)
    steps.counting = True
    with connection.execute_wrapper(steps.around_statement):
        for command in commands:
            call_command(*command)
    steps.counting = False
    print(f"steps {steps.taken}")


if __name__ == "__main__":
    main()
