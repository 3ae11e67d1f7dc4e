"""What the brokers of a `FakeCluster` know and decide: topics, groups, who leads what, who coordinates whom.

Pure: no I/O and no clock. Whoever drives it says when a broker dies, when Kafka notices, when an election is over.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.testing.acls import Acls
from kafkaadmin.testing.configs import Configs
from kafkaadmin.testing.groups import Group, java_hash
from kafkaadmin.testing.identities import Identities
from kafkaadmin.testing.log_dirs import LogDirs
from kafkaadmin.testing.quorum import Quorum
from kafkaadmin.testing.quotas import Quotas
from kafkaadmin.testing.scram_users import ScramUsers
from kafkaadmin.testing.tokens import Tokens
from kafkaadmin.testing.topics import CONSUMER_OFFSETS, NO_LEADER, TRANSACTION_STATE, Partition, Topic, spread_replicas
from kafkaadmin.testing.transactions import Transaction, Transactions
from kafkaadmin.testing.voters import Voters
from kafkawire import ErrorCode

__all__ = ["Broker", "ClusterState"]


@dataclass(slots=True, kw_only=True)
class Broker:
    """A broker as the cluster sees it.

    A fenced one has missed its session: it is in no Metadata answer and leads nothing. `stale` are the partitions that
    a broker lost while it was frozen and believes to lead still; `memory` are the groups as they were there.
    `elections` are leaders and their epochs as a broker heard of them that is behind; `None` when it hears at once.
    """

    broker_id: int
    host: str = "127.0.0.1"
    port: int = 0
    rack: str | None = None
    fenced: bool = False
    registered: bool = True
    stale: frozenset[TopicPartition] = frozenset()
    memory: Mapping[str, Group] = field(default_factory=dict[str, Group])
    elections: Mapping[TopicPartition, tuple[int, int]] | None = None


class ClusterState:
    """The one truth of the cluster, and what each broker would say of it."""

    def __init__(
        self,
        broker_ids: Iterable[int],
        *,
        offsets_partitions: int = 50,
        zookeeper: bool = False,
        controllers: int = 0,
        seed: int | None = None,
    ) -> None:
        self._identities = Identities(seed)
        self.cluster_id = self._identities.name()
        self.brokers = {broker_id: Broker(broker_id=broker_id) for broker_id in broker_ids}
        self.zookeeper = zookeeper
        self.quorum = Quorum(controllers)
        self.voters = Voters(self.quorum.nodes or self.brokers, self._identities)
        self.tokens = Tokens(self._identities)
        self.acls = Acls()
        self.scram_users = ScramUsers()
        self.quotas = Quotas()
        self.transactions = Transactions()
        self.configs = Configs()
        self.feature_levels: dict[str, int] = {}
        self.log_dirs = LogDirs()
        self.moves_are_held = False
        self.forgets_emptied_groups = False
        self.forgotten: set[int] = set()
        self.topics: dict[str, Topic] = {}
        self.groups: dict[str, Group] = {}
        self.loading: set[int] = set()
        self._names: dict[uuid.UUID, str] = {}
        self._placed: dict[str, int] = {}
        self._topics_made = 0
        self._controller = min(self.brokers)
        self._controllers_named = 0
        replication = min(3, len(self.brokers))
        self.create_topic(CONSUMER_OFFSETS, partitions=offsets_partitions, replication_factor=replication)

    # Brokers

    def live_brokers(self) -> tuple[Broker, ...]:
        """The brokers that are not fenced."""
        return tuple(broker for broker in self.brokers.values() if not broker.fenced)

    def fence(self, broker_id: int, *, frozen: bool = False) -> tuple[TopicPartition, ...]:
        """Kafka gives a broker up: its partitions go to others. Answers those that moved.

        A frozen broker learns nothing of it, and remembers the groups it coordinated.
        """
        broker = self.brokers[broker_id]
        broker.fenced = True
        led = tuple(tp for tp, partition in self.partitions() if partition.leader == broker_id)
        if frozen:
            broker.stale = frozenset(led)
            broker.memory = self._groups_in({tp.partition for tp in led if tp.topic == CONSUMER_OFFSETS})
        for _, partition in self.partitions():
            partition.shrink_isr(broker_id)
        if self._controller == broker_id:
            self._controller = next(iter(self._live_ids()), broker_id)
        return self._elect(led)

    def unfence(self, broker_id: int) -> tuple[TopicPartition, ...]:
        """A broker is back. Answers the partitions without a leader that it took.

        It takes those of which it was the last in sync; where others lead it follows, and catches up at once.
        """
        self.brokers[broker_id].fenced = False
        self.brokers[broker_id].registered = True
        taken = self._elect(tp for tp, partition in self.partitions() if partition.leader == NO_LEADER)
        self._catch_up()
        return taken

    def unregister(self, broker_id: int) -> bool:
        """Forget a broker, until it comes back. Says whether it was known."""
        broker = self.brokers.get(broker_id)
        if broker is None or not broker.registered:
            return False
        broker.registered = False
        return True

    def wake_up_to_date(self, broker_id: int) -> None:
        """A broker that was frozen hears what happened meanwhile."""
        broker = self.brokers[broker_id]
        broker.stale = frozenset()
        broker.memory = {}

    # Leaders

    def partitions(self) -> Iterator[tuple[TopicPartition, Partition]]:
        """All partitions there are."""
        for topic in self.topics.values():
            for partition in topic.partitions:
                yield TopicPartition(topic.name, partition.index), partition

    def partition(self, topic: str, index: int) -> Partition:
        """A partition that must exist: `KeyError` when it doesn't."""
        known = self.topics.get(topic)
        partition = known and known.partition(index)
        if not partition:
            raise KeyError(f"no partition {topic}-{index}")
        return partition

    def move_leader(self, topic: str, index: int, to: int) -> bool:
        """Make a live broker the leader of a partition, and a replica if it was none. Says whether it was another."""
        if self.brokers[to].fenced:
            raise ValueError(f"broker {to} is not live")
        partition = self.partition(topic, index)
        if to not in partition.replicas:
            partition.replicas = (to, *partition.replicas[1:])
        partition.expand_isr(to)
        return partition.hand_to(to)

    def elect_preferred(self, broker_id: int | None = None) -> tuple[TopicPartition, ...]:
        """Give partitions (one broker's, or all) back to their first replica, where live. Answers those that moved."""
        return tuple(
            tp
            for tp, partition in self.partitions()
            if broker_id in {None, partition.replicas[0]} and self.elect_preferred_of(tp)
        )

    def elect_preferred_of(self, tp: TopicPartition) -> bool:
        """Give one partition back to its first replica, if that is live and in sync."""
        partition = self.partition(*tp)
        preferred = partition.replicas[0]
        able = preferred in partition.isr and preferred in self._live_ids()
        return able and partition.hand_to(preferred)

    def elect_unclean(self, tp: TopicPartition) -> bool:
        """Give a partition without a leader to any live replica. What only the others had is lost."""
        partition = self.partition(*tp)
        live = self._live_ids()
        leader = next((broker for broker in partition.replicas if broker in live), None)
        if leader is None:
            return False
        partition.isr = (leader,)
        partition.hand_to(leader)
        self._catch_up()
        return True

    def leader_seen_by(self, broker_id: int, topic: str, index: int) -> int:
        """Whom a broker takes for the leader: itself, when it has slept through losing the partition."""
        return self.election_seen_by(broker_id, topic, index)[0]

    def election_seen_by(self, broker_id: int, topic: str, index: int) -> tuple[int, int]:
        """Whom a broker takes for the leader, and the epoch that the latest election it has heard of began."""
        broker, partition = self.brokers[broker_id], self.partition(topic, index)
        if (topic, index) in broker.stale:
            return broker_id, partition.leader_epoch - 1
        now = (partition.leader, partition.leader_epoch)
        return now if broker.elections is None else broker.elections.get(TopicPartition(topic, index), now)

    def hold_elections(self, broker_id: int) -> None:
        """A broker hears of no election from now on."""
        self.brokers[broker_id].elections = {
            tp: (partition.leader, partition.leader_epoch) for tp, partition in self.partitions()
        }

    def tell_elections(self, broker_id: int) -> None:
        """A broker hears of all elections, at once."""
        self.brokers[broker_id].elections = None

    def offline_replicas(self, partition: Partition) -> tuple[int, ...]:
        """The replicas of a partition that are on fenced brokers."""
        return tuple(broker for broker in partition.replicas if self.brokers[broker].fenced)

    def begin_election(self, indexes: Iterable[int]) -> Mapping[int, int]:
        """Leave `__consumer_offsets` partitions without a leader. Answers who led them."""
        offsets = self.topics[CONSUMER_OFFSETS]
        before = {index: offsets.partitions[index].leader for index in indexes}
        for index in before:
            offsets.partitions[index].leader = NO_LEADER
        return before

    def end_election(self, leaders: Mapping[int, int]) -> None:
        """Give these partitions leaders again, in a new epoch: the ones named, or others where those are not live."""
        live = self._live_ids()
        for index, leader in leaders.items():
            partition = self.topics[CONSUMER_OFFSETS].partitions[index]
            if leader in live:
                partition.hand_to(leader)
            else:
                partition.elect(live)

    def _elect(self, partitions: Iterable[TopicPartition]) -> tuple[TopicPartition, ...]:
        live = self._live_ids()
        return tuple(tp for tp in tuple(partitions) if self.partition(*tp).elect(live))

    def _catch_up(self) -> None:
        """Live replicas of partitions that have a leader get in sync."""
        live = self._live_ids()
        for _, partition in self.partitions():
            for broker_id in live if partition.leader != NO_LEADER else ():
                partition.expand_isr(broker_id)

    def _live_ids(self) -> tuple[int, ...]:
        return tuple(broker.broker_id for broker in self.live_brokers())

    def reassign(self, tp: TopicPartition, target: tuple[int, ...]) -> None:
        """Move a partition to other replicas: at once, unless moves are held up."""
        partition = self.partition(*tp)
        partition.begin_move(target)
        if not self.moves_are_held:
            partition.end_move(target, self._live_ids())

    def cancel_move(self, tp: TopicPartition) -> bool:
        """Leave a partition where it was. Says whether it was moving."""
        partition = self.partition(*tp)
        if partition.before_move is None:
            return False
        partition.end_move(partition.before_move, self._live_ids())
        return True

    def end_moves(self) -> None:
        """Let every partition that is moving arrive."""
        for _, partition in self.partitions():
            if partition.before_move is not None:
                arrived = tuple(broker for broker in partition.replicas if broker not in partition.removing)
                partition.end_move(arrived, self._live_ids())

    # Controller

    def controller(self) -> int:
        """The controller: under KRaft just some live broker, another one each time; under ZooKeeper the real one."""
        if self.zookeeper:
            return self._controller
        live = self._live_ids()
        self._controllers_named += 1
        return live[self._controllers_named % len(live)] if live else NO_LEADER

    def controls(self, broker_id: int) -> bool:
        """Whether a node carries out (or forwards, as KRaft's brokers all do) what only the controller may."""
        if broker_id in self.quorum:
            return self.quorum.leader == broker_id
        return not self.zookeeper or self._controller == broker_id

    def registered_controllers(self) -> tuple[int, ...]:
        """The controllers that are not forgotten. Without a quorum of their own the brokers are controllers too."""
        return tuple(node_id for node_id in self.quorum.nodes or self.brokers if node_id not in self.forgotten)

    def unregister_controller(self, node_id: int) -> bool:
        """Forget a controller. Says whether it was known."""
        known = node_id in self.registered_controllers()
        self.forgotten.add(node_id)
        return known

    def move_controller(self, to: int) -> None:
        """Make a broker ZooKeeper's controller, or one of the quorum's the active one."""
        if to in self.quorum:
            self.quorum.move(to)
        else:
            self._controller = self.brokers[to].broker_id

    # Topics

    def create_topic(
        self,
        name: str,
        *,
        partitions: int = 1,
        replication_factor: int = 1,
        assignments: Sequence[Sequence[int]] | None = None,
        configs: Mapping[str, str] | None = None,
        end_offset: int = 0,
    ) -> Topic:
        """Make a topic. Leaders go round the live brokers, beginning one further each time."""
        if name in self.topics:
            raise ValueError(f"topic {name!r} exists")
        topic = Topic(
            name=name,
            topic_id=self._identities.uuid(),
            configs=dict(configs or {}),
            partitions=tuple(
                Partition(index=index, replicas=replicas, leader=replicas[0], isr=replicas, end_offset=end_offset)
                for index, replicas in enumerate(assignments or self._spread(partitions, replication_factor))
                for replicas in (tuple(replicas),)
            ),
        )
        self._topics_made += 1
        self.topics[name] = topic
        self._names[topic.topic_id] = name
        return topic

    def create_partitions(self, name: str, total: int, assignments: Sequence[Sequence[int]] | None = None) -> None:
        """Give a topic more partitions, as many replicas each as its first has, fenced brokers too if need be."""
        topic = self.topics[name]
        there = len(topic.partitions)
        live = self._live_ids()
        order = (*live, *(broker_id for broker_id in self.brokers if broker_id not in live))
        placed = assignments or spread_replicas(order, total - there, len(topic.partitions[0].replicas))
        for index, replicas in enumerate((tuple(each) for each in placed), there):
            isr = tuple(broker_id for broker_id in replicas if broker_id in live)
            partition = Partition(
                index=index, replicas=replicas, leader=NO_LEADER, leader_epoch=-1, isr=isr or replicas
            )
            partition.elect(live)
            topic.partitions += (partition,)

    def delete_topic(self, name: str) -> None:
        """Remove a topic, and what groups have committed for it."""
        topic = self.topics.pop(name)
        del self._names[topic.topic_id]
        for group in tuple(self.groups.values()):
            if name in group.offsets:
                self.forget_offsets(group, name)

    def forget_offsets(self, group: Group, topic: str, partition: int | None = None) -> None:
        """Have a group lose an offset, or those of a whole topic; before 4.0 one that has nothing left is gone."""
        group.forget(topic, partition)
        if self.forgets_emptied_groups and not group.offsets and not group.members:
            self.groups.pop(group.group_id, None)

    def topic_seen_by(self, broker_id: int, name: str | None) -> Topic | None:
        """A topic as far as a broker has heard of it."""
        topic = self.topics.get(name) if name is not None else None
        return None if topic is None or broker_id in topic.unknown_to else topic

    def topic_name(self, topic_id: uuid.UUID) -> str | None:
        """The name of the topic with this id."""
        return self._names.get(topic_id)

    def _spread(self, partitions: int, replication_factor: int) -> list[tuple[int, ...]]:
        live = self._live_ids()
        if replication_factor > len(live):
            raise ValueError(f"replication factor {replication_factor} with {len(live)} live brokers")
        first = self._topics_made % len(live)
        return spread_replicas(live[first:] + live[:first], partitions, replication_factor)

    # Groups

    def offsets_partition(self, group_id: str) -> int:
        """The partition of `__consumer_offsets` whose leader coordinates a group."""
        if (index := self._placed.get(group_id)) is None:
            index = self._placed[group_id] = self._place(group_id, CONSUMER_OFFSETS)
        return index

    def coordinator_of(self, group_id: str) -> int:
        """The group's coordinator, `NO_LEADER` while there is none."""
        return self.topics[CONSUMER_OFFSETS].partitions[self.offsets_partition(group_id)].leader

    def coordinator_seen_by(self, broker_id: int, group_id: str) -> int:
        """Whom a broker takes for the group's coordinator."""
        return self.leader_seen_by(broker_id, CONSUMER_OFFSETS, self.offsets_partition(group_id))

    def transaction_partition(self, transactional_id: str) -> int:
        """The partition of `__transaction_state` for an id. That topic is made when first asked about."""
        if TRANSACTION_STATE not in self.topics:
            live = len(self.live_brokers())
            self.create_topic(TRANSACTION_STATE, partitions=50, replication_factor=min(3, live))
        return self._place(transactional_id, TRANSACTION_STATE)

    def transaction_coordinator_seen_by(self, broker_id: int, transactional_id: str) -> int:
        """Whom a broker takes for a transaction's coordinator."""
        return self.leader_seen_by(broker_id, TRANSACTION_STATE, self.transaction_partition(transactional_id))

    def transaction_error(self, broker_id: int, transactional_id: str, *, writing: bool = False) -> ErrorCode:
        """Why a broker can't serve a transactional id, `NONE` when it can."""
        index = self.transaction_partition(transactional_id)
        if (TRANSACTION_STATE, index) in self.brokers[broker_id].stale:
            return ErrorCode.COORDINATOR_NOT_AVAILABLE if writing else ErrorCode.NONE
        leads = self.topics[TRANSACTION_STATE].partitions[index].leader == broker_id
        return ErrorCode.NONE if leads else ErrorCode.NOT_COORDINATOR

    def transactions_coordinated_by(self, broker_id: int) -> tuple[Transaction, ...]:
        """The transactions that a broker coordinates, or believes to."""
        return tuple(
            each
            for each in self.transactions.by_id.values()
            if self.transaction_coordinator_seen_by(broker_id, each.transactional_id) == broker_id
        )

    def coordination_error(self, broker_id: int, group_id: str, *, writing: bool = False) -> ErrorCode:
        """Why a broker can't serve a group, `NONE` when it can.

        One that slept through losing the group still answers reads; its writes find no follower to confirm them.
        """
        index = self.offsets_partition(group_id)
        if (CONSUMER_OFFSETS, index) in self.brokers[broker_id].stale:
            return ErrorCode.COORDINATOR_NOT_AVAILABLE if writing else ErrorCode.NONE
        if self.topics[CONSUMER_OFFSETS].partitions[index].leader != broker_id:
            return ErrorCode.NOT_COORDINATOR
        return ErrorCode.COORDINATOR_LOAD_IN_PROGRESS if index in self.loading else ErrorCode.NONE

    def group_seen_by(self, broker_id: int, group_id: str) -> Group | None:
        """A group as a broker knows it, None when there is none."""
        broker = self.brokers[broker_id]
        if broker.stale and (CONSUMER_OFFSETS, self.offsets_partition(group_id)) in broker.stale:
            return broker.memory.get(group_id)
        return self.groups.get(group_id)

    def groups_coordinated_by(self, broker_id: int) -> tuple[Group, ...]:
        """The groups that a broker coordinates, or believes to."""
        offsets = self.topics[CONSUMER_OFFSETS]
        led = {partition.index for partition in offsets.partitions if partition.leader == broker_id}
        live = [group for group in self.groups.values() if self.offsets_partition(group.group_id) in led]
        return (*live, *self.brokers[broker_id].memory.values())

    def loads_on(self, broker_id: int) -> bool:
        """Whether a broker is still reading some of the groups that it coordinates."""
        offsets = self.topics[CONSUMER_OFFSETS]
        return any(offsets.partitions[index].leader == broker_id for index in self.loading)

    def _groups_in(self, indexes: set[int]) -> Mapping[str, Group]:
        return {
            group_id: group.snapshot()
            for group_id, group in self.groups.items()
            if self.offsets_partition(group_id) in indexes
        }

    def _place(self, key: str, topic: str) -> int:
        # Java's Utils.abs: the one int without a positive counterpart becomes 0.
        value = java_hash(key)
        return (0 if value == -(1 << 31) else abs(value)) % len(self.topics[topic].partitions)
