"""The matrix's calls: every public one of the client, one row each, and who answers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from kafkaadmin import AdminClient, AnyBroker, Coordinator, NewTopic, OffsetSpec
from kafkawire import ApiKey
from kafkawire.messages import MetadataRequest, OffsetFetchRequest, OffsetFetchRequestGroup
from tests.support.writes import ORDERS, ORDERS_0, REPLICA, WRITES, Do, Kind, Scene, Write

__all__ = ["CALLS", "NO_ROW", "READS", "Call", "To"]


_OF_TRANSACTIONS = frozenset({ApiKey.DESCRIBE_TRANSACTIONS, ApiKey.INIT_PRODUCER_ID})
"""What is asked of a transactional id's coordinator, and not of a group's."""


class To(Enum):
    """Who answers a call."""

    ANY = "any broker"
    BROKER = "each broker, for itself"
    ONE = "one broker, and no other"
    CONTROLLER = "the controller"
    COORDINATOR = "the group's coordinator, or the transactional id's"
    LEADER = "the partition's leader"
    LOOKUP = "any broker: the call is a lookup itself"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Call:
    """A row: what is called, which of its requests is struck, who answers that, and how to see what has come of it.

    `group` is the one whose coordinator that is. `look` is given what the call returned, and what it makes of that must
    equal `shows`. A write (`write`) has a look at the cluster instead.
    """

    call: str
    api: ApiKey
    to: To
    do: Do
    note: str = ""
    look: Callable[[Any], object] = lambda result: result
    shows: object = None
    write: Write | None = None
    group: str = "old"

    def __str__(self) -> str:
        return f"{self.call}-{self.note}" if self.note else self.call

    @property
    def kind(self) -> Kind | None:
        """Of which class a write is; `None` for a read."""
        return self.write.kind if self.write is not None else None

    def owner(self, cluster: Scene) -> int | None:
        """The broker that the call's request goes to; `None` if it may be any."""
        if self.to is To.COORDINATOR:
            if self.api in _OF_TRANSACTIONS:
                return cluster.transaction_coordinator_of("pay")
            return cluster.coordinator_of(self.group)
        if self.to is To.LEADER:
            return cluster.leader_of("orders", 2 if self.call == "abort_transaction" else 0)
        if self.to is To.CONTROLLER:
            return cluster.controller()
        return 2 if self.to in (To.BROKER, To.ONE) else None


def _read(
    call: str,
    api: ApiKey,
    to: To,
    do: Callable[[AdminClient], Awaitable[object]],
    look: Callable[[Any], object],
    shows: object,
    note: str = "",
    group: str = "old",
) -> Call:
    return Call(
        call=call, api=api, to=to, do=lambda admin, play: do(admin), look=look, shows=shows, note=note, group=group
    )


_OFFSETS = OffsetFetchRequest(groups=(OffsetFetchRequestGroup(group_id="old", topics=None),))

