"""What one request costs at the floor of connections, beside a bare `asyncio.Protocol` client of equal bytes.

    python benchmarks/floor.py [--loop asyncio|uvloop|trio] [--seconds 0.3] [--rounds 9] [--callers 1 10 100 1000]

A server in a process of its own answers prebuilt bytes. Measured is the client's CPU time for a request, in
microseconds, in alternating rounds; the ratio is of the medians. Four clients, on one connection each:

- `bare`: the least that an asyncio client can do: a future for each request, the answer's bytes for a result.
- `wire`: the same, with the request encoded and the answer decoded by `kafkawire.Session`. What `ours` costs beyond it
  is the price of sharing, deadlines and cancellation; what it costs beyond `bare` is that of messages.
- `ours`: `Pool.connection`, `Connection.send`, `Exchange.answer`, with a deadline for each answer.
- `call`: one whole call of `AdminClient`, routed, retried and made into a model: the offset of one partition of one
  group. Only with the request that it sends, `offset-fetch`.

The request is the smallest that real calls make: the offset of one partition of one group (OffsetFetch v8), or with
`--request=list-groups` ListGroups v4, which is nearly nothing but headers.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import multiprocessing
import statistics
import struct
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection as Pipe
from typing import Any, NamedTuple

import anyio

from kafkaadmin import AdminClient, TopicPartition
from kafkaadmin.config import Address, ClientConfig
from kafkaadmin.events import Announcer
from kafkaadmin.network import Pool
from kafkawire import Request, Response, Session
from kafkawire.headers import write_request, write_response
from kafkawire.messages import (
    ApiVersion,
    ApiVersionsResponse,
    Coordinator,
    FindCoordinatorResponse,
    ListGroupsRequest,
    ListGroupsResponse,
    MetadataResponse,
    MetadataResponseBroker,
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopics,
    OffsetFetchResponse,
    OffsetFetchResponseGroup,
    OffsetFetchResponsePartitions,
    OffsetFetchResponseTopics,
)

Call = Callable[[], Awaitable[object]]

_LENGTH = struct.Struct(">i")
_FRAME = struct.Struct(">ii")
_REQUEST = struct.Struct(">ihhi")


class Sample(NamedTuple):
    """A request and the answer that the server gives to it, whatever it says."""

    request: Request[Any]
    version: int
    response: Response


SAMPLES = {
    "offset-fetch": Sample(
        OffsetFetchRequest(
            groups=(
                OffsetFetchRequestGroup(
                    group_id="billing", topics=(OffsetFetchRequestTopics(name="orders", partition_indexes=(0,)),)
                ),
            )
        ),
        8,
        OffsetFetchResponse(
            groups=(
                OffsetFetchResponseGroup(
                    group_id="billing",
                    topics=(
                        OffsetFetchResponseTopics(
                            name="orders",
                            partitions=(
                                OffsetFetchResponsePartitions(
                                    partition_index=0, committed_offset=42, metadata="", error_code=0
                                ),
                            ),
                        ),
                    ),
                ),
            )
        ),
    ),
    "list-groups": Sample(ListGroupsRequest(), 4, ListGroupsResponse(error_code=0, groups=())),
}


# The server


class Answering(asyncio.Protocol):
    """Answers every request with the same bytes, under its correlation id."""

    def __init__(self, answers: dict[int, bytes]) -> None:
        self._answers = answers
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        buffer, position = self._buffer + data, 0
        out: list[bytes] = []
        while len(buffer) - position >= 4:
            size, api_key, _, correlation_id = _REQUEST.unpack_from(buffer, position)
            if len(buffer) - position < 4 + size:
                break
            position += 4 + size
            answer = self._answers[api_key]
            out.append(answer[:4] + correlation_id.to_bytes(4) + answer[8:])
        self._buffer = buffer[position:]
        self._transport.write(b"".join(out))


def answers_of_a_broker(port: int, sample: Sample) -> dict[int, bytes]:
    """By API key, what a cluster's only broker answers: to the sample, and to what a client asks on its way there."""
    here = MetadataResponseBroker(node_id=1, host="127.0.0.1", port=port)
    coordinator = Coordinator(key="billing", node_id=1, host="127.0.0.1", port=port)
    said: list[tuple[Response, int]] = [
        (MetadataResponse(brokers=(here,), controller_id=1), 9),
        (FindCoordinatorResponse(coordinators=(coordinator,)), 4),
        (sample.response, sample.version),
    ]
    offers = [ApiVersion(api_key=int(response.api_key), max_version=version) for response, version in said]
    said.append((ApiVersionsResponse(api_keys=(*offers, ApiVersion(api_key=18, max_version=4))), 4))
    return {int(response.api_key): write_response(response, version, 0) for response, version in said}


def serve(pipe: Pipe, sample: str) -> None:
    """The server's process: tells its port, and ends when the pipe does."""
    answers: dict[int, bytes] = {}

    async def main() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Answering(answers), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        answers.update(answers_of_a_broker(port, SAMPLES[sample]))
        pipe.send(port)
        with contextlib.suppress(EOFError):
            await loop.run_in_executor(None, pipe.recv)
        server.close()

    _runner("uvloop").run(main())


# The clients


