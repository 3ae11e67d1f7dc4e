"""Partitions as messages carry them: by topic."""

from __future__ import annotations

from collections.abc import Iterable

from kafkaadmin.models.partitions import TopicPartition

__all__ = ["by_topic"]


def by_topic(partitions: Iterable[TopicPartition]) -> dict[str, list[int]]:
    """The partitions' numbers under their topics, in the order in which each is first named."""
    topics: dict[str, list[int]] = {}
    for topic, index in partitions:
        topics.setdefault(topic, []).append(index)
    return topics
