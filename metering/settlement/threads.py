"""Two threads for work that comes in pieces: frames let go of the interpreter while they calculate."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

WORKERS = 2
_AHEAD = 3  # pieces that are worked on before their turn

T = TypeVar("T")
R = TypeVar("R")


def in_turn(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """``work`` of every item in order, on two threads, a few items ahead of the reader."""
    with ThreadPoolExecutor(WORKERS) as pool:
        ahead: deque[Future[R]] = deque()
        for item in items:
            ahead.append(pool.submit(work, item))
            if len(ahead) >= _AHEAD:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
