"""DescribeClientQuotas and AlterClientQuotas (KIP-546)."""

from __future__ import annotations

from collections.abc import Mapping

from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.quotas import Entity
from kafkawire import ErrorCode
from kafkawire.enums import QuotaEntityType
from kafkawire.messages import (
    AlterClientQuotasRequest,
    AlterClientQuotasRequestEntryData,
    AlterClientQuotasResponse,
    AlterClientQuotasResponseEntityData,
    AlterClientQuotasResponseEntryData,
    DescribeClientQuotasRequest,
    DescribeClientQuotasResponse,
    DescribeClientQuotasResponseEntityData,
    DescribeClientQuotasResponseEntryData,
    DescribeClientQuotasResponseValueData,
)

__all__ = ["alter_client_quotas", "describe_client_quotas"]

_WHOLE = frozenset({"producer_byte_rate", "consumer_byte_rate"})
_OF_USERS = _WHOLE | {"request_percentage", "controller_mutation_rate"}
_KEYS: Mapping[str, frozenset[str]] = {
    QuotaEntityType.USER: _OF_USERS,
    QuotaEntityType.CLIENT_ID: _OF_USERS,
    QuotaEntityType.IP: frozenset({"connection_creation_rate"}),
}


def describe_client_quotas(request: DescribeClientQuotasRequest, context: Context) -> DescribeClientQuotasResponse:
    if error := context.refused():
        return DescribeClientQuotasResponse(
            throttle_time_ms=context.throttle_time_ms, error_code=error, error_message=None, entries=None
        )
    components = [(each.entity_type, each.match_type, each.match) for each in request.components]
    return DescribeClientQuotasResponse(
        throttle_time_ms=context.throttle_time_ms,
        error_code=ErrorCode.NONE,
        error_message=None,
        entries=tuple(
            DescribeClientQuotasResponseEntryData(
                entity=tuple(
                    DescribeClientQuotasResponseEntityData(entity_type=kind, entity_name=name)
                    for kind, name in sorted(entity)
                ),
                values=tuple(
                    DescribeClientQuotasResponseValueData(key=key, value=value) for key, value in quotas.items()
                ),
            )
            for entity, quotas in context.state.quotas.matching(components, request.strict)
        ),
    )


def alter_client_quotas(request: AlterClientQuotasRequest, context: Context) -> AlterClientQuotasResponse:
    return AlterClientQuotasResponse(
        throttle_time_ms=context.throttle_time_ms,
        entries=tuple(_altered(entry, request.validate_only, context) for entry in request.entries),
    )


def _altered(
    entry: AlterClientQuotasRequestEntryData, validate_only: bool, context: Context
) -> AlterClientQuotasResponseEntryData:
    entity: Entity = frozenset((part.entity_type, part.entity_name) for part in entry.entity)
    changes = {op.key: None if op.remove else op.value for op in entry.ops}
    error, told = context.refused(), _why_not(entity, changes)
    if not error and told:
        error = ErrorCode.INVALID_REQUEST
    if not error and not validate_only:
        context.state.quotas.alter(entity, changes)
    return AlterClientQuotasResponseEntryData(
        error_code=error,
        error_message=told if error else None,
        entity=tuple(
            AlterClientQuotasResponseEntityData(entity_type=part.entity_type, entity_name=part.entity_name)
            for part in entry.entity
        ),
    )


def _why_not(entity: Entity, changes: Mapping[str, float | None]) -> str | None:
    kinds = {kind for kind, _ in entity}
    if not kinds:
        return "Invalid empty client quota entity"
    if not kinds <= _KEYS.keys() or (QuotaEntityType.IP in kinds and len(kinds) > 1):
        return "Invalid quota entity combination"
    for key, value in changes.items():
        if key not in _KEYS[next(iter(kinds))]:
            return f"Invalid configuration key {key}"
        if value is not None and value <= 0:
            return f"Quota {key} must be greater than 0"
        if value is not None and key in _WHOLE and value != int(value):
            return f"{key} cannot be a fractional value."
    return None
