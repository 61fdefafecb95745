"""What pages are made from: the ledger for lists, and a worker process for what takes seconds, its answers kept.

An answer is worked out once for each state of the ledger. Where the ledger has changed since, the answer of the state
before is given at once, and the new one worked out meanwhile.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as Late
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import lru_cache
from multiprocessing import get_context
from typing import Any, TypeVar

from outproduce.errors import NothingFound, NotReady, OutproduceError
from outproduce.estimate.world import World
from outproduce.ledger.catalogue import count_claims, ledger_state
from outproduce.ledger.search import ClaimFilter
from outproduce.ledger.store import Ledger
from outproduce.packs import load_pack
from outproduce.web import weighing
from outproduce.web.index import Index
from outproduce.web.rows import CheckAnswer, RaceAnswer, RateAnswer, TargetRow

WAIT_S = 20.0  # how long a reader waits for an answer
KEPT = 400  # answers
COUNTED = 2000  # numbers of claims that fit a filter
Answer = TypeVar("Answer")


def own_process() -> Executor:
    """Make the process in which answers are worked out, one after another."""
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"))


class Weigher:
    """Asks the functions of `weighing` and keeps what they give; safe to use from many threads."""

    def __init__(self, address: str, make: Callable[[], Executor] = own_process, wait_s: float = WAIT_S) -> None:
        self._address, self._make, self._wait_s = address, make, wait_s
        self._executor = make()
        self._worked_out = 0
        self._lock = threading.Lock()
        self._futures: OrderedDict[tuple[Any, ...], tuple[int, Future[Any]]] = OrderedDict()
        self._older: dict[tuple[Any, ...], Future[Any]] = {}

    def ask(self, state: int, function: Callable[..., Answer], *question: Any) -> Answer:
        """Give the answer to a question, of this state of the ledger or, while that is worked out, the one before.

        Raises:
            NotReady: there is none yet, and it takes longer than may be waited.
            OutproduceError: what the function raises.
        """
        future = self.begin(state, function, *question)
        older = self._older.get((function.__name__, *question))
        if not future.done() and older is not None:
            future = older
        try:
            answer: Answer = future.result(self._wait_s)
        except Late:
            raise NotReady("this is still being worked out; ask again in a few seconds") from None
        except BrokenProcessPool:
            self._begin_anew()
            raise NotReady("working this out was interrupted; ask again in a few seconds") from None
        return answer

    def peek(self, function: Callable[..., Answer], *question: Any) -> Answer:
        """Give the last answer that was worked out, without asking for one; errors are those of `ask`."""
        key = (function.__name__, *question)
        with self._lock:
            held = self._futures.get(key)
            future = held[1] if held is not None and held[1].done() else self._older.get(key)
        if future is None:
            raise NotReady("this is still being worked out; ask again in a few seconds")
        answer: Answer = future.result(0)
        return answer

    @property
    def worked_out(self) -> int:
        """How many answers have been worked out so far."""
        return self._worked_out

    def _count(self, _: Future[Any]) -> None:
        with self._lock:
            self._worked_out += 1

    def is_fresh(self, state: int, function: Callable[..., Any], *question: Any) -> bool:
        """Whether the answer of this state of the ledger is there."""
        with self._lock:
            held = self._futures.get((function.__name__, *question))
        return held is not None and held[0] == state and held[1].done()

    def begin(self, state: int, function: Callable[..., Any], *question: Any) -> Future[Any]:
        """Have a question worked out for this state of the ledger, where that was not done yet."""
        key = (function.__name__, *question)
        with self._lock:
            held = self._futures.get(key)
            if held is not None and held[0] == state:
                self._futures.move_to_end(key)
                return held[1]
            if held is not None and held[1].done() and held[1].exception() is None:
                self._older[key] = held[1]
            begun = self._executor.submit(function, self._address, state, *question)
            self._futures[key] = (state, begun)
            while len(self._futures) > KEPT:
                gone, _ = self._futures.popitem(last=False)
                self._older.pop(gone, None)
        if function is not weighing.weigh_check:  # no other page tells of a check
            begun.add_done_callback(self._count)
        return begun

    def _begin_anew(self) -> None:
        with self._lock:
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = self._make()
            self._futures.clear()

    def close(self) -> None:
        """Stop working; what is on its way is not waited for."""
        self._executor.shutdown(wait=False, cancel_futures=True)


class Library:
    """A ledger with all that is worked out from it; close it when done."""

    def __init__(self, address: str, weigher: Weigher | None = None) -> None:
        self.ledger = Ledger.open(address, create=False)
        self.pack = load_pack()
        self.world = World.from_pack(self.pack)
        self._weigher = weigher or Weigher(address)
        self._closed = threading.Event()
        self._counted = lru_cache(COUNTED)(lambda _, wanted: count_claims(self.ledger, wanted))

    @property
    def state(self) -> int:
        """Number of the ledger's last change."""
        return ledger_state(self.ledger)

    @property
    def progress(self) -> int:
        """How many answers have been worked out so far: pages may say more than before when it grows."""
        return self._weigher.worked_out

    def count(self, wanted: ClaimFilter) -> int:
        """Count the claims that fit, once for each state of the ledger."""
        return self._counted(self.state, wanted)

    def index(self) -> Index:
        """Index of the ledger; errors are those of `Weigher.ask`."""
        return self._weigher.ask(self.state, weighing.weigh_index)

    def race(self, a: str, b: str, item: str, as_of: str | None = None) -> RaceAnswer:
        """Who is ahead; errors are those of `compare` and of `Weigher.ask`."""
        return self._weigher.ask(self.state, weighing.weigh_race, a, b, item, as_of)

    def rate(self, actor: str, item: str, as_of: str | None = None) -> RateAnswer:
        """How much one maker makes; errors are those of `estimate_family` and of `Weigher.ask`."""
        return self._weigher.ask(self.state, weighing.weigh_rate, actor, item, as_of)

    def targets(self, item: str) -> list[TargetRow]:
        """What became of the targets for an item, as far as it is worked out by now.

        Raises:
            NotReady: it is not yet.
        """
        return self._weigher.peek(weighing.weigh_targets, item)

    def check(self, sentence: str, said: str | None, by: str | None) -> CheckAnswer:
        """Check a sentence; errors are those of `checking.check` and of `Weigher.ask`."""
        return self._weigher.ask(self.state, weighing.weigh_check, sentence, said, by)

    def races(self) -> list[RaceAnswer]:
        """Give the races offered that are worked out by now, that of the front page first."""
        found = []
        for line in self.index().races:
            with suppress(OutproduceError):
                found.append(self._weigher.peek(weighing.weigh_race, line.a, line.b, line.item, None))
        return found

    def front(self) -> RaceAnswer | None:
        """Give the race of the front page: the first of those offered that can be answered; None where none can.

        Raises:
            NotReady: it is not worked out yet.
        """
        for line in self.index().races:
            with suppress(NothingFound):
                return self.race(line.a, line.b, line.item)
        return None

    def keep_fresh(self, every_s: float = 2.0) -> threading.Thread:
        """Work out what pages will be asked for, now and whenever the ledger changes, one thing after another."""
        thread = threading.Thread(target=self._freshen, args=(every_s,), name="freshen", daemon=True)
        thread.start()
        return thread

    def _freshen(self, every_s: float) -> None:
        done = -1
        while not self._closed.is_set():
            with suppress(OutproduceError):
                state = self.state
                if state != done and self.work_out():
                    done = state
            self._closed.wait(every_s)

    def work_out(self) -> bool:
        """Work out all that pages offer, and wait for it; False where the ledger changed meanwhile."""
        state = self.state
        if not self._settle(state, weighing.weigh_index):
            return False
        index = self.index()
        jobs: list[tuple[Any, ...]] = [(weighing.weigh_race, r.a, r.b, r.item, None) for r in index.races]
        jobs += [(weighing.weigh_targets, item) for item in index.planned_items]
        if index.races:
            first = index.races[0]
            jobs += [(weighing.weigh_race, first.a, first.b, first.item, day) for day in reversed(index.days)]
        return all(self._settle(state, *job) for job in jobs if self.state == state) and self.state == state

    def _settle(self, state: int, function: Callable[..., Any], *question: Any) -> bool:
        """Wait until an answer of this state is there; an error is one too."""
        while not self._closed.is_set() and not self._weigher.is_fresh(state, function, *question):
            self._weigher.begin(state, function, *question)
            self._closed.wait(0.05)
        return self._weigher.is_fresh(state, function, *question)

    def close(self) -> None:
        """Close the ledger and stop what is being worked out."""
        self._closed.set()
        self._weigher.close()
        self.ledger.close()
