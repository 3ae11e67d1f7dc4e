"""Plays a cell of the matrix on FakeCluster, and tells what came of it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

import anyio

from kafkaadmin import (
    AdminClient,
    AuthenticationError,
    BrokerError,
    BrokerId,
    ConnectError,
    ConnectionLostError,
    CoordinatorType,
    Event,
    KafkaAdminError,
    OutcomeUnknownError,
    PartialFailureError,
    RemoteProtocolError,
    RequestCompleted,
    RetryPolicy,
)
from kafkaadmin.testing import FakeCluster, FaultHandle, Phase
from kafkaadmin.testing import Fault as Injected
from kafkawire import ApiKey
from kafkawire.messages import ApiVersionsRequest
from tests.support.eventually import eventually
from tests.support.matrix.calls import To
from tests.support.matrix.cells import Cell
from tests.support.matrix.expected import Outcome, expected
from tests.support.matrix.faults import At, Code, Fault, Impossible, Moment, Strike, Way
from tests.support.matrix.security import SESSION, doors
from tests.support.writes import Play, ambiguous, set_stage, tell

__all__ = ["TRIES", "Patience", "Playing", "Seen", "run", "wrong"]

FAILOVER = 0.05

IDLE = 0.015
"""Longer than the moment after a byte within which a connection isn't looked at before it is used."""

ARRIVAL = 0.004
"""What a broker does between lookup and use reaches the client in this time: it is told to in the client's own."""

REFUSED = 42
"""INVALID_REQUEST, final for every call: what the call that only warms up is answered with."""

TRIES = 30
"""A cell is played again when the lookup happened to be asked of the broker to be struck, or hedged there, and when a
struck request that any broker can answer was hedged."""

_TOLD = ("ACL", "SCRAM", "TOKEN", "VOTER", "DELETE_TOPICS", "REASSIGN", "TXN")
"""What is in the names of APIs that need more on the stage, or to be told what there is."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of a cell: the outcome, the error if there was one, and whether a write was done, as the cluster shows.

    `struck`: whether the fault met what it was meant for.
    """

    outcome: Outcome | str
    error: Exception | None = None
    done: bool | None = None
    struck: bool = True


async def wrong(cell: Cell, play: Callable[[Cell], Awaitable[Seen]] | None = None) -> str | None:
    """Play a cell, and say what came otherwise than expected."""
    seen, rule = await (play or run)(cell), expected(cell)
    told = f" ({seen.error!r})" if seen.error is not None else ""
    if not seen.struck:
        return f"{cell}: the fault never struck"
    if seen.outcome is not rule.outcome:
        came = seen.outcome.name if isinstance(seen.outcome, Outcome) else seen.outcome
        return f"{cell}: {came}{told} instead of {rule.outcome.name}: {rule.why}"
    succeeded = rule.outcome in {Outcome.DONE, Outcome.AMBIGUOUS}
    if seen.done is not None and seen.done is not (succeeded or cast("Strike", cell.strike).applied):
        return f"{cell}: {rule.outcome.name}, but {'' if seen.done else 'not '}done{told}"
    return None


async def run(cell: Cell) -> Seen:
    """Play one cell, in clusters and with clients of its own, until its fault strikes."""
    seen = Seen("never played", struck=False)
    for _ in range(TRIES):
        # Under KRaft each lookup names another broker as the controller.
        door = doors().get(cell.moment)
        with FakeCluster(
            brokers=3,
            failover=FAILOVER,
            zookeeper=cell.call.to is To.CONTROLLER,
            listener=None if door is None else door.listener,
        ) as cluster:
            set_stage(cluster)
            api = cell.call.api
            told = any(part in api.name for part in _TOLD)
            playing = Playing(cell, await tell(cluster, api) if told else Play(cluster), patience_for(cell))
            seen = await playing.seen()
        if seen.struck:
            break
    return seen


@dataclass(frozen=True, slots=True)
class Patience:
    """How soon the client loses it, in seconds."""

    suspect_after: float
    request_timeout: float


_SILENT = frozenset({Fault.STALL, Fault.HALF_REQUEST, Fault.HALF_ANSWER, Fault.LOST})
"""Faults of which nothing comes back: the client has to lose its patience, and the cell takes that long."""
_LITTLE = Patience(suspect_after=0.3, request_timeout=1.5)
_MUCH = Patience(suspect_after=1.5, request_timeout=10.0)
"""Where every fault is told at once, so that a busy machine's pauses are no faults."""


def patience_for(cell: Cell) -> Patience:
    return _LITTLE if cell.fault in _SILENT else _MUCH


