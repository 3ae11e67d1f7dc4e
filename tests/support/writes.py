"""Every write of the client, of which class it is, and how to see whether it was done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Any, Protocol, cast
from uuid import UUID

from kafkaadmin import (
    AbortTransactionSpec,
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclResourceType,
    AdminClient,
    ClientQuotaEntity,
    ConfigResource,
    Coordinator,
    MemberToRemove,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    RaftVoterEndpoint,
    RecordsToDelete,
    ScramMechanism,
    TopicPartition,
    TopicPartitionReplica,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)
from kafkaadmin.testing import FakeCluster, Fault, FaultHandle, GroupMember, Hangup, Stop
from kafkawire import ApiKey
from kafkawire.messages import DeleteGroupsRequest

__all__ = [
    "BROKER_LOST",
    "ENDPOINT",
    "GROUPS",
    "ORDERS",
    "ORDERS_0",
    "READ_ORDERS",
    "REPLICA",
    "TOPICS",
    "VOTER",
    "WRITES",
    "WRITE_ORDERS",
    "Do",
    "Kind",
    "Play",
    "Scene",
    "Write",
    "ambiguous",
    "password",
    "play",
    "set_stage",
    "tell",
]

TOPICS = frozenset({"orders", "new"})
GROUPS = frozenset({"old", "busy"})
ORDERS = ConfigResource.topic("orders")
ORDERS_0, ORDERS_1, ORDERS_2 = (TopicPartition("orders", partition) for partition in range(3))
REPLICA = TopicPartitionReplica("orders", 0, 2)
BROKER_LOST = frozenset({"killed", "frozen"})
"""Ways to lose an answer that take the broker away for good."""
STATIC = MemberToRemove(group_instance_id="static")
ENDPOINT = RaftVoterEndpoint(listener="CONTROLLER", host="127.0.0.1", port=9093)
VOTER = UUID(int=7)
"""The directory of the voter that is added."""
READ_ORDERS = AclBinding(
    resource_type=AclResourceType.TOPIC, resource_name="orders", principal="User:alice", operation=AclOperation.READ
)
WRITE_ORDERS = AclBinding(
    resource_type=AclResourceType.TOPIC, resource_name="orders", principal="User:bob", operation=AclOperation.WRITE
)
ALICE = ClientQuotaEntity(user="alice")
ORDERED = NewTopic("new", partitions=2, replication_factor=2, configs={"retention.ms": "5"})


class Kind(Enum):
    """What may be done after a lost answer."""

    REPEATABLE = "sent again: twice is as once"
    VERIFIED = "sent again; if it is so already, the cluster is read"
    NEVER = "never sent twice"


class Came(Protocol):
    """A request that came to a broker."""

    @property
    def broker_id(self) -> int: ...


class Scene(Protocol):
    """What a cluster, fake or real, must be able to do for writes and calls to be played on it."""

    @property
    def brokers(self) -> tuple[int, ...]: ...

    @property
    def bootstrap_servers(self) -> str: ...

    def coordinator_of(self, group_id: str) -> int: ...

    def transaction_coordinator_of(self, transactional_id: str) -> int: ...

    def leader_of(self, topic: str, partition: int) -> int: ...

    def controller(self) -> int | None: ...

    def inject(self, fault: Fault) -> FaultHandle: ...

    def seen(self, api: ApiKey) -> Sequence[Came]: ...

    def drop_connections(self, broker_id: int, *, how: Hangup) -> None: ...

    def stop_broker(self, broker_id: int, *, how: Stop) -> None: ...

    def say_unasked(self, broker_id: int, data: bytes) -> None: ...


@dataclass(frozen=True, slots=True)
class Play:
    """One write's surroundings: the cluster, and what was told when the stage was set."""

    cluster: Scene
    told: dict[str, Any] = field(default_factory=dict[str, Any])


