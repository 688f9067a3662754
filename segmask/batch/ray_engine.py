"""Tasks on a Ray cluster: actors with one worker each, results streamed back row by row.

An actor keeps a child process as its worker, the same as one of this machine: a picture that kills its process or takes
too long is a row then, where Ray alone would start it again for ever. Pictures never pass through Ray's object store:
workers read and write them where they lie, so all nodes must reach inputs and output by the same paths or URLs.
"""

from __future__ import annotations

import itertools
import os
import pickle
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from segmask.batch.crew import ProcessCrew
from segmask.batch.picture import Done, PictureJob, Row, Setup, lost_row
from segmask.batch.plan import Plan
from segmask.batch.schedule import Answer, Loss, Schedule, Stop
from segmask.batch.task import Task
from segmask.core.errors import MissingLibraryError, SegmaskError
from segmask.core.system import usable_cores

if TYPE_CHECKING:
    from segmask.batch.engines import Workers

MOST_ROWS = 16
"""Rows of a block: what is done again when a node is lost, and how late the journal hears of a row."""
BLOCKS_A_WORKER = 4
"""At least so many blocks for each worker, so that none waits long for the last one."""
LOCAL_STORE = 256 << 20
"""Bytes of object store where no cluster is given: it holds names and rows only."""
Work = tuple[Task, Row | None]


class PictureActor:
    """A worker of the cluster: the models are loaded once, in a process of its own.

    >>> PictureActor.__name__
    'PictureActor'
    """

    def __init__(self, setup: Setup, threads: int, timeout: float | None) -> None:
        self._crew = ProcessCrew(partial(PictureJob, setup), 1, threads)
        self._timeout = timeout

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Rows for the tasks in ``work``; an error that is the same for every task comes back as it is."""
        works = [pickle.loads(bytes(work)) for work in batch["work"]]
        try:
            done = [_done(answer) for answer in Schedule(self._crew, works, timeout=self._timeout).run()]
        except SegmaskError as error:
            return {"done": [pickle.dumps(error)]}
        return {"done": [pickle.dumps(one) for one in done]}

    def __del__(self) -> None:
        crew = getattr(self, "_crew", None)
        if crew is not None:
            crew.close()


def ray_answers(
    work: Iterable[Work | None], plan: Plan, setup: Setup, workers: Workers, stop: Stop
) -> Iterator[Answer[Any]]:
    """Do the work on the cluster of ``RAY_ADDRESS``, or on one that is started here; answers as they come.

    Raises MissingLibraryError where Ray is missing, and what a worker's models raise.
    """
    ray = require_ray()
    size = _rows_a_block(plan.count, workers.count)
    with _cluster(ray):
        blocks = _blocks(ray, work, size)
        made = ray.data.from_arrow_refs(blocks).map_batches(
            PictureActor,
            batch_size=None,
            batch_format="numpy",
            compute=_pool(ray, workers.count, len(blocks)),
            fn_constructor_args=(setup, workers.threads, workers.timeout),
            num_cpus=workers.threads,
            num_gpus=1 if setup.options.device == "cuda" else 0,
        )
        for batch in made.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
            for one in map(pickle.loads, batch["done"].to_pylist()):
                if isinstance(one, SegmaskError):
                    raise one
                yield Answer(None, one)
            if stop.level:
                return


def require_ray() -> Any:
    """Ray, with its statistics turned off. Raises MissingLibraryError."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # nothing leaves the machine
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise MissingLibraryError("engine ray needs Ray: run pip install 'segmask[ray]'") from error
    return ray


@contextmanager
def _cluster(ray: Any) -> Iterator[None]:
    """A connection to the cluster; one that was there before stays."""
    started = not ray.is_initialized()
    if started:
        common = {"logging_level": "ERROR", "log_to_driver": False}
        if os.environ.get("RAY_ADDRESS"):
            ray.init(address=os.environ["RAY_ADDRESS"], **common)
        else:
            own = {"num_cpus": max(2, usable_cores()), "object_store_memory": LOCAL_STORE}
            ray.init(include_dashboard=False, **own, **common)
    ray.data.DataContext.get_current().enable_progress_bars = False
    try:
        yield
    finally:
        if started:
            ray.shutdown()


def _rows_a_block(count: int, workers: int | None) -> int:
    """How many tasks go together.

    >>> _rows_a_block(50, 2), _rows_a_block(10**6, 100)
    (6, 16)
    """
    return max(1, min(MOST_ROWS, count // ((workers or 1) * BLOCKS_A_WORKER)))


def _blocks(ray: Any, work: Iterable[Work | None], size: int) -> list[Any]:
    """The tasks in Ray's object store: about 300 bytes each."""
    import pyarrow

    pickled = (pickle.dumps(one) for one in work)
    chunks = iter(lambda: list(itertools.islice(pickled, size)), [])
    return [ray.put(pyarrow.table({"work": pyarrow.array(chunk, pyarrow.binary())})) for chunk in chunks]


def _pool(ray: Any, count: int | None, blocks: int) -> Any:
    """A fixed number of actors, or as many as the cluster grows to."""
    if count is not None:
        return ray.data.ActorPoolStrategy(size=count)
    return ray.data.ActorPoolStrategy(min_size=1, max_size=max(1, blocks))


def _done(answer: Answer[Work]) -> Done:
    return Done(lost_row(answer.work[0], answer.value), False) if isinstance(answer.value, Loss) else answer.value
