"""Metadata: brokers, and topics by name, by id, or all."""

from __future__ import annotations

from kafkaadmin.testing.handlers.authorization import CLUSTER_OPERATIONS, TOPIC_OPERATIONS, bits
from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.topics import INTERNAL_TOPICS, NO_LEADER, Partition, Topic, is_legal_name
from kafkawire import ErrorCode
from kafkawire.messages import (
    MetadataRequest,
    MetadataRequestTopic,
    MetadataResponse,
    MetadataResponseBroker,
    MetadataResponsePartition,
    MetadataResponseTopic,
)
from kafkawire.primitives import ZERO_UUID

__all__ = ["metadata"]

# Before version 4 a client couldn't say that it doesn't want topics made.
_ALWAYS_CREATES_BEFORE = 4
_TOPIC_IDS_SINCE = 12


def metadata(request: MetadataRequest, context: Context) -> MetadataResponse:
    state = context.state
    return MetadataResponse(
        throttle_time_ms=context.throttle_time_ms,
        brokers=tuple(
            MetadataResponseBroker(node_id=broker.broker_id, host=broker.host, port=broker.port, rack=broker.rack)
            for broker in state.live_brokers()
        ),
        cluster_id=state.cluster_id,
        controller_id=state.controller(),
        topics=_topics(request, context),
        cluster_authorized_operations=bits(CLUSTER_OPERATIONS, request.include_cluster_authorized_operations),
        error_code=context.refused() if context.version >= 13 else ErrorCode.NONE,
    )


def _topics(request: MetadataRequest, context: Context) -> tuple[MetadataResponseTopic, ...]:
    wants_all = request.topics is None or (context.version == 0 and not request.topics)
    if wants_all:
        known = (context.topic(name) for name in tuple(context.state.topics))
        return tuple(_described(topic, request, context) for topic in known if topic is not None)
    return tuple(_one(wanted, request, context) for wanted in request.topics or ())


def _one(wanted: MetadataRequestTopic, request: MetadataRequest, context: Context) -> MetadataResponseTopic:
    by_id = _by_id(wanted, context)
    name = context.state.topic_name(wanted.topic_id) if by_id else wanted.name
    topic = context.topic(name)
    if topic is not None:
        return _described(topic, request, context)
    if by_id:
        return _unknown(context.refused() or ErrorCode.UNKNOWN_TOPIC_ID, wanted, context)
    if refused := context.refused(wanted.name):
        return _unknown(refused, wanted, context)
    if not is_legal_name(wanted.name or ""):
        return _unknown(ErrorCode.INVALID_TOPIC_EXCEPTION, wanted, context)
    if request.allow_auto_topic_creation or context.version < _ALWAYS_CREATES_BEFORE:
        return _create(wanted, context)
    return _unknown(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, wanted, context)


def _create(wanted: MetadataRequestTopic, context: Context) -> MetadataResponseTopic:
    """Make the topic, as brokers do by default. Its leaders are known to the next request only."""
    if wanted.name is not None and wanted.name not in context.state.topics:
        context.on_topic_created(context.state.create_topic(wanted.name), context.broker_id)
    return _unknown(ErrorCode.LEADER_NOT_AVAILABLE, wanted, context)


def _by_id(wanted: MetadataRequestTopic, context: Context) -> bool:
    """Versions 10 and 11 have a place for ids, and no ear for them. Java's Admin sends an empty name beside the id."""
    return context.version >= _TOPIC_IDS_SINCE and wanted.topic_id != ZERO_UUID


def _unknown(error: ErrorCode, wanted: MetadataRequestTopic, context: Context) -> MetadataResponseTopic:
    by_id = _by_id(wanted, context)
    return MetadataResponseTopic(
        error_code=error,
        name=None if by_id else wanted.name,
        topic_id=wanted.topic_id if by_id else ZERO_UUID,
        is_internal=not by_id and wanted.name in INTERNAL_TOPICS,
        partitions=(),
    )


def _described(topic: Topic, request: MetadataRequest, context: Context) -> MetadataResponseTopic:
    error = context.refused(topic.name)
    return MetadataResponseTopic(
        error_code=error,
        name=topic.name,
        topic_id=topic.topic_id,
        is_internal=topic.name in INTERNAL_TOPICS,
        partitions=() if error else tuple(_partition(topic, partition, context) for partition in topic.partitions),
        topic_authorized_operations=bits(TOPIC_OPERATIONS, request.include_topic_authorized_operations),
    )


def _partition(topic: Topic, partition: Partition, context: Context) -> MetadataResponsePartition:
    leader, epoch = context.state.election_seen_by(context.broker_id, topic.name, partition.index)
    return MetadataResponsePartition(
        error_code=ErrorCode.LEADER_NOT_AVAILABLE if leader == NO_LEADER else ErrorCode.NONE,
        partition_index=partition.index,
        leader_id=leader,
        leader_epoch=epoch,
        replica_nodes=partition.replicas,
        isr_nodes=partition.isr,
        offline_replicas=context.state.offline_replicas(partition),
    )
