"""Asking a node: open, send, and wait for the answer no longer than it makes sense to.

A broker can be silent instead of dead, while its sockets stay open. So whoever waits checks, through another broker,
whether the one it asked still is who should answer. What any broker can answer is asked of a second one as soon as the
first takes its time.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from contextlib import suppress
from functools import partial
from random import random
from typing import Any, Generic, TypeVar

import anyio

from kafkaadmin.config import ClientConfig
from kafkaadmin.errors import (
    AuthenticationError,
    ClientClosedError,
    ConnectError,
    ConnectionLostError,
    KafkaAdminError,
    RemoteProtocolError,
    TransportError,
)
from kafkaadmin.events import (
    Announcer,
    BrokerSuspected,
    BrokerUnavailable,
    Rebootstrapped,
    RequestCompleted,
    RequestSent,
)
from kafkaadmin.network import Connection, Exchange, Lane, NoAnswerYet, Pool, WrongClusterError
from kafkaadmin.routing.nodes import SLUGGISH_FOR, Node, Nodes
from kafkaadmin.routing.witnesses import Vouch
from kafkawire import Request, Response

__all__ = ["Asker", "Make", "Moved", "Question"]

R = TypeVar("R", bound=Response)
T = TypeVar("T")

DOWN_AFTER_REFUSAL = 1.0
DOWN_AFTER_TIMEOUT = 5.0
"""Seconds for which a node that took no connection isn't tried, but for one probe a lookup that names it."""

HELD_UP = 0.2
"""Seconds for which a broker has kept a request when questions go past it, on another connection."""

Make = Callable[[Connection], tuple[Request[R], int]]
"""Makes the request and its version for the connection it will go out on."""


class Moved(Exception):
    """The node that was asked is no longer the one who should answer."""


class Question:
    """One attempt at one node: what is known of it when it ends, however it ends."""

    __slots__ = (
        "asked_at",
        "gone",
        "lane",
        "moved",
        "node",
        "node_epoch",
        "passes_by",
        "patience",
        "sent",
        "version",
        "vouch",
    )

    def __init__(
        self,
        node: Node,
        *,
        node_epoch: int | None = None,
        lane: Lane = Lane.SHORT,
        patience: float = 0.0,
        moved: Callable[..., Awaitable[bool]] | None = None,
        gone: Callable[[], Awaitable[bool]] | None = None,
        vouch: Vouch | None = None,
        passes_by: bool = False,
    ) -> None:
        self.node = node
        self.node_epoch = node.epoch if node_epoch is None else node_epoch
        self.lane = lane
        self.patience = patience  # seconds that the broker may rightly take before it answers
        self.moved = moved  # asks others: has it gone elsewhere? `heard`: the node itself was heard again
        self.gone = gone  # the same while its patience lasts: has it gone for good?
        self.vouch = vouch  # whether others must confirm who answers
        self.passes_by = passes_by  # whether it stands behind no request that the broker keeps
        self.asked_at = 0.0
        self.version = -1
        self.sent = False  # at least a byte left, and no answer came


