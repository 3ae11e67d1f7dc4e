"""Partitions as messages carry them: by topic."""

from __future__ import annotations

from collections.abc import Iterable

from kafkaadmin.models.partitions import TopicPartition

__all__ = ["PARTITIONS_PER_REQUEST", "by_topic"]

PARTITIONS_PER_REQUEST = 5_000
"""Partitions that one request asks about: some 100 KB either way, and 25 ms to read."""


def by_topic(partitions: Iterable[TopicPartition]) -> dict[str, list[int]]:
    """The partitions' numbers under their topics, in the order in which each is first named."""
    topics: dict[str, list[int]] = {}
    for topic, index in partitions:
        topics.setdefault(topic, []).append(index)
    return topics
