"""Runs a call: keys alternate between lookup (who must answer?) and fulfilment (ask it), until each is settled.

Keys that settle are kept; only the others are tried again, those of each broker by themselves, so that one slow or dead
broker holds up nobody else's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, TypeVar

import anyio
from anyio.lowlevel import checkpoint

from kafkaadmin.errors import (
    BrokerError,
    ClientClosedError,
    ConnectError,
    ConnectionLostError,
    KafkaAdminError,
    LocalProtocolError,
    OperationTimeoutError,
    OutcomeUnknownError,
    RemoteProtocolError,
    TransportError,
    UnsupportedVersionError,
    broker_error,
)
from kafkaadmin.events import Announcer, RetryScheduled
from kafkaadmin.models.results import BatchResult, KeyOutcome
from kafkaadmin.network import Connection, Lane
from kafkaadmin.routing.asking import Asker, Moved, Question
from kafkaadmin.routing.destinations import Controller, Destination
from kafkaadmin.routing.directory import Directory
from kafkaadmin.routing.nodes import Node
from kafkaadmin.routing.operation import Attempt, Deadline, Done, Errored, Failed, Operation, Outcome, Repeat, Verified
from kafkaadmin.routing.progress import Tally
from kafkaadmin.routing.resources import resource_of
from kafkaadmin.routing.retry import IN_DOUBT, LOADING, Action, Backoff, action_for
from kafkaadmin.routing.router import Router
from kafkaadmin.routing.table import Route
from kafkawire import Response, WireError, collector_held_off

__all__ = ["Call", "Driver"]

K = TypeVar("K")
V = TypeVar("V")
R = TypeVar("R", bound=Response)

BULK_FROM = 100
"""Keys for one broker from which on a request goes over the lane for bulk scans."""

REQUESTS_AT_ONCE = 16
"""How many requests of one call are under way to one broker."""

LOADING_PATIENCE = 10.0
"""Seconds of COORDINATOR_LOAD_IN_PROGRESS after which the coordinator is looked up afresh, once."""

NEW_FOR = 10.0
"""Seconds after an owner was found, for the first time or anew, for which requests are made with `owner_is_new`.

Not in the second half of a call's time: what such a request waits for may never come.
"""

FORWARDED_ANEW_AFTER = 1.0
FORWARDED_ANEW_SOONEST = 0.1
"""Seconds after which an answer of the controller's may be that to a repetition: a KRaft broker passes a request on
again when it has lost the controller that it passed it on to, and tells nobody. Seen on Kafka 4.4.0: where that was
shut down, calls that met a repetition took 0.4 to 0.75 s. The sooner is for keys only that were seen `not_so`."""

POISON = 8
"""A request that killed so many fresh connections, one after the other, isn't sent again.

So many, with their pauses, take two seconds: a request that is slow to be answered isn't taken for poison when somebody
resets the connections to a broker several times a second.
"""

Left = list[tuple[float, list[K]]]
"""Keys to be tried again, by the pause in seconds to make before."""


class Driver:
    """Runs operations."""

    def __init__(
        self, directory: Directory, asker: Asker, backoff: Backoff, announce: Announcer, request_timeout: float
    ) -> None:
        self.directory = directory
        self.asker = asker
        self.backoff = backoff
        self.announce = announce
        self.request_timeout = request_timeout

    async def run(
        self, operation: Operation[K, R, V], keys: Iterable[K], deadline: Deadline, tally: Tally | None = None
    ) -> BatchResult[K, V]:
        """Settle every key by the deadline. A key's failure is its own; only a closed client fails the call."""
        wanted = list(dict.fromkeys(keys))
        if not wanted:
            return BatchResult({}, {})
        call = self.call(operation, wanted[0], deadline, tally)
        with anyio.CancelScope(deadline=deadline.at):
            await call.pursue(wanted)
        call.close_window(wanted, True)
        return BatchResult(call.done, call.failed)

    def call(self, operation: Operation[K, R, V], key: K, deadline: Deadline, tally: Tally | None) -> Call[K, R, V]:
        """A call to be pursued, over keys of which this is one."""
        return Call(self, operation, type(operation.to(key)), deadline, tally)