class Asker:
    """The one place where requests leave for nodes and where their failures are told to `Nodes`."""

    def __init__(self, pool: Pool, nodes: Nodes, config: ClientConfig, announce: Announcer) -> None:
        self._pool = pool
        self._nodes = nodes
        self._config = config
        self._announce = announce
        # Three can be asked, and the next begun with, before a check of a silent broker is given up.
        self.hedge_after = min(config.hedge_after, config.suspect_after / 3)

    # ------------------------------------------------------------------ one node

    async def ask(self, question: Question, make: Make[R]) -> R:
        """Connect to the question's node, and exchange what `make` makes for it."""
        connection = await self.connect(question)
        return await self.exchange(question, connection, *make(connection))

    async def connect(self, question: Question) -> Connection:
        """A connection to the question's node. Raises `ConnectError`, `Moved`, `AuthenticationError` and kin."""
        node = question.node
        connection = self._pool.ready(node.id, node.address, question.lane)
        if connection is not None and question.passes_by and self._is_held_up(connection):
            question.lane = Lane.ASIDE
            connection = self._pool.ready(node.id, node.address, question.lane)
        return connection or await self._open_watched(question)

    def _is_held_up(self, connection: Connection) -> bool:
        return anyio.current_time() - connection.held_up_since > HELD_UP

    async def exchange(self, question: Question, connection: Connection, request: Request[R], version: int) -> R:
        """Send one request and wait for its answer.

        Raises `ConnectionLostError`, `Moved`, and what ends the matter: `RemoteProtocolError`, `ClientClosedError`.
        """
        question.version = version
        if question.moved is not None and question.node.epoch != question.node_epoch:
            raise Moved  # it failed after its lookup, while a connection was opened: it may own nothing any more
        if not self._announce:
            return await self._exchange(question, connection, request)
        began = anyio.current_time()
        self._tell_sent(question, request)
        error: BaseException | None = None
        try:
            return await self._exchange(question, connection, request)
        except BaseException as caught:
            error = caught
            raise
        finally:
            self._tell_completed(question, request, began, error)

    async def _exchange(self, question: Question, connection: Connection, request: Request[R]) -> R:
        exchange = await self._send(question, connection, request)
        given_up = True
        try:
            response = await self._believed_answer(question, exchange)
            question.sent = False
            if connection.throttled:
                question.node.quiet_until = connection.quiet_until
        except ConnectionLostError:
            given_up = False  # a broker that resets a connection isn't frozen
            raise
        finally:
            exchange.abandon()  # where the answer is there, that is nothing; else nobody waits for it any more
            unheard = question.sent and connection.heard_at < question.asked_at
            if given_up and unheard and question.moved is not None:
                # Given up before it was silent for long. It may be frozen, and wake up with old truths all the same.
                self._nodes.suspected(question.node)
        return response

    async def _send(self, question: Question, connection: Connection, request: Request[R]) -> Exchange[R]:
        if connection.throttled:
            await connection.sit_out_throttle()
        question.sent = True
        try:
            exchange = await connection.send(request, question.version)
        except TransportError as error:
            question.sent = False
            self._lost(question, error)
            raise
        # Where another task holds the write turn it takes the request along in a moment: the clock runs from now.
        question.asked_at = exchange.sent_at if exchange.sent_at < math.inf else anyio.current_time()
        return exchange

    async def _believed_answer(self, question: Question, exchange: Exchange[R]) -> R:
        """The answer, held back where others must first confirm that it comes from whom it should."""
        vouch = question.vouch
        if vouch is not None and vouch.is_wanted(question.asked_at):
            response, answered_at = await self._answer_beside(vouch.ask, question, exchange)
        else:
            response, answered_at = await self._answer(question, exchange), anyio.current_time()
        self._nodes.ran(question.node, question.asked_at, answered_at)
        if vouch is not None and not await vouch.holds(answered_at):
            raise Moved
        return response

    async def _answer_beside(
        self, ask_others: Callable[[], Coroutine[Any, Any, None]], question: Question, exchange: Exchange[R]
    ) -> tuple[R, float]:
        """The answer and when it came, while others are asked; both are waited for, unless there is no answer."""
        answers: list[tuple[R, float]] = []
        failures: list[KafkaAdminError | Moved] = []
        async with anyio.create_task_group() as group:
            group.start_soon(ask_others)
            try:
                response = await self._answer(question, exchange)
                answers.append((response, anyio.current_time()))
            except (KafkaAdminError, Moved) as error:
                failures.append(error)
                group.cancel_scope.cancel()
        if failures:
            raise failures[0]
        return answers[0]

    async def _answer(self, question: Question, exchange: Exchange[R]) -> R:
        node = question.node
        patience = self._config.retry.initial if node.suspect else self._config.suspect_after
        if question.gone is None:
            patience += question.patience
        try:
            response = await exchange.answer(question.asked_at + patience)
        except NoAnswerYet:
            response = await self._outlast(question, exchange)
        except TransportError as error:
            self._lost(question, error)
            raise
        if not node.suspect:
            return response
        # It was silent: it may have been replaced while it slept, and not know it yet.
        self._nodes.heard(node, anyio.current_time())
        if await self._has_moved(question, heard=True):
            raise Moved
        return response

    async def _outlast(self, question: Question, exchange: Exchange[R]) -> R:
        """Wait on while the node is silent, asking others at growing intervals whether it still is the one."""
        config, connection = self._config, exchange.connection
        expires = question.asked_at + config.request_timeout + question.patience
        pauses = self._pauses(question.node)
        while True:
            now = anyio.current_time()
            if now >= expires:
                raise self._expired(question, exchange)
            quiet_since = max(connection.heard_at, question.asked_at + question.patience)
            suspect_at = quiet_since + config.suspect_after
            if question.gone is not None and now < question.asked_at + question.patience:
                if await self._is_gone(question, connection):
                    raise Moved
                until = anyio.current_time() + config.suspect_after
            elif now < suspect_at and not question.node.suspect:
                until = suspect_at  # it is busy with the requests before ours
            else:
                if now >= suspect_at:
                    self._suspect(question.node, now - quiet_since)
                if await self._has_moved(question):
                    raise Moved
                until = anyio.current_time() + next(pauses)
            try:
                return await exchange.answer(min(until, expires))
            except NoAnswerYet:
                continue
            except TransportError as error:
                self._lost(question, error)
                raise

    def _pauses(self, node: Node) -> Iterator[float]:
        """How long to wait until others are asked about a silent node: until all do who wait for it, or by oneself."""
        pause, longest = self._config.retry.initial, self._config.retry.maximum
        while True:
            now = anyio.current_time()
            next_check = node.next_check(now)
            yield pause if next_check is None else next_check - now
            pause = min(2 * pause, longest)

    async def _has_moved(self, question: Question, *, heard: bool = False) -> bool:
        return question.moved is not None and await self._in_time(partial(question.moved, heard=heard))

    async def _is_gone(self, question: Question, connection: Connection) -> bool:
        """Whether a node that may rightly take its time, and has not been heard for a while, will never answer."""
        quiet_since = max(connection.heard_at, question.asked_at)
        quiet = anyio.current_time() - quiet_since >= self._config.suspect_after
        return quiet and question.gone is not None and await self._in_time(question.gone)

    async def _in_time(self, ask: Callable[[], Awaitable[bool]]) -> bool:
        with anyio.move_on_after(self._config.suspect_after):
            return await ask()
        return False  # nobody could say in time: no reason to give up on it

    def _suspect(self, node: Node, seconds: float) -> None:
        if self._nodes.suspected(node) and self._announce and node.id is not None:
            self._announce(BrokerSuspected(broker_id=node.id, seconds=seconds))

    def _expired(self, question: Question, exchange: Exchange[Any]) -> ConnectionLostError:
        node = question.node
        self._suspect(node, anyio.current_time() - question.asked_at)
        error = ConnectionLostError(f"{node} gave no answer within {self._config.request_timeout:g} s", sent=True)
        exchange.connection.close(error)
        self._lost(question, error)
        return error

    def _lost(self, question: Question, error: TransportError, *, down_until: float | None = None) -> None:
        node = question.node
        if isinstance(error, ConnectionLostError):
            question.sent = error.sent
        known_down = node.down_until > 0.0
        if self._nodes.failed(node, question.node_epoch, str(error), down_until=down_until) and not known_down:
            self._tell_unavailable(node, str(error))
        if isinstance(error, WrongClusterError):
            self.rebootstrap(str(error))

    # ------------------------------------------------------------------ opening

    async def probe(self, node: Node) -> bool:
        """Whether a node that was down takes connections again."""
        with anyio.move_on_after(self._config.hedge_after):
            try:
                await self._open(Question(node))
            except (ConnectError, ConnectionLostError, ClientClosedError):
                return False
            except (AuthenticationError, RemoteProtocolError):
                return True  # it takes connections; whoever asks it next is told what is wrong with them
            return True
        return False

    async def _open(self, question: Question) -> Connection:
        node = question.node
        try:
            connection = await self._pool.connection(node.id, node.address, question.lane)
        except ConnectError as error:
            pause = DOWN_AFTER_TIMEOUT if error.slow else DOWN_AFTER_REFUSAL
            self._lost(question, error, down_until=anyio.current_time() + pause)
            raise
        self._nodes.reached_now(node, anyio.current_time())
        return connection

    async def _open_watched(self, question: Question) -> Connection:
        """Open a connection, unless it takes so long that others say meanwhile: it's somebody else's turn."""
        moved = question.moved
        if moved is None:
            return await self._open(question)
        opened: list[Connection] = []
        failed: list[KafkaAdminError] = []
        async with anyio.create_task_group() as group:

            async def watch() -> None:
                config, pauses = self._config, self._pauses(question.node)
                await anyio.sleep(config.retry.initial if question.node.suspect else config.suspect_after)
                self._suspect(question.node, config.suspect_after)
                while True:
                    if await self._has_moved(question):
                        break
                    await anyio.sleep(next(pauses))
                group.cancel_scope.cancel()

            group.start_soon(watch)
            try:
                opened.append(await self._open(question))
            except KafkaAdminError as error:
                failed.append(error)
            group.cancel_scope.cancel()
        if failed:
            raise failed[0]
        if not opened:
            raise Moved
        return opened[0]

    # ------------------------------------------------------------------ any node

    async def ask_any(self, make: Make[R], *, without: Node | None = None) -> tuple[Node, R]:
        """Ask what any broker can answer: a second one after `hedge_after`, the next at once where one fails.

        The first answer wins. Raises the last failure when nobody answers. `without`: any known broker but this one.
        While some are silent those that failed are asked again: they may be back before the others wake.
        """
        began = self._nodes.tick()
        race: _Race[R] = _Race(lambda: self._nodes.cleared_since(began))
        async with anyio.create_task_group() as group:
            while not race.is_over():
                candidates = self._nodes.candidates(anyio.current_time(), random, without=without)
                node, later = race.next(candidates, self._config.retry.maximum)
                if node is not None:
                    turn = anyio.Event()
                    group.start_soon(self._run, node, make, race, turn)
                    with anyio.move_on_after(self.hedge_after):
                        await turn.wait()
                    if not turn.is_set() and not race.is_over():
                        node.sluggish_until = anyio.current_time() + SLUGGISH_FOR
                elif race.running:
                    await race.wait(until=later)
                else:
                    break
            group.cancel_scope.cancel()
        if race.winner is None:
            raise race.loss()
        node = race.winner[0]
        if node.id is None:
            self._back_to_bootstrap()
        elif self._nodes.cleared_since(began):
            raise ConnectError(f"{node} answered, and is forgotten: beginning anew at the bootstrap addresses")
        return race.winner

    async def ask_each(
        self, nodes: Iterable[Node], make: Make[R], *, enough: Callable[[R], bool] = lambda response: False
    ) -> dict[Node, R]:
        """What each of these nodes says, or those that come before one is `enough`.

        A failure is no answer, and who takes longer than `hedge_after` is not waited for.
        """
        answers: dict[Node, R] = {}

        async def ask(node: Node) -> None:
            if node.id is None:
                self._renew(node)
            with suppress(KafkaAdminError):
                answers[node] = await self.ask(Question(node, passes_by=True), make)
                node.sluggish_until = 0.0
                if enough(answers[node]):
                    group.cancel_scope.cancel()

        with anyio.move_on_after(self.hedge_after):
            async with anyio.create_task_group() as group:
                for node in nodes:
                    group.start_soon(ask, node)
        return answers

    async def _run(self, node: Node, make: Make[R], race: _Race[R], turn: anyio.Event) -> None:
        race.running.add(node)
        if node.id is None:
            self._renew(node)
        try:
            response = await self.ask(Question(node, passes_by=True), make)
        except KafkaAdminError as error:
            race.errors.append(error)
            race.failed_at[node] = anyio.current_time()
        else:
            race.winner = race.winner or (node, response)
        finally:
            race.running.discard(node)
            turn.set()
            race.step()

    def _renew(self, seed: Node) -> None:
        """A bootstrap address that is needed again is resolved anew: its old connection may lead to a frozen broker."""
        old = self._pool.ready(None, seed.address) if len(self._nodes) else None
        if old is not None and anyio.current_time() - old.heard_at > self._config.suspect_after:
            self._pool.close_broker(None, seed.address, "opened anew, where the name leads now")

    def _back_to_bootstrap(self) -> None:
        """A bootstrap address answered: if that is because all known brokers are gone, begin anew."""
        known, now = self._nodes.known(), anyio.current_time()
        if known and all(node.down_until > now for node in known):
            self.rebootstrap("no known broker could be reached")

    def rebootstrap(self, reason: str) -> None:
        """Forget all brokers and routes: the bootstrap addresses are resolved and asked anew."""
        self._nodes.clear(reason)
        self._pool.cluster_id = None
        if self._announce:
            self._announce(Rebootstrapped(reason=reason))

    # ------------------------------------------------------------------ telling

    def _tell_unavailable(self, node: Node, reason: str) -> None:
        if self._announce and node.id is not None:
            self._announce(BrokerUnavailable(broker_id=node.id, reason=reason))

    def _tell_sent(self, question: Question, request: Request[Any]) -> None:
        self._announce(
            RequestSent(broker_id=question.node.id, api=_api_name(request), version=question.version),
        )

    def _tell_completed(
        self, question: Question, request: Request[Any], began: float, error: BaseException | None
    ) -> None:
        told = None if error is None else (str(error) or type(error).__name__)
        seconds = anyio.current_time() - began
        self._announce(
            RequestCompleted(
                broker_id=question.node.id,
                api=_api_name(request),
                version=question.version,
                seconds=seconds,
                error=told,
            )
        )


