"""Transactions listed, described, aborted and fenced, and hanging ones found, on FakeCluster and on real Kafka."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import anyio
import anyio.to_thread
import pytest

from kafkaadmin import (
    AbortTransactionSpec,
    AdminClient,
    BrokerError,
    ConfigurationError,
    Coordinator,
    CoordinatorType,
    KafkaAdminError,
    NewTopic,
    NotLeaderError,
    OffsetSpec,
    PartialFailureError,
    ProducerState,
    TopicPartition,
    TransactionalIdNotFoundError,
    TransactionState,
    UnknownTopicError,
    UnsupportedVersionError,
)
from kafkaadmin.testing import FakeCluster, Fault
from kafkawire import ApiKey
from kafkawire.enums import IsolationLevel
from kafkawire.messages import AddPartitionsToTxnRequest, AddPartitionsToTxnTopic, EndTxnRequest
from tests.support.eventually import eventually
from tests.support.stage import Stage

pytestmark = pytest.mark.anyio

INVALID_PRODUCER_EPOCH = 47
INVALID_TRANSACTION_TIMEOUT = 50
INVALID_REGULAR_EXPRESSION = 128
PRODUCER_FENCED = 90

DESCRIBED_SINCE = (3, 0)
WITH_DURATION = (3, 8)
WITH_PATTERN = (4, 1)


async def opened(admin: AdminClient, stage: Stage) -> tuple[str, TopicPartition, int]:
    """A transactional id with an open transaction, the one partition in it, and its producer's id."""
    partition = await placed(admin, stage)
    name = stage.name("payments")
    return name, partition, await stage.open_transaction(admin, name, partition)


async def placed(admin: AdminClient, stage: Stage, *replicas: int) -> TopicPartition:
    """The one partition of a topic."""
    name = stage.name("ledger")
    (await admin.create_topics(NewTopic(name, assignments={0: replicas or (1, 2, 3)}))).raise_for_errors()
    return TopicPartition(name, 0)


async def open_in(admin: AdminClient, partition: TopicPartition) -> dict[int, ProducerState]:
    """The producers that have a transaction open in a partition, by id."""
    known = (await admin.describe_producers(partition))[partition]
    return {each.producer_id: each for each in known if each.current_transaction_start_offset is not None}


async def readable_end(admin: AdminClient, partition: TopicPartition) -> int | None:
    """Up to where readers of committed records come."""
    found = await admin.list_offsets(partition, OffsetSpec.latest(), isolation_level=IsolationLevel.READ_COMMITTED)
    return found[partition].offset


async def test_an_open_transaction_is_listed_by_its_coordinator(admin: AdminClient, stage: Stage) -> None:
    name, _, producer_id = await opened(admin, stage)
    if stage.release < DESCRIBED_SINCE:
        with pytest.raises(UnsupportedVersionError, match=r"list_transactions: .*ListTransactions"):
            await admin.list_transactions()
        return
    listed = (await admin.list_transactions())[name]
    assert (listed.transactional_id, listed.producer_id, listed.state) == (name, producer_id, TransactionState.ONGOING)
    assert name in await admin.list_transactions(states="Ongoing", producer_ids=producer_id)
    assert name not in await admin.list_transactions(states=TransactionState.COMPLETE_COMMIT)
    assert name not in await admin.list_transactions(producer_ids=[producer_id + 77])


async def test_transactions_are_listed_by_how_long_they_last(admin: AdminClient, stage: Stage) -> None:
    name, _, _ = await opened(admin, stage)
    if stage.release < WITH_DURATION:
        with pytest.raises(UnsupportedVersionError):
            await admin.list_transactions(longer_than=timedelta(hours=1))
        return
    assert name not in await admin.list_transactions(longer_than=timedelta(hours=1))
    assert name in await eventually(
        lambda: admin.list_transactions(longer_than=timedelta(milliseconds=1)), lambda listed: name in listed
    )


