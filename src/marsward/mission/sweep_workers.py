"""Who flies the blocks of a sweep: this thread, threads or processes here, or a dask cluster.

Blocks are handed out a few at a time and told as they are done, in whatever order. A worker that
dies takes nothing with it but the block it was flying, which another flies again.
"""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from queue import Empty, SimpleQueue
from types import FrameType
from typing import Any

import xarray as xr

from marsward.core.errors import DataError, InputError, MarswardError
from marsward.mission.sweep_flight import Job, Parcel, fly_job

__all__ = ["cluster_client", "fly_here", "fly_on_cluster"]

Finished = Callable[[Job, xr.Dataset], None]
Work = Iterable[tuple[Parcel, Job]]
_AHEAD = 2
"""Blocks that wait for each worker, so that none is idle."""
_DEATHS = 3
"""How often a block is flown again after its worker has died."""
_PATIENCE = 60.0
"""Seconds that a cluster may be without any worker."""
_ANSWER = "5s"
"""Time that a scheduler has to answer."""
_GLANCE = 5.0
"""Seconds after which workers are counted again, where no block has ended."""


def fly_here(work: Work, finished: Finished, *, workers: int, processes: bool) -> None:
    """Fly blocks on this machine.

    Raises
    ------
    DataError : worker processes die again and again.
    """
    if workers == 1 and not processes:
        for parcel, job in work:
            finished(job, fly_job(parcel, job))
        return
    waiting = iter(work)
    left: list[tuple[Parcel, Job]] = []
    deaths = 0
    while True:
        before = _Count(finished)
        try:
            with _pool(workers, processes) as pool:
                left = _through(pool, left, waiting, before, workers * _AHEAD)
        except _Died as died:
            left = died.left
            deaths = deaths + 1 if not before.count else 1
            if deaths > _DEATHS:
                raise DataError(
                    "the worker processes end as soon as they begin: in a script, call vary under "
                    'if __name__ == "__main__", or leave processes out'
                ) from died
            continue
        return


class _Count:
    """Counts what a pool finishes."""

    def __init__(self, finished: Finished) -> None:
        self.finished, self.count = finished, 0

    def __call__(self, job: Job, block: xr.Dataset) -> None:
        self.finished(job, block)
        self.count += 1


class _Died(Exception):
    """A worker process has died; `left` are the blocks that were out."""

    def __init__(self, left: list[tuple[Parcel, Job]]) -> None:
        super().__init__("a worker process has died")
        self.left = left


def _pool(workers: int, processes: bool) -> Executor:
    if not processes:
        return ThreadPoolExecutor(max_workers=workers)
    spawn = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=spawn, initializer=_quiet_end)


def _quiet_end() -> None:
    """Let a Ctrl-C, which a terminal sends to workers too, end them without a trace."""
    signal.signal(signal.SIGINT, _leave)


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _through(
    pool: Executor,
    left: list[tuple[Parcel, Job]],
    waiting: Iterator[tuple[Parcel, Job]],
    finished: Finished,
    most: int,
) -> list[tuple[Parcel, Job]]:
    """Send every block through a pool, `most` at a time."""
    out: dict[Future[xr.Dataset], tuple[Parcel, Job]] = {}
    again = list(left)
    try:
        while True:
            while len(out) < most:
                pair = again.pop(0) if again else next(waiting, None)
                if pair is None:
                    break
                out[pool.submit(fly_job, *pair)] = pair
            if not out:
                return []
            for future in wait(out, return_when=FIRST_COMPLETED).done:
                block = future.result()
                finished(out.pop(future)[1], block)
    except BrokenProcessPool as error:
        raise _Died([*out.values(), *again]) from error
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise


