"""Lost answers, and the most telling cells of the fault matrix, on real Kafka: its proxies make the faults.

The tables are those that FakeCluster's tests play: `tests.support.writes`, `lost_answers` and `matrix`.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace

import pytest

from kafkaadmin import AdminClient, OutcomeUnknownError, RetryPolicy
from kafkaadmin.testing.versions import offered, release_of
from kafkawire import ApiKey
from tests.support.eventually import eventually
from tests.support.kafka import KafkaCluster
from tests.support.lost_answers import LOSSES, Loss
from tests.support.matrix.calls import CALLS
from tests.support.matrix.cells import Cell
from tests.support.matrix.expected import Outcome
from tests.support.matrix.faults import Code, Fault, Moment
from tests.support.matrix.on_kafka import NOT_ON_KAFKA, KafkaScene, set_kafka_stage, struck_kafka
from tests.support.matrix.running import TRIES, Patience, Playing, Seen, wrong
from tests.support.stage import KafkaStage
from tests.support.writes import WRITES, Kind, Write, ambiguous

pytestmark = pytest.mark.anyio

PATIENCE = Patience(suspect_after=1.0, request_timeout=2.0)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def scene(kafka: KafkaCluster) -> Iterator[KafkaScene]:
    with struck_kafka(kafka) as scene:
        yield scene


# ------------------------------------------------------------------ lost answers

ALWAYS = {"reset-before", "reset-after"}
IN_TURN = ("fin-after", "half-after", "timed-out-after", "timed-out-before", "fin-before")


def losses(release: str) -> Iterator[object]:
    """Each write, with its connection reset before and after it is applied, and one other loss in turn."""
    for number, write in enumerate(writes(release)):
        chosen = ALWAYS | {IN_TURN[number % len(IN_TURN)]}
        for loss in (each for each in LOSSES if str(each) in chosen):
            if write.call != "send" or loss.name != "timed-out":  # which is the caller's to read
                yield pytest.param(write, loss, id=f"{write}-{loss}")


def writes(release: str) -> Iterator[Write]:
    """Those that a release has something for. Topics were deleted by id before anybody could be asked about an id."""
    for write in WRITES:
        there = write.since <= numbered(release) or write.api is ApiKey.DELETE_TOPICS
        if there and not {write.call, str(write)} & NOT_ON_KAFKA.keys():
            yield write


def numbered(release: str) -> tuple[int, ...]:
    return tuple(map(int, release.split(".")))


def test_what_a_release_lacks_is_left_out_and_nothing_else() -> None:
    calls = {release: {write.call for write in writes(release)} for release in ("2.8", "3.9", "4.4")}
    assert calls["2.8"] == calls["3.9"]
    assert all("share" in call or "streams" in call for call in calls["4.4"] - calls["3.9"])


async def test_a_write_to_kafka_whose_answer_was_lost_is_done_once_or_its_outcome_is_unknown(
    write: Write, loss: Loss, kafka: KafkaCluster, scene: KafkaScene
) -> None:
    if write.group == "shared" and write.since > KafkaStage(kafka).release:
        return  # there are no share groups
    play = await set_kafka_stage(kafka, scene, write)
    async with AdminClient(
        scene.bootstrap_servers, timeout=30, request_timeout=2, retry=RetryPolicy(initial=0.01, maximum=0.2)
    ) as admin:
        fault = scene.inject(loss.of(write.api))
        # Before 3.1 nobody can be asked whether there still is a topic of some id.
        unread = loss.applied and write.since > KafkaStage(kafka).release
        if write.kind is Kind.NEVER or unread:
            with pytest.raises(OutcomeUnknownError):
                await write.do(admin, play)
        else:
            result = await write.do(admin, play)
            assert ambiguous(result) is (write.tells or (loss.applied and write.kind is Kind.VERIFIED))
    assert fault.hits == 1
    done = loss.applied or write.kind is not Kind.NEVER
    wanted = on_stage(write.done if done else write.undone, play.told)
    async with AdminClient(scene.direct_servers) as admin:

        async def shown() -> object:
            return on_stage(await write.look(admin, play), play.told)

        # A broker hears of a change a little later than the one that was asked.
        assert await eventually(shown, lambda told: told == wanted) == wanted


def on_stage(shown: object, told: dict[str, object]) -> object:
    """What is shown, without the member that isn't on this stage."""
    missing = {"m-1", "m-2"} - told.keys()
    return shown - missing if isinstance(shown, AbstractSet) else shown


