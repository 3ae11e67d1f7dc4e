"""Callers on an event loop of their own, in a thread of their own, directed from outside."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from contextlib import AsyncExitStack
from itertools import cycle

import anyio
import anyio.from_thread
import trio
from anyio.lowlevel import EventLoopToken, current_token

from kafkaadmin import AdminClient
from tests.support.chaos.callers import Caller, Scene
from tests.support.chaos.journal import listen

__all__ = ["Crowd"]

TURN_SECONDS = 180.0


class Crowd:
    """Several clients on one event loop, and callers who share them. It goes through these turns, each when told to:

    `start`: everybody calls everything once. `call`: everybody calls on and on. `rest`: what is under way is finished,
    nobody calls, the clients stay open. `leave`: the clients are closed, the thread ends.
    """

    def __init__(
        self, loop: str, scene: Scene, bootstraps: Sequence[str], *, callers: int, seed: str, pause: float
    ) -> None:
        """Every client starts at one of `bootstraps`, and has its share of the callers."""
        self.loop = loop
        self.tasks = 0
        self._scene, self._bootstraps, self._count, self._seed, self._pause = scene, bootstraps, callers, seed, pause
        self._callers: list[Caller] = []
        self._resting = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=f"callers on {loop}", daemon=True)

    def start(self) -> None:
        """Opens the clients and warms them up; returns when everybody rests."""
        self._thread.start()
        self._await_rest()

    def call(self) -> None:
        """Everybody calls on and on."""
        self._resting.clear()
        anyio.from_thread.run_sync(self._go.set, token=self._token)

    def rest(self) -> None:
        """Returns when nobody calls any more."""
        anyio.from_thread.run_sync(self._stop.set, token=self._token)
        self._await_rest()

    def leave(self) -> None:
        """Closes the clients and ends the thread."""
        anyio.from_thread.run_sync(self._part.set, token=self._token)
        self._thread.join()
        self._raise_error()

    @property
    def rounds(self) -> list[int]:
        """How often each caller has done something so far."""
        self._raise_error()
        return [caller.rounds for caller in self._callers]

    def _run(self) -> None:
        try:
            anyio.run(self._live, backend=self.loop)
        except BaseException as error:  # noqa: BLE001 (raised again in the thread that directs this one)
            self._error = error
        self._resting.set()

    def _await_rest(self) -> None:
        if not self._resting.wait(TURN_SECONDS):
            raise TimeoutError(f"the callers on {self.loop} didn't come to rest within {TURN_SECONDS:.0f} s")
        self._raise_error()

    def _raise_error(self) -> None:
        if self._error is not None:
            raise self._error

    async def _live(self) -> None:
        self._token: EventLoopToken = current_token()
        self._go, self._stop, self._part = anyio.Event(), anyio.Event(), anyio.Event()
        async with AsyncExitStack() as stack:
            admins = [AdminClient(each, observers=[listen]) for each in self._bootstraps]
            for admin in admins:
                await stack.enter_async_context(admin)
            self._callers = [self._caller(*each) for each in zip(range(self._count), cycle(admins))]
            async with anyio.create_task_group() as everybody:
                for caller in self._callers:
                    everybody.start_soon(caller.begin)
            self._rest()
            await self._go.wait()
            async with anyio.create_task_group() as everybody:
                for caller in self._callers:
                    everybody.start_soon(caller.call_until, self._stop)
            self._rest()
            await self._part.wait()

    def _caller(self, number: int, admin: AdminClient) -> Caller:
        name = f"{self.loop}-{number}"
        return Caller(name, admin, self._scene, f"{self._seed} {name}", pause=self._pause)

    def _rest(self) -> None:
        self.tasks = _living_tasks(self.loop)
        self._resting.set()


def _living_tasks(loop: str) -> int:
    return len(asyncio.all_tasks()) if loop == "asyncio" else trio.lowlevel.current_statistics().tasks_living
