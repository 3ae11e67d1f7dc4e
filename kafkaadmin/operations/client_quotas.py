"""Client quotas (KIP-546): describe and alter them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from kafkaadmin.errors import ConfigurationError, RemoteProtocolError
from kafkaadmin.models.quotas import ClientQuotaEntity, ClientQuotaFilter, QuotaEntityName
from kafkaadmin.models.results import BatchResult
from kafkaadmin.operations import arguments
from kafkaadmin.routing import AnyBroker, Attempt, Cluster, Deadline, Done, Errored, Failed, Operation, Outcome
from kafkawire.enums import QuotaEntityType, QuotaMatchType
from kafkawire.messages import (
    AlterClientQuotasRequest,
    AlterClientQuotasRequestEntityData,
    AlterClientQuotasRequestEntryData,
    AlterClientQuotasRequestOpData,
    AlterClientQuotasResponse,
    AlterClientQuotasResponseEntityData,
    DescribeClientQuotasRequest,
    DescribeClientQuotasRequestComponentData,
    DescribeClientQuotasResponse,
    DescribeClientQuotasResponseEntityData,
)

__all__ = ["alter_client_quotas", "describe_client_quotas"]

Quotas = Mapping[ClientQuotaEntity, Mapping[str, float]]

_FIELDS = {QuotaEntityType.USER: "user", QuotaEntityType.CLIENT_ID: "client_id", QuotaEntityType.IP: "ip"}
_ENTITIES_PER_REQUEST = 1_000


async def describe_client_quotas(cluster: Cluster, filter: ClientQuotaFilter, *, deadline: Deadline) -> Quotas:
    wanted = arguments.instance(filter, ClientQuotaFilter, "filter")
    components = tuple(_component(kind, name) for kind, name in _parts(wanted).items())
    strict = arguments.instance(wanted.strict, bool, "ClientQuotaFilter: strict")

    def request(keys: Sequence[None], attempt: Attempt) -> DescribeClientQuotasRequest:
        return DescribeClientQuotasRequest(components=components, strict=strict)

    def outcomes(
        keys: Sequence[None], response: DescribeClientQuotasResponse, attempt: Attempt
    ) -> Iterator[tuple[None, Outcome[Quotas]]]:
        if response.error_code:
            yield None, Errored(response.error_code, response.error_message)
        else:
            yield None, _quotas(response)

    result = await cluster.run(
        Operation(
            name="describe_client_quotas",
            noun="",
            to=lambda key: AnyBroker(),
            api=DescribeClientQuotasRequest,
            request=request,
            outcomes=outcomes,
        ),
        (None,),
        deadline=deadline,
    )
    return result[None]


async def alter_client_quotas(
    cluster: Cluster, alterations: object, *, validate_only: bool, deadline: Deadline
) -> BatchResult[ClientQuotaEntity, None]:
    wanted = _alterations(alterations)
    only = arguments.instance(validate_only, bool, "validate_only")

    def request(keys: Sequence[ClientQuotaEntity], attempt: Attempt) -> AlterClientQuotasRequest:
        return AlterClientQuotasRequest(entries=tuple(_entry(key, wanted[key]) for key in keys), validate_only=only)

    def outcomes(
        keys: Sequence[ClientQuotaEntity], response: AlterClientQuotasResponse, attempt: Attempt
    ) -> Iterator[tuple[ClientQuotaEntity, Outcome[None]]]:
        for entry in response.entries:
            if entity := _entity(entry.entity):
                yield entity, Errored(entry.error_code, entry.error_message) if entry.error_code else Done(None)

    return await cluster.run(
        Operation(
            name="alter_client_quotas",
            noun="entity",
            to=lambda key: AnyBroker(),
            api=AlterClientQuotasRequest,
            request=request,
            outcomes=outcomes,
            keys_per_request=lambda version: _ENTITIES_PER_REQUEST,
        ),
        wanted,
        deadline=deadline,
    )


def _parts(whole: ClientQuotaEntity | ClientQuotaFilter) -> dict[QuotaEntityType, str | QuotaEntityName]:
    """What is said of each kind, checked."""
    parts = {kind: getattr(whole, field) for kind, field in _FIELDS.items()}
    for kind, name in parts.items():
        if name is not None and not isinstance(name, QuotaEntityName):
            arguments.name(name, f"{type(whole).__name__}: {_FIELDS[kind]}")
    return {kind: name for kind, name in parts.items() if name is not None}


def _component(kind: QuotaEntityType, name: str | QuotaEntityName) -> DescribeClientQuotasRequestComponentData:
    match_type, match = QuotaMatchType.EXACT, None
    if name is QuotaEntityName.DEFAULT:
        match_type = QuotaMatchType.DEFAULT
    elif name is QuotaEntityName.ANY:
        match_type = QuotaMatchType.ANY
    else:
        match = name
    return DescribeClientQuotasRequestComponentData(entity_type=kind, match_type=match_type, match=match)


def _quotas(response: DescribeClientQuotasResponse) -> Outcome[Quotas]:
    quotas: dict[ClientQuotaEntity, Mapping[str, float]] = {}
    for entry in response.entries or ():
        entity = _entity(entry.entity)
        if entity is None:
            kinds = ", ".join(part.entity_type for part in entry.entity)
            return Failed(
                RemoteProtocolError(f"describe_client_quotas: a quota for an entity of unknown kind: {kinds}")
            )
        quotas[entity] = {quota.key: quota.value for quota in entry.values}
    return Done(quotas)


def _entity(
    parts: Sequence[DescribeClientQuotasResponseEntityData | AlterClientQuotasResponseEntityData],
) -> ClientQuotaEntity | None:
    """The entity, unless a part of it is of a kind that Kafka doesn't have."""
    named: dict[str, str | QuotaEntityName] = {}
    for part in parts:
        field = _FIELDS.get(QuotaEntityType(part.entity_type))
        if field is None:
            return None
        named[field] = QuotaEntityName.DEFAULT if part.entity_name is None else part.entity_name
    return ClientQuotaEntity(**named)


def _alterations(value: object) -> dict[ClientQuotaEntity, dict[str, float | None]]:
    wanted: dict[ClientQuotaEntity, dict[str, float | None]] = {}
    for key, quotas in arguments.mapping(value, "alterations: of entities to quotas").items():
        entity = arguments.instance(key, ClientQuotaEntity, "entity")
        parts = _parts(entity)
        if not parts:
            raise ConfigurationError("a ClientQuotaEntity must have a user, a client_id or an ip")
        if QuotaEntityName.ANY in parts.values():
            raise ConfigurationError("a ClientQuotaEntity can't be ANY: that is for filters")
        changes = arguments.mapping(quotas, f"the quotas of {entity}: of keys to numbers").items()
        wanted[entity] = {arguments.name(quota, "quota"): _number(number, quota) for quota, number in changes}
        if not wanted[entity]:
            raise ConfigurationError(f"no quota of {entity} is altered")
    return wanted


def _number(value: object, key: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ConfigurationError(f"quota {key!r} must be a number, or None to remove it, not {value!r}")
    return float(value)


def _entry(entity: ClientQuotaEntity, changes: Mapping[str, float | None]) -> AlterClientQuotasRequestEntryData:
    return AlterClientQuotasRequestEntryData(
        entity=tuple(
            AlterClientQuotasRequestEntityData(
                entity_type=kind, entity_name=None if isinstance(name, QuotaEntityName) else name
            )
            for kind, name in _parts(entity).items()
        ),
        ops=tuple(
            AlterClientQuotasRequestOpData(key=key, value=value or 0.0, remove=value is None)
            for key, value in changes.items()
        ),
    )
