"""A TCP proxy in front of each broker, to hurt connections while the broker itself is well.

The proxies of a cluster share one thread with an event loop of its own, so that the loop under test never waits for
them. All public methods may be called from any thread and return when it is done.
"""

import asyncio
import socket
import struct
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

from tests.support.kafka.ports import HOST, Ports
from tests.support.kafka.striking import Cut, Stopped, Strikes, Tap

CHUNK = 1 << 16
BACKLOG = 128
BACK_AFTER = 0.5
RESET_ON_CLOSE = struct.pack("ii", 1, 0)

T = TypeVar("T")

Frames = Callable[[bytes], AsyncIterator[bytes]]
"""Takes what came, and gives what is to be passed on."""


class Proxy:
    """Passes bytes between clients and one broker, until told otherwise."""

    def __init__(self, loop: asyncio.AbstractEventLoop, broker: int, ports: Ports) -> None:
        self._loop, self._broker, self._ports = loop, broker, ports
        self._strikes: Strikes | None = None
        self._frozen_for = 0.0
        self._links: set[_Link] = set()
        self._listener: socket.socket | None = None
        self._flowing = asyncio.Event()
        self._flowing.set()

    @property
    def connections(self) -> int:
        """How many clients are connected now."""
        return len(self._links)

    def reset(self) -> int:
        """Ends every connection with RST; returns how many. New ones are welcome."""
        return self._do(self._drop(reset=True))

    def close(self) -> int:
        """Ends every connection with FIN; returns how many. New ones are welcome."""
        return self._do(self._drop(reset=False))

    def freeze(self) -> None:
        """Lets no byte through, either way; connections, old and new, stay open."""
        self._do(self._hold())

    def thaw(self) -> None:
        """Ends `freeze`; what was held back goes on its way."""
        self._do(self._release())

    def refuse(self) -> None:
        """Refuses new connections; those that are open live on."""
        self._do(self._stop_listening())

    def accept(self) -> None:
        """Takes connections, also after `refuse`."""
        self._do(self._start_listening())

    def take_faults(self, strikes: Strikes | None, *, frozen_for: float = 0.0) -> None:
        """Has connections opened from now on read as Kafka's frames, and struck; `None` ends it.

        A fault that freezes the broker does so for this long: then it is as it was. One that is gone is soon back.
        """
        self._strikes, self._frozen_for = strikes, frozen_for

    def vanish(self) -> None:
        """Refuses, resets, and is back after a while."""
        self._do(self._vanish())

    def freeze_awhile(self) -> None:
        """Freezes, and thaws after a while."""
        self._loop.call_soon_threadsafe(self._freeze_awhile)

    def say(self, data: bytes) -> None:
        """Sends bytes that nobody asked for, on every connection."""
        self._do(self._say(data))

    def shut(self) -> None:
        """Refuses new connections and drops the open ones."""
        self.refuse()
        self.close()

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _drop(self, *, reset: bool) -> int:
        links = list(self._links)
        for link in links:
            await link.end(reset=reset)
        return len(links)

    async def _vanish(self) -> None:
        await self._stop_listening()
        await self._drop(reset=True)
        self._loop.call_later(BACK_AFTER, lambda: self._loop.create_task(self._start_listening()))

    def _freeze_awhile(self) -> None:
        self._flowing.clear()
        self._loop.call_later(self._frozen_for, self._flowing.set)

    async def _say(self, data: bytes) -> None:
        for link in self._links:
            await link.say(data)

    async def _hold(self) -> None:
        self._flowing.clear()

    async def _release(self) -> None:
        self._flowing.set()

    async def _start_listening(self) -> None:
        if self._listener is None:
            self._listener = socket.create_server((HOST, self._ports.proxy), backlog=BACKLOG)
            self._listener.setblocking(False)
            self._loop.add_reader(self._listener, self._welcome, self._listener)

    async def _stop_listening(self) -> None:
        if self._listener is not None:
            self._loop.remove_reader(self._listener)
            self._listener.close()
            self._listener = None

    def _welcome(self, listener: socket.socket) -> None:
        try:
            client, _ = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return  # it has thought better of it
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link = _Link(client, self._flowing, self._links.discard, self._tap(), self._vanish)
        self._links.add(link)
        link.open((HOST, self._ports.behind))

    def _tap(self) -> Tap | None:
        if self._strikes is None:
            return None
        return Tap(self._broker, self._strikes, self._freeze_awhile, self._flowing)