# fmt: off
_READS: tuple[Call, ...] = (
    _read("describe_cluster", ApiKey.DESCRIBE_CLUSTER, To.ANY,
          lambda admin: admin.describe_cluster(), lambda found: len(found.brokers) >= 2, True),
    _read("describe_topics", ApiKey.DESCRIBE_TOPIC_PARTITIONS, To.ANY,
          lambda admin: admin.describe_topics("orders"), lambda found: len(found["orders"].partitions), 3),
    _read("list_topics", ApiKey.METADATA, To.ANY,
          lambda admin: admin.list_topics(), lambda found: {"orders"} <= found.keys(), True),
    _read("describe_delegation_token", ApiKey.DESCRIBE_DELEGATION_TOKEN, To.ANY,
          lambda admin: admin.describe_delegation_token(), len, 1),
    _read("describe_acls", ApiKey.DESCRIBE_ACLS, To.ANY,
          lambda admin: admin.describe_acls(), len, 1),
    _read("describe_user_scram_credentials", ApiKey.DESCRIBE_USER_SCRAM_CREDENTIALS, To.ANY,
          lambda admin: admin.describe_user_scram_credentials(), set, {"alice"}),
    _read("describe_client_quotas", ApiKey.DESCRIBE_CLIENT_QUOTAS, To.ANY,
          lambda admin: admin.describe_client_quotas(), len, 0),
    _read("describe_configs", ApiKey.DESCRIBE_CONFIGS, To.ANY,
          lambda admin: admin.describe_configs(ORDERS), lambda found: found[ORDERS]["retention.ms"].value, "604800000"),
    _read("list_config_resources", ApiKey.LIST_CONFIG_RESOURCES, To.ANY,
          lambda admin: admin.list_config_resources(), lambda found: ORDERS in found, True),
    _read("send", ApiKey.METADATA, To.ANY, note="read-any",
          do=lambda admin: admin.send(MetadataRequest(topics=()), AnyBroker()),
          look=lambda answer: len(answer.brokers) >= 2, shows=True),
    _read("list_groups", ApiKey.LIST_GROUPS, To.BROKER,
          lambda admin: admin.list_groups(), lambda found: {"old", "busy"} <= found.keys(), True),
    _read("describe_metadata_quorum", ApiKey.DESCRIBE_QUORUM, To.CONTROLLER,
          lambda admin: admin.describe_metadata_quorum(), lambda found: len(found.voters), 3),
    _read("list_partition_reassignments", ApiKey.LIST_PARTITION_REASSIGNMENTS, To.CONTROLLER,
          lambda admin: admin.list_partition_reassignments(), len, 1),
    _read("create_topics", ApiKey.CREATE_TOPICS, To.CONTROLLER, note="validated",
          do=lambda admin: admin.create_topics(NewTopic("new", partitions=2), validate_only=True),
          look=lambda found: found["new"].partitions, shows=2),
    _read("describe_consumer_groups", ApiKey.CONSUMER_GROUP_DESCRIBE, To.COORDINATOR,
          lambda admin: admin.describe_consumer_groups("old"), lambda found: found["old"].group_id, "old"),
    _read("describe_groups", ApiKey.DESCRIBE_GROUPS, To.COORDINATOR,
          lambda admin: admin.describe_groups("old"), lambda found: found["old"].group_id, "old"),
    _read("describe_classic_groups", ApiKey.DESCRIBE_GROUPS, To.COORDINATOR,
          lambda admin: admin.describe_classic_groups("old"), lambda found: found["old"].group_id, "old"),
    _read("describe_share_groups", ApiKey.SHARE_GROUP_DESCRIBE, To.COORDINATOR, group="shared",
          do=lambda admin: admin.describe_share_groups("shared"), look=lambda found: found["shared"].group_id,
          shows="shared"),
    _read("describe_streams_groups", ApiKey.STREAMS_GROUP_DESCRIBE, To.COORDINATOR, group="app",
          do=lambda admin: admin.describe_streams_groups("app"), look=lambda found: found["app"].group_id, shows="app"),
    _read("list_consumer_group_offsets", ApiKey.OFFSET_FETCH, To.COORDINATOR,
          lambda admin: admin.list_consumer_group_offsets("old"), lambda found: found["old"][ORDERS_0].offset, 42),
    _read("list_streams_group_offsets", ApiKey.OFFSET_FETCH, To.COORDINATOR, group="app",
          do=lambda admin: admin.list_streams_group_offsets("app"), look=lambda found: found["app"][ORDERS_0].offset,
          shows=42),
    _read("list_share_group_offsets", ApiKey.DESCRIBE_SHARE_GROUP_OFFSETS, To.COORDINATOR, group="shared",
          do=lambda admin: admin.list_share_group_offsets("shared"),
          look=lambda found: found["shared"][ORDERS_0].start_offset, shows=42),
    _read("send", ApiKey.OFFSET_FETCH, To.COORDINATOR, note="read",
          do=lambda admin: admin.send(_OFFSETS, Coordinator("old"), version=9),
          look=lambda answer: answer.groups[0].topics[0].partitions[0].committed_offset, shows=42),
    _read("list_offsets", ApiKey.LIST_OFFSETS, To.LEADER,
          lambda admin: admin.list_offsets(ORDERS_0, OffsetSpec.latest()), lambda found: found[ORDERS_0].offset, 100),
    _read("list_transactions", ApiKey.LIST_TRANSACTIONS, To.BROKER,
          lambda admin: admin.list_transactions(), lambda found: found.keys(), {"pay"}),
    _read("describe_transactions", ApiKey.DESCRIBE_TRANSACTIONS, To.COORDINATOR,
          lambda admin: admin.describe_transactions("pay"), lambda found: found["pay"].state, "Empty"),
    _read("describe_producers", ApiKey.DESCRIBE_PRODUCERS, To.LEADER,
          lambda admin: admin.describe_producers(ORDERS_0), lambda found: found[ORDERS_0], ()),
    _read("describe_log_dirs", ApiKey.DESCRIBE_LOG_DIRS, To.ONE,
          lambda admin: admin.describe_log_dirs(REPLICA.broker_id), lambda found: len(found[REPLICA.broker_id]), 2),
    _read("describe_replica_log_dirs", ApiKey.DESCRIBE_LOG_DIRS, To.ONE,
          lambda admin: admin.describe_replica_log_dirs(REPLICA),
          lambda found: found[REPLICA].current_log_dir, "/kafka/data-1"),
    _read("find_coordinators", ApiKey.FIND_COORDINATOR, To.LOOKUP,
          lambda admin: admin.find_coordinators("old"), lambda found: found["old"].id in {1, 2, 3}, True),
    _read("refresh_coordinators", ApiKey.FIND_COORDINATOR, To.LOOKUP,
          lambda admin: admin.refresh_coordinators("old"), lambda found: found["old"].id in {1, 2, 3}, True),
    _read("refresh_metadata", ApiKey.METADATA, To.LOOKUP,
          lambda admin: admin.refresh_metadata(), lambda nothing: nothing, None),
)
# fmt: on

