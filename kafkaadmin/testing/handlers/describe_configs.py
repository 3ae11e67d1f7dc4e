"""DescribeConfigs: what topics were made with, and some of the brokers' defaults beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kafkaadmin.testing.handlers.context import Context
from kafkawire import ErrorCode
from kafkawire.enums import ConfigResourceType, ConfigSource, ConfigType
from kafkawire.messages import (
    DescribeConfigsRequest,
    DescribeConfigsResource,
    DescribeConfigsResourceResult,
    DescribeConfigsResponse,
    DescribeConfigsResult,
    DescribeConfigsSynonym,
)

__all__ = ["describe_configs"]


class _Default(NamedTuple):
    value: str
    type: ConfigType


_TOPIC_DEFAULTS = {
    "cleanup.policy": _Default("delete", ConfigType.LIST),
    "compression.type": _Default("producer", ConfigType.STRING),
    "delete.retention.ms": _Default("86400000", ConfigType.LONG),
    "max.message.bytes": _Default("1048588", ConfigType.INT),
    "min.cleanable.dirty.ratio": _Default("0.5", ConfigType.DOUBLE),
    "min.insync.replicas": _Default("1", ConfigType.INT),
    "retention.bytes": _Default("-1", ConfigType.LONG),
    "retention.ms": _Default("604800000", ConfigType.LONG),
    "segment.bytes": _Default("1073741824", ConfigType.INT),
    "unclean.leader.election.enable": _Default("false", ConfigType.BOOLEAN),
}


def describe_configs(request: DescribeConfigsRequest, context: Context) -> DescribeConfigsResponse:
    return DescribeConfigsResponse(
        throttle_time_ms=context.throttle_time_ms,
        results=tuple(_describe(resource, request.include_synonyms, context) for resource in request.resources),
    )


def _describe(wanted: DescribeConfigsResource, synonyms: bool, context: Context) -> DescribeConfigsResult:
    error = context.refused(wanted.resource_name) or _error(wanted, context)
    return DescribeConfigsResult(
        error_code=error,
        error_message=error.name if error else None,
        resource_type=wanted.resource_type,
        resource_name=wanted.resource_name,
        configs=() if error else tuple(_configs(wanted, synonyms, context)),
    )


def _error(wanted: DescribeConfigsResource, context: Context) -> ErrorCode:
    if wanted.resource_type == ConfigResourceType.TOPIC:
        known = context.topic(wanted.resource_name) is not None
        return ErrorCode.NONE if known else ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    of_brokers = wanted.resource_type == ConfigResourceType.BROKER
    ours = of_brokers and wanted.resource_name in {"", str(context.broker_id)}
    return ErrorCode.NONE if ours else ErrorCode.INVALID_REQUEST


def _configs(
    wanted: DescribeConfigsResource, synonyms: bool, context: Context
) -> Iterator[DescribeConfigsResourceResult]:
    topic = context.topic(wanted.resource_name) if wanted.resource_type == ConfigResourceType.TOPIC else None
    own: Mapping[str, str] = topic.configs if topic is not None else {}
    for name in sorted(_TOPIC_DEFAULTS.keys() | own.keys()) if topic is not None else ():
        if wanted.configuration_keys is None or name in wanted.configuration_keys:
            yield _config(name, own.get(name), synonyms, context.version)


def _config(name: str, own: str | None, synonyms: bool, version: int) -> DescribeConfigsResourceResult:
    default = _TOPIC_DEFAULTS.get(name, _Default("", ConfigType.STRING))
    source = ConfigSource.DEFAULT_CONFIG if own is None else ConfigSource.TOPIC_CONFIG
    value = default.value if own is None else own
    return DescribeConfigsResourceResult(
        name=name,
        value=value,
        read_only=False,
        is_default=own is None and version == 0,
        config_source=source if version >= 1 else -1,
        is_sensitive=False,
        synonyms=(DescribeConfigsSynonym(name=name, value=value, source=source),) if synonyms else (),
        config_type=default.type if version >= 3 else 0,
        documentation=None,
    )