Do = Callable[[AdminClient, Play], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """A write: how it is called, what a look at the cluster shows once it was done, and once it was not.

    `tells`: its answer tells what it found to change, so that a second answer may tell less than was done.
    `alone`: only the one broker can do it. `group`: whose coordinator does it, where one does.
    """

    call: str
    api: ApiKey
    kind: Kind
    do: Do
    look: Do
    done: object
    undone: object
    note: str = ""
    spared: frozenset[str] = frozenset()
    since: tuple[int, int] = (2, 1)
    tells: bool = False
    alone: bool = False
    group: str = "old"

    def __str__(self) -> str:
        return f"{self.call}-{self.note}" if self.note else self.call


async def play(cluster: FakeCluster) -> Play:
    """Set the stage, and tell what there is."""
    set_stage(cluster)
    return await tell(cluster)


def set_stage(cluster: FakeCluster) -> None:
    """A topic with records, groups with offsets and members; tokens and changes of voters are allowed."""
    cluster.add_topic("orders", partitions=3, end_offset=100)
    cluster.add_group("old", offsets={("orders", 0): 42})
    cluster.add_group(
        "busy",
        members=[
            GroupMember(member_id="m-1", topics=("orders",)),
            GroupMember(member_id="m-2", group_instance_id="static", topics=("orders",)),
        ],
    )
    cluster.add_transaction("pay")
    cluster.add_hanging_transaction("orders", 2)
    cluster.add_group("shared", type="share", offsets={("orders", 0): 42})
    cluster.add_group("app", type="streams", offsets={("orders", 0): 42})
    cluster.move_leader("orders", 1, to=2)  # from 3, its preferred one
    cluster.hold_reassignments()
    cluster.allow_voter_changes()
    cluster.allow_delegation_tokens()


async def tell(cluster: FakeCluster, api: ApiKey | None = None) -> Play:
    """Make an ACL, a user and a token, and tell the token, the topic's id and a voter's directory.

    Of all that, what writes or reads by this API need; without one, all.
    """
    told: dict[str, Any] = {"voter": cluster.voters()[3]}
    async with AdminClient(cluster.bootstrap_servers) as admin:
        if api is None or "ACL" in api.name:
            await admin.create_acls(READ_ORDERS)
        if api is None or "SCRAM" in api.name:
            await admin.alter_user_scram_credentials(password("alice"))
        if api is None or "TOKEN" in api.name:
            told["token"] = await admin.create_delegation_token()
        if api is None or "REASSIGN" in api.name:
            (await admin.alter_partition_reassignments({ORDERS_2: [2]})).raise_for_errors()
        if api is None or "TXN" in api.name:
            (hanging,) = (await admin.describe_producers(ORDERS_2))[ORDERS_2]
            told["hanging"] = hanging.producer_id
        if api is None or "TOPIC" in api.name:
            (told["orders"],) = {topic.topic_id for topic in (await admin.list_topics()).values()}
    return Play(cluster, told)


# What a look shows


async def partitions(admin: AdminClient, play: Play) -> object:
    """How many partitions each topic has."""
    described = await admin.describe_topics(TOPICS & (await admin.list_topics()).keys())
    return {name: len(topic.partitions) for name, topic in described.succeeded.items()}


async def start(admin: AdminClient, play: Play) -> object:
    """Where the log starts."""
    return (await admin.list_offsets(ORDERS_0, OffsetSpec.earliest()))[ORDERS_0].offset


async def retention(admin: AdminClient, play: Play) -> object:
    return (await admin.describe_configs(ORDERS))[ORDERS]["retention.ms"].value


async def features(admin: AdminClient, play: Play) -> object:
    """The level of one feature, if it is switched on."""
    level = (await admin.describe_features()).finalized.get("kraft.version")
    return level and level.highest


async def preferred(admin: AdminClient, play: Play) -> object:
    """Whether the preferred replica leads."""
    partition = (await admin.describe_topics("orders"))["orders"].partitions[ORDERS_1.partition]
    return partition.leader == partition.replicas[0]


async def moving(admin: AdminClient, play: Play) -> object:
    return set(await admin.list_partition_reassignments())


async def directory(admin: AdminClient, play: Play) -> object:
    return (await admin.describe_replica_log_dirs(REPLICA))[REPLICA].current_log_dir


async def registered(admin: AdminClient, play: Play) -> object:
    return {broker.id for broker in (await admin.describe_cluster(include_fenced_brokers=True)).brokers}


async def controllers(admin: AdminClient, play: Play) -> object:
    return set(cast("FakeCluster", play.cluster).registered_controllers())


async def offset(admin: AdminClient, play: Play) -> object:
    committed = (await admin.list_consumer_group_offsets("old"))["old"].get(ORDERS_0)
    return committed and committed.offset


async def start_offset(admin: AdminClient, play: Play) -> object:
    start = (await admin.list_share_group_offsets("shared"))["shared"].get(ORDERS_0)
    return start and start.start_offset


async def streams_offset(admin: AdminClient, play: Play) -> object:
    committed = (await admin.list_streams_group_offsets("app"))["app"].get(ORDERS_0)
    return committed and committed.offset


async def share_groups(admin: AdminClient, play: Play) -> object:
    return {"shared"} & (await admin.list_groups()).keys()


async def streams_groups(admin: AdminClient, play: Play) -> object:
    return {"app"} & (await admin.list_groups()).keys()


async def groups(admin: AdminClient, play: Play) -> object:
    return {"old"} & (await admin.list_groups()).keys()


async def members(admin: AdminClient, play: Play) -> object:
    names = {play.told.get(name, name): name for name in ("m-1", "m-2")}
    described = (await admin.describe_groups("busy"))["busy"]
    return {names[member.member_id] for member in described.members}


async def voters(admin: AdminClient, play: Play) -> object:
    return {voter.replica_id for voter in (await admin.describe_metadata_quorum()).voters}


async def tokens(admin: AdminClient, play: Play) -> object:
    return len(await admin.describe_delegation_token())


async def lifetime(admin: AdminClient, play: Play) -> object:
    """Days until the first token ends."""
    (token,) = await admin.describe_delegation_token()
    return round((token.expires_at - token.issued_at) / timedelta(days=1))


async def acls(admin: AdminClient, play: Play) -> object:
    return {acl.principal for acl in await admin.describe_acls()} & {"User:alice", "User:bob"}


async def passwords(admin: AdminClient, play: Play) -> object:
    return (await admin.describe_user_scram_credentials()).keys() & {"alice", "bob"}


async def epoch(admin: AdminClient, play: Play) -> object:
    """How often producers of the transactional id have been fenced: 0, or more often."""
    return (await admin.describe_transactions("pay"))["pay"].producer_epoch > 0


async def open_transactions(admin: AdminClient, play: Play) -> object:
    """How many transactions are open in a partition."""
    producers = (await admin.describe_producers(ORDERS_2))[ORDERS_2]
    return sum(each.current_transaction_start_offset is not None for each in producers)


async def quotas(admin: AdminClient, play: Play) -> object:
    return (await admin.describe_client_quotas()).get(ALICE)


WRITES: tuple[Write, ...] = (
    Write(
        call="create_topics",
        api=ApiKey.CREATE_TOPICS,
        kind=Kind.VERIFIED,
        do=lambda admin, play: _one(admin.create_topics(ORDERED)),
        look=partitions,
        undone={"orders": 3},
        done={"orders": 3, "new": 2},
    ),
    Write(
        call="create_partitions",
        api=ApiKey.CREATE_PARTITIONS,
        kind=Kind.VERIFIED,
        do=lambda admin, play: _one(admin.create_partitions({"orders": 5})),
        look=partitions,
        undone={"orders": 3},
        done={"orders": 5},
    ),
    Write(
        call="create_partitions",
        note="assigned",
        api=ApiKey.CREATE_PARTITIONS,
        kind=Kind.VERIFIED,
        do=lambda admin, play: _one(
            admin.create_partitions({"orders": NewPartitions(5, assignments=[[1, 2, 3], [2, 3, 1]])})
        ),
        look=partitions,
        undone={"orders": 3},
        done={"orders": 5},
    ),
    Write(
        call="delete_topics",
        api=ApiKey.DELETE_TOPICS,
        kind=Kind.VERIFIED,
        do=lambda admin, play: _one(admin.delete_topics("orders")),
        look=partitions,
        undone={"orders": 3},
        done={},
    ),
    Write(
        call="delete_topics",
        note="by-id",
        api=ApiKey.DELETE_TOPICS,
        kind=Kind.VERIFIED,
        since=(3, 1),
        do=lambda admin, play: _one(admin.delete_topics(cast("UUID", play.told["orders"]))),
        look=partitions,
        undone={"orders": 3},
        done={},
    ),
    Write(
        call="delete_records",
        api=ApiKey.DELETE_RECORDS,
        kind=Kind.REPEATABLE,
        do=lambda admin, play: _one(admin.delete_records({ORDERS_0: 10})),
        look=start,
        undone=0,
        done=10,
    ),
    Write(
        call="delete_records",
        note="all",
        api=ApiKey.DELETE_RECORDS,
        kind=Kind.REPEATABLE,
        do=lambda admin, play: _one(admin.delete_records({ORDERS_0: RecordsToDelete.up_to_high_watermark()})),
        look=start,
        undone=0,
        done=100,
    ),
    Write(
        call="incremental_alter_configs",
        api=ApiKey.INCREMENTAL_ALTER_CONFIGS,
        kind=Kind.REPEATABLE,
        since=(2, 3),
        do=lambda admin, play: _one(admin.incremental_alter_configs({ORDERS: {"retention.ms": "5"}})),
        look=retention,
        undone="604800000",
        done="5",
    ),
    Write(
        call="update_features",
        api=ApiKey.UPDATE_FEATURES,
        kind=Kind.REPEATABLE,
        since=(3, 9),
        do=lambda admin, play: _one(admin.update_features({"kraft.version": 1})),
        look=features,
        undone=None,
        done=1,
    ),
    Write(
        call="elect_leaders",
        api=ApiKey.ELECT_LEADERS,
        kind=Kind.VERIFIED,
        spared=BROKER_LOST,
        do=lambda admin, play: _one(admin.elect_leaders(ORDERS_1)),
        look=preferred,
        undone=False,
        done=True,
    ),
    Write(
        call="alter_partition_reassignments",
        api=ApiKey.ALTER_PARTITION_REASSIGNMENTS,
        kind=Kind.REPEATABLE,
        since=(2, 4),
        do=lambda admin, play: _one(admin.alter_partition_reassignments({ORDERS_0: [3, 1]})),
        look=moving,
        undone={ORDERS_2},
        done={ORDERS_0, ORDERS_2},
    ),
    Write(
        call="alter_partition_reassignments",
        note="cancelled",
        api=ApiKey.ALTER_PARTITION_REASSIGNMENTS,
        kind=Kind.VERIFIED,
        since=(2, 4),
        do=lambda admin, play: _one(admin.alter_partition_reassignments({ORDERS_2: None})),
        look=moving,
        undone={ORDERS_2},
        done=set[TopicPartition](),
    ),
    Write(
        call="alter_replica_log_dirs",
        api=ApiKey.ALTER_REPLICA_LOG_DIRS,
        kind=Kind.REPEATABLE,
        alone=True,
        do=lambda admin, play: _one(admin.alter_replica_log_dirs({REPLICA: "/kafka/data-2"})),
        look=directory,
        undone="/kafka/data-1",
        done="/kafka/data-2",
    ),
    Write(
        call="unregister_broker",
        api=ApiKey.UNREGISTER_BROKER,
        kind=Kind.VERIFIED,
        since=(3, 3),
        do=lambda admin, play: admin.unregister_broker(3),
        look=registered,
        undone={1, 2, 3},
        done={1, 2},
    ),
    Write(
        call="unregister_controller",
        api=ApiKey.UNREGISTER_CONTROLLER,
        kind=Kind.VERIFIED,
        since=(4, 4),
        do=lambda admin, play: admin.unregister_controller(3),
        look=controllers,
        undone={1, 2, 3},
        done={1, 2},
    ),
    Write(
        call="alter_consumer_group_offsets",
        api=ApiKey.OFFSET_COMMIT,
        kind=Kind.REPEATABLE,
        do=lambda admin, play: _one(admin.alter_consumer_group_offsets("old", {ORDERS_0: 50})),
        look=offset,
        undone=42,
        done=50,
    ),
    Write(
        call="delete_consumer_group_offsets",
        api=ApiKey.OFFSET_DELETE,
        kind=Kind.REPEATABLE,
        since=(2, 4),
        do=lambda admin, play: _one(admin.delete_consumer_group_offsets("old", ORDERS_0)),
        look=offset,
        undone=42,
        done=None,
    ),
    Write(
        call="delete_consumer_groups",
        api=ApiKey.DELETE_GROUPS,
        kind=Kind.VERIFIED,
        do=lambda admin, play: _one(admin.delete_consumer_groups("old")),
        look=groups,
        undone={"old"},
        done=set[str](),
    ),
    Write(
        call="alter_share_group_offsets",
        api=ApiKey.ALTER_SHARE_GROUP_OFFSETS,
        group="shared",
        kind=Kind.REPEATABLE,
        since=(4, 1),
        do=lambda admin, play: _one(admin.alter_share_group_offsets("shared", {ORDERS_0: 50})),
        look=start_offset,
        undone=42,
        done=50,
    ),
    Write(
        call="delete_share_group_offsets",
        api=ApiKey.DELETE_SHARE_GROUP_OFFSETS,
        group="shared",
        kind=Kind.REPEATABLE,
        since=(4, 1),
        do=lambda admin, play: _one(admin.delete_share_group_offsets("shared", "orders")),
        look=start_offset,
        undone=42,
        done=None,
    ),
    Write(
        call="delete_share_groups",
        api=ApiKey.DELETE_GROUPS,
        group="shared",
        kind=Kind.VERIFIED,
        since=(4, 1),
        do=lambda admin, play: _one(admin.delete_share_groups("shared")),
        look=share_groups,
        undone={"shared"},
        done=set[str](),
    ),
    Write(
        call="alter_streams_group_offsets",
        api=ApiKey.OFFSET_COMMIT,
        group="app",
        kind=Kind.REPEATABLE,
        since=(4, 2),
        do=lambda admin, play: _one(admin.alter_streams_group_offsets("app", {ORDERS_0: 50})),
        look=streams_offset,
        undone=42,
        done=50,
    ),
    Write(
        call="delete_streams_group_offsets",
        api=ApiKey.OFFSET_DELETE,
        group="app",
        kind=Kind.REPEATABLE,
        since=(4, 2),
        do=lambda admin, play: _one(admin.delete_streams_group_offsets("app", ORDERS_0)),
        look=streams_offset,
        undone=42,
        done=None,
    ),
    Write(
        call="delete_streams_groups",
        api=ApiKey.DELETE_GROUPS,
        group="app",
        kind=Kind.VERIFIED,
        since=(4, 2),
        do=lambda admin, play: _one(admin.delete_streams_groups("app")),
        look=streams_groups,
        undone={"app"},
        done=set[str](),
    ),
    Write(
        call="remove_members_from_consumer_group",
        group="busy",
        api=ApiKey.LEAVE_GROUP,
        kind=Kind.VERIFIED,
        do=lambda admin, play: _one(admin.remove_members_from_consumer_group("busy", _first_member(play))),
        look=members,
        undone={"m-1", "m-2"},
        done={"m-2"},
    ),
    Write(
        call="remove_members_from_consumer_group",
        group="busy",
        note="static",
        api=ApiKey.LEAVE_GROUP,
        kind=Kind.VERIFIED,
        since=(2, 4),
        do=lambda admin, play: _one(admin.remove_members_from_consumer_group("busy", STATIC)),
        look=members,
        undone={"m-1", "m-2"},
        done={"m-1"},
    ),
    Write(
        call="remove_members_from_consumer_group",
        group="busy",
        note="all",
        api=ApiKey.LEAVE_GROUP,
        kind=Kind.VERIFIED,
        since=(2, 4),
        do=lambda admin, play: _first(admin.remove_members_from_consumer_group("busy", "all")),
        look=members,
        undone={"m-1", "m-2"},
        done=set[str](),
    ),
    Write(
        call="add_raft_voter",
        api=ApiKey.ADD_RAFT_VOTER,
        kind=Kind.VERIFIED,
        since=(3, 9),
        do=lambda admin, play: admin.add_raft_voter(4, VOTER, ENDPOINT),
        look=voters,
        undone={1, 2, 3},
        done={1, 2, 3, 4},
    ),
    Write(
        call="remove_raft_voter",
        api=ApiKey.REMOVE_RAFT_VOTER,
        kind=Kind.VERIFIED,
        since=(3, 9),
        do=lambda admin, play: admin.remove_raft_voter(3, play.told["voter"]),
        look=voters,
        undone={1, 2, 3},
        done={1, 2},
    ),
    Write(
        call="create_delegation_token",
        api=ApiKey.CREATE_DELEGATION_TOKEN,
        kind=Kind.NEVER,
        do=lambda admin, play: admin.create_delegation_token(),
        look=tokens,
        undone=1,
        done=2,
    ),
    Write(
        call="renew_delegation_token",
        api=ApiKey.RENEW_DELEGATION_TOKEN,
        kind=Kind.REPEATABLE,
        do=lambda admin, play: admin.renew_delegation_token(play.told["token"], period=timedelta(days=3)),
        look=lifetime,
        undone=1,
        done=3,
    ),
    Write(
        call="expire_delegation_token",
        api=ApiKey.EXPIRE_DELEGATION_TOKEN,
        kind=Kind.VERIFIED,
        do=lambda admin, play: admin.expire_delegation_token(play.told["token"]),
        look=tokens,
        undone=1,
        done=0,
    ),
    Write(
        call="create_acls",
        api=ApiKey.CREATE_ACLS,
        kind=Kind.REPEATABLE,
        do=lambda admin, play: _one(admin.create_acls(WRITE_ORDERS)),
        look=acls,
        undone={"User:alice"},
        done={"User:alice", "User:bob"},
    ),
    Write(
        call="delete_acls",
        api=ApiKey.DELETE_ACLS,
        kind=Kind.REPEATABLE,
        tells=True,
        do=lambda admin, play: _one(admin.delete_acls(AclBindingFilter.of(READ_ORDERS))),
        look=acls,
        undone={"User:alice"},
        done=set[str](),
    ),
    Write(
        call="alter_user_scram_credentials",
        api=ApiKey.ALTER_USER_SCRAM_CREDENTIALS,
        kind=Kind.REPEATABLE,
        since=(2, 7),
        do=lambda admin, play: _one(admin.alter_user_scram_credentials(password("bob"))),
        look=passwords,
        undone={"alice"},
        done={"alice", "bob"},
    ),
    Write(
        call="alter_user_scram_credentials",
        note="deletion",
        api=ApiKey.ALTER_USER_SCRAM_CREDENTIALS,
        kind=Kind.VERIFIED,
        since=(2, 7),
        do=lambda admin, play: _one(
            admin.alter_user_scram_credentials(
                UserScramCredentialDeletion(user="alice", mechanism=ScramMechanism.SCRAM_SHA_256)
            )
        ),
        look=passwords,
        undone={"alice"},
        done=set[str](),
    ),
    Write(
        call="alter_client_quotas",
        api=ApiKey.ALTER_CLIENT_QUOTAS,
        kind=Kind.REPEATABLE,
        since=(2, 6),
        do=lambda admin, play: _one(admin.alter_client_quotas({ALICE: {"producer_byte_rate": 1000}})),
        look=quotas,
        undone=None,
        done={"producer_byte_rate": 1000.0},
    ),
    Write(
        call="abort_transaction",
        api=ApiKey.WRITE_TXN_MARKERS,
        kind=Kind.REPEATABLE,
        since=(2, 8),
        do=lambda admin, play: admin.abort_transaction(
            AbortTransactionSpec(partition=ORDERS_2, producer_id=play.told["hanging"], producer_epoch=0)
        ),
        look=open_transactions,
        undone=1,
        done=0,
    ),
    Write(
        call="fence_producers",
        api=ApiKey.INIT_PRODUCER_ID,
        kind=Kind.REPEATABLE,
        since=(3, 0),
        do=lambda admin, play: _one(admin.fence_producers("pay")),
        look=epoch,
        undone=False,
        done=True,
    ),
    Write(
        call="force_terminate_transaction",
        api=ApiKey.INIT_PRODUCER_ID,
        kind=Kind.REPEATABLE,
        since=(3, 0),
        do=lambda admin, play: admin.force_terminate_transaction("pay"),
        look=epoch,
        undone=False,
        done=True,
    ),
    Write(
        call="send",
        api=ApiKey.DELETE_GROUPS,
        kind=Kind.NEVER,
        do=lambda admin, play: admin.send(DeleteGroupsRequest(groups_names=("old",)), Coordinator("old")),
        look=groups,
        undone={"old"},
        done=set[str](),
    ),
)


def _first_member(play: Play) -> MemberToRemove:
    return MemberToRemove(member_id=play.told.get("m-1", "m-1"))


def password(user: str) -> UserScramCredentialUpsertion:
    """A password for a user."""
    return UserScramCredentialUpsertion(user=user, mechanism=ScramMechanism.SCRAM_SHA_256, password="secret")


async def _one(result: Awaitable[object]) -> object:
    """The one value of a batch, or its error."""
    (value,) = cast("Any", await result).values()
    return value


async def _first(result: Awaitable[object]) -> object:
    """The first value of a batch of which none failed, or the first error."""
    batch = cast("Any", await result)
    for error in batch.failed.values():
        raise error
    return next(iter(batch.values()))


def ambiguous(result: object) -> bool:
    """Whether a result says so."""
    return bool(getattr(result, "ambiguous", False))
