"""Access control lists: describe, create and delete them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from typing import TypeVar

from kafkaadmin.errors import ConfigurationError, KafkaAdminError, broker_error
from kafkaadmin.models.acls import AclBinding, AclBindingFilter, DeletedAcls
from kafkaadmin.models.results import BatchResult
from kafkaadmin.operations import arguments
from kafkaadmin.routing import AnyBroker, Attempt, Cluster, Controller, Deadline, Done, Errored, Operation, Outcome
from kafkawire import ApiKey
from kafkawire.enums import AclOperation, AclPatternType, AclPermissionType, AclResourceType
from kafkawire.messages import (
    AclCreation,
    AclDescription,
    CreateAclsRequest,
    CreateAclsResponse,
    DeleteAclsFilter,
    DeleteAclsFilterResult,
    DeleteAclsMatchingAcl,
    DeleteAclsRequest,
    DeleteAclsResponse,
    DescribeAclsRequest,
    DescribeAclsResource,
    DescribeAclsResponse,
)

__all__ = ["create_acls", "delete_acls", "describe_acls"]

T = TypeVar("T", AclBinding, AclBindingFilter)

_KINDS: dict[str, type[IntEnum]] = {
    "resource_type": AclResourceType,
    "pattern_type": AclPatternType,
    "operation": AclOperation,
    "permission": AclPermissionType,
}
_TEXTS = ("resource_name", "principal", "host")
_FOR_FILTERS = ("ANY", "MATCH")
"""What a filter may say, and an ACL can't be. UNKNOWN is neither's: it would kill the thread of Java's client."""

_ACLS_PER_REQUEST = 1_000
_PATTERNS = 1
"""The first version with pattern types; every broker from 2.1 on has it."""
_USERS = 3
"""The first version with ACLs of USER resources (KIP-373)."""


async def describe_acls(cluster: Cluster, filter: AclBindingFilter, *, deadline: Deadline) -> tuple[AclBinding, ...]:
    wanted = _checked(filter, AclBindingFilter, "filter")

    def request(keys: Sequence[AclBindingFilter], attempt: Attempt) -> DescribeAclsRequest:
        return DescribeAclsRequest(
            resource_type_filter=_or_any(wanted.resource_type, AclResourceType.ANY),
            resource_name_filter=wanted.resource_name,
            pattern_type_filter=wanted.pattern_type,
            principal_filter=wanted.principal,
            host_filter=wanted.host,
            operation=_or_any(wanted.operation, AclOperation.ANY),
            permission_type=_or_any(wanted.permission, AclPermissionType.ANY),
        )

    def outcomes(
        keys: Sequence[AclBindingFilter], response: DescribeAclsResponse, attempt: Attempt
    ) -> Iterator[tuple[AclBindingFilter, Outcome[tuple[AclBinding, ...]]]]:
        if response.error_code:
            yield keys[0], Errored(response.error_code, response.error_message)
        else:
            yield keys[0], Done(tuple(_described(found, acl) for found in response.resources for acl in found.acls))

    result = await cluster.run(
        Operation(
            name="describe_acls",
            noun="filter",
            to=lambda key: AnyBroker(),
            api=DescribeAclsRequest,
            request=request,
            outcomes=outcomes,
            at_least=_needed([wanted]),
        ),
        [wanted],
        deadline=deadline,
    )
    return result[wanted]


async def create_acls(cluster: Cluster, acls: object, *, deadline: Deadline) -> BatchResult[AclBinding, None]:
    wanted = _several(acls, AclBinding, "acls: an AclBinding or several")

    def request(keys: Sequence[AclBinding], attempt: Attempt) -> CreateAclsRequest:
        return CreateAclsRequest(creations=tuple(map(_creation, keys)))

    def outcomes(
        keys: Sequence[AclBinding], response: CreateAclsResponse, attempt: Attempt
    ) -> Iterator[tuple[AclBinding, Outcome[None]]]:
        # Nothing but their order says which result is whose; an ACL without one is a failure.
        for acl, result in zip(keys, response.results, strict=False):
            yield acl, Errored(result.error_code, result.error_message) if result.error_code else Done(None)

    return await cluster.run(
        Operation(
            name="create_acls",
            noun="ACL",
            to=lambda key: Controller(),
            api=CreateAclsRequest,
            request=request,
            outcomes=outcomes,
            keys_per_request=lambda version: _ACLS_PER_REQUEST,
            at_least=_needed(wanted),
        ),
        wanted,
        deadline=deadline,
    )