NO_ROW: Mapping[str, str] = {
    "aclose": "ends everything, and asks nobody: tests/contract/test_lifecycle.py",
    "client_instance_id": "no broker offers it without a reporter that takes clients' metrics",
    "wait_for_topics": "asks every broker until it is so: what goes wrong with one try is for the next",
    "wait_until_ready": "is describe_cluster, again and again",
    "describe_features": "asks what is asked on every new connection: the cells of that moment",
    "find_hanging_transactions": "is describe_producers, list_transactions and describe_transactions",
    "from_properties": "reads a file, and asks nobody",
    "invalidate_coordinators": "forgets, and asks nobody",
    "iter_consumer_group_offsets": "asks as list_consumer_group_offsets does: tests/contract/test_progress.py",
}
"""Public methods without a row, and why."""

READS = frozenset(read.call for read in _READS) - {write.call for write in WRITES} | {
    "client_instance_id",
    "describe_features",
    "find_hanging_transactions",
    "invalidate_coordinators",
    "iter_consumer_group_offsets",
    "wait_for_topics",
    "wait_until_ready",
}
"""The client's methods that write nothing. Any other needs a row in `tests.support.writes.WRITES`."""

_WHO_WRITES: Mapping[ApiKey, To] = {
    ApiKey.CREATE_TOPICS: To.CONTROLLER,
    ApiKey.CREATE_PARTITIONS: To.CONTROLLER,
    ApiKey.DELETE_TOPICS: To.CONTROLLER,
    ApiKey.ADD_RAFT_VOTER: To.CONTROLLER,
    ApiKey.REMOVE_RAFT_VOTER: To.CONTROLLER,
    ApiKey.DELETE_RECORDS: To.LEADER,
    ApiKey.OFFSET_COMMIT: To.COORDINATOR,
    ApiKey.OFFSET_DELETE: To.COORDINATOR,
    ApiKey.ALTER_SHARE_GROUP_OFFSETS: To.COORDINATOR,
    ApiKey.DELETE_SHARE_GROUP_OFFSETS: To.COORDINATOR,
    ApiKey.DELETE_GROUPS: To.COORDINATOR,
    ApiKey.LEAVE_GROUP: To.COORDINATOR,
    ApiKey.CREATE_ACLS: To.CONTROLLER,
    ApiKey.DELETE_ACLS: To.CONTROLLER,
    ApiKey.ALTER_USER_SCRAM_CREDENTIALS: To.CONTROLLER,
    ApiKey.ALTER_CLIENT_QUOTAS: To.ANY,
    ApiKey.INCREMENTAL_ALTER_CONFIGS: To.CONTROLLER,
    ApiKey.UPDATE_FEATURES: To.CONTROLLER,
    ApiKey.ELECT_LEADERS: To.CONTROLLER,
    ApiKey.ALTER_PARTITION_REASSIGNMENTS: To.CONTROLLER,
    ApiKey.ALTER_REPLICA_LOG_DIRS: To.ONE,
    ApiKey.WRITE_TXN_MARKERS: To.LEADER,
    ApiKey.INIT_PRODUCER_ID: To.COORDINATOR,
    ApiKey.UNREGISTER_BROKER: To.CONTROLLER,
    ApiKey.UNREGISTER_CONTROLLER: To.CONTROLLER,
    ApiKey.CREATE_DELEGATION_TOKEN: To.ANY,
    ApiKey.RENEW_DELEGATION_TOKEN: To.ANY,
    ApiKey.EXPIRE_DELEGATION_TOKEN: To.ANY,
}
"""Who carries out a write, by its API."""


def _write(write: Write) -> Call:
    return Call(
        call=write.call,
        api=write.api,
        to=_WHO_WRITES[write.api],
        do=write.do,
        note=write.note,
        write=write,
        group=write.group,
    )


CALLS: tuple[Call, ...] = (*_READS, *map(_write, WRITES))
"""All rows."""