@dataclass(slots=True)
class _Trouble:
    """What a key has been through."""

    attempts: int = 0
    error: KafkaAdminError | None = None
    maybe_applied: bool = False
    in_doubt: bool = False
    fresh_kills: int = 0
    loading_since: float | None = None


@dataclass(slots=True)
class _Batch(Generic[K]):
    """Keys that one broker owns, and the routes that say so, the newest of which was installed at `newest`."""

    node: Node
    node_epoch: int
    keys: list[K] = field(default_factory=list[K])
    routes: dict[Destination, Route[Destination]] = field(default_factory=dict[Destination, "Route[Destination]"])
    newest: float = float("-inf")


class Call(Generic[K, R, V]):
    """One call under way."""

    def __init__(
        self, driver: Driver, operation: Operation[K, R, V], kind: type, deadline: Deadline, tally: Tally | None
    ) -> None:
        self.driver = driver
        self.tally = tally
        self.told = (0, 0)
        self.operation = operation
        self.kind = kind
        self.router = driver.directory.router(kind)
        self.deadline = deadline
        self.closed: ClientClosedError | None = None
        self.turn: anyio.Lock | None = None
        self.done: dict[K, V] = {}
        self.failed: dict[K, KafkaAdminError] = {}
        self.trouble: dict[K, _Trouble] = {}

    # ------------------------------------------------------------------ the loop

    async def pursue(self, keys: list[K], pause: float = 0.0) -> None:
        """Try until all of these keys are settled."""
        while keys:
            if pause:
                await anyio.sleep(pause)
            batches, left = await self._plan(keys)
            if len(batches) == 1 and not left:
                left = await self._attempt(batches.pop())
            if not batches and len(left) == 1:
                pause, keys = left[0]
                continue
            await _all_of([partial(self._pursue_batch, batch) for batch in batches]
                          + [partial(self.pursue, later, wait) for wait, later in left])  # fmt: skip
            return

    async def _pursue_batch(self, batch: _Batch[K]) -> None:
        await self._pursue_left(await self._attempt(batch))

    async def _pursue_left(self, left: Left[K]) -> None:
        await _all_of([partial(self.pursue, keys, pause) for pause, keys in left])

    async def _plan(self, keys: list[K]) -> tuple[list[_Batch[K]], Left[K]]:
        """Find out who must answer for each key: a batch for each broker, and keys for which nobody knows yet."""
        to = self.operation.to
        keys_to: dict[Destination, list[K]] = {}
        for key in keys:
            keys_to.setdefault(to(key), []).append(key)
        directory = self.driver.directory
        try:
            found, errors = await directory.resolve(self.kind, list(keys_to))
        except KafkaAdminError as error:
            return [], await self._after_failure(keys, False, error)
        for destination, final in errors.items():
            for key in keys_to[destination]:
                await self._nobody_to_ask(key, final)
        batches: dict[Node, _Batch[K]] = {}
        for route in found.routes:
            batch = batches.get(route.node)
            if batch is None:
                batch = batches[route.node] = _Batch(route.node, route.node_epoch)
            batch.keys += keys_to[route.key]
            batch.routes[route.key] = route
            batch.newest = max(batch.newest, route.since)
        return list(batches.values()), self._waiting(found.waiting, keys_to)

    async def _nobody_to_ask(self, key: K, error: KafkaAdminError) -> None:
        """There is nobody who could answer for a key. It may have been asked for before, and the answer lost."""
        repeat, trouble = self.operation.repeat, self.trouble.get(key)
        if trouble is None or not trouble.maybe_applied:
            self._fail(key, error)
        elif isinstance(repeat, Verified):
            await self._verify(repeat, key, error, otherwise=error)
        elif isinstance(error, ConnectError):
            told = f"{self.operation.label(key)}: sent, and not answered; last: {error}"
            self._fail(key, ConnectionLostError(told, sent=True))
        else:
            self._fail(key, error)

    def _waiting(self, waiting: Mapping[Destination, float], keys_to: Mapping[Destination, list[K]]) -> Left[K]:
        if not waiting:
            return []
        keys: list[K] = []
        for destination in waiting:
            error = self.driver.directory.why_waiting(self.kind, destination)
            for key in keys_to[destination]:
                self._trouble(key).error = error
            keys += keys_to[destination]
        return self._schedule(keys, max(0.0, max(waiting.values()) - anyio.current_time()))

    # ------------------------------------------------------------------ one broker

    async def _attempt(self, batch: _Batch[K]) -> Left[K]:
        """Ask one broker for all its keys, in as many requests as its version needs."""
        operation = self.operation
        question = self._question(batch, batch.keys)
        try:
            connection = await self.driver.asker.connect(question)
            version = self._version(connection)
        except (KafkaAdminError, Moved) as error:
            return await self._after_failure(batch.keys, question.sent, error)
        size = operation.keys_per_request(version)
        if len(batch.keys) <= size:
            return await self._exchange(batch, batch.keys, question, connection, version)
        await self._attempt_in_chunks(batch, size, connection, version)
        return []

    def _version(self, connection: Connection) -> int:
        operation = self.operation
        try:
            return connection.version_for(operation.api, at_least=operation.at_least, at_most=operation.at_most)
        except UnsupportedVersionError as error:
            needed = f" for {operation.needs}" if operation.needs else ""
            raise UnsupportedVersionError(f"{operation.name}: {error}{needed}") from None

    async def _attempt_in_chunks(self, batch: _Batch[K], size: int, connection: Connection, version: int) -> None:
        chunks = iter([batch.keys[start : start + size] for start in range(0, len(batch.keys), size)])

        async def work() -> None:
            left: Left[K] = []
            for chunk in chunks:
                question = self._question(batch, chunk)
                left += await self._exchange(batch, chunk, question, connection, version)
            await self._pursue_left(left)

        await _all_of([work] * min(REQUESTS_AT_ONCE, -(-len(batch.keys) // size)))

    def _question(self, batch: _Batch[K], keys: Sequence[K]) -> Question:
        directory, route = self.driver.directory, batch.routes[self.operation.to(keys[0])]
        lane, patience, gone = self.operation.lane, 0.0, None
        if lane is Lane.WAITING:
            patience = self._broker_timeout_ms(anyio.current_time()) / 1000
            gone = directory.watch_its_wait(self.kind, route)
        elif lane is Lane.SHORT and len(keys) >= BULK_FROM:
            lane = Lane.BULK
        moved = directory.watch(self.kind, route)
        # What can't be sent again is believed: to doubt its answer would leave nothing.
        vouch = None if self.operation.repeat is Repeat.NEVER else directory.vouch(self.kind, route)
        return Question(
            batch.node,
            node_epoch=batch.node_epoch,
            lane=lane,
            patience=patience,
            moved=moved,
            gone=gone,
            vouch=vouch,
        )

    def _broker_timeout_ms(self, now: float) -> int:
        return min(self.deadline.timeout_ms(now), int(self.driver.request_timeout * 1000))

    async def _exchange(
        self, batch: _Batch[K], keys: list[K], question: Question, connection: Connection, version: int
    ) -> Left[K]:
        left = await self._ask(batch, keys, question, connection, version)
        if self.tally is not None:
            self._tell(self.tally)
        return left

    async def _ask(
        self, batch: _Batch[K], keys: list[K], question: Question, connection: Connection, version: int
    ) -> Left[K]:
        if len(keys) >= BULK_FROM:
            await self._take_turn()
        now = anyio.current_time()
        owner_is_new = now - batch.newest < NEW_FOR and self.deadline.at - now > self.deadline.seconds / 2
        attempt = Attempt(version, self._broker_timeout_ms(now), batch.node.broker, owner_is_new, self._doubtful(keys))
        try:
            request = self.operation.request(keys, attempt)
            response = await self.driver.asker.exchange(question, connection, request, version)
        except WireError as error:
            told = LocalProtocolError(f"{self.operation.name}: {error}")
            return await self._after_failure(keys, question.sent, told)
        except (KafkaAdminError, Moved) as error:
            return await self._after_failure(keys, question.sent, error)
        finally:
            if question.sent:  # lost, or cancelled before the answer
                for key in keys:
                    self._unanswered(self._trouble(key), question)
        if self.kind is Controller:
            self._doubt_if_forwarded_anew(keys, anyio.current_time() - question.asked_at)
        return await self._read(batch, keys, response, attempt)

    def _doubt_if_forwarded_anew(self, keys: list[K], seconds: float) -> None:
        """Whether an "already so" that took so long may speak of this very request."""
        if seconds <= FORWARDED_ANEW_SOONEST:
            return
        repeat = self.operation.repeat
        not_so = repeat.not_so if isinstance(repeat, Verified) else ()
        for key in keys:
            if seconds > FORWARDED_ANEW_AFTER or key in not_so:
                self._trouble(key).in_doubt = True

    def _doubtful(self, keys: list[K]) -> Collection[K]:
        """Those of the keys that an earlier request may have been applied for."""
        troubles = self.trouble
        if not troubles:
            return ()
        return {key for key in keys if key in troubles and (troubles[key].maybe_applied or troubles[key].in_doubt)}

    async def _take_turn(self) -> None:
        """Large requests are made one in a turn of the event loop: it isn't held up by all of them at once."""
        if self.turn is None:
            self.turn = anyio.Lock()
        async with self.turn:
            await checkpoint()

    def _unanswered(self, trouble: _Trouble, question: Question) -> None:
        trouble.maybe_applied = True
        if trouble.error is None:
            waited = anyio.current_time() - question.asked_at
            trouble.error = TransportError(f"{question.node} had not answered for {waited:.1f} s")

    # ------------------------------------------------------------------ answers

    async def _read(self, batch: _Batch[K], keys: list[K], response: R, attempt: Attempt) -> Left[K]:
        """Sort an answer's keys into settled ones and ones to try again; one that it leaves out has failed."""
        if len(keys) < BULK_FROM:
            errored, left_out = self._sort(keys, response, attempt)
        else:
            with collector_held_off():
                errored, left_out = self._sort(keys, response, attempt)
        if self.router is not None and self.router.table.troubled:
            self._confirm(self.router, batch, keys, {key for key, _ in errored})
        for key in left_out:
            told = f"{self.operation.label(key)}: {batch.node} left it out of its answer"
            await self._make_out(key, RemoteProtocolError(told))
        if not errored:
            return []
        again: dict[bool, list[K]] = {False: [], True: []}
        for key, error in errored:
            held = await self._settle(batch, key, error)
            if held is not None:
                again[held].append(key)
        return self._schedule(again[False], 0.0) + self._schedule(again[True], self._pause(again[True]))

    def _sort(self, keys: list[K], response: R, attempt: Attempt) -> tuple[list[tuple[K, Errored]], Iterable[K]]:
        """Settle what an answer settles, and return the keys that it answers with a code, and those it leaves out."""
        asked = dict.fromkeys(keys)
        errored: list[tuple[K, Errored]] = []
        done, missing = self.done, object()
        outcome: Outcome[V]
        for key, outcome in self.operation.outcomes(keys, response, attempt):
            if asked.pop(key, missing) is missing:
                continue  # not asked for, or said twice
            if isinstance(outcome, Done):
                done[key] = outcome.value
            elif isinstance(outcome, Failed):
                self._fail(key, outcome.error)
            else:
                errored.append((key, outcome))
        return errored, asked

    def _confirm(self, router: Router[Any], batch: _Batch[K], keys: list[K], errored: Collection[K]) -> None:
        """The owner of these keys answered for them: their routes' back-off starts anew."""
        for key in keys:
            if key not in errored:
                router.table.confirm(batch.routes[self.operation.to(key)])

    async def _settle(self, batch: _Batch[K], key: K, outcome: Errored) -> bool | None:
        """What becomes of a key that was answered with a code: settled (`None`), or again, after a pause or not."""
        operation = self.operation
        error = broker_error(
            outcome.code,
            outcome.message,
            context=operation.label(key),
            throttle_time=outcome.throttle_time,
            api=operation.api.api_key,
            resource=resource_of(outcome.code, operation.noun, key, operation.to(key)),
        )
        action = action_for(outcome.code, self.kind, operation.retry_on, operation.final)
        if action is Action.FINAL:
            await self._conclude(key, error)
            return None
        trouble = self._trouble(key)
        trouble.error = error
        trouble.attempts += 1
        trouble.in_doubt |= outcome.code in IN_DOUBT.get(self.kind, ())
        if action is Action.LOST:
            return self._lost(key, trouble, error)
        if action is Action.REBOOTSTRAP:
            self.driver.asker.rebootstrap(str(error))
        elif action is not Action.HOLD:
            self._invalidate(batch, key, error, later=action is Action.MOVED_LATER)
            return False
        elif outcome.code == LOADING and self._loaded_too_long(trouble):
            self._invalidate(batch, key, error, later=False)
        return True

    def _invalidate(self, batch: _Batch[K], key: K, error: BrokerError, *, later: bool) -> None:
        if self.router is not None:
            route = batch.routes[self.operation.to(key)]
            self.router.table.invalidate(route, error, anyio.current_time(), later=later)

    def _lost(self, key: K, trouble: _Trouble, error: KafkaAdminError) -> bool | None:
        trouble.maybe_applied = True
        if self.operation.repeat is Repeat.NEVER:
            self._fail(key, self._unknown(key, error))
            return None
        return True

    def _loaded_too_long(self, trouble: _Trouble) -> bool:
        now = anyio.current_time()
        if trouble.loading_since is None:
            trouble.loading_since = now
        if now - trouble.loading_since < LOADING_PATIENCE:
            return False
        trouble.loading_since = float("inf")  # once
        return True

    async def _conclude(self, key: K, error: BrokerError) -> None:
        """A final error: believed, unless an earlier attempt that may have been applied is what it speaks of."""
        repeat = self.operation.repeat
        trouble = self.trouble.get(key)
        doubtful = trouble is not None and (trouble.maybe_applied or trouble.in_doubt)
        if not (isinstance(repeat, Verified) and doubtful and error.code in repeat.already):
            self._fail(key, error)
            return
        await self._verify(repeat, key, error, otherwise=error)

    async def _make_out(self, key: K, error: RemoteProtocolError) -> None:
        """There is an answer, and it doesn't tell: what became of a write is read from the cluster, or not known."""
        repeat = self.operation.repeat
        if repeat is Repeat.SAFE:
            self._fail(key, error)
        elif isinstance(repeat, Verified):
            await self._verify(repeat, key, error, otherwise=self._unknown(key, error))
        else:
            self._fail(key, self._unknown(key, error))

    async def _verify(
        self, repeat: Verified[K, V], key: K, error: KafkaAdminError, *, otherwise: KafkaAdminError
    ) -> None:
        """Read whether the write was done; where it wasn't, that is `otherwise`."""
        try:
            value = await repeat.verify(key, self.deadline)
        except KafkaAdminError as unread:
            unknown = self._unknown(key, error)
            unknown.__cause__ = unread
            self._fail(key, unknown)
            return
        if value is None:
            self._fail(key, otherwise)
        else:
            self.done[key] = value

    # ------------------------------------------------------------------ failures

    async def _after_failure(self, keys: list[K], sent: bool, error: KafkaAdminError | Moved) -> Left[K]:
        """No answer came: which keys are tried again, and when."""
        if isinstance(error, Moved):
            error = ConnectError("the broker asked was replaced, as others say")
        if isinstance(error, ConnectError):
            # Where a lookup comes next, it keeps the pause: it probes a broker that it finds down.
            return self._again(keys, sent, error, pause=self.router is None)
        if isinstance(error, ConnectionLostError):
            return self._again(keys, sent, error, pause=True, fresh=error.fresh)
        for key in keys:
            if sent and isinstance(error, RemoteProtocolError):
                await self._make_out(key, error)
            else:
                self._fail(key, error)
        return []

    def _again(self, keys: list[K], sent: bool, error: KafkaAdminError, *, pause: bool, fresh: bool = False) -> Left[K]:
        again: list[K] = []
        for key in keys:
            trouble = self._trouble(key)
            trouble.error = error
            trouble.attempts += 1
            trouble.fresh_kills = trouble.fresh_kills + 1 if fresh else 0
            if sent and self.operation.repeat is Repeat.NEVER:
                self._fail(key, self._unknown(key, error))
            elif trouble.fresh_kills >= POISON:
                self._fail(key, error)
            else:
                again.append(key)
        # The first loss of a connection is free, as is the first stale route.
        attempts = max((self.trouble[key].attempts for key in again), default=0)
        return self._schedule(again, self.driver.backoff.pause(attempts - 1) if pause and attempts > 1 else 0.0)

    def _unknown(self, key: K, error: KafkaAdminError) -> OutcomeUnknownError:
        return OutcomeUnknownError(f"{self.operation.label(key)}: may have been applied; last: {error}")

    def _fail(self, key: K, error: KafkaAdminError) -> None:
        if isinstance(error, ClientClosedError):
            self.closed = error
        self.failed[key] = error

    def _trouble(self, key: K) -> _Trouble:
        return self.trouble.setdefault(key, _Trouble())

    def _pause(self, keys: Sequence[K]) -> float:
        return self.driver.backoff.pause(max((self.trouble[key].attempts for key in keys), default=1))

    def _schedule(self, keys: list[K], pause: float) -> Left[K]:
        if not keys:
            return []
        if self.driver.announce:
            reason = str(self.trouble[keys[0]].error)
            self.driver.announce(
                RetryScheduled(operation=self.operation.name, keys=len(keys), delay=pause, reason=reason)
            )
        return [(pause, keys)]

    def close_window(self, wanted: list[K], is_last: bool) -> list[K]:
        """Whatever of these isn't settled has run out of time, or else is left for later: then it is given back.

        Raises `ClientClosedError`.
        """
        if self.closed is not None:
            raise self.closed
        unsettled: list[K] = []
        if len(self.done) + len(self.failed) < len(wanted):
            unsettled = [key for key in wanted if key not in self.done and key not in self.failed]
        if is_last:
            self.failed.update((key, self._timeout(key)) for key in unsettled)
            unsettled = []
        if self.tally is not None:
            self._tell(self.tally)
        return unsettled

    def taken(self) -> list[tuple[K, KeyOutcome[V]]]:
        """What is settled, which then is the caller's: it isn't kept here."""
        settled = [(key, KeyOutcome(value)) for key, value in self.done.items()]
        settled += [(key, KeyOutcome[V](None, error)) for key, error in self.failed.items()]
        self.done, self.failed, self.told = {}, {}, (0, 0)
        return settled

    def _tell(self, tally: Tally) -> None:
        (done, failed), self.told = self.told, (len(self.done), tally.failures(self.failed))
        tally.add(self.told[0] - done, self.told[1] - failed)

    def _timeout(self, key: K) -> OperationTimeoutError:
        trouble = self.trouble.get(key) or _Trouble()
        last = trouble.error
        message = f"{self.operation.label(key)}: not settled within {self.deadline.seconds:g} s"
        return OperationTimeoutError(
            f"{message}; last: {last}" if last else message, sent=trouble.maybe_applied, last_error=last
        )


async def _all_of(works: Sequence[Callable[[], Coroutine[Any, Any, None]]]) -> None:
    """Do these at the same time; alone, without a task of its own."""
    if len(works) == 1:
        await works[0]()
        return
    async with anyio.create_task_group() as group:
        for work in works:
            group.start_soon(work)