async def test_transactions_are_listed_by_a_pattern(admin: AdminClient, stage: Stage) -> None:
    name, _, _ = await opened(admin, stage)
    if stage.release < WITH_PATTERN:
        with pytest.raises(UnsupportedVersionError):
            await admin.list_transactions(transactional_id_pattern="pay.*")
        return
    assert name in await admin.list_transactions(transactional_id_pattern="pay.*")
    assert name not in await admin.list_transactions(transactional_id_pattern="pay")
    with pytest.raises(PartialFailureError) as bad:
        await admin.list_transactions(transactional_id_pattern="(")
    codes = {error.code for error in bad.value.failures.values() if isinstance(error, BrokerError)}
    assert codes == {INVALID_REGULAR_EXPRESSION}


async def test_a_transaction_is_described_with_its_producer_and_its_partitions(
    admin: AdminClient, stage: Stage
) -> None:
    name, partition, producer_id = await opened(admin, stage)
    nobodys = stage.name("nobodys")
    described = await admin.describe_transactions([name, nobodys])
    if stage.release < DESCRIBED_SINCE:
        with pytest.raises(UnsupportedVersionError, match=r"describe_transactions: .*DescribeTransactions"):
            described[name]
        return
    found = described[name]
    assert (found.state, found.producer_id) == (TransactionState.ONGOING, producer_id)
    assert found.partitions == {partition}
    assert found.transaction_timeout == timedelta(minutes=1)
    assert found.started_at is not None
    assert abs(datetime.now(UTC) - found.started_at) < timedelta(minutes=5)
    coordinators = await admin.find_coordinators(name, type=CoordinatorType.TRANSACTION)
    assert found.coordinator.id == coordinators[name].id
    with pytest.raises(TransactionalIdNotFoundError, match=f"transactional id '{nobodys}'"):
        described[nobodys]


async def test_producers_are_known_on_all_replicas_of_a_partition(admin: AdminClient, stage: Stage) -> None:
    name, _, _ = await opened(admin, stage)
    partition = await placed(admin, stage, 1, 2)
    producer_id = await stage.open_transaction(admin, stage.name("second"), partition)
    nowhere = TopicPartition(stage.name("nope"), 0)
    described = await admin.describe_producers([partition, nowhere])
    (producer,) = described[partition]
    assert (producer.producer_id, producer.producer_epoch) == (producer_id, 0)
    assert (producer.last_sequence, producer.current_transaction_start_offset) == (0, 0)
    assert producer.coordinator_epoch is None
    assert producer.last_timestamp is not None
    with pytest.raises(UnknownTopicError):
        described[nowhere]
    follower = await eventually(
        lambda: admin.describe_producers(partition, broker_id=2), lambda known: bool(known[partition])
    )
    assert follower[partition][0].producer_id == producer_id
    with pytest.raises(NotLeaderError, match=f"describe_producers: partition {partition}"):
        (await admin.describe_producers(partition, broker_id=3))[partition]
    assert name


async def test_a_hanging_transaction_is_found_and_aborted(admin: AdminClient, stage: Stage) -> None:
    partition = await placed(admin, stage)
    producer_id = await stage.leave_hanging(admin, partition)
    assert await readable_end(admin, partition) == 0
    found = await admin.find_hanging_transactions(partition.topic)
    if stage.release < DESCRIBED_SINCE:
        with pytest.raises(UnsupportedVersionError):
            found[partition]
        return
    (hanging,) = found[partition]
    assert (hanging.partition, hanging.producer.producer_id) == (partition, producer_id)
    assert hanging.transactional_id is None
    assert await admin.abort_transaction(hanging.abort_spec) is None
    assert await open_in(admin, partition) == {}
    assert await eventually(lambda: readable_end(admin, partition), lambda end: end == 2) == 2
    assert (await admin.find_hanging_transactions(partition.topic))[partition] == ()


async def test_hanging_transactions_are_looked_for_on_one_broker(admin: AdminClient, stage: Stage) -> None:
    there, elsewhere = await placed(admin, stage, 1, 2), await placed(admin, stage, 3)
    await stage.leave_hanging(admin, there)
    if stage.release < DESCRIBED_SINCE:
        return
    found = await eventually(
        lambda: admin.find_hanging_transactions([there.topic, elsewhere.topic], broker_id=2),
        lambda found: bool(found[there]),
    )
    assert set(found) == {there}
    everywhere = await admin.find_hanging_transactions()
    assert len(everywhere[there]) == 1
    assert everywhere[elsewhere] == ()
    assert set(await admin.find_hanging_transactions(partitions=elsewhere)) == {elsewhere}
    with pytest.raises(UnknownTopicError):
        await admin.find_hanging_transactions(stage.name("nope"))