def cluster_client(scheduler: Any) -> Any:
    """A client of a dask scheduler, from its address or as it stands.

    Raises
    ------
    InputError : dask is not installed, or the address is none.
    DataError : nobody answers there.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise InputError(
            'a scheduler needs dask: pip install "marsward[cluster]", or leave --scheduler out'
        ) from error
    if isinstance(scheduler, Client):
        return scheduler
    if not isinstance(scheduler, str) or "://" not in scheduler:
        raise InputError(
            f"a scheduler is given by its address, such as tcp://10.0.0.5:8786, not {scheduler!r}"
        )
    try:
        return Client(scheduler, timeout=_ANSWER, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise DataError(
            f"no dask scheduler answers at {scheduler}; start one with `dask scheduler` and "
            "workers with `dask worker ADDRESS`"
        ) from error
    except ValueError as error:
        said = " ".join(str(error).split())
        raise InputError(f"{scheduler} is no address of a scheduler: {said}") from error


def fly_on_cluster(work: Work, finished: Finished, client: Any) -> None:
    """Fly blocks on a dask cluster.

    What the blocks of a mission share is sent once and kept by the scheduler, so that it is there
    again for a worker that takes the place of another.

    Raises
    ------
    DataError : no worker is left, or the scheduler has gone.
    """
    cluster = _Cluster(client, finished)
    try:
        cluster.go(work)
    finally:
        cluster.cancel()


class _Cluster:
    """One call of `fly_on_cluster`."""

    def __init__(self, client: Any, finished: Finished) -> None:
        self.client, self.finished = client, finished
        self.parcels: dict[str, Any] = {}
        self.out: dict[Any, tuple[Parcel, Job]] = {}
        self.deaths: dict[str, int] = {}
        self.seen = time.monotonic()
        self.ended: SimpleQueue[Any] = SimpleQueue()

    def go(self, work: Work) -> None:
        """Send every block out and take each back."""
        waiting = iter(work)
        while True:
            most = max(2, self.threads()) * _AHEAD
            while len(self.out) < most:
                pair = next(waiting, None)
                if pair is None:
                    break
                self.send(*pair)
            if not self.out:
                return
            for future in self.some_done():
                self.take(future)

    def threads(self) -> int:
        """Threads of all workers; DataError where there has been no worker for a while."""
        try:
            workers = self.client.scheduler_info(n_workers=-1)["workers"]
        except TypeError:  # of older versions, which tell all workers anyway
            workers = self.client.scheduler_info()["workers"]
        if workers:
            self.seen = time.monotonic()
        elif time.monotonic() - self.seen > _PATIENCE:
            raise DataError(
                f"no worker is left at {self._where()}; blocks that are done are on disk: start "
                "workers and call again"
            )
        if self.client.status != "running":
            raise DataError(
                f"the scheduler at {self._where()} has gone; blocks that are done are on disk: "
                "start it and call again"
            )
        return sum(int(each["nthreads"]) for each in workers.values())

    def send(self, parcel: Parcel, job: Job) -> None:
        """Hand a block out."""
        if parcel.mark not in self.parcels:
            self.parcels[parcel.mark] = self.client.submit(_carried, parcel, pure=False)
        future = self.client.submit(
            fly_job, self.parcels[parcel.mark], job, pure=False, retries=0,
            key=f"marsward-{job.name}-{self.deaths.get(job.name, 0)}-{id(self)}",
        )  # fmt: skip
        self.out[future] = (parcel, job)
        future.add_done_callback(self.ended.put)

    def some_done(self) -> list[Any]:
        """Blocks that have ended, after waiting for one for a while."""
        found = []
        try:
            found.append(self.ended.get(timeout=_GLANCE))
            while True:
                found.append(self.ended.get_nowait())
        except Empty:
            return [each for each in found if each in self.out]

    def take(self, future: Any) -> None:
        """A block that has ended: its numbers, or once more where its worker has died."""
        from distributed import CancelledError, KilledWorker

        parcel, job = self.out.pop(future)
        try:
            block = future.result()
        except (KilledWorker, CancelledError) as error:
            self.deaths[job.name] = self.deaths.get(job.name, 0) + 1
            if self.deaths[job.name] > _DEATHS or self.client.status != "running":
                raise DataError(
                    f"workers at {self._where()} die over block {job.name}, perhaps for want of "
                    "memory; blocks that are done are on disk, and the same call goes on"
                ) from error
            self.parcels.pop(parcel.mark, None)
            self.send(parcel, job)
            return
        except MarswardError:
            raise
        except (ModuleNotFoundError, AttributeError) as error:
            raise DataError(
                f"workers at {self._where()} have no marsward, or another one: {error}"
            ) from error
        future.release()
        self.finished(job, block)

    def cancel(self) -> None:
        """Take back what is still out."""
        if self.client.status == "running":
            self.client.cancel([*self.out, *self.parcels.values()], force=True)
        self.out.clear()
        self.parcels.clear()

    def _where(self) -> str:
        scheduler = getattr(self.client, "scheduler", None)
        return str(getattr(scheduler, "address", "the scheduler's address"))


def _carried(parcel: Parcel) -> Parcel:
    """What a worker is given once, for all its blocks."""
    return parcel
