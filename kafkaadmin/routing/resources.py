"""What ACLs call the things that keys of operations are about."""

from __future__ import annotations

from kafkaadmin.models.configs import ConfigResource
from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.models.replicas import TopicPartitionReplica
from kafkaadmin.routing.destinations import Coordinator, Destination, Leader

__all__ = ["resource_of"]

_TOPIC, _GROUP, _TRANSACTIONAL_ID = 29, 30, 53


def resource_of(code: int, noun: str, key: object, to: Destination) -> str | None:
    """The name of the resource that an authorisation error speaks of; `None` where the key doesn't tell it."""
    if isinstance(key, ConfigResource):
        return key.name
    if code in (_GROUP, _TRANSACTIONAL_ID):
        return to.key if isinstance(to, Coordinator) else None
    if code != _TOPIC:
        return None
    if isinstance(key, TopicPartition | TopicPartitionReplica):
        return key.topic
    if isinstance(to, Leader):
        return to.partition.topic
    return key if isinstance(key, str) and noun == "topic" else None
