"""A stand-in for `Cluster` without I/O: requests and scripted answers go through the wire's bytes, and are kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import anyio

from kafkaadmin import Broker, BrokerId, KafkaAdminError, RemoteProtocolError, UnsupportedVersionError
from kafkaadmin.errors import broker_error
from kafkaadmin.models.results import BatchResult
from kafkaadmin.routing import Attempt, Deadline, Destination, Done, Failed, Operation
from kafkawire import Request, Response, decode, encode

__all__ = ["BROKERS", "Asked", "ScriptedCluster"]

BROKERS = tuple(Broker(id=number, host=f"broker-{number}", port=9092) for number in (1, 2, 3))
TIMEOUT_MS = 5_000

T = TypeVar("T")
Answer = Callable[[Any], Response]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the broker read it."""

    request: Any
    version: int
    to: Destination
    broker: int


class ScriptedCluster:
    """Answers each API at one version; an API without an answer isn't offered.

    Whoever must answer, broker 1 does, unless a broker is asked by its id. Errors are final: what is tried again is for
    the driver's tests to say. `operations` and `asked` keep what was run and what was sent.
    """

    def __init__(self, answers: Mapping[type[Request[Any]], tuple[int, Answer]]) -> None:
        self.answers = dict(answers)
        self.asked: list[Asked] = []
        self.operations: list[Operation[Any, Any, Any]] = []
        self.owner_is_new = False
        self.of_controllers = False
        self.live = [BROKERS]
        """What `brokers` gives, call by call; the last one goes on."""

    def call(self, operation: Callable[..., Awaitable[T]], *args: object, **kwargs: object) -> T:
        """Run a function of `kafkaadmin.operations` on this cluster."""

        async def main() -> T:
            return await operation(self, *args, deadline=Deadline.after(5), **kwargs)

        return anyio.run(main)

    def verify(self, key: object, *, of: int = -1) -> object:
        """What an operation's verifying read finds out about a key: the last operation's, or that of another."""
        operation = self.operations[of]
        return self.call(lambda _, deadline: operation.repeat.verify(key, deadline))  # type: ignore[union-attr]

    async def brokers(self, *, deadline: Deadline) -> tuple[Broker, ...]:
        return self.live.pop(0) if len(self.live) > 1 else self.live[0]

    async def run(
        self, operation: Operation[Any, Any, Any], keys: Iterable[Any], *, deadline: Deadline, tally: object = None
    ) -> BatchResult[Any, Any]:
        self.operations.append(operation)
        done: dict[Any, Any] = {}
        failed: dict[Any, KafkaAdminError] = {}
        wanted = list(dict.fromkeys(keys))
        version = self._version(operation)
        if version is None:
            return BatchResult({}, {key: UnsupportedVersionError(operation.label(key)) for key in wanted})
        size = operation.keys_per_request(version)
        for broker, owned in _by_broker(operation, wanted).items():
            for start in range(0, len(owned), size):
                self._exchange(operation, broker, owned[start : start + size], version, done, failed)
        return BatchResult(done, failed)

    def _version(self, operation: Operation[Any, Any, Any]) -> int | None:
        offered, _ = self.answers.get(operation.api, (None, None))
        if offered is None or offered < (operation.at_least or 0):
            return None
        return offered if operation.at_most is None else min(offered, operation.at_most)

    def _exchange(
        self,
        operation: Operation[Any, Any, Any],
        broker: int,
        keys: list[Any],
        version: int,
        done: dict[Any, Any],
        failed: dict[Any, KafkaAdminError],
    ) -> None:
        attempt = Attempt(version, TIMEOUT_MS, BROKERS[broker - 1], self.owner_is_new)
        sent = operation.request(keys, attempt)
        request = decode(type(sent), version, encode(sent, version))
        self.asked.append(Asked(request, version, operation.to(keys[0]), broker))
        answer = self.answers[operation.api][1](request)
        response = decode(type(answer), version, encode(answer, version))
        silent = dict.fromkeys(keys)
        for key, outcome in operation.outcomes(keys, response, attempt):
            silent.pop(key)
            if isinstance(outcome, Done):
                done[key] = outcome.value
            elif isinstance(outcome, Failed):
                failed[key] = outcome.error
            else:
                failed[key] = broker_error(
                    outcome.code, outcome.message, context=operation.label(key), throttle_time=outcome.throttle_time
                )
        failed.update((key, RemoteProtocolError(operation.label(key))) for key in silent)


def _by_broker(operation: Operation[Any, Any, Any], keys: Iterable[Any]) -> dict[int, list[Any]]:
    owned: dict[int, list[Any]] = {}
    for key in keys:
        to = operation.to(key)
        owned.setdefault(to.id if isinstance(to, BrokerId) else 1, []).append(key)
    return owned
