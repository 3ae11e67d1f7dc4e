"""The stage of the matrix and of lost answers on real Kafka: its proxies make the faults."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import anyio

from kafkaadmin import (
    AclBindingFilter,
    AdminClient,
    ClientQuotaEntity,
    NewTopic,
    ScramMechanism,
    TopicAlreadyExistsError,
    UserScramCredentialDeletion,
)
from kafkaadmin.testing import FakeCluster, Fault, FaultHandle, Hangup, Stop
from kafkawire import ApiKey
from tests.support.kafka import KafkaCluster
from tests.support.kafka.striking import Passed, Strikes
from tests.support.stage import KafkaStage
from tests.support.writes import GROUPS, ORDERS_0, READ_ORDERS, TOPICS, WRITE_ORDERS, Play, Write, password

__all__ = ["NOT_ON_KAFKA", "KafkaScene", "set_kafka_stage", "struck_kafka"]

FROZEN_FOR = 2.5
"""Seconds for which a broker that is frozen stays so, behind its proxy: longer than the client waits for an answer."""

RECORDS = 100

NOT_ON_KAFKA: Mapping[str, str] = {
    "add_raft_voter": "the test brokers' voters are a static list",
    "remove_raft_voter": "the test brokers' voters are a static list",
    "create_delegation_token": "brokers make none on plaintext connections",
    "renew_delegation_token": "brokers make none on plaintext connections",
    "expire_delegation_token": "brokers make none on plaintext connections",
    "describe_delegation_token": "brokers make none on plaintext connections",
    "describe_metadata_quorum": "a read like others, and the quorum isn't ours to strike",
    "unregister_broker": "the test brokers are needed by all tests",
    "unregister_controller": "the test brokers are needed by all tests",
    "update_features": "a feature's level is all tests' in common, and can't be taken back",
    "elect_leaders": "which replica leads is Kafka's to say when the stage is set",
    "alter_partition_reassignments": "Kafka carries them out before they can be looked at",
    "alter_replica_log_dirs": "the test brokers have one log directory",
    "abort_transaction": "to leave a transaction hanging takes a change of the brokers' configs",
    "fence_producers": "an epoch that was given can't be taken back",
    "force_terminate_transaction": "an epoch that was given can't be taken back",
    "alter_streams_group_offsets": "but for its name it is alter_consumer_group_offsets",
    "delete_streams_group_offsets": "but for its name it is delete_consumer_group_offsets",
    "delete_streams_groups": "but for its name it is delete_consumer_groups",
    "remove_members_from_consumer_group-all": "with one member on the stage it is as removing that one",
}
"""What isn't played there, by call or by row, and why."""


_CHANGE_TOPICS = frozenset(
    {
        ApiKey.CREATE_TOPICS,
        ApiKey.CREATE_PARTITIONS,
        ApiKey.DELETE_TOPICS,
        ApiKey.DELETE_RECORDS,
        ApiKey.INCREMENTAL_ALTER_CONFIGS,
    }
)


class KafkaScene:
    """Real brokers behind proxies that take faults."""

    def __init__(self, kafka: KafkaCluster, strikes: Strikes) -> None:
        self._kafka, self._strikes = kafka, strikes
        self.topic: UUID | None = None
        """The id of the stage's topic, while nobody has changed it."""
        self.filled = False
        """Whether it has its records."""

    @property
    def brokers(self) -> tuple[int, ...]:
        return self._kafka.brokers

    @property
    def bootstrap_servers(self) -> str:
        """The proxies' addresses."""
        return self._kafka.bootstrap(direct=False)

    @property
    def direct_servers(self) -> str:
        """The brokers' own: what goes there is never struck."""
        return self._kafka.bootstrap()

    def coordinator_of(self, group_id: str) -> int:
        return self._kafka.coordinator_of(group_id)

    def transaction_coordinator_of(self, transactional_id: str) -> int:
        raise NotImplementedError(f"{transactional_id}: no transactions are played there")

    def leader_of(self, topic: str, partition: int) -> int:
        return next(each.leader for each in self._kafka.metadata(topic).topics[topic] if each.index == partition)

    def controller(self) -> None:
        """Under KRaft any broker passes for it."""

    def inject(self, fault: Fault) -> FaultHandle:
        return self._strikes.inject(fault)

    def seen(self, api: ApiKey) -> Sequence[Passed]:
        return [passed for passed in self._strikes.passed if passed.api_key == api]

    def drop_connections(self, broker_id: int, *, how: Hangup) -> None:
        proxy = self._kafka.proxies[broker_id]
        proxy.reset() if how == "reset" else proxy.close()

    def stop_broker(self, broker_id: int, *, how: Stop) -> None:
        proxy = self._kafka.proxies[broker_id]
        proxy.freeze_awhile() if how == "stall" else proxy.vanish()

    def say_unasked(self, broker_id: int, data: bytes) -> None:
        self._kafka.proxies[broker_id].say(data)