async def delete_acls(
    cluster: Cluster, filters: object, *, deadline: Deadline
) -> BatchResult[AclBindingFilter, DeletedAcls]:
    wanted = _several(filters, AclBindingFilter, "filters: an AclBindingFilter or several")

    def request(keys: Sequence[AclBindingFilter], attempt: Attempt) -> DeleteAclsRequest:
        return DeleteAclsRequest(filters=tuple(map(_deletion, keys)))

    def outcomes(
        keys: Sequence[AclBindingFilter], response: DeleteAclsResponse, attempt: Attempt
    ) -> Iterator[tuple[AclBindingFilter, Outcome[DeletedAcls]]]:
        for key, result in zip(keys, response.filter_results, strict=False):
            if result.error_code:
                yield key, Errored(result.error_code, result.error_message)
            else:
                yield key, Done(DeletedAcls(acls=_deleted(result), ambiguous=key in attempt.doubtful))

    return await cluster.run(
        Operation(
            name="delete_acls",
            noun="filter",
            to=lambda key: Controller(),
            api=DeleteAclsRequest,
            request=request,
            outcomes=outcomes,
            keys_per_request=lambda version: _ACLS_PER_REQUEST,
            at_least=_needed(wanted),
        ),
        wanted,
        deadline=deadline,
    )


def _several(value: object, kind: type[T], what: str) -> tuple[T, ...]:
    given = (value,) if isinstance(value, kind) else arguments.several(value, what)
    return tuple(dict.fromkeys(_checked(each, kind, what.partition(":")[0]) for each in given))


def _checked(value: object, kind: type[T], what: str) -> T:
    given = arguments.instance(value, kind, what)
    for field, its_kind in _KINDS.items():
        _check_kind(given, field, its_kind)
    for field in _TEXTS:
        text: object = getattr(given, field)
        if text is not None or isinstance(given, AclBinding):
            arguments.name(text, f"{kind.__name__}: {field}")
    if given.principal and ":" not in given.principal:
        raise ConfigurationError(f"{kind.__name__}: a principal is written as type:name, not {given.principal!r}")
    return given


def _check_kind(given: AclBinding | AclBindingFilter, field: str, kind: type[IntEnum]) -> None:
    value: object = getattr(given, field)
    of_acl = isinstance(given, AclBinding)
    if value is None and not of_acl:
        return
    what = f"{type(given).__name__}: {field}"
    name = arguments.instance(value, kind, what).name
    if name == "UNKNOWN" or (of_acl and name in _FOR_FILTERS):
        raise ConfigurationError(f"{what} can't be {name}")


def _needed(wanted: Iterable[AclBinding | AclBindingFilter]) -> int:
    return _USERS if any(each.resource_type is AclResourceType.USER for each in wanted) else _PATTERNS


def _or_any(value: int | None, anything: int) -> int:
    return anything if value is None else value


def _creation(acl: AclBinding) -> AclCreation:
    return AclCreation(
        resource_type=acl.resource_type,
        resource_name=acl.resource_name,
        resource_pattern_type=acl.pattern_type,
        principal=acl.principal,
        host=acl.host,
        operation=acl.operation,
        permission_type=acl.permission,
    )


def _deletion(wanted: AclBindingFilter) -> DeleteAclsFilter:
    return DeleteAclsFilter(
        resource_type_filter=_or_any(wanted.resource_type, AclResourceType.ANY),
        resource_name_filter=wanted.resource_name,
        pattern_type_filter=wanted.pattern_type,
        principal_filter=wanted.principal,
        host_filter=wanted.host,
        operation=_or_any(wanted.operation, AclOperation.ANY),
        permission_type=_or_any(wanted.permission, AclPermissionType.ANY),
    )


def _described(resource: DescribeAclsResource, acl: AclDescription) -> AclBinding:
    return AclBinding(
        resource_type=AclResourceType(resource.resource_type),
        resource_name=resource.resource_name,
        pattern_type=AclPatternType(resource.pattern_type),
        principal=acl.principal,
        host=acl.host,
        operation=AclOperation(acl.operation),
        permission=AclPermissionType(acl.permission_type),
    )


def _deleted(result: DeleteAclsFilterResult) -> BatchResult[AclBinding, None]:
    succeeded: dict[AclBinding, None] = {}
    failed: dict[AclBinding, KafkaAdminError] = {}
    for acl in result.matching_acls:
        binding = _matched(acl)
        if acl.error_code:
            failed[binding] = broker_error(
                acl.error_code, acl.error_message, context=f"delete_acls: ACL {binding}", api=ApiKey.DELETE_ACLS
            )
        else:
            succeeded[binding] = None
    return BatchResult(succeeded, failed)


def _matched(acl: DeleteAclsMatchingAcl) -> AclBinding:
    return AclBinding(
        resource_type=AclResourceType(acl.resource_type),
        resource_name=acl.resource_name,
        pattern_type=AclPatternType(acl.pattern_type),
        principal=acl.principal,
        host=acl.host,
        operation=AclOperation(acl.operation),
        permission=AclPermissionType(acl.permission_type),
    )
