"""Topics and partitions as messages carry them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from kafkaadmin.models.partitions import TopicPartition
from kafkawire.enums import NO_LEADER
from kafkawire.primitives import ZERO_UUID

__all__ = ["PARTITIONS_PER_REQUEST", "TOPICS_PER_REQUEST", "by_topic", "leader_of", "topic_id"]

PARTITIONS_PER_REQUEST = 5_000
"""Partitions that one request asks about: some 100 KB either way, and 25 ms to read."""

TOPICS_PER_REQUEST = 500
"""Topics that one request has a controller change: it takes them one after the other."""


def by_topic(partitions: Iterable[TopicPartition]) -> dict[str, list[int]]:
    """The partitions' numbers under their topics, in the order in which each is first named."""
    topics: dict[str, list[int]] = {}
    for topic, index in partitions:
        topics.setdefault(topic, []).append(index)
    return topics


def leader_of(told: int) -> int | None:
    """A partition's leader as brokers tell it."""
    return None if told == NO_LEADER else told


def topic_id(told: UUID) -> UUID | None:
    """A topic's id as brokers tell it: zeros are none."""
    return None if told == ZERO_UUID else told