@contextmanager
def struck_kafka(kafka: KafkaCluster) -> Generator[KafkaScene]:
    """A cluster whose proxies take faults, until the end."""
    with FakeCluster(brokers=1) as stand_in:
        strikes = Strikes(stand_in)
        for proxy in kafka.proxies.values():
            proxy.take_faults(strikes, frozen_for=FROZEN_FOR)
        try:
            yield KafkaScene(kafka, strikes)
        finally:
            for proxy in kafka.proxies.values():
                proxy.take_faults(None)
                proxy.accept()
                proxy.thaw()
                proxy.reset()


async def set_kafka_stage(kafka: KafkaCluster, scene: KafkaScene, write: Write | None) -> Play:
    """Set the stage that a write (or any read) needs, whatever the last one left; past all faults."""
    told: dict[str, Any] = {}
    async with AdminClient(scene.direct_servers) as admin:
        told["orders"] = await _topics(kafka, scene, admin, write)
        await _groups(kafka, admin, write, told)
        name = "" if write is None else write.api.name
        if "ACL" in name:
            await admin.delete_acls([AclBindingFilter.of(READ_ORDERS), AclBindingFilter.of(WRITE_ORDERS)])
            (await admin.create_acls(READ_ORDERS)).raise_for_errors()
        if "SCRAM" in name:
            bob = UserScramCredentialDeletion(user="bob", mechanism=ScramMechanism.SCRAM_SHA_256)
            altered = await admin.alter_user_scram_credentials([password("alice"), bob])
            assert "alice" in altered.succeeded, altered.failed
        if "QUOTA" in name:
            await admin.alter_client_quotas({ClientQuotaEntity(user="alice"): {"producer_byte_rate": None}})
    return Play(scene, told)


async def _topics(kafka: KafkaCluster, scene: KafkaScene, admin: AdminClient, write: Write | None) -> UUID | None:
    """The topic of the stage, as new, with its records where they count; and no other."""
    if scene.topic is None:
        await admin.delete_topics(TOPICS & (await admin.list_topics()).keys())
        scene.topic, scene.filled = await _orders(admin), False
    if not scene.filled and (write is None or write.api is ApiKey.DELETE_RECORDS):
        await KafkaStage(kafka).fill(admin, ORDERS_0, RECORDS)
        scene.filled = True
    topic = scene.topic
    if write is not None and write.api in _CHANGE_TOPICS:
        scene.topic = None
    return topic


async def _orders(admin: AdminClient) -> UUID | None:
    """A new topic, and its id. ZooKeeper's brokers know of one that is being deleted no more, but its name is taken."""
    with anyio.fail_after(30):
        while True:
            created = await admin.create_topics(NewTopic("orders", partitions=3, replication_factor=3))
            if not isinstance(created.failed.get("orders"), TopicAlreadyExistsError):
                return created["orders"].topic_id
            await anyio.sleep(0.1)


async def _groups(kafka: KafkaCluster, admin: AdminClient, write: Write | None, told: dict[str, Any]) -> None:
    there = GROUPS & (await admin.list_groups()).keys()
    if write is not None and write.api is ApiKey.LEAVE_GROUP:
        if "busy" in there:
            await admin.remove_members_from_consumer_group("busy", "all")
            (await admin.delete_consumer_groups("busy")).raise_for_errors()
        name, instance = ("m-2", "static") if write.note else ("m-1", None)
        told[name] = await KafkaStage(kafka).join(admin, "busy", "orders", 0, instance=instance)
    elif "busy" not in there:
        (await admin.alter_consumer_group_offsets("busy", {ORDERS_0: 42})).raise_for_errors()
    if write is not None and write.group == "shared":
        (await admin.alter_share_group_offsets("shared", {ORDERS_0: 42})).raise_for_errors()
    (await admin.alter_consumer_group_offsets("old", {ORDERS_0: 42})).raise_for_errors()