async def test_a_transaction_that_a_coordinator_knows_does_not_hang(admin: AdminClient, stage: Stage) -> None:
    _, partition, producer_id = await opened(admin, stage)
    if stage.release < DESCRIBED_SINCE:
        return
    found = await admin.find_hanging_transactions(partition.topic, max_transaction_timeout=timedelta(0))
    assert found[partition] == ()
    assert set(await open_in(admin, partition)) == {producer_id}


async def test_a_marker_of_an_earlier_epoch_is_refused(admin: AdminClient, stage: Stage) -> None:
    name, partition, producer_id = await opened(admin, stage)
    fenced = (await admin.fence_producers(name))[name]
    assert fenced.producer_epoch > 0
    await eventually(lambda: open_in(admin, partition), lambda left: not left)
    spec = AbortTransactionSpec(partition=partition, producer_id=producer_id, producer_epoch=0)
    with pytest.raises(BrokerError) as old:
        await admin.abort_transaction(spec)
    assert old.value.code == INVALID_PRODUCER_EPOCH
    with pytest.raises(UnknownTopicError):
        await admin.abort_transaction(
            AbortTransactionSpec(partition=TopicPartition(stage.name("nope"), 0), producer_id=1, producer_epoch=0)
        )


async def test_producers_are_fenced_and_what_they_left_open_is_aborted(admin: AdminClient, stage: Stage) -> None:
    name, partition, producer_id = await opened(admin, stage)
    fresh = stage.name("fresh")
    fenced = await admin.fence_producers([name, fresh])
    assert (fenced[name].transactional_id, fenced[name].producer_id) == (name, producer_id)
    assert fenced[name].producer_epoch > 0
    assert fenced[fresh].producer_epoch == 0
    assert await eventually(lambda: open_in(admin, partition), lambda left: not left) == {}
    if stage.release >= DESCRIBED_SINCE:
        described = (await admin.describe_transactions(name))[name]
        assert (described.state, described.partitions) == (TransactionState.EMPTY, frozenset())
        assert described.started_at is None
        assert (await admin.describe_transactions(fresh))[fresh].producer_id == fenced[fresh].producer_id
    refused = await admin.fence_producers(name, transaction_timeout=timedelta(days=1))
    with pytest.raises(BrokerError) as too_long:
        refused[name]
    assert too_long.value.code == INVALID_TRANSACTION_TIMEOUT


async def test_an_open_transaction_is_terminated(admin: AdminClient, stage: Stage) -> None:
    name, partition, producer_id = await opened(admin, stage)
    terminated = await admin.force_terminate_transaction(name)
    assert (terminated.transactional_id, terminated.producer_id) == (name, producer_id)
    assert await eventually(lambda: open_in(admin, partition), lambda left: not left) == {}


async def test_a_producer_goes_through_a_transaction(admin: AdminClient, stage: Stage) -> None:
    partition, name = await placed(admin, stage), stage.name("payments")
    coordinator = Coordinator(name, CoordinatorType.TRANSACTION)
    fenced = (await admin.fence_producers(name))[name]

    def added(epoch: int) -> AddPartitionsToTxnRequest:
        topic = AddPartitionsToTxnTopic(name=partition.topic, partitions=(partition.partition,))
        return AddPartitionsToTxnRequest(
            v3_and_below_transactional_id=name,
            v3_and_below_producer_id=fenced.producer_id,
            v3_and_below_producer_epoch=epoch,
            v3_and_below_topics=(topic,),
        )

    async def codes(epoch: int) -> set[int]:
        answer = await admin.send(added(epoch), coordinator, version=2)
        return {each.partition_error_code for each in answer.results_by_topic_v3_and_below[0].results_by_partition}

    assert await eventually(lambda: codes(fenced.producer_epoch), lambda found: found == {0}) == {0}
    assert await codes(fenced.producer_epoch + 7) == {PRODUCER_FENCED}
    if stage.release >= DESCRIBED_SINCE:
        open_one = (await admin.describe_transactions(name))[name]
        assert (open_one.state, open_one.partitions) == (TransactionState.ONGOING, {partition})
    ended = await admin.send(
        EndTxnRequest(
            transactional_id=name,
            producer_id=fenced.producer_id,
            producer_epoch=fenced.producer_epoch,
            committed=True,
        ),
        coordinator,
        version=2,
    )
    assert ended.error_code == 0
    if stage.release >= DESCRIBED_SINCE:
        over = await eventually(
            lambda: admin.describe_transactions(name),
            lambda found: found[name].state is TransactionState.COMPLETE_COMMIT,
        )
        assert (over[name].state, over[name].partitions) == (TransactionState.COMPLETE_COMMIT, frozenset())