def _api_name(request: Request[Any]) -> str:
    return type(request).__name__.removesuffix("Request")


class _Race(Generic[R]):
    """Several nodes asked the same thing: who won, who is still running, why the others lost."""

    __slots__ = ("_called_off", "_step", "errors", "failed_at", "running", "winner")

    def __init__(self, called_off: Callable[[], bool]) -> None:
        self.winner: tuple[Node, R] | None = None
        self.running: set[Node] = set()
        self.errors: list[KafkaAdminError] = []
        self.failed_at: dict[Node, float] = {}
        self._called_off = called_off
        self._step = anyio.Event()

    def is_over(self) -> bool:
        hopeless = any(isinstance(error, _HOPELESS) for error in self.errors)
        return self.winner is not None or hopeless or self._called_off()

    def step(self) -> None:
        self._step.set()
        self._step = anyio.Event()

    def next(self, candidates: Iterable[Node], pause: float) -> tuple[Node | None, float]:
        """Whom to ask now: the first who isn't running, and hasn't failed for a pause. And when to look again."""
        now = anyio.current_time()
        again_at = {
            node: self.failed_at.get(node, -math.inf) + pause for node in candidates if node not in self.running
        }
        able = (node for node, at in again_at.items() if at <= now)
        return next(able, None), min(again_at.values(), default=now + pause)

    async def wait(self, *, until: float) -> None:
        """Until it is over, or nobody runs any more, or then."""
        with anyio.CancelScope(deadline=until):
            while self.running and not self.is_over():
                await self._step.wait()

    def loss(self) -> KafkaAdminError:
        """What to say when nobody answered: that which ends the matter, else of whom there is hope, else the last."""
        hopeless = [error for error in self.errors if not isinstance(error, TransportError)]
        lost = [error for error in self.errors if isinstance(error, ConnectionLostError)]
        return (hopeless or lost or self.errors or [ConnectError("no broker is known")])[-1].with_traceback(None)


_HOPELESS = (AuthenticationError, ClientClosedError)
