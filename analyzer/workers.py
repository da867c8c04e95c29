"""Processes that may die: killed, or out of memory, one takes only its own task along."""

import multiprocessing
import signal
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Any, ParamSpec, Protocol, Self, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class Submits(Protocol):
    """The interface of executors: the standard library's, `Workers`, or that of a cluster."""

    def submit(
        self, function: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Future[Result]:
        """Have the function called somewhere else."""


class Workers:
    """A number of processes, each a pool of one behind a thread of its own.

    A ProcessPoolExecutor as a whole is broken by one dead process, and every waiting task is lost with it.
    """

    def __init__(self, jobs: int, preload: str) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([preload])  # the modules are imported once, not once per process
        self._threads = ThreadPoolExecutor(jobs, "worker")
        self._idle: list[ProcessPoolExecutor] = []

    def submit(
        self, function: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Future[Result]:
        """Call the function in a process that has nothing else to do. Its death is a BrokenProcessPool."""
        return self._threads.submit(self._call, function, *args, **kwargs)

    def _call(self, function: Callable[..., Result], /, *args: Any, **kwargs: Any) -> Result:
        try:
            pool = self._idle.pop()
        except IndexError:
            pool = ProcessPoolExecutor(1, self._context, initializer=_quiet)
        try:
            result = pool.submit(function, *args, **kwargs).result()
        except BrokenProcessPool:
            pool.shutdown()
            raise
        except BaseException:
            self._idle.append(pool)
            raise
        self._idle.append(pool)
        return result

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        if kind is not None:
            for process in multiprocessing.active_children():
                process.terminate()
        self._threads.shutdown()
        for pool in self._idle:
            pool.shutdown()


def _quiet() -> None:
    """Ctrl-C reaches every process of the terminal: only the first one answers it, and ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
