"""What configs topics have: read to tell one's own topic from somebody else's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from kafkaadmin.routing import AnyBroker, Attempt, Cluster, Deadline, Done, Errored, Operation, Outcome
from kafkawire.enums import ConfigResourceType, ConfigSource
from kafkawire.messages import (
    DescribeConfigsRequest,
    DescribeConfigsResource,
    DescribeConfigsResourceResult,
    DescribeConfigsResponse,
)

__all__ = ["TopicConfigs", "alike", "are_as_ordered", "topic_configs"]

_WITH_SOURCES = 1
_UNKNOWN_TOPIC_OR_PARTITION = 3


class TopicConfigs(NamedTuple):
    """All configs of a topic, and which of them are its own."""

    values: Mapping[str, str | None]
    own: Mapping[str, str | None]


async def topic_configs(cluster: Cluster, name: str, topic: str, *, deadline: Deadline) -> TopicConfigs:
    """The configs of a topic that exists; `name` is the call on whose behalf they are read."""

    def request(keys: Sequence[str], attempt: Attempt) -> DescribeConfigsRequest:
        return DescribeConfigsRequest(
            resources=tuple(
                DescribeConfigsResource(
                    resource_type=ConfigResourceType.TOPIC, resource_name=key, configuration_keys=None
                )
                for key in keys
            )
        )

    def outcomes(
        keys: Sequence[str], response: DescribeConfigsResponse, attempt: Attempt
    ) -> Iterator[tuple[str, Outcome[TopicConfigs]]]:
        for result in response.results:
            failed = Errored(result.error_code, result.error_message) if result.error_code else None
            yield result.resource_name, failed or Done(_read(result.configs))

    result = await cluster.run(
        Operation(
            name=name,
            noun="topic",
            to=lambda key: AnyBroker(),
            api=DescribeConfigsRequest,
            request=request,
            outcomes=outcomes,
            at_least=_WITH_SOURCES,
            # The controller has it; the broker that is asked may not have heard of it yet.
            retry_on=frozenset({_UNKNOWN_TOPIC_OR_PARTITION}),
        ),
        (topic,),
        deadline=deadline,
    )
    return result[topic]


def _read(configs: Iterable[DescribeConfigsResourceResult]) -> TopicConfigs:
    return TopicConfigs(
        values={config.name: config.value for config in configs},
        own={config.name: config.value for config in configs if config.config_source == ConfigSource.TOPIC_CONFIG},
    )


def are_as_ordered(ordered: Mapping[str, str | None], own: Mapping[str, str | None]) -> bool:
    """Whether a topic's own configs are those that it was ordered with: these, and no others."""
    wanted = {name: value for name, value in ordered.items() if value is not None}
    return wanted.keys() == own.keys() and all(alike(value, own[name]) for name, value in wanted.items())


def alike(ordered: str, found: str | None) -> bool:
    """Whether a config's value is as ordered, however it is written."""
    # A sensitive value comes as null: that there is one is all that can be seen.
    return found is None or _normal(ordered) == _normal(found)


def _normal(value: str) -> object:
    """A value as brokers read it: they give back `0.5` for `.50`, and `delete,compact` for `delete, compact`."""
    text = value.strip()
    if text.lower() in {"true", "false"}:
        return text.lower()
    try:
        return Decimal(text)
    except InvalidOperation:
        return tuple(part.strip() for part in text.split(","))
