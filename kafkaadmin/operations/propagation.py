"""Waiting until what the controller has done is known to every broker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import anyio

from kafkaadmin.errors import BrokerError, OperationTimeoutError
from kafkaadmin.routing import Attempt, BrokerId, Cluster, Deadline, Done, Errored, Operation, Outcome
from kafkawire.messages import MetadataRequest, MetadataRequestTopic, MetadataResponse

__all__ = ["wait_until_known"]

_A_ROUND = 2.0
"""Seconds for which a broker is tried before it counts as dead: if it starts again, it catches up before it serves."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.5


class _Spot(NamedTuple):
    """A topic, as one broker knows it."""

    broker: int
    topic: str

    def __str__(self) -> str:
        return f"{self.topic!r} on broker {self.broker}"


async def wait_until_known(
    cluster: Cluster, name: str, topics: Iterable[str], *, deadline: Deadline
) -> dict[str, OperationTimeoutError]:
    """Ask every live broker about the topics until it knows them. Returns those that some broker still doesn't know."""
    missing = dict.fromkeys(topics)
    pause = _FIRST_PAUSE
    while missing:
        missing = await _unknown(cluster, name, missing, deadline)
        if deadline.remaining() <= pause:
            break
        if missing:
            await anyio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
    return {
        topic: OperationTimeoutError(
            f"{name}: topic {topic!r}: not all brokers knew it within {deadline.seconds:g} s", sent=True
        )
        for topic in missing
    }


async def _unknown(cluster: Cluster, name: str, topics: Iterable[str], deadline: Deadline) -> dict[str, None]:
    """The topics that some broker doesn't know, or that nobody has said to know."""
    try:
        brokers = await cluster.brokers(deadline=deadline)
    except OperationTimeoutError:
        return dict.fromkeys(topics)
    is_cut_short = deadline.remaining() < _A_ROUND
    result = await cluster.run(
        _knowing(name),
        [_Spot(broker.id, topic) for broker in brokers for topic in topics],
        deadline=deadline.within(_A_ROUND),
    )
    known = {spot.topic for spot in result.succeeded}
    unsure = {spot.topic for spot, error in result.failed.items() if is_cut_short or isinstance(error, BrokerError)}
    return {topic: None for topic in topics if topic not in known or topic in unsure}


def _knowing(name: str) -> Operation[_Spot, MetadataResponse, None]:
    def request(keys: Sequence[_Spot], attempt: Attempt) -> MetadataRequest:
        return MetadataRequest(
            topics=tuple(MetadataRequestTopic(name=key.topic) for key in keys), allow_auto_topic_creation=False
        )

    def outcomes(
        keys: Sequence[_Spot], response: MetadataResponse, attempt: Attempt
    ) -> Iterator[tuple[_Spot, Outcome[None]]]:
        asked = {key.topic: key for key in keys}
        for topic in response.topics:
            yield asked[topic.name or ""], Errored(topic.error_code) if topic.error_code else Done(None)

    return Operation(
        name=name,
        noun="topic",
        to=lambda key: BrokerId(key.broker),
        api=MetadataRequest,
        request=request,
        outcomes=outcomes,
        at_least=4,
    )