async def test_what_makes_no_sense_is_refused_before_anything_is_sent(admin: AdminClient) -> None:
    for refused in (
        lambda: admin.fence_producers(""),
        lambda: admin.force_terminate_transaction(""),
        lambda: admin.describe_transactions([""]),
        lambda: admin.list_transactions(states="Sleeping"),
        lambda: admin.list_transactions(longer_than=timedelta(seconds=-1)),
    ):
        with pytest.raises(ConfigurationError):
            await refused()
    with pytest.raises(ConfigurationError):
        AbortTransactionSpec(partition=TopicPartition("orders", 0), producer_id=1, producer_epoch=-1)


# ------------------------------------------------------------------ FakeCluster only


@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_transactions_follow_a_coordinator_that_moves_or_dies_under_the_call(cluster: FakeCluster) -> None:
    cluster.add_transaction("pay", [("orders", 0)])
    async with AdminClient(cluster.bootstrap_servers) as admin:
        assert (await admin.describe_transactions("pay"))["pay"].coordinator.id == await _owner(cluster)
        first = await _owner(cluster)
        cluster.move_transaction_coordinator("pay", to=first % 3 + 1)
        moved = (await admin.describe_transactions("pay"))["pay"].coordinator.id
        assert moved == await _owner(cluster) != first
        cluster.inject(Fault(api=ApiKey.INIT_PRODUCER_ID, broker=moved, stop="reset"))
        fenced = (await admin.fence_producers("pay"))["pay"]
        assert fenced.producer_epoch > 0
        assert await _owner(cluster) != moved


@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_transactions_are_listed_whole_although_a_coordinator_dies_under_the_call(cluster: FakeCluster) -> None:
    names = {f"pay-{number}" for number in range(60)}
    for name in names:
        cluster.add_transaction(name)
    async with AdminClient(cluster.bootstrap_servers) as admin:
        cluster.inject(Fault(api=ApiKey.LIST_TRANSACTIONS, broker=2, stop="reset"))
        assert set(await admin.list_transactions()) == names


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_what_might_be_alive_is_not_called_hanging(cluster: FakeCluster) -> None:
    hanging, fine = TopicPartition("orders", 0), TopicPartition("orders", 1)
    cluster.add_hanging_transaction(*hanging, started_ms=1)
    cluster.inject(Fault(api=ApiKey.LIST_TRANSACTIONS, broker=1, error=29, count=None))
    async with AdminClient(cluster.bootstrap_servers) as admin:
        found = await admin.find_hanging_transactions("orders")
        with pytest.raises(PartialFailureError):
            found[hanging]
        assert found[fine] == ()


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_listing_that_lacks_a_broker_says_so(cluster: FakeCluster) -> None:
    cluster.add_transaction("pay")
    owner = await _owner(cluster)
    cluster.inject(Fault(api=ApiKey.LIST_TRANSACTIONS, broker=owner % 3 + 1, error=-1, count=None))
    async with AdminClient(cluster.bootstrap_servers) as admin:
        with pytest.raises(PartialFailureError, match="1 of 3 brokers") as short:
            await admin.list_transactions()
    assert set(short.value.result) == {"pay"}
    assert set(short.value.failures) == {owner % 3 + 1}
    assert isinstance(short.value.failures[owner % 3 + 1], KafkaAdminError)


async def _owner(cluster: FakeCluster) -> int:
    return await anyio.to_thread.run_sync(partial(cluster.transaction_coordinator_of, "pay"))