class Bare(asyncio.Protocol):
    """A future for each request; the answer is its bytes."""

    def __init__(self, request: bytes) -> None:
        self._head, self._tail = request[:8], request[12:]
        self._waiting: dict[int, asyncio.Future[bytes]] = {}
        self._buffer = b""
        self._correlation_id = 0
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data if self._buffer else data
        position, end = 0, len(buffer)
        while end - position >= 8:
            size, correlation_id = _FRAME.unpack_from(buffer, position)
            if end - position < 4 + size:
                break
            self._waiting.pop(correlation_id).set_result(buffer[position + 8 : position + 4 + size])
            position += 4 + size
        self._buffer = buffer[position:]

    async def call(self) -> bytes:
        self._correlation_id = correlation_id = self._correlation_id + 1
        future = self._waiting[correlation_id] = self._loop.create_future()
        self._transport.write(self._head + correlation_id.to_bytes(4) + self._tail)
        answer: bytes = await future
        return answer

    def close(self) -> None:
        self._transport.close()


class Wire(asyncio.Protocol):
    """The same, with kafkawire at both ends."""

    def __init__(self, sample: Sample) -> None:
        self._sample = sample
        self._session = Session()
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        for reply in self._session.receive(data):
            self._waiting.pop(reply.correlation_id).set_result(reply.response)

    async def call(self) -> Any:
        correlation_id, data = self._session.send(self._sample.request, self._sample.version)
        future = self._waiting[correlation_id] = self._loop.create_future()
        self._transport.write(data)
        return await future

    def close(self) -> None:
        self._transport.close()


@asynccontextmanager
async def bare(address: Address, sample: Sample) -> AsyncGenerator[Call]:
    data = write_request(sample.request, sample.version, 0, "kafkaadmin")
    _, client = await asyncio.get_running_loop().create_connection(lambda: Bare(data), *address)
    yield client.call
    client.close()


@asynccontextmanager
async def wire(address: Address, sample: Sample) -> AsyncGenerator[Call]:
    _, client = await asyncio.get_running_loop().create_connection(lambda: Wire(sample), *address)
    yield client.call
    client.close()


@asynccontextmanager
async def ours(address: Address, sample: Sample) -> AsyncGenerator[Call]:
    pool = Pool(ClientConfig(bootstrap_servers=(address,)), Announcer())
    request = sample.request

    async def call() -> Response:
        connection = await pool.connection(1, address)
        exchange = await connection.send(request, connection.version_for(type(request)))
        answer: Response = await exchange.answer(exchange.sent_at + 30.0)
        return answer

    yield call
    await pool.aclose()


@asynccontextmanager
async def whole_call(address: Address, sample: Sample) -> AsyncGenerator[Call]:
    wanted = {"billing": [TopicPartition("orders", 0)]}
    async with AdminClient(str(address)) as admin:
        yield lambda: admin.list_consumer_group_offsets(wanted)


CLIENTS = {"bare": bare, "wire": wire, "ours": ours, "call": whole_call}


# Measuring


async def measure(call: Call, callers: int, seconds: float) -> float:
    """CPU seconds of this process for one request, with so many callers at once."""
    done = 0
    end = time.perf_counter() + seconds

    async def caller() -> None:
        nonlocal done
        await call()
        done += 1
        while time.perf_counter() < end:
            await call()
            done += 1

    before = time.process_time()
    async with anyio.create_task_group() as group:
        for _ in range(callers):
            group.start_soon(caller)
    return (time.process_time() - before) / done


async def compare(address: Address, sample: Sample, names: list[str], arguments: argparse.Namespace) -> None:
    async with contextlib.AsyncExitStack() as stack:
        calls = {name: await stack.enter_async_context(CLIENTS[name](address, sample)) for name in names}
        for callers in arguments.callers:
            costs: dict[str, list[float]] = {name: [] for name in calls}
            for call in calls.values():
                await measure(call, callers, arguments.seconds / 5)
            for _ in range(arguments.rounds):
                for name, call in calls.items():
                    costs[name].append(await measure(call, callers, arguments.seconds))
            report(callers, {name: statistics.median(cost) for name, cost in costs.items()})


def report(callers: int, costs: dict[str, float]) -> None:
    parts = [f"{name} {cost * 1e6:7.1f} us" for name, cost in costs.items()]
    parts += [
        f"{ours}/{name} {costs[ours] / costs[name]:.2f}"
        for ours, name in (("ours", "bare"), ("ours", "wire"), ("call", "bare"))
        if ours in costs and name in costs
    ]
    print(f"{callers:5} callers: ", "  ".join(parts), flush=True)


def _runner(loop: str) -> asyncio.Runner:
    if loop == "uvloop":
        import uvloop

        return asyncio.Runner(loop_factory=uvloop.new_event_loop)
    return asyncio.Runner()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loop", choices=("asyncio", "uvloop", "trio"), default="asyncio")
    parser.add_argument("--request", choices=tuple(SAMPLES), default="offset-fetch")
    parser.add_argument("--seconds", type=float, default=0.3)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--callers", type=int, nargs="+", default=[1, 10, 100, 1000])
    arguments = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    pipe, theirs = context.Pipe()
    server = context.Process(target=serve, args=(theirs, arguments.request))
    server.start()
    try:
        address = Address("127.0.0.1", pipe.recv())
        sample = SAMPLES[arguments.request]
        print(f"{arguments.request}, {arguments.loop}")
        names = ["bare", "wire", "ours", "call"]
        if arguments.loop == "trio":  # no asyncio client runs there
            names = ["ours", "call"]
        if arguments.request != "offset-fetch":
            names.remove("call")
        if arguments.loop == "trio":
            anyio.run(compare, address, sample, names, arguments, backend="trio")
        else:
            with _runner(arguments.loop) as runner:
                runner.run(compare(address, sample, names, arguments))
    finally:
        pipe.send(None)
        server.join()


if __name__ == "__main__":
    main()