class Playing:
    """A cell being played, where the stage is set for it."""

    def __init__(self, cell: Cell, play: Play, patience: Patience) -> None:
        strike = cell.strike
        if isinstance(strike, Impossible):
            raise ValueError(f"{cell}: {strike.reason}")
        self.cell, self.call, self.strike, self.play, self.patience = cell, cell.call, strike, play, patience
        self.cluster = play.cluster
        self.owner = cell.call.owner(play.cluster)
        self.handle: FaultHandle | None = None
        self.struck = False
        self.after_lookup = False

    async def seen(self) -> Seen:
        """Set the scene for the moment, call, and look what came of it."""
        door = doors().get(self.cell.moment)
        async with AdminClient(
            self.cluster.bootstrap_servers,
            security=None if door is None else door.security,
            timeout=15,
            request_timeout=self.patience.request_timeout,
            connect_timeout=self.patience.request_timeout,
            suspect_after=self.patience.suspect_after,
            retry=RetryPolicy(initial=0.01, maximum=0.05),
            observers=[self.hear] if self.cell.moment in _AFTER_LOOKUP else [],
        ) as admin:
            await _PREPARATIONS[self.cell.moment](self, admin)
            api = self._struck_api()
            before = len(self.cluster.seen(api))
            outcome, error = await self.outcome(admin)
            hedged = outcome is Outcome.DONE and len(self.cluster.seen(api)) > before + 1
            nobody_knows = outcome in {Outcome.GONE, Outcome.LOST}
            likely = self.strike.applied or outcome in {Outcome.DONE, Outcome.AMBIGUOUS}
            done = None if nobody_knows else await self.done(admin, likely=likely)
        struck = self.handle.hits > 0 if self.handle is not None else self.struck
        return Seen(outcome, error, done, struck=struck and not (hedged and self._is_spared_by_a_hedge()))

    def _is_spared_by_a_hedge(self) -> bool:
        """Whether a second broker, asked because a busy one took its time, may answer what the first spoils."""
        cell = self.cell
        any_broker = cell.moment is Moment.LOOKUP or cell.call.to in {To.ANY, To.LOOKUP}
        return any_broker and expected(cell).outcome is not Outcome.DONE

    # Before the call

    async def idle(self, admin: AdminClient) -> None:
        """All is known and connected; then it is struck, and lies idle."""
        await self.warm(admin)
        self.do_strike()
        await anyio.sleep(IDLE)

    async def asked(self, admin: AdminClient) -> None:
        """All is known and connected, and the next request of the call's is struck."""
        await self.warm(admin)
        self.do_strike()

    async def opening(self, admin: AdminClient) -> None:
        """The brokers are known, and the one to be struck isn't connected."""
        await self.enter(admin)
        if self.call.to in {To.ANY, To.LOOKUP, To.ONE}:
            self.do_strike()
        else:
            self.after_lookup = True

    async def session_ending(self, admin: AdminClient) -> None:
        """All is known and connected; but the sessions are over, as far as the client goes."""
        await self.warm(admin)
        self.do_strike()
        await anyio.sleep(SESSION)

    async def lookup(self, admin: AdminClient) -> None:
        """Who answers isn't known. Where any broker does, the cluster isn't entered yet: that is the lookup then."""
        if self.call.to is not To.ANY:
            await self.enter(admin)
        self.do_strike()

    async def between(self, admin: AdminClient) -> None:
        """All is connected, and who answers must be looked up anew."""
        await self.warm(admin)
        await admin.refresh_metadata()
        for kind in CoordinatorType:
            admin.invalidate_coordinators(type=kind)
        await anyio.sleep(IDLE)
        self.after_lookup = True

    async def warm(self, admin: AdminClient) -> None:
        """Make the call once, and have it refused: now the client knows, and is connected to, all that it needs."""
        await admin.refresh_metadata()
        refused = self.cluster.inject(Injected(api=self.call.api, error=REFUSED))
        with suppress(KafkaAdminError):
            await self.call.do(admin, self.play)
        refused.remove()
        if self.owner is None:
            self.owner = self.cluster.seen(self.call.api)[-1].broker_id

    async def enter(self, admin: AdminClient) -> None:
        """Learn the brokers, and be connected to one that isn't to be struck: lookups go there."""
        await admin.refresh_metadata()
        if self.owner is not None:
            other = next(broker for broker in self.cluster.brokers if broker != self.owner)
            await admin.send(ApiVersionsRequest(), BrokerId(other))

    # The strike

    def hear(self, event: Event) -> None:
        """Strike when the lookup is answered, by a broker that isn't to be struck."""
        if not self.after_lookup or not isinstance(event, RequestCompleted) or event.api not in _LOOKUPS:
            return
        self.after_lookup = False
        if event.broker_id != self.owner:
            self.do_strike()
            time.sleep(ARRIVAL)

    def do_strike(self) -> None:
        self.struck = True
        strike = self.strike
        if strike.at is At.CONNECTIONS:
            assert self.owner is not None
            self._by_order(strike, self.owner)
            return
        apis = {**_APIS, At.CALL: self.call.api, At.LOOKUP: self._lookup_api()}
        self.handle = self.cluster.inject(
            Injected(
                api=apis.get(strike.at),
                broker=None if strike.at is At.LOOKUP else self.owner,
                phase=_PHASES.get(strike.at, "request"),
                skip=1 if strike.at is At.SASL_LAST else 0,
                **strike.settings,
            )
        )

    def _by_order(self, strike: Strike, owner: int) -> None:
        how: Any = strike.settings.get("how")
        if strike.way is Way.DROP:
            self.cluster.drop_connections(owner, how=how)
        elif strike.way is Way.STOP:
            self.cluster.stop_broker(owner, how=how)
        else:
            self.cluster.say_unasked(owner, strike.settings["data"])

    def _struck_api(self) -> ApiKey:
        return self._lookup_api() if self.cell.moment is Moment.LOOKUP else self.call.api

    def _lookup_api(self) -> ApiKey:
        return ApiKey.FIND_COORDINATOR if self.call.to is To.COORDINATOR else ApiKey.METADATA

    # The call, and after it

    async def outcome(self, admin: AdminClient) -> tuple[Outcome | str, Exception | None]:
        """Call, and sort what comes."""
        try:
            result = await self.call.do(admin, self.play)
            if self._is_told(result):
                return Outcome.TOLD, None
            shown = self.call.look(result)
        except KafkaAdminError as error:
            return self._sorted(error), error
        if ambiguous(result):
            return Outcome.AMBIGUOUS, None
        if self.call.write is None and shown != self.call.shows:
            return f"shows {shown!r}", None
        return Outcome.DONE, None

    def _is_told(self, answer: object) -> bool:
        """Whether a raw answer has the fault's code in it."""
        fault = self.cell.fault
        return self.call.call == "send" and isinstance(fault, Code) and fault.code in _codes_in(answer)

    def _sorted(self, error: KafkaAdminError) -> Outcome | str:
        if isinstance(error, BrokerError):
            same = isinstance(self.cell.fault, Code) and error.code == self.cell.fault.code
            return Outcome.CODE if same else f"code {error.code}"
        return next((outcome for kind, outcome in _ERRORS.items() if isinstance(error, kind)), type(error).__name__)

    async def done(self, admin: AdminClient, *, likely: bool) -> bool | None:
        """Whether a write was done, as the cluster shows: soon, where it is likely."""
        write = self.call.write
        if write is None:
            return None
        enough = (write.done,) if likely else (write.done, write.undone)

        async def look() -> object:
            try:
                return await write.look(admin, self.play)
            except KafkaAdminError as error:  # the fault goes on, and hits the look as well
                return error

        shown = await eventually(look, lambda shown: shown in enough)
        assert shown in (write.done, write.undone), shown
        return shown == write.done


