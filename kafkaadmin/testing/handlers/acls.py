"""DescribeAcls, CreateAcls and DeleteAcls (KIP-140)."""

from __future__ import annotations

from itertools import groupby

from kafkaadmin.testing.acls import Acl, AclFilter
from kafkaadmin.testing.handlers.context import Context
from kafkawire import ErrorCode
from kafkawire.enums import AclOperation, AclPatternType, AclPermissionType, AclResourceType
from kafkawire.messages import (
    AclCreation,
    AclCreationResult,
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

_DISABLED = "No Authorizer is configured on the broker"
_CLUSTER_NAME = "kafka-cluster"


def describe_acls(request: DescribeAclsRequest, context: Context) -> DescribeAclsResponse:
    if error := _error(context):
        return DescribeAclsResponse(
            throttle_time_ms=context.throttle_time_ms, error_code=error, error_message=_told(error)
        )
    wanted = AclFilter(
        request.resource_type_filter,
        request.resource_name_filter,
        request.pattern_type_filter,
        request.principal_filter,
        request.host_filter,
        request.operation,
        request.permission_type,
    )
    found = sorted(context.state.acls.matching(wanted), key=_resource)
    return DescribeAclsResponse(
        throttle_time_ms=context.throttle_time_ms,
        error_code=ErrorCode.NONE,
        error_message=None,
        resources=tuple(
            DescribeAclsResource(
                resource_type=resource_type,
                resource_name=name,
                pattern_type=pattern_type,
                acls=tuple(
                    AclDescription(
                        principal=acl.principal,
                        host=acl.host,
                        operation=acl.operation,
                        permission_type=acl.permission,
                    )
                    for acl in acls
                ),
            )
            for (resource_type, name, pattern_type), acls in groupby(found, key=_resource)
        ),
    )


def _resource(acl: Acl) -> tuple[int, str, int]:
    return acl.resource_type, acl.resource_name, acl.pattern_type


def create_acls(request: CreateAclsRequest, context: Context) -> CreateAclsResponse:
    return CreateAclsResponse(
        throttle_time_ms=context.throttle_time_ms, results=tuple(_create(each, context) for each in request.creations)
    )


def _create(wanted: AclCreation, context: Context) -> AclCreationResult:
    error, told = _error(context, wanted.resource_name), None
    if not error and (told := _why_not(wanted)):
        error = ErrorCode.INVALID_REQUEST
    if error:
        return AclCreationResult(error_code=error, error_message=told or _told(error))
    context.state.acls.add(
        Acl(
            wanted.resource_type,
            wanted.resource_name,
            wanted.resource_pattern_type,
            wanted.principal,
            wanted.host,
            wanted.operation,
            wanted.permission_type,
        )
    )
    return AclCreationResult(error_code=ErrorCode.NONE, error_message=None)


def _why_not(wanted: AclCreation) -> str | None:
    if wanted.resource_type == AclResourceType.CLUSTER and wanted.resource_name != _CLUSTER_NAME:
        return f"The only valid name for the CLUSTER resource is {_CLUSTER_NAME}"
    if ":" not in wanted.principal:
        return (
            f"Could not parse principal from `{wanted.principal}` (no colon is present separating the type from name)"
        )
    whole = (
        wanted.resource_type > AclResourceType.ANY
        and wanted.resource_pattern_type in (AclPatternType.LITERAL, AclPatternType.PREFIXED)
        and wanted.operation > AclOperation.ANY
        and wanted.permission_type > AclPermissionType.ANY
    )
    return None if whole else "An ACL can't be of an unknown or of any kind"


def delete_acls(request: DeleteAclsRequest, context: Context) -> DeleteAclsResponse:
    return DeleteAclsResponse(
        throttle_time_ms=context.throttle_time_ms,
        filter_results=tuple(_delete(each, context) for each in request.filters),
    )


def _delete(wanted: DeleteAclsFilter, context: Context) -> DeleteAclsFilterResult:
    if error := _error(context, wanted.resource_name_filter):
        return DeleteAclsFilterResult(error_code=error, error_message=_told(error))
    gone = context.state.acls.remove(
        AclFilter(
            wanted.resource_type_filter,
            wanted.resource_name_filter,
            wanted.pattern_type_filter,
            wanted.principal_filter,
            wanted.host_filter,
            wanted.operation,
            wanted.permission_type,
        )
    )
    return DeleteAclsFilterResult(
        error_code=ErrorCode.NONE,
        error_message=None,
        matching_acls=tuple(
            DeleteAclsMatchingAcl(
                error_code=ErrorCode.NONE,
                error_message=None,
                resource_type=acl.resource_type,
                resource_name=acl.resource_name,
                pattern_type=acl.pattern_type,
                principal=acl.principal,
                host=acl.host,
                operation=acl.operation,
                permission_type=acl.permission,
            )
            for acl in gone
        ),
    )


def _error(context: Context, key: str | None = None) -> ErrorCode:
    if error := context.refused(key):
        return error
    return ErrorCode.NONE if context.state.acls.enabled else ErrorCode.SECURITY_DISABLED


def _told(error: ErrorCode) -> str | None:
    return _DISABLED if error is ErrorCode.SECURITY_DISABLED else None
