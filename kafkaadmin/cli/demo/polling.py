"""Reading all groups' offsets at a steady pace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import anyio
from anyio.abc import TaskGroup

from kafkaadmin.cli.demo.journal import Journal
from kafkaadmin.cli.demo.measurements import Truth, first_failure
from kafkaadmin.client import AdminClient
from kafkaadmin.errors import KafkaAdminError

__all__ = ["Poller"]


class Poller:
    """Begins a call every `pause` seconds, whether or not earlier ones have come back: none is spared the bad times.

    Only with `at_once` calls under way it waits its turn. With a `truth` it also checks what the answers say.
    """

    def __init__(
        self,
        admin: AdminClient,
        groups: Sequence[str],
        journal: Journal,
        *,
        pause: float,
        at_once: int,
        truth: Truth | None = None,
    ) -> None:
        self._admin = admin
        self._groups = groups
        self._journal = journal
        self._pause = pause
        self._at_once = at_once
        self._truth = truth
        self._calls: TaskGroup | None = None
        self._idle = anyio.Event()

    def call_now(self) -> None:
        """Begin a call besides those of the steady pace."""
        if self._calls is not None:
            self._calls.start_soon(self._call)

    async def run(self, *, until: anyio.Event, patience: float) -> None:
        """Poll until the event, then give the calls under way `patience` seconds more; the rest count as failed."""
        record = self._journal.record
        async with anyio.create_task_group() as self._calls:
            while not until.is_set():
                if record.under_way < self._at_once:
                    self.call_now()
                with anyio.move_on_after(self._pause):
                    await until.wait()
            with anyio.move_on_after(patience):
                while record.under_way:
                    self._idle = anyio.Event()
                    await self._idle.wait()
            record.give_up(self._journal.now())
            self._calls.cancel_scope.cancel()

    async def _call(self) -> None:
        since: Mapping[str, int] = self._truth.now() if self._truth else {}
        call = self._journal.record.begin(self._journal.now())
        try:
            result = await self._admin.list_consumer_group_offsets(self._groups)
        except KafkaAdminError as error:
            failure: str | None = str(error)
        else:
            failure = first_failure(result)
            if failure is None and self._truth:
                failure = self._truth.first_lie(result, since)
        self._journal.ended(call, failure)
        self._idle.set()