_ERRORS: Mapping[type[KafkaAdminError], Outcome] = {
    OutcomeUnknownError: Outcome.UNKNOWN,
    RemoteProtocolError: Outcome.UNREADABLE,
    AuthenticationError: Outcome.REFUSED,
    PartialFailureError: Outcome.PARTIAL,
    ConnectError: Outcome.GONE,
    ConnectionLostError: Outcome.LOST,
}

_LOOKUPS = frozenset({"FindCoordinator", "Metadata"})
_OPENING = (Moment.CONNECTING, Moment.API_VERSIONS, Moment.TLS, Moment.SASL_FIRST, Moment.SASL_LAST)
_AFTER_LOOKUP = frozenset({*_OPENING, Moment.BETWEEN})
_PHASES: Mapping[At, Phase] = {At.ACCEPT: "accept", At.TLS: "tls"}
_APIS: Mapping[At, ApiKey] = {
    At.API_VERSIONS: ApiKey.API_VERSIONS,
    At.SASL_FIRST: ApiKey.SASL_AUTHENTICATE,
    At.SASL_LAST: ApiKey.SASL_AUTHENTICATE,
}

_PREPARATIONS: Mapping[Moment, Callable[[Playing, AdminClient], Awaitable[None]]] = {
    Moment.IDLE: Playing.idle,
    **dict.fromkeys(_OPENING, Playing.opening),
    Moment.REAUTHENTICATION: Playing.session_ending,
    Moment.LOOKUP: Playing.lookup,
    Moment.BETWEEN: Playing.between,
    Moment.WRITTEN: Playing.asked,
    Moment.ANSWER: Playing.asked,
}


def _codes_in(answer: object) -> Iterator[int]:
    """All error codes of an answer, at whatever level."""
    inside: list[Any] = [answer]
    while inside:
        each = inside.pop()
        fields: dict[str, Any] = {name: getattr(each, name, None) for name in getattr(each, "__slots__", ())}
        if "error_code" in fields:
            yield fields["error_code"]
        inside += fields.values()
        inside += each if isinstance(each, tuple) else ()
