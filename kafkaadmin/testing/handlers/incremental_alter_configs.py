"""IncrementalAlterConfigs: each resource is changed as a whole, or refused."""

from __future__ import annotations

from collections import Counter

from kafkaadmin.testing.configs import DEFINITIONS, LEVELS, ROOT_LOGGER, Definition
from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.handlers.describe_configs import own_configs, resource_error
from kafkawire import ErrorCode
from kafkawire.enums import AlterConfigOperation, ConfigResourceType, ConfigType
from kafkawire.messages import (
    AlterConfigsResourceResponse,
    IncrementalAlterConfigsRequest,
    IncrementalAlterConfigsResponse,
)
from kafkawire.messages import IncrementalAlterConfigsRequestAlterableConfig as Change
from kafkawire.messages import IncrementalAlterConfigsRequestAlterConfigsResource as Resource

__all__ = ["incremental_alter_configs"]

_NUMBERS = frozenset({ConfigType.INT, ConfigType.LONG, ConfigType.SHORT, ConfigType.DOUBLE})


class _RefusedError(Exception):
    """Why a resource's configs can't be changed so."""

    def __init__(self, code: ErrorCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def incremental_alter_configs(
    request: IncrementalAlterConfigsRequest, context: Context
) -> IncrementalAlterConfigsResponse:
    times = Counter((each.resource_type, each.resource_name) for each in request.resources)
    return IncrementalAlterConfigsResponse(
        throttle_time_ms=context.throttle_time_ms,
        responses=tuple(
            _alter(each, times[each.resource_type, each.resource_name], request.validate_only, context)
            for each in request.resources
        ),
    )


def _alter(wanted: Resource, times: int, validate_only: bool, context: Context) -> AlterConfigsResourceResponse:
    code, reason = ErrorCode.NONE, None
    try:
        _check(wanted, times, context)
        changed = _changed(wanted, context)
    except _RefusedError as refused:
        code, reason = refused.code, str(refused)
    else:
        if not validate_only:
            _put(wanted, changed, context)
    return AlterConfigsResourceResponse(
        error_code=code,
        error_message=reason,
        resource_type=wanted.resource_type,
        resource_name=wanted.resource_name,
    )


def _check(wanted: Resource, times: int, context: Context) -> None:
    of_controller = wanted.resource_type == ConfigResourceType.TOPIC and not context.state.zookeeper
    error = context.controller_error(wanted.resource_name) if of_controller else context.refused(wanted.resource_name)
    if error := error or resource_error(wanted.resource_type, wanted.resource_name, context):
        raise _RefusedError(error, error.name)
    names = [change.name for change in wanted.configs]
    if times > 1 or len(set(names)) < len(names):
        raise _RefusedError(ErrorCode.INVALID_REQUEST, "Each resource and config must appear at most once.")


def _changed(wanted: Resource, context: Context) -> dict[str, str]:
    """What the resource's configs are once it is changed."""
    kind = ConfigResourceType(wanted.resource_type)
    if kind is ConfigResourceType.BROKER_LOGGER:
        levels = dict(context.state.configs.levels(wanted.resource_name))
        for change in wanted.configs:
            levels[change.name] = _level(change, levels)
        return levels
    configs = dict(own_configs(kind, wanted.resource_name, context))
    for change in wanted.configs:
        _apply(change, _definition(kind, change.name), configs)
    return configs


def _definition(kind: ConfigResourceType, name: str) -> Definition:
    definition = DEFINITIONS[kind].get(name)
    if definition is None and kind is not ConfigResourceType.BROKER:
        raise _RefusedError(ErrorCode.INVALID_CONFIG, f"Unknown {kind.name.lower()} config name: {name}")
    if definition is not None and definition.read_only:
        raise _RefusedError(ErrorCode.INVALID_REQUEST, f"Cannot update these configs dynamically: [{name}]")
    return definition or Definition(None, ConfigType.STRING)


def _apply(change: Change, definition: Definition, configs: dict[str, str]) -> None:
    operation = AlterConfigOperation(change.config_operation)
    if operation is AlterConfigOperation.DELETE:
        configs.pop(change.name, None)
        return
    if change.value is None:
        raise _RefusedError(ErrorCode.INVALID_REQUEST, f"Null value not supported for : {change.name}")
    value = change.value
    if operation is not AlterConfigOperation.SET:
        if definition.type is not ConfigType.LIST:
            raise _RefusedError(ErrorCode.INVALID_CONFIG, f"Can't {operation.name} to key {change.name}")
        value = _listed(operation, configs.get(change.name, definition.default or ""), value)
    _validate(change.name, value, definition)
    configs[change.name] = value


def _listed(operation: AlterConfigOperation, old: str, given: str) -> str:
    there, values = [each for each in old.split(",") if each], given.split(",")
    if operation is AlterConfigOperation.APPEND:
        return ",".join([*there, *(value for value in values if value not in there)])
    return ",".join(value for value in there if value not in values)


def _validate(name: str, value: str, definition: Definition) -> None:
    if definition.type in _NUMBERS:
        try:
            float(value)
        except ValueError:
            told = f"Invalid value {value} for configuration {name}: Not a number of type {definition.type.name}"
            raise _RefusedError(ErrorCode.INVALID_CONFIG, told) from None
    if definition.choices and not set(filter(None, value.split(","))) <= set(definition.choices):
        raise _RefusedError(ErrorCode.INVALID_CONFIG, f"Invalid value {value} for configuration {name}")


def _level(change: Change, levels: dict[str, str]) -> str:
    operation = AlterConfigOperation(change.config_operation)
    if operation not in (AlterConfigOperation.SET, AlterConfigOperation.DELETE):
        told = f"{operation.name} operation is not allowed for the BROKER_LOGGER resource"
        raise _RefusedError(ErrorCode.INVALID_REQUEST, told)
    if change.name not in levels:
        raise _RefusedError(ErrorCode.INVALID_CONFIG, f"Logger {change.name} does not exist!")
    if operation is AlterConfigOperation.DELETE:
        if change.name == ROOT_LOGGER:
            told = "Removing the log level of the root logger is not allowed"
            raise _RefusedError(ErrorCode.INVALID_REQUEST, told)
        return levels[ROOT_LOGGER]
    if change.value not in LEVELS:
        raise _RefusedError(ErrorCode.INVALID_CONFIG, f"Cannot set the log level of {change.name} to {change.value}")
    return str(change.value)


def _put(wanted: Resource, configs: dict[str, str], context: Context) -> None:
    kind = ConfigResourceType(wanted.resource_type)
    if kind is ConfigResourceType.BROKER_LOGGER:
        context.state.configs.loggers[wanted.resource_name] = configs
    elif kind is ConfigResourceType.TOPIC:
        context.state.topics[wanted.resource_name].configs = configs
    else:
        context.state.configs.put(kind, wanted.resource_name, configs)
