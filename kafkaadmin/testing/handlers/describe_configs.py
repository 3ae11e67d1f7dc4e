"""DescribeConfigs: what was set for topics, brokers, groups and client metrics, the defaults beside it, and loggers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kafkaadmin.testing.configs import DEFINITIONS, Definition, Setting
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

__all__ = ["describe_configs", "resource_error"]

_SOURCES_SINCE, _TYPES_SINCE = 1, 3

_KNOWN_SINCE = {
    ConfigResourceType.TOPIC: (2, 1),
    ConfigResourceType.BROKER: (2, 1),
    ConfigResourceType.BROKER_LOGGER: (2, 4),
    ConfigResourceType.CLIENT_METRICS: (3, 7),
    ConfigResourceType.GROUP: (4, 0),
}


def describe_configs(request: DescribeConfigsRequest, context: Context) -> DescribeConfigsResponse:
    return DescribeConfigsResponse(
        throttle_time_ms=context.throttle_time_ms,
        results=tuple(_describe(resource, request, context) for resource in request.resources),
    )


def resource_error(type: int, name: str, context: Context) -> ErrorCode:
    """Why the broker that was asked has nothing to say of a resource's configs."""
    kind = ConfigResourceType(type)
    since = _KNOWN_SINCE.get(kind)
    if since is None or tuple(map(int, context.release.split("."))) < since:
        return ErrorCode.INVALID_REQUEST
    if kind is ConfigResourceType.TOPIC:
        return ErrorCode.NONE if context.topic(name) is not None else ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    ours = {
        ConfigResourceType.BROKER: {"", str(context.broker_id)},
        ConfigResourceType.BROKER_LOGGER: {str(context.broker_id)},
    }
    return ErrorCode.NONE if kind not in ours or name in ours[kind] else ErrorCode.INVALID_REQUEST


def _describe(
    wanted: DescribeConfigsResource, request: DescribeConfigsRequest, context: Context
) -> DescribeConfigsResult:
    error = context.refused(wanted.resource_name) or resource_error(wanted.resource_type, wanted.resource_name, context)
    return DescribeConfigsResult(
        error_code=error,
        error_message=error.name if error else None,
        resource_type=wanted.resource_type,
        resource_name=wanted.resource_name,
        configs=() if error else tuple(_configs(wanted, request, context)),
    )


def _configs(
    wanted: DescribeConfigsResource, request: DescribeConfigsRequest, context: Context
) -> Iterator[DescribeConfigsResourceResult]:
    kind, name = ConfigResourceType(wanted.resource_type), wanted.resource_name
    if kind is ConfigResourceType.BROKER_LOGGER:
        for logger, level in context.state.configs.levels(name).items():
            if wanted.configuration_keys is None or logger in wanted.configuration_keys:
                yield _logger(logger, level)
        return
    own = own_configs(kind, name, context)
    for config in _names(kind, name, own):
        if wanted.configuration_keys is None or config in wanted.configuration_keys:
            definition = DEFINITIONS[kind].get(config, Definition(None, ConfigType.STRING))
            given = {"broker.id": str(context.broker_id)}
            settings = context.state.configs.settings(kind, name, config, own, given)
            yield _config(config, definition, settings, request, context.version)


def own_configs(kind: ConfigResourceType, name: str, context: Context) -> Mapping[str, str]:
    """What was set there itself."""
    topic = context.topic(name) if kind is ConfigResourceType.TOPIC else None
    return topic.configs if topic is not None else context.state.configs.of(kind, name)


def _names(kind: ConfigResourceType, name: str, own: Mapping[str, str]) -> list[str]:
    # Of what holds for all brokers only that is told which was set.
    return sorted(DEFINITIONS[kind].keys() | own.keys()) if name else sorted(own)


def _config(
    name: str,
    definition: Definition,
    settings: tuple[Setting, ...],
    request: DescribeConfigsRequest,
    version: int,
) -> DescribeConfigsResourceResult:
    strongest = settings[0]
    sensitive = definition.type is ConfigType.PASSWORD
    return DescribeConfigsResourceResult(
        name=name,
        value=None if sensitive else strongest.value,
        read_only=definition.read_only,
        is_default=strongest.source is ConfigSource.DEFAULT_CONFIG and version < _SOURCES_SINCE,
        config_source=strongest.source if version >= _SOURCES_SINCE else -1,
        is_sensitive=sensitive,
        synonyms=tuple(
            DescribeConfigsSynonym(name=each.name, value=None if sensitive else each.value, source=each.source)
            for each in settings
            if request.include_synonyms
        ),
        config_type=definition.type if version >= _TYPES_SINCE else 0,
        documentation=definition.documentation if request.include_documentation else None,
    )


def _logger(name: str, level: str) -> DescribeConfigsResourceResult:
    return DescribeConfigsResourceResult(
        name=name,
        value=level,
        config_source=ConfigSource.DYNAMIC_BROKER_LOGGER_CONFIG,
        documentation=None,
    )
