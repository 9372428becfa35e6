"""Hands chunks to workers, and gives their results back in order."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from multiprocessing import get_context, parent_process, resource_tracker
from typing import TYPE_CHECKING

from crawler.ends.interruption import STOPPING
from crawler.reextract.worker import Task, Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

    from crawler.reextract.chunks import Chunk
    from crawler.reextract.worker import Result

    Work = Callable[[Iterable[Chunk]], Iterator[Result]]

# Chunks handed out ahead of the result that is waited for, for each worker
AHEAD = 3


def cores() -> int:
    """Those that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def workers(task: Task, jobs: int) -> Iterator[Work]:
    """What does chunks one after the other: in ``jobs`` processes, or in this one.

    Whatever ``jobs`` is, results come in the order of the chunks; no more than a few
    are held.

    Raises:
        DatabaseUnreachable: from the work itself.
    """
    if jobs == 1:
        with closing(Worker(task)) as worker:
            yield lambda chunks: map(worker.do, chunks)
        return
    # which lets signals through again when it is started, so before any is blocked
    resource_tracker.ensure_running()
    pool = ProcessPoolExecutor(
        jobs, mp_context=get_context("spawn"), initializer=_begin, initargs=(task,)
    )
    try:
        yield lambda chunks: _in_order(pool, chunks, jobs * AHEAD)
    finally:
        pool.shutdown(cancel_futures=True)


def _in_order(
    pool: ProcessPoolExecutor, chunks: Iterable[Chunk], ahead: int
) -> Iterator[Result]:
    under_way: deque[Future[Result]] = deque()
    for chunk in chunks:
        under_way.append(_submitted(pool, chunk))
        if len(under_way) > ahead:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()


def _submitted(pool: ProcessPoolExecutor, chunk: Chunk) -> Future[Result]:
    """The first one starts the processes, which inherit what is blocked: a signal to
    all of them, as a terminal sends it, would end each in the middle of its imports."""
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        return pool.submit(_do, chunk)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


class Own:
    """What a worker's process keeps from one chunk to the next."""

    task: Task
    worker: Worker | None = None


def _begin(task: Task) -> None:
    Own.task = task
    # whoever started us is told too, and ends us
    for number in STOPPING:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A pool's processes would wait for ever for a parent that was killed."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _do(chunk: Chunk) -> Result:
    # not in the initializer, whose errors a pool does not tell
    if Own.worker is None:
        Own.worker = Worker(Own.task)
    return Own.worker.do(chunk)