class _Link:
    """One client's connection and the one to the broker that belongs to it."""

    def __init__(
        self,
        client: socket.socket,
        flowing: asyncio.Event,
        ended: Callable[["_Link"], None],
        tap: Tap | None,
        vanish: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        self._client, self._flowing, self._ended, self._tap, self._vanish = client, flowing, ended, tap, vanish
        self._vanishing: asyncio.Task[None] | None = None
        self._broker = socket.socket()
        self._broker.setblocking(False)
        self._task: asyncio.Task[None] | None = None

    def open(self, broker: tuple[str, int]) -> None:
        self._task = asyncio.create_task(self._carry(broker))

    async def end(self, *, reset: bool) -> None:
        """Closes both sides; the client sees RST or FIN."""
        if self._task is not None:
            await _cancel([self._task])
        self._close(reset=reset)

    async def say(self, data: bytes) -> None:
        """Sends the client what the broker didn't say."""
        await asyncio.get_running_loop().sock_sendall(self._client, data)

    async def _carry(self, broker: tuple[str, int]) -> None:
        """Pumps both ways until one side ends; the client sees the broker's kind of end, or the fault's."""
        reset = False
        try:
            await asyncio.get_running_loop().sock_connect(self._broker, broker)
            self._broker.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await self._pump_both_ways()
        except OSError:
            reset = True
        except Cut as cut:
            reset = cut.how == "reset"
        except Stopped:
            self._vanishing = asyncio.create_task(self._vanish())
            reset = True
        self._close(reset=reset)

    async def _pump_both_ways(self) -> None:
        up, down = (None, None) if self._tap is None else (self._tap.upward, self._tap.downward)
        pumps = [
            asyncio.create_task(self._pump(self._client, self._broker, up)),
            asyncio.create_task(self._pump(self._broker, self._client, down)),
        ]
        try:
            done, _ = await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _cancel(pumps)
        for pump in done:
            pump.result()

    async def _pump(self, source: socket.socket, sink: socket.socket, tap: Frames | None) -> None:
        loop = asyncio.get_running_loop()
        while data := await loop.sock_recv(source, CHUNK):
            await self._flowing.wait()
            if tap is None:
                await loop.sock_sendall(sink, data)
            else:
                await self._pass_on(tap(data), sink)
        await self._flowing.wait()

    async def _pass_on(self, pieces: AsyncIterator[bytes], sink: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        async for piece in pieces:
            await loop.sock_sendall(sink, piece)
        while self._tap is not None and self._tap.unasked:
            await self.say(self._tap.unasked.pop())

    def _close(self, *, reset: bool) -> None:
        if reset:
            self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self._client.close()
        self._broker.close()
        self._ended(self)


class Proxies(Mapping[int, Proxy]):
    """A cluster's proxies by broker, and the thread that works them."""

    def __init__(self, ports: Mapping[int, Ports]) -> None:
        self._ports = ports
        self._proxies: dict[int, Proxy] = {}

    def __getitem__(self, broker: int) -> Proxy:
        return self._proxies[broker]

    def __iter__(self) -> Iterator[int]:
        return iter(self._proxies)

    def __len__(self) -> int:
        return len(self._proxies)

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="kafka-proxies", daemon=True)
        self._thread.start()
        self._proxies = {broker: Proxy(self._loop, broker, own) for broker, own in self._ports.items()}
        for proxy in self.values():
            proxy.accept()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for proxy in self.values():
            proxy.shut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _cancel(tasks: Iterable[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
