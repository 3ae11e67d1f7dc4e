"""The fault matrix: every call of the client, under every fault, at every moment. FakeCluster makes the faults.

What is struck, how, and what is to come of it are tables: `tests.support.matrix`. So that the cells don't take longer
the more calls there are, a seeded sample of them is played; `--whole-matrix` plays all, on both event loops.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from itertools import product
from random import Random

import anyio
import pytest

from kafkaadmin import AdminClient
from kafkaadmin.testing import FakeCluster
from tests.support.matrix.calls import CALLS, NO_ROW, Call
from tests.support.matrix.cells import Cell, cells, impossible
from tests.support.matrix.expected import RULES, Outcome, expected
from tests.support.matrix.faults import CODES, Fault, Moment, Strike
from tests.support.matrix.running import Patience, Playing, wrong
from tests.support.writes import Play, set_stage

AT_ONCE = 24
EVERY_DAY = {"asyncio": 2_500, "trio": 500}
"""How many cells are played without `--whole-matrix`."""

# What asyncio's debug mode looks for, it finds in all other tests; here it would take longer than the tests do.
BACKENDS = {"asyncio": {"debug": False}, "trio": {}}


@pytest.mark.scale
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("call", CALLS, ids=str)
def test_every_call_under_every_fault_at_every_moment(call: Call, backend: str, pytestconfig: pytest.Config) -> None:
    chosen = [cell for cell in cells() if cell.call is call]
    if not pytestconfig.getoption("--whole-matrix"):
        share = min(1.0, EVERY_DAY[backend] / len(cells()))
        chosen = Random(f"{call} on {backend}").sample(chosen, round(share * len(chosen)))
    wrongs = anyio.run(played, chosen, backend=backend, backend_options=BACKENDS[backend])
    assert not wrongs, "\n".join(wrongs)


async def played(chosen: Sequence[Cell]) -> list[str]:
    """Play cells, some at once. Says which came out otherwise than expected, twice: that much is up to the clock."""
    strange: list[Cell] = []
    limiter = anyio.CapacityLimiter(AT_ONCE)

    async def play(cell: Cell) -> None:
        async with limiter:
            if await wrong(cell) is not None:
                strange.append(cell)

    async with anyio.create_task_group() as group:
        for cell in chosen:
            group.start_soon(partial(play, cell))
    return [told for cell in strange if (told := await wrong(cell)) is not None]


def test_every_public_method_has_a_row_or_a_reason_why_not() -> None:
    methods = {name for name, member in vars(AdminClient).items() if callable(member) and not name.startswith("_")}
    with_row = {call.call for call in CALLS}
    assert methods - with_row - NO_ROW.keys() == set()
    assert with_row & NO_ROW.keys() == set()
    assert max(Counter(map(str, CALLS)).values()) == 1


def test_every_cell_is_possible_or_has_a_reason_why_not() -> None:
    every = {(str(call), moment, fault) for call, moment, fault in product(CALLS, Moment, (*Fault, *CODES))}
    possible = {(str(cell.call), cell.moment, cell.fault) for cell in cells()}
    reasons = {(str(cell.call), cell.moment, cell.fault): cell.why_not for cell in impossible()}
    assert possible | reasons.keys() == every
    assert not possible & reasons.keys()
    assert all(reasons.values())


def test_every_cell_finds_a_rule_and_every_rule_a_cell() -> None:
    used = Counter(id(expected(cell)) for cell in cells())
    assert [rule for rule in RULES if id(rule) not in used] == []
    assert all(rule.why for rule in RULES)


def test_a_cell_does_not_count_where_a_hedge_has_spared_the_call_the_fault() -> None:
    wanted = ("list_topics", Moment.WRITTEN, Fault.OVERSIZED)
    cell = next(each for each in cells() if (str(each.call), each.moment, each.fault) == wanted)
    with FakeCluster(brokers=3) as cluster:
        set_stage(cluster)
        playing = Playing(cell, Play(cluster), Patience(suspect_after=0.3, request_timeout=0.7))
        playing.strike = Strike(playing.strike.at, {**playing.strike.settings, "delay": 0.5})
        seen = anyio.run(playing.seen)
    assert seen.outcome is Outcome.DONE
    assert not seen.struck
