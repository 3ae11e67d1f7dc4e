"""The answers that the codecs are compared on: those that grow with a cluster, filled as a cluster fills them."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any
from uuid import UUID

from kafkawire import Message, encode
from kafkawire.enums import ConfigSource, ConfigType
from kafkawire.messages import (
    ConsumerProtocolAssignment,
    ConsumerProtocolAssignmentTopicPartition,
    ConsumerProtocolSubscription,
    ConsumerProtocolSubscriptionTopicPartition,
    DescribeConfigsResourceResult,
    DescribeConfigsResponse,
    DescribeConfigsResult,
    DescribeConfigsSynonym,
    DescribedGroupMember,
    DescribeGroupsResponse,
    DescribeGroupsResponseDescribedGroup,
    ListOffsetsPartitionResponse,
    ListOffsetsResponse,
    ListOffsetsTopicResponse,
    MetadataResponse,
    MetadataResponseBroker,
    MetadataResponsePartition,
    MetadataResponseTopic,
    OffsetFetchResponse,
    OffsetFetchResponseGroup,
    OffsetFetchResponsePartitions,
    OffsetFetchResponseTopics,
)
from kafkawire.primitives import Array, Int32, Struct
from kafkawire.schema import entity, wire

# What Kafka 4 tells of a topic's configs: the topic's name for it, the broker's, type and default.
TOPIC_CONFIGS = [
    ("cleanup.policy", "log.cleanup.policy", ConfigType.LIST, "delete"),
    ("compression.gzip.level", "compression.gzip.level", ConfigType.INT, "-1"),
    ("compression.lz4.level", "compression.lz4.level", ConfigType.INT, "9"),
    ("compression.type", "compression.type", ConfigType.STRING, "producer"),
    ("compression.zstd.level", "compression.zstd.level", ConfigType.INT, "3"),
    ("delete.retention.ms", "log.cleaner.delete.retention.ms", ConfigType.LONG, "86400000"),
    ("file.delete.delay.ms", "log.segment.delete.delay.ms", ConfigType.LONG, "60000"),
    ("flush.messages", "log.flush.interval.messages", ConfigType.LONG, "9223372036854775807"),
    ("flush.ms", "log.flush.interval.ms", ConfigType.LONG, "9223372036854775807"),
    ("follower.replication.throttled.replicas", None, ConfigType.LIST, ""),
    ("index.interval.bytes", "log.index.interval.bytes", ConfigType.INT, "4096"),
    ("leader.replication.throttled.replicas", None, ConfigType.LIST, ""),
    ("local.retention.bytes", "log.local.retention.bytes", ConfigType.LONG, "-2"),
    ("local.retention.ms", "log.local.retention.ms", ConfigType.LONG, "-2"),
    ("max.compaction.lag.ms", "log.cleaner.max.compaction.lag.ms", ConfigType.LONG, "9223372036854775807"),
    ("max.message.bytes", "message.max.bytes", ConfigType.INT, "1048588"),
    ("message.timestamp.after.max.ms", "log.message.timestamp.after.max.ms", ConfigType.LONG, "3600000"),
    (
        "message.timestamp.before.max.ms",
        "log.message.timestamp.before.max.ms",
        ConfigType.LONG,
        "9223372036854775807",
    ),
    ("message.timestamp.type", "log.message.timestamp.type", ConfigType.STRING, "CreateTime"),
    ("min.cleanable.dirty.ratio", "log.cleaner.min.cleanable.ratio", ConfigType.DOUBLE, "0.5"),
    ("min.compaction.lag.ms", "log.cleaner.min.compaction.lag.ms", ConfigType.LONG, "0"),
    ("min.insync.replicas", "min.insync.replicas", ConfigType.INT, "1"),
    ("preallocate", "log.preallocate", ConfigType.BOOLEAN, "false"),
    ("remote.copy.disable", None, ConfigType.BOOLEAN, "false"),
    ("remote.log.delete.on.disable", None, ConfigType.BOOLEAN, "false"),
    ("remote.storage.enable", None, ConfigType.BOOLEAN, "false"),
    ("retention.bytes", "log.retention.bytes", ConfigType.LONG, "-1"),
    ("retention.ms", "log.retention.ms", ConfigType.LONG, "604800000"),
    ("segment.bytes", "log.segment.bytes", ConfigType.INT, "1073741824"),
    ("segment.index.bytes", "log.index.size.max.bytes", ConfigType.INT, "10485760"),
    ("segment.jitter.ms", "log.roll.jitter.ms", ConfigType.LONG, "0"),
    ("segment.ms", "log.roll.ms", ConfigType.LONG, "604800000"),
    ("unclean.leader.election.enable", "unclean.leader.election.enable", ConfigType.BOOLEAN, "false"),
]


def metadata(topics: int) -> MetadataResponse:
    """Topics of 10 partitions with 3 replicas, over 6 brokers."""
    return MetadataResponse(
        brokers=tuple(MetadataResponseBroker(node_id=i, host=f"broker-{i}.example.com", port=9092) for i in range(6)),
        cluster_id="kafkaadmin-benchmark00",
        controller_id=1,
        topics=tuple(
            MetadataResponseTopic(
                name=f"orders-by-region-{t:05}",
                topic_id=UUID(int=(0xBE << 120) + t + 1),
                partitions=tuple(
                    MetadataResponsePartition(
                        partition_index=p,
                        leader_id=(t + p) % 6,
                        leader_epoch=p + 3,
                        replica_nodes=tuple((t + p + r) % 6 for r in range(3)),
                        isr_nodes=tuple((t + p + r) % 6 for r in range(3)),
                    )
                    for p in range(10)
                ),
            )
            for t in range(topics)
        ),
    )


def offsets(groups: int) -> OffsetFetchResponse:
    """Groups with committed offsets on the 10 partitions of one topic."""
    return OffsetFetchResponse(
        groups=tuple(
            OffsetFetchResponseGroup(
                group_id=f"billing-service-{g:06}",
                topics=(
                    OffsetFetchResponseTopics(
                        name="orders-by-region-and-time",
                        partitions=tuple(
                            OffsetFetchResponsePartitions(
                                partition_index=p,
                                committed_offset=1_000_000_007 * (p + 1) + g,
                                committed_leader_epoch=p,
                            )
                            for p in range(10)
                        ),
                    ),
                ),
            )
            for g in range(groups)
        )
    )


def groups(count: int) -> DescribeGroupsResponse:
    """Stable consumer groups of 8 members that share two topics of 16 partitions."""
    return DescribeGroupsResponse(
        groups=tuple(
            DescribeGroupsResponseDescribedGroup(
                group_id=f"billing-service-{g:06}",
                group_state="Stable",
                protocol_type="consumer",
                protocol_data="cooperative-sticky",
                members=tuple(_member(g, m) for m in range(8)),
            )
            for g in range(count)
        )
    )


def _member(group: int, number: int) -> DescribedGroupMember:
    owned = dict.fromkeys(("orders-by-region", "payments-by-region"), (2 * number, 2 * number + 1))
    subscription = ConsumerProtocolSubscription(
        topics=tuple(owned),
        owned_partitions=tuple(
            ConsumerProtocolSubscriptionTopicPartition(topic=topic, partitions=partitions)
            for topic, partitions in owned.items()
        ),
        generation_id=17,
        rack_id="eu-central-1a",
    )
    assignment = ConsumerProtocolAssignment(
        assigned_partitions=tuple(
            ConsumerProtocolAssignmentTopicPartition(topic=topic, partitions=partitions)
            for topic, partitions in owned.items()
        )
    )
    version = (3).to_bytes(2, "big")
    client = f"billing-service-{group:06}-{number}"
    return DescribedGroupMember(
        member_id=f"{client}-{UUID(int=group << 64 | number)}",
        client_id=client,
        client_host=f"/10.1.{group % 256}.{number + 10}",
        member_metadata=version + encode(subscription, 3),
        member_assignment=version + encode(assignment, 3),
    )


def configs(topics: int) -> DescribeConfigsResponse:
    """Topics with all their configs and where those come from. Every topic keeps its records for a time of its own, and
    some set this or that besides.
    """
    return DescribeConfigsResponse(
        results=tuple(
            DescribeConfigsResult(
                error_message=None,
                resource_type=2,
                resource_name=f"orders-by-region-{t:05}",
                configs=tuple(_config(*config, own=_own_configs(t).get(config[0])) for config in TOPIC_CONFIGS),
            )
            for t in range(topics)
        )
    )


def _own_configs(topic: int) -> dict[str, str]:
    own = {"retention.ms": str(3_600_000 * (topic + 1))}
    if topic % 2:
        own["min.insync.replicas"] = "2"
    if topic % 3 == 0:
        own |= {"cleanup.policy": "compact", "segment.bytes": str(1 << 20 + topic % 10)}
    if topic % 5 == 0:
        own["compression.type"] = ("zstd", "lz4")[topic % 2]
    return own


def _config(
    name: str, broker_name: str | None, kind: ConfigType, default: str, own: str | None
) -> DescribeConfigsResourceResult:
    synonyms = [DescribeConfigsSynonym(name=name, value=own, source=int(ConfigSource.TOPIC_CONFIG))] if own else []
    if broker_name:
        source = int(ConfigSource.DEFAULT_CONFIG)
        synonyms.append(DescribeConfigsSynonym(name=broker_name, value=default, source=source))
    return DescribeConfigsResourceResult(
        name=name,
        value=own or default,
        config_source=int(ConfigSource.TOPIC_CONFIG if own else ConfigSource.DEFAULT_CONFIG),
        synonyms=tuple(synonyms),
        config_type=int(kind),
        documentation=None,
    )


def listed_offsets(topics: int) -> ListOffsetsResponse:
    """The ends of topics of 100 partitions."""
    return ListOffsetsResponse(
        topics=tuple(
            ListOffsetsTopicResponse(
                name=f"orders-by-region-{t:05}",
                partitions=tuple(
                    ListOffsetsPartitionResponse(partition_index=p, offset=1_000_000_007 * (p + 1) + t, leader_epoch=p)
                    for p in range(100)
                ),
            )
            for t in range(topics)
        )
    )


def with_a_tagged_field(message: Message) -> Message:
    """The message as a newer broker may send it: with a tagged field that we don't know, in every struct."""
    newer: Message = _newer(message)
    return newer


def _newer(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_newer, value))
    if not hasattr(value, "__wire_fields__"):
        return value
    fields = {spec.name: _newer(getattr(value, spec.name)) for spec in value.__wire_fields__}
    return _newer_class(type(value))(**fields, tomorrow=7)


@cache
def _newer_class(cls: Any) -> Any:
    body: dict[str, Any] = {name: getattr(cls, name) for name in ("versions", "flexible_since") if hasattr(cls, name)}
    for spec in cls.__wire_fields__:
        body[spec.name] = wire(
            _newer_type(spec.type), since=spec.since, until=spec.until, default=spec.default, ignorable=spec.ignorable
        )
    body["tomorrow"] = wire(Int32, tag=9, default=0)
    return entity(type(cls)(cls.__name__, cls.__bases__, body))


def _newer_type(declared: Any) -> Any:
    newer = copy.copy(declared)
    if isinstance(declared, Array):
        newer.element = _newer_type(declared.element)
    if isinstance(declared, Struct):
        newer.entity = _newer_class(declared.entity)
    return newer
