"""Configs: described, changed one by one, and who has any."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from kafkaadmin.errors import ConfigurationError, UnsupportedVersionError
from kafkaadmin.models.configs import AlterConfigOp, ConfigEntry, ConfigResource, ConfigSynonym
from kafkaadmin.models.results import BatchResult
from kafkaadmin.operations import arguments
from kafkaadmin.operations.at_once import merged
from kafkaadmin.routing import (
    AnyBroker,
    Attempt,
    BrokerId,
    Cluster,
    Controller,
    Deadline,
    Destination,
    Done,
    Errored,
    Failed,
    Operation,
    Outcome,
    Report,
    Tally,
    settle,
)
from kafkawire.enums import ConfigResourceType, ConfigSource, ConfigType
from kafkawire.messages import (
    DescribeConfigsRequest,
    DescribeConfigsResource,
    DescribeConfigsResourceResult,
    DescribeConfigsResponse,
    IncrementalAlterConfigsRequest,
    IncrementalAlterConfigsRequestAlterableConfig,
    IncrementalAlterConfigsRequestAlterConfigsResource,
    IncrementalAlterConfigsResponse,
    ListConfigResourcesRequest,
    ListConfigResourcesResponse,
)

__all__ = ["describe_configs", "incremental_alter_configs", "list_config_resources"]

V = TypeVar("V")
Entries = Mapping[str, ConfigEntry]

_WITH_SOURCES = 1
_WITH_DOCUMENTATION = 3
_OF_ANY_TYPE = 1

_INVALID_REQUEST = 42

_TYPES_SINCE = {ConfigResourceType.CLIENT_METRICS: "3.7", ConfigResourceType.GROUP: "4.0"}
"""The releases since which brokers know types of resources that no version of a request stands for."""

_APIS = {"describe_configs": "DescribeConfigs", "incremental_alter_configs": "IncrementalAlterConfigs"}

_DESCRIBED_AT_ONCE = 250
"""Resources whose configs one answer holds: with everything asked for, some 5 MB."""
_ALTERED_AT_ONCE = 1_000


async def describe_configs(
    cluster: Cluster,
    resources: object,
    *,
    names: object,
    include_synonyms: bool,
    include_documentation: bool,
    progress: Report | None = None,
    deadline: Deadline,
) -> BatchResult[ConfigResource, Entries]:
    wanted = _resources(resources)
    keys_wanted = None if names is None else arguments.names(names, "config")

    def request(keys: Sequence[ConfigResource], attempt: Attempt) -> DescribeConfigsRequest:
        return DescribeConfigsRequest(
            resources=tuple(
                DescribeConfigsResource(resource_type=key.type, resource_name=key.name, configuration_keys=keys_wanted)
                for key in keys
            ),
            include_synonyms=include_synonyms,
            include_documentation=include_documentation,
        )

    def outcomes(
        keys: Sequence[ConfigResource], response: DescribeConfigsResponse, attempt: Attempt
    ) -> Iterator[tuple[ConfigResource, Outcome[Entries]]]:
        asked = {(key.type, key.name): key for key in keys}
        for result in response.results:
            key = asked[ConfigResourceType(result.resource_type), result.resource_name]
            failed = _refused("describe_configs", key, result.error_code, result.error_message, attempt)
            yield key, failed or Done({config.name: _entry(config) for config in result.configs})

    def operation(
        to: Callable[[ConfigResource], Destination],
    ) -> Operation[ConfigResource, DescribeConfigsResponse, Entries]:
        return Operation(
            name="describe_configs",
            noun="configs of",
            to=to,
            api=DescribeConfigsRequest,
            request=request,
            outcomes=outcomes,
            keys_per_request=lambda version: _DESCRIBED_AT_ONCE,
            at_least=_WITH_DOCUMENTATION if include_documentation else _WITH_SOURCES,
            needs="documentation" if include_documentation else "",
        )

    return await _by_owner(cluster, operation, wanted, AnyBroker(), deadline, Tally.of(progress, len(wanted)))


async def incremental_alter_configs(
    cluster: Cluster, changes: object, *, validate_only: bool, progress: Report | None = None, deadline: Deadline
) -> BatchResult[ConfigResource, None]:
    wanted = _changes(changes)

    def request(keys: Sequence[ConfigResource], attempt: Attempt) -> IncrementalAlterConfigsRequest:
        return IncrementalAlterConfigsRequest(
            resources=tuple(
                IncrementalAlterConfigsRequestAlterConfigsResource(
                    resource_type=key.type,
                    resource_name=key.name,
                    configs=tuple(
                        IncrementalAlterConfigsRequestAlterableConfig(
                            name=name, config_operation=change.operation, value=change.value
                        )
                        for name, change in wanted[key].items()
                    ),
                )
                for key in keys
            ),
            validate_only=validate_only,
        )

    def outcomes(
        keys: Sequence[ConfigResource], response: IncrementalAlterConfigsResponse, attempt: Attempt
    ) -> Iterator[tuple[ConfigResource, Outcome[None]]]:
        asked = {(key.type, key.name): key for key in keys}
        for result in response.responses:
            key = asked[ConfigResourceType(result.resource_type), result.resource_name]
            failed = _refused("incremental_alter_configs", key, result.error_code, result.error_message, attempt)
            yield key, failed or Done(None)

    def operation(
        to: Callable[[ConfigResource], Destination],
    ) -> Operation[ConfigResource, IncrementalAlterConfigsResponse, None]:
        return Operation(
            name="incremental_alter_configs",
            noun="configs of",
            to=to,
            api=IncrementalAlterConfigsRequest,
            request=request,
            outcomes=outcomes,
            keys_per_request=lambda version: _ALTERED_AT_ONCE,
        )

    return await _by_owner(cluster, operation, wanted, Controller(), deadline, Tally.of(progress, len(wanted)))


async def list_config_resources(cluster: Cluster, *, types: object, deadline: Deadline) -> tuple[ConfigResource, ...]:
    wanted = _types(types)
    old_ones_do = wanted == (ConfigResourceType.CLIENT_METRICS,)

    def request(keys: Sequence[None], attempt: Attempt) -> ListConfigResourcesRequest:
        return ListConfigResourcesRequest(resource_types=wanted if attempt.version >= _OF_ANY_TYPE else ())

    def outcomes(
        keys: Sequence[None], response: ListConfigResourcesResponse, attempt: Attempt
    ) -> Iterator[tuple[None, Outcome[tuple[ConfigResource, ...]]]]:
        yield None, settle(response.error_code, lambda: tuple(_listed(response)))

    result = await cluster.run(
        Operation(
            name="list_config_resources",
            noun="",
            to=lambda key: AnyBroker(),
            api=ListConfigResourcesRequest,
            request=request,
            outcomes=outcomes,
            at_least=None if old_ones_do else _OF_ANY_TYPE,
            needs="" if old_ones_do else "other resources than client metrics",
        ),
        (None,),
        deadline=deadline,
    )
    return result[None]


def _refused(
    call: str, resource: ConfigResource, code: int, message: str | None, attempt: Attempt
) -> Errored | Failed | None:
    """What an error code means for a resource, if there is one.

    Brokers answer the same for a type that they don't know and for a request that makes no sense. Of these types ours
    always makes sense: they have a name, and are named once.
    """
    since = _TYPES_SINCE.get(resource.type)
    if code != _INVALID_REQUEST or since is None:
        return Errored(code, message) if code else None
    api, kind = _APIS[call], resource.type.name.lower().replace("_", " ")
    told = f"{api} v{attempt.version} of broker {attempt.broker.id} knows no configs of type {kind}"
    return Failed(
        UnsupportedVersionError(
            f"{call}: configs of {resource}: {told}; Kafka {since} and later do: INVALID_REQUEST (42)"
        )
    )


async def _by_owner(
    cluster: Cluster,
    operation: Callable[[Callable[[ConfigResource], Destination]], Operation[ConfigResource, Any, V]],
    wanted: Iterable[ConfigResource],
    others: Destination,
    deadline: Deadline,
    tally: Tally | None,
) -> BatchResult[ConfigResource, V]:
    """Ask each broker about what is its own, and `others` about the rest.

    Each type by itself: a broker that doesn't know one refuses the whole request.
    """
    kinds: dict[tuple[ConfigResourceType, bool], list[ConfigResource]] = {}
    for resource in wanted:
        kinds.setdefault((resource.type, resource.broker_id is None), []).append(resource)
    return await merged(
        [
            partial(
                cluster.run,
                operation(_to_anyone(others) if anyones else _to_its_broker),
                resources,
                deadline=deadline,
                tally=tally,
            )
            for (_, anyones), resources in kinds.items()
        ]
    )


def _to_anyone(others: Destination) -> Callable[[ConfigResource], Destination]:
    return lambda resource: others


def _to_its_broker(resource: ConfigResource) -> Destination:
    return BrokerId(int(resource.name))


def _resources(resources: object) -> tuple[ConfigResource, ...]:
    if isinstance(resources, ConfigResource):
        return (resources,)
    given = arguments.several(resources, "resources: a ConfigResource or several")
    return tuple(dict.fromkeys(arguments.instance(each, ConfigResource, "resource") for each in given))


def _changes(changes: object) -> dict[ConfigResource, dict[str, AlterConfigOp]]:
    given = arguments.mapping(changes, "changes: ConfigResources to what changes in each")
    return {
        arguments.instance(resource, ConfigResource, "resource"): {
            arguments.name(name, "config"): _change(name, change)
            for name, change in arguments.mapping(each, f"the changes of {resource}: configs to values").items()
        }
        for resource, each in given.items()
    }


def _change(name: object, change: object) -> AlterConfigOp:
    if change is None:
        return AlterConfigOp.delete()
    if isinstance(change, str):
        return AlterConfigOp.set(change)
    if not isinstance(change, AlterConfigOp):  # not shown: it may be a secret
        raise ConfigurationError(
            f"config {name!r} must be a text, None or an AlterConfigOp, not {type(change).__name__}"
        )
    return change


def _types(types: object) -> tuple[ConfigResourceType, ...]:
    given = [types] if isinstance(types, ConfigResourceType) else arguments.several(types, "types: a type or several")
    return tuple(dict.fromkeys(arguments.instance(each, ConfigResourceType, "type") for each in given))


def _listed(response: ListConfigResourcesResponse) -> Iterator[ConfigResource]:
    for resource in response.config_resources:
        yield ConfigResource(ConfigResourceType(resource.resource_type), resource.resource_name)


def _entry(config: DescribeConfigsResourceResult) -> ConfigEntry:
    return ConfigEntry(
        name=config.name,
        value=None if config.is_sensitive else config.value,
        source=ConfigSource(config.config_source),
        type=ConfigType(config.config_type),
        is_sensitive=config.is_sensitive,
        is_read_only=config.read_only,
        synonyms=tuple(
            ConfigSynonym(
                name=each.name,
                value=None if config.is_sensitive else each.value,
                source=ConfigSource(each.source),
            )
            for each in config.synonyms
        ),
        documentation=config.documentation or None,
    )
