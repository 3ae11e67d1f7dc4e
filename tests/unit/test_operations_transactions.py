"""How transactions and producers are asked for, and how the answers are read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kafkaadmin import (
    AbortTransactionSpec,
    BrokerError,
    BrokerId,
    Coordinator,
    CoordinatorType,
    Leader,
    ProducerState,
    TopicPartition,
    TransactionState,
    UnsupportedVersionError,
)
from kafkaadmin import operations as ops
from kafkaadmin.models.transactions import HangingTransaction
from kafkawire.messages import (
    DescribeProducersRequest,
    DescribeProducersResponse,
    DescribeProducersResponsePartitionResponse,
    DescribeProducersResponseProducerState,
    DescribeProducersResponseTopicResponse,
    DescribeTransactionsRequest,
    DescribeTransactionsResponse,
    DescribeTransactionsResponseTransactionState,
    InitProducerIdRequest,
    InitProducerIdResponse,
    ListTransactionsRequest,
    ListTransactionsResponse,
    ListTransactionsResponseTransactionState,
    WritableTxnMarkerPartitionResult,
    WritableTxnMarkerResult,
    WritableTxnMarkerTopicResult,
    WriteTxnMarkersRequest,
    WriteTxnMarkersResponse,
)
from tests.support.scripted_cluster import BROKERS, ScriptedCluster

ORDERS_0 = TopicPartition("orders", 0)
CONCURRENT_TRANSACTIONS = 51


def listing(*unknown: str, version: int = 2) -> ScriptedCluster:
    pay = ListTransactionsResponseTransactionState(
        transactional_id="pay", producer_id=7, transaction_state="PrepareCommit"
    )
    answer = ListTransactionsResponse(unknown_state_filters=unknown, transaction_states=(pay,))
    return ScriptedCluster({ListTransactionsRequest: (version, lambda _: answer)})


class TestListTransactions:
    def test_every_broker_is_asked_with_all_filters(self) -> None:
        cluster = listing()
        listed = cluster.call(
            ops.list_transactions,
            states=[TransactionState.PREPARE_COMMIT, "ongoing"],
            producer_ids=7,
            longer_than=timedelta(seconds=2),
            transactional_id_pattern="p.*",
        )
        assert [asked.to for asked in cluster.asked] == [BrokerId(broker.id) for broker in BROKERS]
        request = cluster.asked[0].request
        assert request.state_filters == ("PrepareCommit", "Ongoing")
        assert (request.producer_id_filters, request.duration_filter) == ((7,), 2000)
        assert request.transactional_id_pattern == "p.*"
        assert listed["pay"].state is TransactionState.PREPARE_COMMIT

    def test_old_brokers_need_no_filter_that_nobody_gave(self) -> None:
        assert set(listing(version=0).call(ops.list_transactions)) == {"pay"}

    def test_a_state_that_a_broker_does_not_know_is_unsupported(self) -> None:
        with pytest.raises(UnsupportedVersionError, match="knows no transactions PrepareEpochFence"):
            listing("PrepareEpochFence").call(ops.list_transactions, states=TransactionState.PREPARE_EPOCH_FENCE)


def described(**told: object) -> ScriptedCluster:
    state = DescribeTransactionsResponseTransactionState(transactional_id="pay", **told)  # type: ignore[arg-type]
    answer = DescribeTransactionsResponse(transaction_states=(state,))
    return ScriptedCluster({DescribeTransactionsRequest: (0, lambda _: answer)})


class TestDescribeTransactions:
    def test_the_transaction_coordinator_is_asked(self) -> None:
        cluster = described(transaction_state="Ongoing", transaction_start_time_ms=1000, transaction_timeout_ms=2500)
        found = cluster.call(ops.describe_transactions, "pay")["pay"]
        assert cluster.asked[0].to == Coordinator("pay", CoordinatorType.TRANSACTION)
        assert found.coordinator == BROKERS[0]
        assert found.started_at == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
        assert found.transaction_timeout == timedelta(seconds=2.5)

    @pytest.mark.parametrize("start", [-1, 1_700_000_000_000])
    def test_none_was_begun_where_none_is_open_whatever_old_brokers_tell(self, start: int) -> None:
        cluster = described(transaction_state="Empty", transaction_start_time_ms=start)
        assert cluster.call(ops.describe_transactions, "pay")["pay"].started_at is None


def producers(**told: int) -> ScriptedCluster:
    state = DescribeProducersResponseProducerState(**told)
    partition = DescribeProducersResponsePartitionResponse(partition_index=0, active_producers=(state,))
    answer = DescribeProducersResponse(
        topics=(DescribeProducersResponseTopicResponse(name="orders", partitions=(partition,)),)
    )
    return ScriptedCluster({DescribeProducersRequest: (0, lambda _: answer)})


class TestProducers:
    def test_leaders_are_asked_or_the_broker_that_was_named(self) -> None:
        cluster = producers()
        cluster.call(ops.describe_producers, ORDERS_0)
        cluster.call(ops.describe_producers, [ORDERS_0], broker_id=3)
        assert [asked.to for asked in cluster.asked] == [Leader(ORDERS_0), BrokerId(3)]

    def test_what_there_is_none_of_is_none(self) -> None:
        cluster = producers(producer_id=7, producer_epoch=1, coordinator_epoch=-1)
        assert cluster.call(ops.describe_producers, ORDERS_0)[ORDERS_0] == (
            ProducerState(
                producer_id=7,
                producer_epoch=1,
                last_sequence=None,
                last_timestamp=None,
                coordinator_epoch=None,
                current_transaction_start_offset=None,
            ),
        )

    def test_an_abort_is_a_marker_with_what_the_leader_told(self) -> None:
        producer = producers(producer_id=7, producer_epoch=1, coordinator_epoch=-1)
        (state,) = producer.call(ops.describe_producers, ORDERS_0)[ORDERS_0]
        hanging = HangingTransaction(partition=ORDERS_0, producer=state, transactional_id=None)
        cluster = marked(0)
        cluster.call(ops.abort_transaction, hanging.abort_spec)
        (marker,) = cluster.asked[0].request.markers
        assert (marker.producer_id, marker.producer_epoch, marker.coordinator_epoch) == (7, 1, 0)
        assert (marker.transaction_result, marker.transaction_version) == (False, 0)
        assert cluster.asked[0].to == Leader(ORDERS_0)

    def test_a_marker_that_is_refused_is_raised(self) -> None:
        spec = AbortTransactionSpec(partition=ORDERS_0, producer_id=7, producer_epoch=1, coordinator_epoch=2)
        with pytest.raises(BrokerError, match="abort_transaction: partition orders-0: TRANSACTION_COORDINATOR_FENCED"):
            marked(52).call(ops.abort_transaction, spec)


def marked(code: int) -> ScriptedCluster:
    partition = WritableTxnMarkerPartitionResult(partition_index=0, error_code=code)
    topic = WritableTxnMarkerTopicResult(name="orders", partitions=(partition,))
    answer = WriteTxnMarkersResponse(markers=(WritableTxnMarkerResult(producer_id=7, topics=(topic,)),))
    return ScriptedCluster({WriteTxnMarkersRequest: (2, lambda _: answer)})


class TestFencing:
    @pytest.mark.parametrize("version", [0, 5])
    def test_each_id_has_a_request_of_its_own_as_a_new_producer_makes_it(self, version: int) -> None:
        answer = InitProducerIdResponse(producer_id=7, producer_epoch=3)
        cluster = ScriptedCluster({InitProducerIdRequest: (version, lambda _: answer)})
        fenced = cluster.call(ops.fence_producers, ["pay", "bill"], transaction_timeout=timedelta(seconds=5))
        assert [asked.request.transactional_id for asked in cluster.asked] == ["pay", "bill"]
        request = cluster.asked[0].request
        assert (request.transaction_timeout_ms, request.producer_id, request.producer_epoch) == (5000, -1, -1)
        assert (fenced["bill"].producer_id, fenced["bill"].producer_epoch) == (7, 3)
        assert cluster.operations[0].retry_on == {CONCURRENT_TRANSACTIONS}