def test_every_write_is_played_on_kafka_or_has_a_reason_why_not() -> None:
    names = {name for call in CALLS for name in (call.call, str(call))}
    assert NOT_ON_KAFKA.keys() <= names
    assert all(NOT_ON_KAFKA.values())


# ------------------------------------------------------------------ the matrix

CELLS: dict[str, dict[Moment, tuple[Fault | Code, ...]]] = {
    "list_consumer_group_offsets": {
        Moment.IDLE: (Fault.RST, Fault.FIN, Fault.REFUSE, Fault.STALL, Fault.GARBAGE, Fault.HALF_ANSWER),
        Moment.API_VERSIONS: (Fault.RST, Fault.HALF_REQUEST, Fault.GARBAGE, Code(15), Code(129), Code(-1)),
        Moment.LOOKUP: (Fault.FIN, Fault.WRONG_ID, Code(15), Code(89), Code(129)),
        Moment.BETWEEN: (Fault.RST, Fault.REFUSE),
        Moment.WRITTEN: (Fault.HALF_REQUEST, Fault.STALL, Code(14), Code(16), Code(129), Code(3)),
        Moment.ANSWER: (Fault.FIN, Fault.OVERSIZED),
    },
    "list_offsets": {Moment.LOOKUP: (Code(5),), Moment.WRITTEN: (Fault.RST, Code(6)), Moment.ANSWER: (Fault.GARBAGE,)},
    "list_groups": {Moment.WRITTEN: (Fault.RST, Fault.GARBAGE, Code(-1))},
    "list_topics": {Moment.LOOKUP: (Fault.FIN,), Moment.WRITTEN: (Fault.OVERSIZED, Code(41))},
    "create_topics": {
        Moment.WRITTEN: (Code(41), Code(89)),
        Moment.ANSWER: (Fault.GARBAGE, Fault.RST, Code(41), Code(7)),
    },
    "delete_topics": {Moment.ANSWER: (Fault.FIN, Fault.WRONG_ID)},
    "create_partitions": {Moment.ANSWER: (Fault.OVERSIZED,)},
    "delete_consumer_groups": {Moment.ANSWER: (Fault.GARBAGE, Code(16), Code(15))},
    "alter_consumer_group_offsets": {Moment.WRITTEN: (Fault.HALF_REQUEST,), Moment.ANSWER: (Fault.GARBAGE, Code(15))},
    "delete_acls": {Moment.ANSWER: (Fault.RST,)},
    "send": {Moment.IDLE: (Fault.STALL,), Moment.WRITTEN: (Code(16),), Moment.ANSWER: (Fault.RST, Fault.GARBAGE)},
}
"""The most telling cells, by call."""

WHOLE_SINCE = {"list_topics": (ApiKey.METADATA, 13)}
"""The versions since which an answer can be refused as a whole, where nothing in it was asked for by name."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    release = release_of(str(metafunc.config.getoption("--kafka-version")))
    if "loss" in metafunc.fixturenames:
        metafunc.parametrize(("write", "loss"), list(losses(release)))
    if "cell" in metafunc.fixturenames:
        metafunc.parametrize("cell", list(cells(release)), ids=str)


def cells(release: str) -> Iterator[Cell]:
    """Those that there can be at a release."""
    rows = {str(call): call for call in CALLS}
    for name, moments in CELLS.items():
        api, needed = WHOLE_SINCE.get(name, (ApiKey.API_VERSIONS, 0))
        refusable = needed in offered(release, [api])[api]
        for moment, faults in moments.items():
            for fault in faults:
                if refusable or moment is not Moment.WRITTEN or not isinstance(fault, Code):
                    yield Cell(rows[name], moment, fault)


async def test_the_most_telling_cells_of_the_matrix_on_kafka(
    cell: Cell, kafka: KafkaCluster, scene: KafkaScene
) -> None:
    async def play(cell: Cell) -> Seen:
        seen = Seen("never played", struck=False)
        for _ in range(TRIES):
            stage = await set_kafka_stage(kafka, scene, cell.call.write)
            seen = await Playing(cell, stage, PATIENCE).seen()
            if seen.struck:
                break
        if cell.fault is Fault.STALL and seen.outcome is Outcome.UNKNOWN:
            # It wakes soon, and may yet carry out what is in its sockets: that is what nobody knows.
            return replace(seen, done=None)
        return seen

    assert await wrong(cell, play) is None
