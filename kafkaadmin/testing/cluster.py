"""`FakeCluster`: Kafka brokers in this process, on real sockets, with faults."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Mapping
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import UUID

import anyio.to_thread

from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.models.streams_groups import StreamsSubtopology
from kafkaadmin.testing.faults import Fault, FaultHandle, Hangup, Stop
from kafkaadmin.testing.groups import ASSIGNORS, CommittedOffset, Group, GroupMember, GroupType, as_offsets, members_for
from kafkaadmin.testing.handlers import HANDLERS
from kafkaadmin.testing.handlers.context import Context, Refusal
from kafkaadmin.testing.ledger import Ledger, RecordedRequest, RejectedRequest
from kafkaadmin.testing.logins import Logins, SecureListener
from kafkaadmin.testing.quorum import SERVED_BY_CONTROLLERS, ControllerNode
from kafkaadmin.testing.server import BrokerServer
from kafkaadmin.testing.state import Broker, ClusterState
from kafkaadmin.testing.timeline import Timeline
from kafkaadmin.testing.topics import CONSUMER_OFFSETS, TRANSACTION_STATE
from kafkaadmin.testing.transactions import Producer
from kafkaadmin.testing.versions import offered, release_of
from kafkawire import ApiKey, ErrorCode
from kafkawire.enums import TransactionState

__all__ = ["FakeCluster"]

T = TypeVar("T")

_ANSWER_SECONDS = 30.0


class FakeCluster:
    """Kafka brokers in this process, on real loopback sockets.

        with FakeCluster(brokers=3) as cluster:
            cluster.add_topic("orders", partitions=3)
            cluster.add_group("billing", offsets={("orders", 0): 42})
            ...                       # any Kafka client, at cluster.bootstrap_servers
            cluster.stop_broker(cluster.coordinator_of("billing"), how="stall")

    The brokers run in a thread of their own: a stalled client can't stall them, and clients need no event loop. All
    methods may be called from any thread; they return when the thing is done, which is at once.

    Args:
        brokers: how many, with the ids 1, 2, 3, ...
        versions_of: the Kafka release to act as, "2.1" to "4.4"; or one per broker id, as in a rolling upgrade.
        offsets_partitions: partitions of `__consumer_offsets`.
        failover: seconds from a broker's death or stall until others lead its partitions and coordinate its groups.
            FindCoordinator and Metadata name the dead broker until then, as Kafka's do.
        load_time: seconds for which a new coordinator answers COORDINATOR_LOAD_IN_PROGRESS (14).
        metadata_lag: seconds until brokers hear of a topic that another one was asked to create.
        zookeeper: one broker is the controller and the others answer NOT_CONTROLLER (41), as before KRaft.
        controllers: KRaft controllers beside the brokers, with the ids 1001, 1002, ... and listeners of their own, for
            clients that talk to them directly (KIP-919). Brokers do without.
        offsets_topic_after: seconds that making `__consumer_offsets` takes, from the first search for a group's
            coordinator on, as on a new cluster: FindCoordinator answers 15 meanwhile. Without it the topic is there.
        listener: TLS and SASL on all nodes' listeners; clear text and no questions without it.
        seed: gives the cluster, its topics and tokens the same ids each time. Only ports and times differ then.

    Raises:
        ExceptionGroup: on leaving or closing, when a broker itself failed: a bug here, not the client's fault.
    """

    def __init__(
        self,
        brokers: int = 3,
        *,
        versions_of: str | Mapping[int, str] = "4.4",
        offsets_partitions: int = 50,
        failover: float = 0.3,
        load_time: float = 0.0,
        metadata_lag: float = 0.0,
        zookeeper: bool = False,
        controllers: int = 0,
        offsets_topic_after: float | None = None,
        listener: SecureListener | None = None,
        seed: int | None = None,
    ) -> None:
        if brokers < 1:
            raise ValueError(f"a cluster needs a broker, not {brokers}")
        if min(failover, load_time, metadata_lag) < 0:
            raise ValueError("failover, load_time and metadata_lag can't be negative")
        ids = range(1, brokers + 1)
        named = versions_of if isinstance(versions_of, Mapping) else dict.fromkeys(ids, versions_of)
        if set(named) != set(ids):
            raise ValueError(f"versions_of names brokers {sorted(named)}, and there are {list(ids)}")
        self._releases = {broker_id: release_of(named[broker_id]) for broker_id in ids}
        self._offered = {release: dict(offered(release, HANDLERS)) for release in set(self._releases.values())}
        self._state = ClusterState(
            ids, offsets_partitions=offsets_partitions, zookeeper=zookeeper, controllers=controllers, seed=seed
        )
        self._logins = Logins(listener or SecureListener(), self._state.scram_users, self._state.tokens)
        self._state.tokens.allowed = listener is not None
        self._controllers_release = max(self._releases.values())
        self._state.forgets_emptied_groups = any(int(each.split(".")[0]) < 4 for each in self._releases.values())
        self._controllers_offer = {
            api: versions
            for api, versions in self._offered[self._controllers_release].items()
            if api in SERVED_BY_CONTROLLERS
        }
        self._offsets_topic_after = offsets_topic_after
        self._times = {"failover": failover, "load_time": load_time, "metadata_lag": metadata_lag}
        self._timeline: Timeline
        self._servers: dict[int, BrokerServer] = {}
        self._ledger = Ledger()
        self._errors: list[Exception] = []
        self._going: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event
        self._thread = threading.Thread(target=self._run, name="FakeCluster", daemon=True)
        self._started: concurrent.futures.Future[None] = concurrent.futures.Future()

    # Life

    def start(self) -> None:
        """Start all brokers. `with` does it."""
        self._thread.start()
        self._started.result(_ANSWER_SECONDS)

    def close(self) -> None:
        """Stop all brokers: no thread, socket or file descriptor is left. Repeating it does no harm."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
        if self._thread.ident is not None:
            self._thread.join(_ANSWER_SECONDS)
        errors, self._errors = self._errors, []
        if errors:
            raise ExceptionGroup("FakeCluster failed", errors)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    # What there is

    @property
    def bootstrap_servers(self) -> str:
        """All brokers' addresses, as clients take them."""
        return ",".join(self.address_of(broker_id) for broker_id in self.brokers)

    @property
    def brokers(self) -> tuple[int, ...]:
        """The brokers' ids, stopped ones included."""
        return tuple(self._releases)

    @property
    def controllers(self) -> tuple[int, ...]:
        """The controllers' ids, stopped ones included; none without `controllers`."""
        return tuple(self._state.quorum.nodes)

    @property
    def bootstrap_controllers(self) -> str:
        """All controllers' addresses, as clients take them."""
        return ",".join(self.address_of(node_id) for node_id in self.controllers)

    @property
    def cluster_id(self) -> str:
        """The cluster's id."""
        return self._state.cluster_id

    def address_of(self, broker_id: int) -> str:
        """`host:port` of a broker or controller. It keeps it while it is stopped."""
        server = self._server(broker_id)
        return f"{server.host}:{server.port}"

    def coordinator_of(self, group_id: str) -> int:
        """The broker that coordinates a group, dead or alive; -1 while there is none."""
        return self._call(lambda: self._state.coordinator_of(group_id))

    def leader_of(self, topic: str, partition: int) -> int:
        """The leader of a partition, dead or alive; -1 while there is none."""
        return self._call(lambda: self._state.partition(topic, partition).leader)

    def controller(self) -> int:
        """The controller: ZooKeeper's, or under KRaft the broker that clients would be told next."""
        return self._call(self._state.controller)

    def active_controller(self) -> int:
        """The active one of `controllers`, dead or alive; -1 while there is none."""
        return self._call(lambda: self._state.quorum.leader)

    # Topics

    def add_topic(
        self,
        name: str,
        *,
        partitions: int = 1,
        replication_factor: int | None = None,
        configs: Mapping[str, str] | None = None,
        end_offset: int = 0,
    ) -> None:
        """Make a topic that all brokers know.

        Args:
            name: its name.
            partitions: how many.
            replication_factor: replicas of each; 3 when not given, or as many as there are brokers.
            configs: configs that differ from the brokers'.
            end_offset: the end of every log. Record `n` was written `n` seconds after `FIRST_TIMESTAMP_MS`.
        """
        factor = min(3, len(self.brokers)) if replication_factor is None else replication_factor
        self._call(
            lambda: self._state.create_topic(
                name, partitions=partitions, replication_factor=factor, configs=configs, end_offset=end_offset
            )
        )

    def add_partitions(self, topic: str, *, total: int) -> None:
        """Give a topic more partitions."""
        self._call(lambda: self._state.create_partitions(topic, total))

    def delete_topic(self, name: str) -> None:
        """Remove a topic, and what groups committed for it."""
        self._call(lambda: self._state.delete_topic(name))

    def topics(self) -> tuple[str, ...]:
        """The names of all topics, internal ones included."""
        return self._call(lambda: tuple(self._state.topics))

    def set_log(self, topic: str, partition: int, *, start_offset: int = 0, end_offset: int) -> None:
        """Say which offsets a partition's log holds, the end excluded."""

        def change() -> None:
            log = self._state.partition(topic, partition)
            log.start_offset, log.end_offset = start_offset, end_offset

        self._call(change)

    def log_of(self, topic: str, partition: int) -> tuple[int, int]:
        """The first offset of a partition's log, and the end."""

        def read() -> tuple[int, int]:
            log = self._state.partition(topic, partition)
            return log.start_offset, log.end_offset

        return self._call(read)

    def move_leader(self, topic: str, partition: int, *, to: int) -> None:
        """Make a live broker the leader of a partition."""
        self._call(lambda: self._state.move_leader(topic, partition, to))

    def move_controller(self, *, to: int) -> None:
        """Make a broker the controller (with `zookeeper=True`), or another of the `controllers` the active one."""
        self._call(lambda: self._state.move_controller(to))

    def hold_reassignments(self, held: bool = True) -> None:
        """Keep partitions that are moved to other brokers on their way, until told otherwise: then they all arrive."""

        def change() -> None:
            self._state.moves_are_held = held
            if not held:
                self._state.end_moves()

        self._call(change)

    # Voters and tokens

    def allow_voter_changes(self) -> None:
        """Let the metadata quorum's voters be changed, as with `kraft.version` 1. New clusters have a static list."""
        self._call(lambda: setattr(self._state.voters, "dynamic", True))

    def voters(self) -> dict[int, UUID]:
        """Who votes in the metadata quorum, and each one's directory id."""
        return self._call(lambda: {each.node_id: each.directory_id for each in self._state.voters.voters.values()})

    def registered_controllers(self) -> tuple[int, ...]:
        """The controllers that the cluster has not forgotten; without `controllers` the brokers are that too."""
        return self._call(self._state.registered_controllers)

    def allow_delegation_tokens(self) -> None:
        """Serve delegation tokens although connections are plaintext, to which Kafka answers 64."""
        self._call(lambda: setattr(self._state.tokens, "allowed", True))

    def disable_authorizer(self) -> None:
        """Answer what concerns ACLs with SECURITY_DISABLED (54), as a cluster without an authorizer does."""
        self._call(lambda: setattr(self._state.acls, "enabled", False))

    def delegation_tokens(self) -> tuple[str, ...]:
        """The ids of all tokens."""
        return self._call(lambda: tuple(token.token_id for token in self._state.tokens.of(None)))

    # Logins

    def set_password(self, user: str, password: str | None) -> None:
        """Give a user a password for PLAIN and SCRAM, or take it away. Sessions that have begun go on."""

        def change() -> None:
            if password is None:
                self._logins.users.pop(user, None)
            else:
                self._logins.users[user] = password

        self._call(change)

    def set_tokens(self, *tokens: str) -> None:
        """Say which bearer tokens are good from now on."""

        def change() -> None:
            self._logins.tokens = set(tokens)

        self._call(change)

    def set_aws_keys(self, keys: Mapping[str, str]) -> None:
        """Say which secret keys are good for AWS_MSK_IAM from now on, by access key."""

        def change() -> None:
            self._logins.aws_keys = dict(keys)

        self._call(change)

    @property
    def logins(self) -> tuple[str, ...]:
        """Who has logged in, each time and in order; bearers of tokens are called `bearer`."""
        return self._call(lambda: tuple(self._logins.came))

    # Groups

    def add_group(
        self,
        group_id: str,
        *,
        offsets: Mapping[tuple[str, int], int] | None = None,
        members: int | Iterable[GroupMember] = 0,
        type: GroupType = "classic",
        protocol_type: str | None = None,
        state: str | None = None,
        topology: Iterable[StreamsSubtopology] = (),
    ) -> None:
        """Make a group, or replace it.

        Args:
            group_id: its name.
            offsets: what it has committed, by (topic, partition); of a share group where it starts to read.
            members: these; a number makes as many, who subscribe to the topics of `offsets` and share its partitions.
            type: "classic", "consumer" for the KIP-848 protocol, "share" or "streams".
            protocol_type: without one "consumer" for consumers of either type, "share" and "streams".
            state: the state's name; without one "Stable" with members and "Empty" without.
            topology: the subtopologies of a streams group.
        """
        committed = dict(offsets or {})
        joined = members_for(group_id, members, tuple(committed)) if isinstance(members, int) else tuple(members)
        group = Group(
            group_id=group_id,
            type=type,
            protocol_type=protocol_type or (type if type in ("share", "streams") else "consumer"),
            assignor=ASSIGNORS[type],
            state=state,
            topology=tuple(topology),
            members={member.member_id: member for member in joined},
            offsets=as_offsets(committed),
        )
        self._call(lambda: self._state.groups.__setitem__(group_id, group))

    def add_groups(self, group_ids: Iterable[str], *, offsets: Mapping[tuple[str, int], int] | None = None) -> None:
        """Make many empty classic groups, which have all committed the same. 10,000 take a fraction of a second."""
        committed = as_offsets(offsets or {})
        groups = {
            group_id: Group(
                group_id=group_id, offsets={topic: dict(partitions) for topic, partitions in committed.items()}
            )
            for group_id in group_ids
        }
        self._call(lambda: self._state.groups.update(groups))

    def groups(self) -> tuple[str, ...]:
        """The names of all groups."""
        return self._call(lambda: tuple(self._state.groups))

    def commit(self, group_id: str, offsets: Mapping[tuple[str, int], int]) -> None:
        """Commit offsets for a group that exists, as a consumer would: past every fault."""

        def change() -> None:
            group = self._state.groups[group_id]
            for (topic, partition), offset in offsets.items():
                group.commit(topic, partition, CommittedOffset(offset))

        self._call(change)

    def offsets(self, group_id: str) -> dict[TopicPartition, int]:
        """What a group has committed; nothing when there is no such group."""

        def read() -> dict[TopicPartition, int]:
            group = self._state.groups.get(group_id)
            return {tp: committed.offset for tp, committed in group.committed()} if group else {}

        return self._call(read)

    def members(self, group_id: str) -> tuple[GroupMember, ...]:
        """The members of a group that exists."""
        return self._call(lambda: tuple(self._state.groups[group_id].members.values()))

    def hold_offsets(self, group_id: str, partitions: Iterable[tuple[str, int]]) -> None:
        """Leave offsets of these partitions to an open transaction: who requires stable ones is answered 88.

        An empty list ends it.
        """
        pending = frozenset(partitions)
        self._call(lambda: setattr(self._state.groups[group_id], "pending", pending))

    # Transactions

    def add_transaction(
        self,
        transactional_id: str,
        partitions: Iterable[tuple[str, int]] = (),
        *,
        started_ms: int | None = None,
    ) -> tuple[int, int]:
        """Have a producer begin a transaction, and write a record into each of these partitions.

        Gives its producer id and epoch. Producers that used the transactional id before are fenced.

        Args:
            transactional_id: whose transaction.
            partitions: what is written to, by (topic, partition). Without any, none is open: the state is `Empty`.
            started_ms: when, in ms since 1970; a moment ago, if nothing is said.
        """
        chosen = [TopicPartition(*each) for each in partitions]
        now = time.time_ns() // 1_000_000 if started_ms is None else started_ms

        def begin() -> tuple[int, int]:
            transactions = self._state.transactions
            self._state.transaction_partition(transactional_id)
            begun = transactions.begin(transactional_id, 60_000)
            if isinstance(begun, ErrorCode):  # it has aborted the last one
                begun = transactions.by_id[transactional_id]
            if chosen:
                begun.state, begun.started_ms, begun.partitions = TransactionState.ONGOING, now, set(chosen)
            self._write_openly(chosen, begun.producer_id, begun.epoch, now)
            return begun.producer_id, begun.epoch

        return self._call(begin)

    def add_hanging_transaction(self, topic: str, partition: int, *, started_ms: int | None = None) -> int:
        """Leave a transaction open in a partition that no coordinator knows of. Gives its producer id."""
        now = time.time_ns() // 1_000_000 if started_ms is None else started_ms

        def begin() -> int:
            producer_id = self._state.transactions.new_producer_id()
            self._write_openly([TopicPartition(topic, partition)], producer_id, 0, now)
            return producer_id

        return self._call(begin)

    def _write_openly(self, partitions: Iterable[TopicPartition], producer_id: int, epoch: int, now_ms: int) -> None:
        """A record into each partition, as part of a transaction."""
        for each in partitions:
            log = self._state.partition(*each)
            producer = Producer(
                producer_id=producer_id, epoch=epoch, last_timestamp_ms=now_ms, start_offset=log.end_offset
            )
            self._state.transactions.write(each, producer)
            log.end_offset += 1

    def transaction_coordinator_of(self, transactional_id: str) -> int:
        """The broker that coordinates a transactional id, dead or alive; -1 while there is none."""

        def read() -> int:
            index = self._state.transaction_partition(transactional_id)
            return self._state.topics[TRANSACTION_STATE].partitions[index].leader

        return self._call(read)

    def move_transaction_coordinator(self, transactional_id: str, *, to: int) -> None:
        """Move a transactional id to a live broker, with all others in its `__transaction_state` partition."""
        self._call(
            lambda: self._state.move_leader(TRANSACTION_STATE, self._state.transaction_partition(transactional_id), to)
        )

    # Elections

    def move_coordinator(self, group_id: str, *, to: int) -> None:
        """Move a group to a live broker, with all others in its `__consumer_offsets` partition.

        The old one answers NOT_COORDINATOR (16) from now on.
        """

        def move() -> None:
            index = self._state.offsets_partition(group_id)
            if self._state.move_leader(CONSUMER_OFFSETS, index, to):
                self._timeline.load([TopicPartition(CONSUMER_OFFSETS, index)])

        self._call(move)

    def elect_preferred(self) -> None:
        """Give every partition back to its first replica, where that is live."""
        self._call(lambda: self._timeline.load(self._state.elect_preferred()))

    def election(self, seconds: float, *, group: str | None = None, to: int | None = None) -> None:
        """Leave groups without a coordinator for a while: FindCoordinator answers 15, the old one 16.

        All groups, or those in one group's partition. `to` is who coordinates afterwards: without it, who did before.
        """

        def begin() -> None:
            partitions = len(self._state.topics[CONSUMER_OFFSETS].partitions)
            indexes = range(partitions) if group is None else (self._state.offsets_partition(group),)
            self._timeline.election(indexes, seconds, to)

        self._call(begin)

    def load(self, group_id: str, seconds: float) -> None:
        """Have a group's coordinator answer COORDINATOR_LOAD_IN_PROGRESS (14) for a while."""

        def begin() -> None:
            index = self._state.offsets_partition(group_id)
            self._timeline.load([TopicPartition(CONSUMER_OFFSETS, index)], seconds)

        self._call(begin)

    # Brokers

    def stop_broker(self, broker_id: int, *, how: Stop = "reset", failover: float | None = None) -> None:
        """Take a broker away, until `start_broker`.

        Args:
            broker_id: a running broker, or a stalled one that is now to die; or a controller.
            how: "reset": the listener is closed and connections end with RST; "refuse" is the same, named for what
                newcomers see. "fin": connections end with FIN. "stall": the process freezes: sockets stay open, the
                kernel accepts connections, nothing is read or answered.
            failover: seconds until others take over, here instead of the cluster's. 0 is a controlled shutdown.
        """
        self._wait(self._stop(self._server(broker_id), how, failover))

    def start_broker(self, broker_id: int, *, prefer: bool = False, stale_for: float = 0.0) -> None:
        """Bring a broker back, at its old address.

        After a stall it first works through what its sockets hold. Leadership stays where it is.

        Args:
            broker_id: a stopped or stalled broker.
            prefer: give it back the partitions, and so the groups, whose first replica it is.
            stale_for: seconds for which a broker that slept through losing partitions believes to lead them still: it
                answers reads from what it remembers, and writes with 15.
        """
        server = self._server(broker_id)

        def start() -> None:
            if server.running:
                raise ValueError(f"broker {broker_id} is running")
            self._timeline.broker_back(broker_id, stale_for=stale_for if server.stalled else 0.0)
            server.start()
            if prefer:
                self._timeline.load(self._state.elect_preferred(broker_id))

        self._call(start)

    def hold_elections(self, broker_id: int) -> None:
        """A broker that is well hears of no election from now on: it goes on naming leaders and coordinators of now.

        Kafka's hear at different times, seconds apart where the controller has just changed (seen on 4.4.0).
        """
        self._server(broker_id)
        self._call(lambda: self._state.hold_elections(broker_id))

    def tell_elections(self, broker_id: int) -> None:
        """It hears of all of them, at once."""
        self._server(broker_id)
        self._call(lambda: self._state.tell_elections(broker_id))

    def move_broker(self, broker_id: int, *, how: Hangup = "reset") -> None:
        """Replace a broker by one with its id at another port, at once. Nobody listens at the old one any more.

        It goes on leading what it led. One that was stopped is up afterwards.
        """
        server = self._server(broker_id)

        async def move() -> None:
            await server.move(how)
            node = self._state.brokers.get(broker_id) or self._state.quorum.nodes[broker_id]
            node.port = server.port
            self._timeline.broker_back(broker_id, stale_for=0.0)

        self._wait(move())

    def advertise(self, broker_id: int, address: str) -> None:
        """Have answers name another address for a broker, which goes on listening where it does."""
        host, _, port = address.rpartition(":")

        def change() -> None:
            node = self._state.brokers.get(broker_id) or self._state.quorum.nodes[broker_id]
            node.host, node.port = host, int(port)

        self._call(change)

    def drop_connections(self, broker_id: int, *, how: Hangup = "reset") -> None:
        """End all connections to a broker, which lives on."""
        self._wait(self._server(broker_id).drop_connections(how))

    def say_unasked(self, broker_id: int, data: bytes) -> None:
        """Have a broker send bytes that nobody asked for, on all its connections."""

        def say() -> None:
            for connection in tuple(self._server(broker_id).connections):
                connection.say(data)

        self._call(say)

    def set_network(self, broker: int | None = None, *, latency: float = 0.0, bandwidth: float | None = None) -> None:
        """Put answers on a longer or narrower way: those of one broker, or of all.

        Args:
            broker: the broker's id; without it all brokers.
            latency: seconds of a round trip. Unlike a fault's delay, it doesn't hold up the next request's work.
            bandwidth: bytes a second, shared by the broker's connections; None is without limit.
        """
        if latency < 0 or (bandwidth is not None and bandwidth <= 0):
            raise ValueError("latency can't be negative, and bandwidth must be positive")
        servers = tuple(self._servers.values()) if broker is None else (self._server(broker),)

        def change() -> None:
            for server in servers:
                server.link.latency, server.link.bandwidth = latency, bandwidth

        self._call(change)

    def inject(self, fault: Fault) -> FaultHandle:
        """Order a fault. Where several match a request, the one that was ordered first strikes."""
        handle = FaultHandle(fault, lambda handle: self._call(lambda: self._ledger.remove(handle)))
        self._call(lambda: self._ledger.faults.append(handle))
        return handle

    # What was seen

    @property
    def requests(self) -> Counter[tuple[int, ApiKey]]:
        """How many requests came, by (broker id, API). Those that a fault struck count too."""
        return self._call(self._ledger.counts.copy)

    @property
    def log(self) -> tuple[RecordedRequest, ...]:
        """The latest 2,000 requests (and at most 32 MiB of them), in order of arrival."""
        return self._call(lambda: tuple(self._ledger.log))

    def seen(
        self, api: ApiKey | None = None, *, broker: int | None = None, client_id: str | None = None
    ) -> tuple[RecordedRequest, ...]:
        """The requests of the log that are of this API, at this broker, by this client. None stands for any."""
        return self._call(lambda: self._ledger.seen(api, broker, client_id))

    def wait_for(
        self,
        api: ApiKey | None = None,
        *,
        broker: int | None = None,
        client_id: str | None = None,
        count: int = 1,
        timeout: float = 10.0,
    ) -> tuple[RecordedRequest, ...]:
        """Block until `seen` has `count` requests, and give them.

        Those that came before count too: `reset_requests` begins anew. `TimeoutError` after `timeout` seconds.
        """

        async def wait() -> tuple[RecordedRequest, ...]:
            try:
                async with asyncio.timeout(timeout):
                    return await self._ledger.arrived(count, api, broker, client_id)
            except TimeoutError:
                came = len(self._ledger.seen(api, broker, client_id))
                wanted = "requests" if api is None else f"{api.name} requests"
                raise TimeoutError(f"{came} of {count} {wanted} came within {timeout} s") from None

        return self._wait(wait(), timeout + _ANSWER_SECONDS)

    async def until(
        self,
        api: ApiKey | None = None,
        *,
        broker: int | None = None,
        client_id: str | None = None,
        count: int = 1,
        timeout: float = 10.0,
    ) -> tuple[RecordedRequest, ...]:
        """`wait_for`, for asyncio and trio."""
        return await anyio.to_thread.run_sync(
            lambda: self.wait_for(api, broker=broker, client_id=client_id, count=count, timeout=timeout)
        )

    @property
    def rejected(self) -> tuple[RejectedRequest, ...]:
        """Requests that a broker hung up on, because it could not read them or does not offer them."""
        return self._call(lambda: tuple(self._ledger.rejected))

    @property
    def connections(self) -> Counter[int]:
        """Open connections by broker id."""
        return self._call(lambda: Counter({i: len(server.connections) for i, server in self._servers.items()}))

    @property
    def connections_opened(self) -> Counter[int]:
        """Connections that were ever opened, by broker id."""
        return self._call(lambda: Counter({i: server.opened for i, server in self._servers.items()}))

    def reset_requests(self) -> None:
        """Begin counting and logging requests anew."""
        self._call(self._ledger.reset)

    # In the cluster's thread

    def _run(self) -> None:
        # Not the loop that a policy would choose: stalls and resets are made for this one.
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop, debug=False) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._stopping = asyncio.Event()
        asyncio.get_running_loop().set_exception_handler(self._record)
        try:
            self._boot()
            self._loop = asyncio.get_running_loop()
            self._started.set_result(None)
            await self._stopping.wait()
        except OSError as error:
            self._started.set_exception(error)
        finally:
            self._loop = None
            for server in self._servers.values():
                await server.close()

    def _boot(self) -> None:
        self._timeline = Timeline(self._state, **self._times)
        nodes: list[Broker | ControllerNode] = [*self._state.brokers.values(), *self._state.quorum.nodes.values()]
        for node in nodes:
            server = BrokerServer(
                node.broker_id,
                node.host,
                self._ledger,
                partial(self._context, node.broker_id),
                partial(self._stop_soon, node.broker_id),
                self._logins,
            )
            node.port = server.port
            self._servers[node.broker_id] = server
            server.start()
        if self._offsets_topic_after is not None:
            self._timeline.leave_offsets_topic_unmade(self._offsets_topic_after)

    async def _stop(self, server: BrokerServer, how: Stop, failover: float | None) -> None:
        if not server.running and (how == "stall" or not server.stalled):
            raise ValueError(f"broker {server.broker_id} is not running")
        if how == "stall":
            server.stall()
        else:
            await server.stop("fin" if how == "fin" else "reset")
        self._timeline.broker_gone(server.broker_id, frozen=how == "stall", failover=failover)

    def _stop_soon(self, broker_id: int, how: Stop) -> None:
        """A fault takes a broker away. A stall is at once: nothing that has come already is worked on."""
        server = self._servers[broker_id]
        if not server.running:
            return
        if how == "stall":
            server.stall()
            self._timeline.broker_gone(broker_id, frozen=True, failover=None)
            return
        task = asyncio.get_running_loop().create_task(self._stop(server, how, None))
        self._going.add(task)
        task.add_done_callback(self._going.discard)

    def _context(self, broker_id: int, version: int, fault: Fault) -> Context:
        release = self._releases.get(broker_id, self._controllers_release)
        return Context(
            state=self._state,
            broker_id=broker_id,
            version=version,
            release=release,
            offered=self._offered[release] if broker_id in self._releases else self._controllers_offer,
            on_topic_created=self._timeline.topic_created,
            on_leaders_moved=self._timeline.load,
            on_coordinator_wanted=self._timeline.make_offsets_topic,
            throttle_time_ms=round(fault.throttle * 1000),
            refusal=None if fault.error is None else Refusal(code=ErrorCode(fault.error), keys=fault.keys),
        )

    def _record(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self._errors.append(context.get("exception") or RuntimeError(context["message"]))

    def _server(self, broker_id: int) -> BrokerServer:
        server = self._servers.get(broker_id)
        if server is None:
            raise ValueError(f"no broker {broker_id}: there are {', '.join(map(str, self._servers)) or 'none yet'}")
        return server

    def _call(self, function: Callable[[], T]) -> T:
        """Do something in the cluster's thread, and wait for it."""

        async def call() -> T:
            return function()

        return self._wait(call())

    def _wait(self, work: Coroutine[Any, Any, T], patience: float = _ANSWER_SECONDS) -> T:
        if self._loop is None:
            work.close()
            raise RuntimeError("FakeCluster is not running")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(patience)
