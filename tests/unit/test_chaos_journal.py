"""The journal of the chaos runs: what bears on a wrong answer is found again, and only that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from kafkaadmin.events import CoordinatorResolved, Event, RequestCompleted
from tests.support.chaos.journal import AFTER, BEFORE, EVERYBODY, Journal, Story, as_text, listen, telling


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with closing(Journal(tmp_path / "journal")) as journal:
        journal.begin(0.0)
        yield journal


def test_what_bears_on_an_answer_is_told_in_the_order_of_time(journal: Journal) -> None:
    journal.note("billing", "it was read", 101.0)
    journal.note("audit", "another one was read", 100.5)
    journal.note(EVERYBODY, "a broker was struck", 100.0)
    journal.note("billing", "long before", 100.0 - BEFORE)
    journal.note("billing", "long after", 102.0 + AFTER)
    assert journal.around(101.0, ["billing"]) == ["  100.000 a broker was struck", "  101.000 it was read"]


def test_the_life_of_one_thing_has_all_that_was_noted_of_it_however_long_it_took(journal: Journal) -> None:
    for at in (10.0, 10.0 + 3 * BEFORE):
        journal.note("orders", "a step\nand what belongs to it", at)
    journal.note("payments", "not this one", 11.0)
    assert len(journal.life_of("orders")) == 2
    assert journal.life_of("orders")[0].endswith("a step\nand what belongs to it")


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_each_call_has_a_story_of_its_own_though_both_are_under_way_at_once(journal: Journal) -> None:
    stories: dict[str, Story] = {"billing": [], "audit": []}

    async def call(group: str) -> None:
        with telling(stories[group]):
            await anyio.lowlevel.checkpoint()
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(hear, CoordinatorResolved(type="group", key=group, broker_id=1, previous=None))
            await hear(RequestCompleted(broker_id=1, api="OffsetFetch", version=8, seconds=0.25, error=None))

    async def hear(event: Event) -> None:
        await anyio.lowlevel.checkpoint()
        listen(event)

    async with anyio.create_task_group() as calls:
        for group in stories:
            calls.start_soon(call, group)
    told = [line[9:] for line in as_text(stories["audit"], journal, ["audit"])]
    assert [line.strip() for line in told] == [
        "audit is with 1, before None",
        "OffsetFetch v8 to 1, 0.250 s: answered",
    ]
    assert len(as_text(stories["audit"], journal, ["billing"])) == 1
