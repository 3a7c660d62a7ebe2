"""Does the same to many things, in turn or in a pool of processes."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from hardener.sweep.task import Task

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

# below this a pool of processes costs more than it saves
_FEW = 64
_AT_ONCE = 16

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class Workers:
    """The processes of one sweep, started when there is enough to do; used in a `with`.

    Parameters:
        task: what all of them work at.
        processes: how many to use; None for as many as there are CPUs for this process.
    """

    def __init__(self, task: Task, processes: int | None) -> None:
        self._task = task
        self._number = processes or len(os.sched_getaffinity(0))
        self._open = ExitStack()
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *exception: object) -> None:
        self._open.close()

    def map(
        self, function: Callable[[_Item, Task], _Result], items: Sequence[_Item]
    ) -> Iterator[_Result]:
        """What `function` makes of each item and the task, in the order of the items."""
        if self._number < 2 or len(items) < _FEW:
            return (function(item, self._task) for item in items)
        # what the first one makes this process import and read, the forked ones have already
        first = function(items[0], self._task)
        if self._pool is None:
            self._pool = self._open.enter_context(_started(self._number, self._task))
        work = partial(_at_work, function)
        return chain([first], self._pool.map(work, items[1:], chunksize=_AT_ONCE))


def _started(number: int, task: Task) -> ProcessPoolExecutor:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # what is there now stays, and needn't be copied for a worker's collector to mark it
    gc.freeze()
    # forked processes inherit the task, which is never sent with the items
    fork = get_context("fork")
    return ProcessPoolExecutor(number, mp_context=fork, initializer=_take, initargs=(task,))


_taken: list[Task] = []


def _take(task: Task) -> None:
    _taken[:] = [task]


def _at_work(function: Callable[[_Item, Task], _Result], item: _Item) -> _Result:
    return function(item, _taken[0])
