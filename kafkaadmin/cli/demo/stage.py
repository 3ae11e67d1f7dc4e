"""The demo from its beginning to its exit code."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import anyio
from anyio.to_thread import run_sync
from rich.console import Console

from kafkaadmin.cli.demo.journal import Journal
from kafkaadmin.cli.demo.live_view import LiveView
from kafkaadmin.cli.demo.measurements import Truth
from kafkaadmin.cli.demo.narration import printable
from kafkaadmin.cli.demo.plain_view import PlainView
from kafkaadmin.cli.demo.polling import Poller
from kafkaadmin.cli.demo.report import totals, verdict
from kafkaadmin.cli.demo.scenario import Scenario, build_cluster, committed_partitions, fill
from kafkaadmin.client import AdminClient
from kafkaadmin.errors import ConfigurationError, KafkaAdminError
from kafkaadmin.models.groups import GroupListing
from kafkaadmin.testing import FakeCluster
from kafkawire.enums import GroupType

__all__ = ["Demo", "run_demo"]

_FAILED, _INTERRUPTED = 1, 130

_PAUSE = 0.2
_AT_ONCE = 50
_AT_ONCE_IN_EARNEST = 4
"""Calls under way at one time: on a real cluster a slow answer must not call down ever more requests."""
_PATIENCE_AT_THE_END = 10.0
_DRAWN_EVERY = 0.1

_WITHOUT_OFFSETS = frozenset({GroupType.SHARE, GroupType.STREAMS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What the user asked for. Times are in seconds.

    `bootstrap`: a real cluster, which is only read, for `seconds`. `command_config`: Java's `client.properties`, which
    may name it instead, and says how to get in. `speed` makes everything happen faster, for tests.
    """

    bootstrap: str | None = None
    command_config: Path | None = None
    seconds: float = 20.0
    timeout: float = 60.0
    plain: bool = False
    speed: float = 1.0


class _View(Protocol):
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...
    def refresh(self) -> None: ...
    def conclude(self, lines: Sequence[str], verdict: str, *, good: bool) -> None: ...


def run_demo(demo: Demo) -> int:
    """Run it, and give the exit code: 0; 1 when a call failed or was answered wrongly; 130 after Ctrl-C.

    Raises:
        ConfigurationError: `bootstrap` is no address, or `command_config` can't be taken at its word.
    """
    journal = Journal()
    view = _view(demo, journal)
    trouble: str | None = None
    interrupted = False
    with view:
        try:
            _play(demo, journal, view)
        except KeyboardInterrupt:
            interrupted = True
            journal.record.forget_unfinished()
        except ConfigurationError:
            raise
        except KafkaAdminError as error:
            trouble = printable(str(error))
        journal.bring_up_to_date(all_of_it=True)
        view.refresh()
    good = trouble is None and not journal.record.failures
    narrator = journal.narrator
    view.conclude(
        totals(journal.record, requests=narrator.requests, retries=narrator.retries),
        ("Interrupted. " if interrupted else "") + (trouble or verdict(journal.record)),
        good=good,
    )
    return _INTERRUPTED if interrupted else 0 if good else _FAILED


def _view(demo: Demo, journal: Journal) -> _View:
    out = sys.stdout
    console = Console(file=out, highlight=False)
    drawable = out.isatty() and not console.is_dumb_terminal and console.encoding.startswith("utf")
    return LiveView(journal, console) if drawable and not demo.plain else PlainView(journal, out)


def _client(demo: Demo, servers: str, journal: Journal) -> AdminClient:
    return AdminClient(servers, timeout=demo.timeout, suspect_after=1.5 / demo.speed, observers=[journal.hear])


def _real_client(demo: Demo, journal: Journal) -> AdminClient:
    settings: dict[str, Any] = {"timeout": demo.timeout, "suspect_after": 1.5, "observers": [journal.hear]}
    if demo.bootstrap is not None:
        settings["bootstrap_servers"] = demo.bootstrap
    return AdminClient.from_properties(demo.command_config or {}, **settings)


def _play(demo: Demo, journal: Journal, view: _View) -> None:
    if demo.bootstrap is not None or demo.command_config is not None:
        anyio.run(_read, demo, _real_client(demo, journal), journal, view)
        return
    # The fake brokers have a thread of their own: they live around the event loop, not in it.
    with build_cluster() as cluster:
        anyio.run(_disturb, demo, cluster, journal, view)


async def _disturb(demo: Demo, cluster: FakeCluster, journal: Journal, view: _View) -> None:
    """The fake cluster, and all that happens to it."""
    truth = Truth(committed_partitions())
    topics = await run_sync(fill, cluster, truth)
    journal.title = f"{len(cluster.brokers)} brokers in this process, {topics} topics, {len(truth.partitions)} groups"
    async with _client(demo, cluster.bootstrap_servers, journal) as admin:
        poller = Poller(admin, tuple(truth.partitions), journal, pause=_PAUSE, at_once=_AT_ONCE, truth=truth)
        scenario = Scenario(cluster, truth, journal, call_now=poller.call_now, speed=demo.speed)
        await _watch(journal, view, poller, scenario.play)


async def _read(demo: Demo, admin: AdminClient, journal: Journal, view: _View) -> None:
    """A real cluster, left in peace."""
    async with admin:
        listed = await admin.list_groups(timeout=min(demo.timeout, demo.seconds))
        groups = _with_offsets(listed.values())
        journal.title = f"{printable(demo.bootstrap or str(demo.command_config))}: {len(groups)} groups"
        if groups:
            poller = Poller(admin, groups, journal, pause=_PAUSE, at_once=_AT_ONCE_IN_EARNEST)
            await _watch(journal, view, poller, partial(anyio.sleep, demo.seconds))


def _with_offsets(listed: Iterable[GroupListing]) -> tuple[str, ...]:
    return tuple(sorted(group.group_id for group in listed if group.type not in _WITHOUT_OFFSETS))


async def _watch(journal: Journal, view: _View, poller: Poller, scene: Callable[[], Awaitable[None]]) -> None:
    """Poll and show until the scene is over."""
    over = anyio.Event()
    async with anyio.create_task_group() as showing:
        showing.start_soon(_show, journal, view)
        async with anyio.create_task_group() as polling:
            polling.start_soon(partial(poller.run, until=over, patience=_PATIENCE_AT_THE_END))
            await scene()
            over.set()
        showing.cancel_scope.cancel()


async def _show(journal: Journal, view: _View) -> None:
    while True:
        journal.bring_up_to_date()
        view.refresh()
        await anyio.sleep(_DRAWN_EVERY)
