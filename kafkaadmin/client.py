"""`AdminClient`: one method per admin call. A table of contents: every method hands over to `operations`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from datetime import timedelta
from os import PathLike
from types import TracebackType
from typing import Any, Literal, Self, TypeVar, overload
from uuid import UUID

from anyio.lowlevel import EventLoopToken, current_token

from kafkaadmin import operations
from kafkaadmin.config import ClientConfig, Proxy, RetryPolicy, TranslateAddress, parse_addresses
from kafkaadmin.errors import KafkaAdminError
from kafkaadmin.events import Observer
from kafkaadmin.models.acls import AclBinding, AclBindingFilter, DeletedAcls
from kafkaadmin.models.brokers import Broker, ClusterDescription, UnregisteredNode
from kafkaadmin.models.configs import AlterConfigOp, ConfigEntry, ConfigResource
from kafkaadmin.models.delegation_tokens import DelegationToken, DelegationTokenExpiry
from kafkaadmin.models.features import FeatureMetadata, FeatureUpdate
from kafkaadmin.models.groups import (
    ClassicGroupDescription,
    ConsumerGroupDescription,
    DeletedGroup,
    GroupDescription,
    GroupListing,
    MemberToRemove,
    RemovedMember,
)
from kafkaadmin.models.new_partitions import CreatedPartitions, NewPartitions
from kafkaadmin.models.offsets import OffsetAndMetadata, OffsetSpec, PartitionOffset
from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.models.principals import KafkaPrincipal
from kafkaadmin.models.quorum import ChangedVoter, QuorumInfo, RaftVoterEndpoint
from kafkaadmin.models.quotas import ClientQuotaEntity, ClientQuotaFilter
from kafkaadmin.models.records import DeletedRecords, RecordsToDelete
from kafkaadmin.models.replicas import (
    AlteredReassignment,
    ElectedLeader,
    LogDirDescription,
    PartitionReassignment,
    ReplicaLogDirInfo,
    TopicPartitionReplica,
)
from kafkaadmin.models.results import BatchResult, KeyOutcome, Progress
from kafkaadmin.models.scram import (
    AlteredUserScramCredentials,
    ScramCredentialInfo,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)
from kafkaadmin.models.share_groups import ShareGroupDescription, SharePartitionOffset
from kafkaadmin.models.streams_groups import StreamsGroupDescription
from kafkaadmin.models.topics import CreatedTopic, DeletedTopic, NewTopic, TopicDescription, TopicListing
from kafkaadmin.models.transactions import (
    AbortTransactionSpec,
    FencedProducer,
    HangingTransaction,
    ProducerState,
    TransactionDescription,
    TransactionListing,
)
from kafkaadmin.operations import arguments
from kafkaadmin.routing import Cluster, CoordinatorType, Deadline, Destination
from kafkaadmin.security import Security, SecurityProvider
from kafkawire import Request, Response
from kafkawire.enums import (
    ConfigResourceType,
    ElectionType,
    GroupState,
    GroupType,
    IsolationLevel,
    TransactionState,
)

__all__ = ["AdminClient"]

R = TypeVar("R", bound=Response)
Topic = TypeVar("Topic", str, UUID)


class AdminClient:
    """An admin client for one Kafka cluster.

        async with AdminClient("localhost:9092") as admin:
            offsets = await admin.list_consumer_group_offsets(["billing", "audit"])
            print(offsets["billing"][TopicPartition("orders", 0)].offset)

    Making one does no I/O: the first call connects. It belongs to the event loop (asyncio or trio) that it is first
    used in, and serves any number of tasks there at once. It starts no background task, so it can be opened in one
    task and closed in another; close it with `aclose()` or by leaving `async with`.

    Args:
        bootstrap_servers: `"host:port,host:port"`, or several of such; any of the cluster's brokers will do.
        bootstrap_controllers: KRaft controllers' addresses instead (KIP-919; Kafka 3.7 and later): the client then
            asks controllers only, and what is asked of any broker else goes to the active one. They serve what
            concerns the metadata (the quorum and its voters, configs, ACLs, SCRAM users, features, topics by the
            controller's calls); what only brokers know, groups and offsets above all, raises
            `UnsupportedVersionError`.
        security: `Security(tls=…, sasl=…)`, or an async function that gives one for each new connection. `None` is
            plaintext without authentication.
        proxy: `"socks5://host:port"` or `"http://host:port"` (CONNECT), `user:password@` before the host where it wants
            a login. Names are the proxy's to resolve.
        translate_address: given the `Address` that a broker is known by, gives the one to connect to, as a host and a
            port: for forwarded ports and NAT. Certificates are still checked for the broker's own name.
        client_id: what brokers call this client in their logs and quotas.
        timeout: seconds that a call may take in all, where the call isn't given its own.
        request_timeout: seconds without an answer after which a connection is given up, and what waited on it sent
            elsewhere, as far as that can be done without harm.
        connect_timeout: seconds that opening a connection may take.
        retry: pauses between tries. How long a call tries is for its timeout to say.
        max_idle: seconds of idleness after which a connection is closed; brokers close theirs after 600.
        suspect_after: seconds of silence after which another broker is asked whether the silent one still is the one
            to ask. Kafka replaces a frozen coordinator in seconds, while its sockets stay open.
        confirm_after: seconds for which a coordinator's word is taken once another broker has named it. After that
            another one is asked beside it, and the answer counts only if both agree: a broker that slept, or was cut
            off from the others, doesn't know yet that it was replaced. Keep it below the brokers' session (9 s by
            default).
        max_response_bytes: an answer longer than this ends its connection.
        observers: callables given every event of `kafkaadmin.events`, in order, in the event loop. They must not block.

    Every call takes `timeout` in seconds: one deadline over all look-ups, tries and pauses. `None` means the client's.

    Any call may raise, besides what it names itself: `ConfigurationError` (an argument is wrong; before any I/O),
    `ClientClosedError`, `AuthenticationError`. What goes wrong with one key of a call about many stands in its
    `BatchResult`, under `.failed`, and is raised by `result[key]`: `OperationTimeoutError` (it says what was tried
    last), `UnsupportedVersionError` (the broker is too old), `AuthorizationError` and other `BrokerError`s. A call
    about a single thing raises it. Coordinators and leaders that move, die or go silent are not errors: the call takes
    longer.

    Calls about many keys take `progress`: a callable given `Progress(done, total, failed)` after each answer that
    settled some, in the event loop. It must not block, nor raise.

    Writes are of two kinds. Those that can be sent twice without harm are, when an answer was lost. The others are
    sent again too, and where the broker then says that it is so already, the cluster is read to see whether this call
    has done it: then the result is marked `ambiguous`.
    """

    def __init__(
        self,
        bootstrap_servers: str | Iterable[str] | None = None,
        *,
        bootstrap_controllers: str | Iterable[str] | None = None,
        security: Security | SecurityProvider | None = None,
        proxy: str | None = None,
        translate_address: TranslateAddress | None = None,
        client_id: str = "kafkaadmin",
        timeout: float = 60.0,
        request_timeout: float = 30.0,
        connect_timeout: float = 10.0,
        retry: RetryPolicy | None = None,
        max_idle: float = 540.0,
        suspect_after: float = 1.5,
        confirm_after: float = 3.0,
        max_response_bytes: int = 100 * 1024 * 1024,
        observers: Iterable[Observer] = (),
    ) -> None:
        self._config = ClientConfig(
            bootstrap_servers=() if bootstrap_servers is None else parse_addresses(bootstrap_servers),
            bootstrap_controllers=()
            if bootstrap_controllers is None
            else parse_addresses(bootstrap_controllers, "bootstrap_controllers"),
            security=security,
            proxy=None if proxy is None else Proxy.parse(proxy),
            translate_address=translate_address,
            client_id=client_id,
            timeout=timeout,
            request_timeout=request_timeout,
            connect_timeout=connect_timeout,
            retry=retry if retry is not None else RetryPolicy(),
            max_idle=max_idle,
            suspect_after=suspect_after,
            confirm_after=confirm_after,
            max_response_bytes=max_response_bytes,
            observers=tuple(observers),
        )
        self._cluster = Cluster(self._config)
        self._loop: EventLoopToken | None = None
        self._instance_id: UUID | None = None

    @classmethod
    def from_properties(cls, properties: str | PathLike[str] | Mapping[str, object], **settings: Any) -> Self:
        """A client as Java's `client.properties` says: the file that Kafka's tools take with `--command-config`.

        Args:
            properties: the file, or what would be in it.
            settings: arguments of `AdminClient`, which win over it: `bootstrap_servers`, where the file names none.

        Raises `ConfigurationError` for what is unknown or contradicts something else: it names the property.
        """
        from kafkaadmin.properties import settings_of

        return cls(**(settings_of(properties) | settings))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections, at once. Calls still under way raise `ClientClosedError`; so do later ones.

        Closing twice is fine.
        """
        await self._cluster.aclose()

    def __repr__(self) -> str:
        return f"<AdminClient {self._config.client_id!r} of {','.join(map(str, self._config.addresses))}>"

    def _deadline(self, timeout: float | None) -> Deadline:
        """When a call that begins now gives up."""
        loop = current_token()
        if self._loop is None:
            self._loop = loop
        elif loop != self._loop:
            raise KafkaAdminError(f"{self!r} belongs to the event loop it was first used in, and this is another one")
        return Deadline.after(self._config.timeout if timeout is None else arguments.seconds(timeout, "timeout"))

    # ---------------------------------------------------------------------------------------------- the cluster

    async def describe_cluster(
        self,
        *,
        include_authorized_operations: bool = False,
        include_fenced_brokers: bool = False,
        timeout: float | None = None,
    ) -> ClusterDescription:
        """The cluster's id, its live brokers, and where controller calls may be sent.

        A client of controllers (`bootstrap_controllers`) is told of controllers instead: all that are registered, and
        which of them is active.

        Under KRaft a broker names some live broker as controller, another one each time, which forwards.

        Args:
            include_authorized_operations: also what this principal may do to the cluster (KIP-430).
            include_fenced_brokers: also brokers that are registered but don't serve (KIP-1073; brokers 4.0 and later,
                else `UnsupportedVersionError`).
        """
        return await operations.describe_cluster(
            self._cluster,
            include_authorized_operations=include_authorized_operations,
            include_fenced_brokers=include_fenced_brokers,
            deadline=self._deadline(timeout),
        )

    async def wait_until_ready(self, *, brokers: int = 1, timeout: float | None = None) -> ClusterDescription:
        """Wait until the cluster can be worked with: for services that start before Kafka does.

            await admin.wait_until_ready(timeout=120)

        It is ready once a broker answers, names a controller, and so many brokers live. Names that don't resolve yet,
        and refused connections, are waited out; `AuthenticationError` is raised at once. Needs no ACL.

        Args:
            brokers: how many live brokers to wait for.

        Raises:
            OperationTimeoutError: not in time; it says what was missing last.
        """
        return await operations.wait_until_ready(self._cluster, brokers=brokers, deadline=self._deadline(timeout))

    async def find_coordinators(
        self,
        keys: str | Iterable[str],
        *,
        type: CoordinatorType = CoordinatorType.GROUP,
        timeout: float | None = None,
    ) -> BatchResult[str, Broker]:
        """The brokers that coordinate groups (or transactional ids, or share partitions): as known, else looked up.

        Waits while there is none: on a fresh cluster `__consumer_offsets` must first be made.

        Args:
            keys: group ids, or what else coordinators of this type answer for.
            type: `CoordinatorType.GROUP`, `TRANSACTION` (keys are transactional ids) or `SHARE`
                (`"group:topic-id:partition"`).
        """
        return await self._cluster.find_coordinators(
            arguments.names(keys, "key"), self._coordinator_type(type), deadline=self._deadline(timeout)
        )

    async def refresh_coordinators(
        self,
        keys: str | Iterable[str] | None = None,
        *,
        type: CoordinatorType = CoordinatorType.GROUP,
        timeout: float | None = None,
    ) -> BatchResult[str, Broker]:
        """Look coordinators up afresh, whatever is known of them; without `keys`, all that are known.

        Never needed for calls to succeed: they look up by themselves when a coordinator has gone. `type` is as for
        `find_coordinators`.
        """
        chosen = None if keys is None else arguments.names(keys, "key")
        return await self._cluster.refresh_coordinators(
            chosen, self._coordinator_type(type), deadline=self._deadline(timeout)
        )

    def invalidate_coordinators(
        self, keys: str | Iterable[str] | None = None, *, type: CoordinatorType = CoordinatorType.GROUP
    ) -> int:
        """Forget coordinators, all of them without `keys`; the next call about them looks up. Returns how many.

        Does no I/O. `type` is as for `find_coordinators`.
        """
        chosen = None if keys is None else arguments.names(keys, "key")
        return self._cluster.invalidate_coordinators(chosen, self._coordinator_type(type))

    async def refresh_metadata(self, *, timeout: float | None = None) -> None:
        """Learn the live brokers' addresses afresh, and the leaders of the partitions that are known."""
        await self._cluster.refresh_metadata(deadline=self._deadline(timeout))

    async def send(
        self, request: Request[R], to: Destination, *, version: int | None = None, timeout: float | None = None
    ) -> R:
        """Send any request of `kafkawire.messages`, and give its answer as it came.

        Brings what all calls have: routing, connections, the version that both sides know. The request goes out as it
        is: just after a failover only an OffsetFetch with `require_stable` is told all that was committed. Error codes
        inside the answer are the caller's to read, but for those that say that another broker must be asked. When an
        answer was lost a read is sent again, and a write raises `OutcomeUnknownError`.

        Args:
            request: its fields are checked against the version: `LocalProtocolError` when that can't carry one.
            to: `Coordinator("billing")`, `Leader(TopicPartition("orders", 0))`, `Controller()`, `BrokerId(2)` or
                `AnyBroker()`.
            version: the version to use, instead of the highest that both sides know.
        """
        arguments.instance(request, Request, "request")
        return await self._cluster.send(
            request, arguments.destination(to), deadline=self._deadline(timeout), version=version
        )

    # --------------------------------------------------------------------------------------------------- topics

    async def list_topics(
        self, *, include_internal: bool = False, timeout: float | None = None
    ) -> Mapping[str, TopicListing]:
        """All topics that this principal may see, by name.

        Args:
            include_internal: also Kafka's own, as `__consumer_offsets`.
        """
        return await operations.list_topics(
            self._cluster, include_internal=include_internal, deadline=self._deadline(timeout)
        )

    async def describe_topics(
        self,
        topics: Topic | Iterable[Topic],
        *,
        include_authorized_operations: bool = False,
        partitions_per_response: int = 2_000,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[Topic, TopicDescription]:
        """Topics with their partitions, leaders and replicas, by name or (brokers 3.1 and later) by id.

        Asking never creates a topic. One that isn't there is an `UnknownTopicError` of its own. Any broker answers,
        from what it knows: a change made a moment ago may not show yet. By name brokers 3.8 and later answer page by
        page, so that no answer grows with the topics; one that is made anew between two pages is an
        `UnknownTopicError`. Needs DESCRIBE on each topic.

        Args:
            topics: by name, or by id.
            include_authorized_operations: also what this principal may do to each topic (KIP-430).
            partitions_per_response: how many partitions a page has; brokers may give fewer.
        """
        return await operations.describe_topics(
            self._cluster,
            topics,
            include_authorized_operations=include_authorized_operations,
            partitions_per_response=partitions_per_response,
            progress=progress,
            deadline=self._deadline(timeout),
        )

    async def create_topics(
        self,
        topics: NewTopic | str | Iterable[NewTopic | str],
        *,
        validate_only: bool = False,
        wait: bool = True,
        if_exists: Literal["error", "ok", "verify"] = "error",
        retry_on_quota_violation: bool = True,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[str, CreatedTopic]:
        """Make topics; a bare name is made with the brokers' defaults.

        Topics succeed and fail one by one: `TopicAlreadyExistsError`, `InvalidRequestError` (its name, counts, replicas
        or configs), `AuthorizationError`. When an answer was lost and the topic is there on asking again, it is read:
        with just the partitions, replicas and configs that were ordered it counts as made, and is marked `ambiguous`.
        If nothing of it can be read, that is an `OutcomeUnknownError`.

        Args:
            validate_only: have the controller check, and make nothing.
            wait: return only once every live broker knows the new topics. Otherwise a broker asked right away may
                still answer that there is none. With `bootstrap_controllers` nobody can tell: that takes `False`.
            if_exists: what of a topic that is there already, which then says `existed`. `"ok"` takes it as it is.
                `"verify"` compares partitions, replicas and configs, each as far as it was ordered, and fails with
                `TopicDiffersError`, which says in what they differ. `"error"`: `TopicAlreadyExistsError`.
            retry_on_quota_violation: wait as told while the quota of changes is used up (KIP-599), until the call's
                time is; `False` raises `ThrottledError`, which says how long that would be.
        """
        return await operations.create_topics(
            self._cluster,
            topics,
            validate_only=validate_only,
            wait=wait,
            if_exists=if_exists,
            retry_on_quota_violation=retry_on_quota_violation,
            progress=progress,
            deadline=self._deadline(timeout),
        )

    async def wait_for_topics(self, topics: str | Iterable[str], *, timeout: float | None = None) -> None:
        """Wait until every live broker knows these topics, whoever makes them.

        Needs DESCRIBE on each topic.

        Raises:
            OperationTimeoutError: some broker doesn't know one yet; it names them.
        """
        await operations.wait_for_topics(self._cluster, topics, deadline=self._deadline(timeout))

    async def create_partitions(
        self,
        partitions: Mapping[str, int | NewPartitions],
        *,
        validate_only: bool = False,
        retry_on_quota_violation: bool = True,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[str, CreatedPartitions]:
        """Give topics more partitions (KIP-195), by the total that they shall have.

            await admin.create_partitions({"orders": 6, "audit": NewPartitions(4, assignments=[[2, 3]])})

        Topics succeed and fail one by one: `UnknownTopicError`, `AuthorizationError`, `InvalidRequestError` where the
        total is no more than there is, or the assignments don't fit. When an answer was lost and the topic has so many
        partitions on asking again, with the replicas that were ordered, they count as made, and are marked `ambiguous`.
        Other brokers may hear of the new partitions a little later.

        Args:
            validate_only: have the controller check, and make nothing.
            retry_on_quota_violation: as for `create_topics`.
        """
        return await operations.create_partitions(
            self._cluster,
            partitions,
            validate_only=validate_only,
            retry_on_quota_violation=retry_on_quota_violation,
            progress=progress,
            deadline=self._deadline(timeout),
        )

    async def delete_topics(
        self,
        topics: Topic | Iterable[Topic],
        *,
        retry_on_quota_violation: bool = True,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[Topic, DeletedTopic]:
        """Delete topics, by name or (brokers 2.8 and later) by id.

        Topics succeed and fail one by one: `UnknownTopicError`, `AuthorizationError`, or a `BrokerError` where deletion
        is switched off. When an answer was lost and the topic is gone on asking again, it counts as deleted, and is
        marked `ambiguous`. Brokers delete the data a little later.

        A name's id is looked up first, and the topic deleted by it: whoever makes another topic by that name meanwhile
        keeps it, however often the request is sent. Brokers before 2.8 have no ids: there the name must do.

        Args:
            retry_on_quota_violation: as for `create_topics`.
        """
        return await operations.delete_topics(
            self._cluster,
            topics,
            retry_on_quota_violation=retry_on_quota_violation,
            progress=progress,
            deadline=self._deadline(timeout),
        )

    async def delete_records(
        self,
        records: Mapping[TopicPartition, int | RecordsToDelete],
        *,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[TopicPartition, DeletedRecords]:
        """Delete records from the start of partitions (KIP-107), by the first offset that shall be left.

            partition = TopicPartition("orders", 0)
            await admin.delete_records({partition: 42})
            await admin.delete_records({partition: RecordsToDelete.up_to_high_watermark()})

        Each partition's leader is asked, all at once, and answers when all its live replicas have followed. Partitions
        succeed and fail one by one: `UnknownTopicError`, `AuthorizationError`, a `BrokerError` with
        OFFSET_OUT_OF_RANGE (1) past the high watermark, or with POLICY_VIOLATION (44) where the topic's
        `cleanup.policy` isn't to delete. When an answer was lost the request is sent again: with an offset that does no
        harm, while the high watermark may have gone up, so that what came in during the call may go too.
        """
        return await operations.delete_records(
            self._cluster, records, progress=progress, deadline=self._deadline(timeout)
        )

    # -------------------------------------------------------------------------------------------------- configs

    async def describe_configs(
        self,
        resources: ConfigResource | Iterable[ConfigResource],
        *,
        names: str | Iterable[str] | None = None,
        include_synonyms: bool = False,
        include_documentation: bool = False,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[ConfigResource, Mapping[str, ConfigEntry]]:
        """The configs of topics, brokers, groups and others, by name (KIP-133).

            orders = ConfigResource.topic("orders")
            print((await admin.describe_configs(orders))[orders]["retention.ms"].value)

        What is one broker's own (its configs, its loggers' levels) that broker is asked for, the rest any broker, all
        at once. Resources succeed and fail one by one: `UnknownTopicError`, `AuthorizationError`, or an
        `InvalidRequestError` from brokers that don't know the type. Sensitive values are withheld: `None`. Any broker
        answers from what it knows: a change made a moment ago may not show yet.

        Needs DESCRIBE_CONFIGS on the topic or group, or for brokers and client metrics on the cluster.

        Args:
            resources: one or several, made by `ConfigResource.topic(…)` and its kin.
            names: only these configs; all of them if nothing is said.
            include_synonyms: also the places that could give a value, the strongest first (KIP-226).
            include_documentation: also what each config is for (KIP-569; brokers 2.6 and later, else
                `UnsupportedVersionError`).
        """
        return await operations.describe_configs(
            self._cluster,
            resources,
            names=names,
            include_synonyms=include_synonyms,
            include_documentation=include_documentation,
            progress=progress,
            deadline=self._deadline(timeout),
        )

    async def incremental_alter_configs(
        self,
        changes: Mapping[ConfigResource, Mapping[str, str | AlterConfigOp | None]],
        *,
        validate_only: bool = False,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[ConfigResource, None]:
        """Change single configs, and leave the others as they are (KIP-339; brokers 2.3 and later).

            await admin.incremental_alter_configs({
                ConfigResource.topic("orders"): {
                    "retention.ms": "86400000",
                    "cleanup.policy": AlterConfigOp.append("compact"),
                    "segment.bytes": None,
                },
            })

        A text sets, `None` deletes: the default counts again. What is one broker's own (its configs, its loggers'
        levels) that broker is asked to change, the rest the controller. Each resource is changed as a whole or not at
        all: `UnknownTopicError`, `AuthorizationError`, `InvalidRequestError` (40 INVALID_CONFIG for a value that won't
        do, or a list operation on what is no list).

        Repeatable: when an answer was lost the request is sent again. Appending what a list has, or subtracting what
        it hasn't, changes nothing; ZooKeeper's brokers may list an appended value twice then. Needs ALTER_CONFIGS on
        the topic or group, or for brokers and client metrics on the cluster.

        Args:
            changes: resources to configs to what becomes of them.
            validate_only: have it checked, and change nothing.
        """
        return await operations.incremental_alter_configs(
            self._cluster, changes, validate_only=validate_only, progress=progress, deadline=self._deadline(timeout)
        )

    async def list_config_resources(
        self, *, types: ConfigResourceType | Iterable[ConfigResourceType] = (), timeout: float | None = None
    ) -> tuple[ConfigResource, ...]:
        """What there is that configs can be described of (KIP-1142; brokers 4.1 and later).

            subscriptions = await admin.list_config_resources(types=ConfigResourceType.CLIENT_METRICS)

        Brokers 3.7 to 4.0 know of client metrics only, and answer when only those are asked for; else, and for older
        brokers, it is an `UnsupportedVersionError`. Needs DESCRIBE_CONFIGS on the cluster.

        Args:
            types: only resources of these types; of all types if nothing is said. Groups are listed that have configs.
        """
        return await operations.list_config_resources(self._cluster, types=types, deadline=self._deadline(timeout))

    async def client_instance_id(self, *, timeout: float | None = None) -> UUID:
        """The id that brokers know this client by where they collect clients' metrics (KIP-714).

        Asked for once, and then known. Subscriptions are configs: `ConfigResource.client_metrics(…)`. This client
        pushes no metrics of its own. Brokers 3.7 and later, and of these only such as have a reporter that takes
        metrics: else it is an `UnsupportedVersionError`. Needs no ACL.
        """
        deadline = self._deadline(timeout)
        if self._instance_id is None:
            self._instance_id = await operations.client_instance_id(self._cluster, deadline=deadline)
        return self._instance_id

    # -------------------------------------------------------------------------------------- offsets of partitions

    @overload
    async def list_offsets(
        self,
        partitions: Mapping[TopicPartition, OffsetSpec],
        *,
        isolation_level: IsolationLevel = ...,
        progress: Callable[[Progress], object] | None = ...,
        timeout: float | None = ...,
    ) -> BatchResult[TopicPartition, PartitionOffset]: ...

    @overload
    async def list_offsets(
        self,
        partitions: TopicPartition | Iterable[TopicPartition],
        spec: OffsetSpec,
        *,
        isolation_level: IsolationLevel = ...,
        progress: Callable[[Progress], object] | None = ...,
        timeout: float | None = ...,
    ) -> BatchResult[TopicPartition, PartitionOffset]: ...

    async def list_offsets(
        self,
        partitions: Mapping[TopicPartition, OffsetSpec] | TopicPartition | Iterable[TopicPartition],
        spec: OffsetSpec | None = None,
        *,
        isolation_level: IsolationLevel = IsolationLevel.READ_UNCOMMITTED,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[TopicPartition, PartitionOffset]:
        """Offsets of partitions by what is asked of each: their ends, or where a time begins.

            ends = await admin.list_offsets(partitions, OffsetSpec.latest())
            then = await admin.list_offsets({partition: OffsetSpec.at(datetime(2025, 1, 1, tzinfo=UTC))})

        Each partition's leader is asked, all at once. A partition that isn't there is an `UnknownTopicError` of its
        own, without delay. `offset` is `None` where no record matches.

        Args:
            partitions: a mapping to specs, or one partition or several that share `spec`.
            isolation_level: READ_COMMITTED lets `latest` stop at the first open transaction.
        """
        return await operations.list_offsets(
            self._cluster,
            partitions,
            spec,
            isolation_level=isolation_level,
            progress=progress,
            deadline=self._deadline(timeout),
        )

    # --------------------------------------------------------------------------------------------------- groups

    async def list_groups(
        self,
        *,
        states: GroupState | Iterable[GroupState] = (),
        types: GroupType | Iterable[GroupType] = (),
        protocol_types: str | Iterable[str] = (),
        timeout: float | None = None,
    ) -> Mapping[str, GroupListing]:
        """All groups of the cluster, of any kind, by id. Every live broker is asked for those that it coordinates.

        Args:
            states: only groups in one of these (KIP-518; brokers 2.6 and later, else `UnsupportedVersionError`).
            types: only groups of these types (KIP-848; brokers 3.8 and later; older ones have classic groups only).
            protocol_types: only groups of these protocol types, as `"consumer"` or `"connect"`; `""` for groups that
                only have offsets.

        Raises:
            PartialFailureError: a broker could not be asked. `.result` holds the groups of the others.
        """
        return await operations.list_groups(
            self._cluster,
            states=states,
            types=types,
            protocol_types=protocol_types,
            deadline=self._deadline(timeout),
        )

    async def describe_groups(
        self,
        groups: str | Iterable[str],
        *,
        include_authorized_operations: bool = False,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[str, GroupDescription]:
        """Groups with their states and members, whatever they are groups of.

        Groups of consumers, of either protocol, come as `ConsumerGroupDescription`, other classic groups (Connect's,
        a schema registry's) as `ClassicGroupDescription`, then there are `ShareGroupDescription` and
        `StreamsGroupDescription`; each has a `type`. A group that isn't there is a `GroupNotFoundError` of its own.

        Each kind has an API of its own, and they are asked in this order: consumer, classic, share, streams. Where it
        is known which kind a group is, the call for that kind takes one round trip.

        Args:
            include_authorized_operations: also what this principal may do to each group (KIP-430).
        """
        return await operations.describe_groups(
            self._cluster,
            groups,
            include_authorized_operations=include_authorized_operations,
            progress=progress,
            deadline=self._deadline(timeout),
        )

    async def describe_consumer_groups(
        self,
        groups: str | Iterable[str],
        *,
        include_authorized_operations: bool = False,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[str, ConsumerGroupDescription]:
        """Groups of consumers with their states, members, subscriptions and assignments.

        Asks for a group of the new protocol (KIP-848) first, and for a classic one where there is none. What classic
        members say of themselves in bytes is read too; bytes that make no sense leave a note in that member's
        `unreadable`. A group that isn't there, or isn't one of consumers, is a `GroupNotFoundError` of its own.

        Args:
            include_authorized_operations: also what this principal may do to each group (KIP-430).
        """
        return await operations.describe_consumer_groups(
            self._cluster,
            groups,
            include_authorized_operations=include_authorized_operations,
            progress=progress,
            deadline=self._deadline(timeout),
        )

    async def describe_classic_groups(
        self,
        groups: str | Iterable[str],
        *,
        include_authorized_operations: bool = False,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[str, ClassicGroupDescription]:
        """Groups of the classic protocol, of any protocol type, with their states and members.

        Members come with the bytes that they gave and were given; those of consumers are read too. A group that isn't
        there, or is of another kind, is a `GroupNotFoundError` of its own.

        Args:
            include_authorized_operations: also what this principal may do to each group (KIP-430; brokers 2.3 and
                later).
        """
        return await operations.describe_classic_groups(
            self._cluster,
            groups,
            include_authorized_operations=include_authorized_operations,
            progress=progress,
            deadline=self._deadline(timeout),
        )

    async def describe_share_groups(
        self,
        groups: str | Iterable[str],
        *,
        include_authorized_operations: bool = False,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[str, ShareGroupDescription]:
        """Share groups (KIP-932; brokers 4.1 and later) with their states, epochs, members and assignments.

        A group that isn't there, or is of another kind, is a `GroupNotFoundError` of its own. Where share groups are
        switched off (`share.version` 0) each is an `UnsupportedVersionError`.

        Args:
            include_authorized_operations: also what this principal may do to each group (KIP-430).
        """
        return await operations.describe_share_groups(
            self._cluster,
            groups,
            include_authorized_operations=include_authorized_operations,
            progress=progress,
            deadline=self._deadline(timeout),
        )

    async def describe_streams_groups(
        self,
        groups: str | Iterable[str],
        *,
        include_authorized_operations: bool = False,
        include_topology_description: bool = False,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[str, StreamsGroupDescription]:
        """Streams groups (KIP-1071; brokers 4.2 and later): states, epochs, topology, members and their tasks.

        A group that isn't there, or is of another kind, is a `GroupNotFoundError` of its own: so is a Kafka Streams
        application that runs by the classic protocol. Where streams groups are switched off (`streams.version` 0) each
        is an `UnsupportedVersionError`.

        Args:
            include_authorized_operations: also what this principal may do to each group (KIP-430).
            include_topology_description: the topology node by node too, where the broker keeps it (KIP-1331; brokers
                4.4 and later).
        """
        return await operations.describe_streams_groups(
            self._cluster,
            groups,
            include_authorized_operations=include_authorized_operations,
            include_topology_description=include_topology_description,
            progress=progress,
            deadline=self._deadline(timeout),
        )

    async def delete_consumer_groups(
        self,
        groups: str | Iterable[str],
        *,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[str, DeletedGroup]:
        """Delete groups and all that they have committed. Brokers don't mind which kind they are.

        Groups succeed and fail one by one: `GroupNotEmptyError` while they have members, `GroupNotFoundError`,
        `AuthorizationError`. When an answer was lost and the group is gone on asking again, it counts as deleted, and
        is marked `ambiguous`.
        """
        return await operations.delete_consumer_groups(
            self._cluster, groups, progress=progress, deadline=self._deadline(timeout)
        )

    async def delete_share_groups(
        self,
        groups: str | Iterable[str],
        *,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[str, DeletedGroup]:
        """Delete share groups, and where they start to read. As `delete_consumer_groups`, for any kind of group."""
        return await operations.delete_consumer_groups(
            self._cluster, groups, progress=progress, deadline=self._deadline(timeout), name="delete_share_groups"
        )

    async def delete_streams_groups(
        self,
        groups: str | Iterable[str],
        *,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[str, DeletedGroup]:
        """Delete streams groups and all that they have committed. As `delete_consumer_groups`, for any kind of group.

        The topics that Kafka made for the application stay.
        """
        return await operations.delete_consumer_groups(
            self._cluster, groups, progress=progress, deadline=self._deadline(timeout), name="delete_streams_groups"
        )

    async def remove_members_from_consumer_group(
        self,
        group: str,
        members: MemberToRemove | Iterable[MemberToRemove] | Literal["all"],
        *,
        reason: str | None = None,
        timeout: float | None = None,
    ) -> BatchResult[MemberToRemove, RemovedMember]:
        """Remove members from a group, of either protocol. Those that are alive will mostly join again.

        A member that isn't there is an `UnknownMemberError` of its own. When an answer was lost and the member is gone
        on asking again, it counts as removed, and is marked `ambiguous`.

        Args:
            members: by id, static ones by `group.instance.id` (brokers 2.4 and later); `"all"` for whoever is in it
                when it is described first.
            reason: for the broker's log (KIP-800), cut where it gets too long.

        Raises:
            GroupNotFoundError: with `"all"`, there is no such group.
        """
        return await operations.remove_members_from_consumer_group(
            self._cluster, group, members, reason=reason, deadline=self._deadline(timeout)
        )

    # ----------------------------------------------------------------------------------------- offsets of groups

    async def list_consumer_group_offsets(
        self,
        groups: str | Iterable[str] | Mapping[str, Iterable[TopicPartition] | None],
        *,
        require_stable: bool = False,
        topic_ids: Mapping[str, UUID] | None = None,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[str, Mapping[TopicPartition, OffsetAndMetadata]]:
        """What groups have committed.

            offsets = await admin.list_consumer_group_offsets({"billing": [TopicPartition("orders", 0)], "audit": None})

        A group's mapping holds what is committed, and only that: a partition that was asked about and has no
        offset is not in it. A group that isn't there has none at all, and is no error: brokers don't tell the two
        apart. A partition that the broker refuses (as an `AuthorizationError`) raises when its offset is taken from the
        mapping, or when all of them are; the mapping then is a `BatchResult` itself.

        Many groups cost little more than one: each coordinator is asked about a thousand at a time (KIP-709; brokers
        before 3.0 one by one).

        Args:
            groups: one or several, for all their partitions, or a mapping to the partitions wanted (`None` for all).
            require_stable: wait until no transaction is about to change the offsets (KIP-447; brokers 2.5 and later).
                Otherwise that is waited for only while a coordinator is new to the client: 10 s, and half of the
                call's time, at most.
            topic_ids: the ids of all the topics that are named, as `describe_topics` tells them: then offsets are those
                for the topics of these ids, and one that is gone is an `UnknownTopicError` of its partitions, whatever
                has its name now (KIP-848; brokers 4.2 and later). Every group needs its partitions then.
        """
        return await operations.list_consumer_group_offsets(
            self._cluster,
            groups,
            require_stable=require_stable,
            topic_ids=topic_ids,
            progress=progress,
            deadline=self._deadline(timeout),
        )

    def iter_consumer_group_offsets(
        self,
        groups: str | Iterable[str] | Mapping[str, Iterable[TopicPartition] | None],
        *,
        require_stable: bool = False,
        topic_ids: Mapping[str, UUID] | None = None,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[tuple[str, KeyOutcome[Mapping[TopicPartition, OffsetAndMetadata]]]]:
        """What groups have committed, group by group as it is known: for more groups than one would hold at once.

            async for group, outcome in admin.iter_consumer_group_offsets(groups):
                print(group, outcome.value)  # or raises what went wrong with this group

        As `list_consumer_group_offsets`, which says what there is of a group. Groups are asked about 2,500 at a time,
        those whose broker takes longer than others last. Between two steps nothing is under way, so the loop may be
        left at any moment.

        Args:
            groups: one or several, for all their partitions, or a mapping to the partitions wanted (`None` for all).
            require_stable: wait until no transaction is about to change the offsets (KIP-447; brokers 2.5 and later).
            topic_ids: as for `list_consumer_group_offsets`.
            progress: told how far it has come.
            timeout: seconds that one step may take, not all of them together.
        """
        return operations.iter_consumer_group_offsets(
            self._cluster,
            groups,
            require_stable=require_stable,
            topic_ids=topic_ids,
            progress=progress,
            seconds=self._deadline(timeout).seconds,
        )

    async def alter_consumer_group_offsets(
        self,
        group: str,
        offsets: Mapping[TopicPartition, int | OffsetAndMetadata],
        *,
        topic_ids: Mapping[str, UUID] | None = None,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[TopicPartition, None]:
        """Commit offsets in a group's place. A group that isn't there is made.

        Partitions succeed and fail one by one. A group that has members refuses with `UnknownMemberError`: stop them
        first. When an answer was lost the commit is sent again.

        Args:
            topic_ids: the ids of all the topics, as `describe_topics` tells them: an offset is then for the topic of
                that id, and none that was made in its place under its name gets it, but an `UnknownTopicError` comes of
                it (KIP-848; brokers 4.2 and later). Without them a topic is what has its name when the broker looks.
        """
        return await operations.alter_consumer_group_offsets(
            self._cluster, group, offsets, topic_ids=topic_ids, progress=progress, deadline=self._deadline(timeout)
        )

    async def delete_consumer_group_offsets(
        self,
        group: str,
        partitions: TopicPartition | Iterable[TopicPartition],
        *,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[TopicPartition, None]:
        """Make a group forget partitions (KIP-496, brokers 2.4 and later).

        Partitions succeed and fail one by one. `GroupSubscribedToTopicError` while a member subscribes to the topic,
        `GroupNotFoundError` for all of them where there is no such group. When an answer was lost the request is sent
        again: deleting an offset that isn't there succeeds. Before 4.0 a group without members is gone with its last
        offset: then there is no such group, and that too is success.
        """
        return await operations.delete_consumer_group_offsets(
            self._cluster, group, partitions, progress=progress, deadline=self._deadline(timeout)
        )

    async def list_streams_group_offsets(
        self,
        groups: str | Iterable[str] | Mapping[str, Iterable[TopicPartition] | None],
        *,
        require_stable: bool = False,
        topic_ids: Mapping[str, UUID] | None = None,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[str, Mapping[TopicPartition, OffsetAndMetadata]]:
        """What streams groups have committed. Arguments as for `list_consumer_group_offsets`, and so is the result."""
        return await operations.list_consumer_group_offsets(
            self._cluster,
            groups,
            require_stable=require_stable,
            topic_ids=topic_ids,
            progress=progress,
            deadline=self._deadline(timeout),
            name="list_streams_group_offsets",
        )

    async def alter_streams_group_offsets(
        self,
        group: str,
        offsets: Mapping[TopicPartition, int | OffsetAndMetadata],
        *,
        topic_ids: Mapping[str, UUID] | None = None,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[TopicPartition, None]:
        """Commit offsets in a streams group's place, which must have no members.

        Arguments as for `alter_consumer_group_offsets`.
        """
        return await operations.alter_consumer_group_offsets(
            self._cluster,
            group,
            offsets,
            topic_ids=topic_ids,
            progress=progress,
            deadline=self._deadline(timeout),
            name="alter_streams_group_offsets",
        )

    async def delete_streams_group_offsets(
        self,
        group: str,
        partitions: TopicPartition | Iterable[TopicPartition],
        *,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[TopicPartition, None]:
        """Make a streams group forget partitions. As `delete_consumer_group_offsets`."""
        return await operations.delete_consumer_group_offsets(
            self._cluster,
            group,
            partitions,
            progress=progress,
            deadline=self._deadline(timeout),
            name="delete_streams_group_offsets",
        )

    async def list_share_group_offsets(
        self,
        groups: str | Iterable[str] | Mapping[str, Iterable[TopicPartition] | None],
        *,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[str, Mapping[TopicPartition, SharePartitionOffset]]:
        """Where share groups start to read, and how far they are behind (KIP-932; brokers 4.1 and later).

        A group's mapping holds the partitions that it has begun to read, and only those. A group that isn't there has
        none, and is no error: brokers don't tell the two apart. A partition that is asked about and isn't there is an
        `UnknownTopicError`; it is raised when its offset is taken from the mapping, or when all of them are.

        Offsets are kept by the topic's id: a topic that was deleted and made again starts anew.

        Args:
            groups: one or several, for all their partitions, or a mapping to the partitions wanted (`None` for all).
        """
        return await operations.list_share_group_offsets(
            self._cluster, groups, progress=progress, deadline=self._deadline(timeout)
        )

    async def alter_share_group_offsets(
        self,
        group: str,
        offsets: Mapping[TopicPartition, int],
        *,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[TopicPartition, None]:
        """Set where a share group starts to read. A group that isn't there is made.

        Partitions succeed and fail one by one, all of them with `GroupNotEmptyError` while the group has members, and
        with `GroupNotFoundError` where it is of another kind. Brokers take any offset, though the log may not have it.
        When an answer was lost the request is sent again.
        """
        return await operations.alter_share_group_offsets(
            self._cluster, group, offsets, progress=progress, deadline=self._deadline(timeout)
        )

    async def delete_share_group_offsets(
        self,
        group: str,
        topics: str | Iterable[str],
        *,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[str, None]:
        """Make a share group forget topics, with all their partitions.

        Topics succeed and fail one by one: `UnknownTopicError` where there is nothing to forget, or no such topic. All
        of them fail with `GroupNotEmptyError` while the group has members, and with `GroupNotFoundError` where there is
        none. When an answer was lost the request is sent again: what is gone by then counts as forgotten.
        """
        return await operations.delete_share_group_offsets(
            self._cluster, group, topics, progress=progress, deadline=self._deadline(timeout)
        )

    # ------------------------------------------------------------------------------------------------- features

    async def describe_features(self, *, broker_id: int | None = None, timeout: float | None = None) -> FeatureMetadata:
        """The features that a broker could run at, and those that the cluster runs at (KIP-584; brokers 2.4 and later).

        Needs no ACL.

        Args:
            broker_id: ask this broker, since in a rolling upgrade they differ; any if nothing is said.
        """
        return await operations.describe_features(self._cluster, broker_id=broker_id, deadline=self._deadline(timeout))

    async def update_features(
        self,
        updates: Mapping[str, int | FeatureUpdate],
        *,
        validate_only: bool = False,
        timeout: float | None = None,
    ) -> BatchResult[str, None]:
        """Give features other levels (KIP-584; brokers 2.7 and later).

            await admin.update_features({"group.version": 1})
            await admin.update_features({"share.version": FeatureUpdate(0, FeatureUpgradeType.SAFE_DOWNGRADE)})

        A number is an upgrade. Since 4.0 all of them are done or none: one that is refused (a `BrokerError` with
        INVALID_UPDATE_VERSION, 95) fails the others too. Repeatable: when an answer was lost the request is sent again,
        and a feature that is at its level already stays there. Needs ALTER on the cluster.

        Args:
            validate_only: have the controller check, and change nothing (brokers 3.3 and later, else
                `UnsupportedVersionError`).
        """
        return await operations.update_features(
            self._cluster, updates, validate_only=validate_only, deadline=self._deadline(timeout)
        )

    # ------------------------------------------------------------------------------------------------- replicas

    async def elect_leaders(
        self,
        partitions: TopicPartition | Iterable[TopicPartition] | None = None,
        *,
        election_type: ElectionType = ElectionType.PREFERRED,
        timeout: float | None = None,
    ) -> BatchResult[TopicPartition, ElectedLeader]:
        """Have partitions led by their preferred replica, or (unclean) by any that lives (KIP-183, KIP-460).

        Partitions succeed and fail one by one: `ElectionNotNeededError` where the leader is right already,
        `UnknownTopicError`, or a `BrokerError` with PREFERRED_LEADER_NOT_AVAILABLE (80) or
        ELIGIBLE_LEADERS_NOT_AVAILABLE (83). Brokers 2.2 and later.

        Verified: when an answer was lost and no election is needed on asking again, it counts as held, and is marked
        `ambiguous`. Needs ALTER on the cluster.

        Args:
            partitions: one or several; `None` for all of the cluster: the result then has those that were given a
                leader, and those that could not be.
            election_type: UNCLEAN elects where there is no leader, and loses what only the others had (brokers 2.4 and
                later, else `UnsupportedVersionError`).
        """
        return await operations.elect_leaders(
            self._cluster, partitions, election_type=election_type, deadline=self._deadline(timeout)
        )

    async def alter_partition_reassignments(
        self,
        reassignments: Mapping[TopicPartition, Iterable[int] | None],
        *,
        allow_replication_factor_change: bool = True,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[TopicPartition, AlteredReassignment]:
        """Move partitions to other brokers, or cancel that (KIP-455; brokers 2.4 and later).

            await admin.alter_partition_reassignments({TopicPartition("orders", 0): [2, 3, 1]})

        Returns once the moves are ordered: `list_partition_reassignments` tells which are still under way. Partitions
        succeed and fail one by one: `UnknownTopicError`, `InvalidRequestError` (39 INVALID_REPLICA_ASSIGNMENT, 38
        INVALID_REPLICATION_FACTOR), or, to cancel, a `BrokerError` with NO_REASSIGNMENT_IN_PROGRESS (85).

        Moves are repeatable: when an answer was lost they are ordered again. Cancellations are verified: where there is
        no move on asking again it counts as cancelled, and is marked `ambiguous`. Needs ALTER on the cluster.

        Args:
            reassignments: partitions to the ids of their replicas, the preferred leader first; `None` cancels a move.
            allow_replication_factor_change: `False` refuses what would change the number of replicas (KIP-860; brokers
                4.1 and later, else `UnsupportedVersionError`).
        """
        return await operations.alter_partition_reassignments(
            self._cluster,
            reassignments,
            allow_replication_factor_change=allow_replication_factor_change,
            progress=progress,
            deadline=self._deadline(timeout),
        )

    async def list_partition_reassignments(
        self, partitions: TopicPartition | Iterable[TopicPartition] | None = None, *, timeout: float | None = None
    ) -> Mapping[TopicPartition, PartitionReassignment]:
        """The partitions that are on their way to other brokers, of these or of all (KIP-455; brokers 2.4 and later).

        Those that aren't moving, or aren't there, are not in it. Needs DESCRIBE on the cluster.
        """
        return await operations.list_partition_reassignments(
            self._cluster, partitions, deadline=self._deadline(timeout)
        )

    async def describe_log_dirs(
        self,
        brokers: int | Iterable[int] | None = None,
        *,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[int, Mapping[str, LogDirDescription]]:
        """The directories in which brokers keep partitions: what is in them, and what room is left (KIP-113).

        Each broker is asked for its own, all at once; a broker that isn't there fails by itself. A directory that is
        offline is in the result, with its `error`. Needs DESCRIBE on the cluster.

        Args:
            brokers: the ids of one or several; all live ones if nothing is said.
        """
        return await operations.describe_log_dirs(
            self._cluster, brokers, progress=progress, deadline=self._deadline(timeout)
        )

    async def describe_replica_log_dirs(
        self,
        replicas: TopicPartitionReplica | Iterable[TopicPartitionReplica],
        *,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[TopicPartitionReplica, ReplicaLogDirInfo]:
        """In which directories replicas lie, and to which they move (KIP-113).

        Each broker is asked about its own, all at once. A replica that its broker doesn't have is a `BrokerError` with
        REPLICA_NOT_AVAILABLE (9). Needs DESCRIBE on the cluster.
        """
        return await operations.describe_replica_log_dirs(
            self._cluster, replicas, progress=progress, deadline=self._deadline(timeout)
        )

    async def alter_replica_log_dirs(
        self,
        moves: Mapping[TopicPartitionReplica, str],
        *,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[TopicPartitionReplica, None]:
        """Move replicas to other directories of their brokers (KIP-113).

            await admin.alter_replica_log_dirs({TopicPartitionReplica("orders", 0, broker_id=1): "/data-2"})

        Returns once the moves have begun: `describe_replica_log_dirs` tells how far they are. Each broker is asked to
        move its own, all at once. Replicas succeed and fail one by one: a `BrokerError` with LOG_DIR_NOT_FOUND (57) or
        KAFKA_STORAGE_ERROR (56). A replica that the broker doesn't have is a REPLICA_NOT_AVAILABLE (9) or an
        `UnknownTopicError`, and will be put there once it comes.

        Repeatable: when an answer was lost the request is sent again. Needs ALTER on the cluster.
        """
        return await operations.alter_replica_log_dirs(
            self._cluster, moves, progress=progress, deadline=self._deadline(timeout)
        )

    # ---------------------------------------------------------------------------------------------------- nodes

    async def unregister_broker(self, broker_id: int, *, timeout: float | None = None) -> UnregisteredNode:
        """Have the cluster forget a broker that won't come back (KIP-631; brokers of KRaft clusters, 3.3 and later).

        Verified: when an answer was lost it is asked for again, and the result marked `ambiguous` whether or not there
        was such a broker still. Needs ALTER on the cluster.

        Raises:
            BrokerError: with BROKER_ID_NOT_REGISTERED (102), there is no such broker.
        """
        return await operations.unregister_broker(self._cluster, broker_id, deadline=self._deadline(timeout))

    async def unregister_controller(self, controller_id: int, *, timeout: float | None = None) -> UnregisteredNode:
        """Have the cluster forget a controller that won't come back (brokers 4.4 and later).

        Verified: when an answer was lost it is asked for again, and the result marked `ambiguous` whether or not there
        was such a controller still. Needs ALTER on the cluster.

        Raises:
            BrokerError: with CONTROLLER_ID_NOT_REGISTERED (136), there is no such controller.
        """
        return await operations.unregister_controller(self._cluster, controller_id, deadline=self._deadline(timeout))

    # ---------------------------------------------------------------------------------------- the metadata quorum

    async def describe_metadata_quorum(self, *, timeout: float | None = None) -> QuorumInfo:
        """The controllers that keep the cluster's metadata: who leads, who votes, how far each is.

        Brokers of KRaft clusters, 3.3 and later, pass it on to the leader; with ZooKeeper it is an
        `UnsupportedVersionError`.
        """
        return await operations.describe_metadata_quorum(self._cluster, deadline=self._deadline(timeout))

    async def add_raft_voter(
        self,
        voter_id: int,
        directory_id: UUID,
        endpoints: RaftVoterEndpoint | Iterable[RaftVoterEndpoint],
        *,
        cluster_id: str | None = None,
        timeout: float | None = None,
    ) -> ChangedVoter:
        """Let a controller vote in the metadata quorum (KIP-853; brokers 3.9 and later with `kraft.version` 1).

        It must run already, and have caught up. Returns once the voters have agreed. When an answer was lost and such a
        voter is there on asking again, the quorum is read: with this directory and these endpoints it counts as added,
        and is marked `ambiguous`.

        Args:
            voter_id: its `node.id`.
            directory_id: the `directory.id` in the `meta.properties` of its metadata directory.
            endpoints: where it listens as a controller.
            cluster_id: have another cluster refuse, with INCONSISTENT_CLUSTER_ID (104).

        Raises:
            DuplicateVoterError: a controller with this id votes already.
            BrokerError: with UNSUPPORTED_VERSION (35), the voters are a static list (`controller.quorum.voters`).
        """
        return await operations.add_raft_voter(
            self._cluster,
            voter_id,
            directory_id,
            endpoints,
            cluster_id=cluster_id,
            deadline=self._deadline(timeout),
        )

    async def remove_raft_voter(
        self,
        voter_id: int,
        directory_id: UUID,
        *,
        cluster_id: str | None = None,
        timeout: float | None = None,
    ) -> ChangedVoter:
        """Take a controller's vote in the metadata quorum (KIP-853; brokers 3.9 and later with `kraft.version` 1).

        It goes on following; the leader itself steps down. When an answer was lost and there is no such voter on asking
        again, it counts as removed, and is marked `ambiguous`. Arguments as for `add_raft_voter`.

        Raises:
            VoterNotFoundError: nobody with this id and directory votes.
            BrokerError: with UNSUPPORTED_VERSION (35), the voters are a static list (`controller.quorum.voters`).
        """
        return await operations.remove_raft_voter(
            self._cluster, voter_id, directory_id, cluster_id=cluster_id, deadline=self._deadline(timeout)
        )

    # ------------------------------------------------------------------------------------------ delegation tokens

    async def create_delegation_token(
        self,
        *,
        owner: KafkaPrincipal | None = None,
        renewers: KafkaPrincipal | Iterable[KafkaPrincipal] = (),
        max_lifetime: timedelta | None = None,
        timeout: float | None = None,
    ) -> DelegationToken:
        """Make a token by which others can act as its owner (KIP-48).

        Brokers want an authenticated connection for it, and not one that a token opened: over plaintext this is a
        `DelegationTokenError`. A request whose answer was lost is not sent again, since nothing tells whether a token
        was made: that is an `OutcomeUnknownError`.

        Args:
            owner: somebody else than oneself (KIP-373; brokers 3.3 and later).
            renewers: who may renew and expire the token, besides the owner.
            max_lifetime: when it ends, however often it is renewed; the broker's longest, if nothing is said.

        Raises:
            DelegationTokenError: brokers keep no tokens, or don't speak of them on this connection.
            OutcomeUnknownError: the answer was lost; there may be a token that nobody knows.
        """
        return await operations.create_delegation_token(
            self._cluster,
            owner=owner,
            renewers=renewers,
            max_lifetime=max_lifetime,
            deadline=self._deadline(timeout),
        )

    async def renew_delegation_token(
        self, token: DelegationToken | bytes, *, period: timedelta | None = None, timeout: float | None = None
    ) -> DelegationTokenExpiry:
        """Put off the end of a token by `period` from now, or by the broker's default if nothing is said.

        Never past its longest lifetime. `token`: itself, or its hmac. When an answer was lost the request is sent
        again.

        Raises:
            DelegationTokenError: there is no such token, or it has ended; or as for `create_delegation_token`.
        """
        return await operations.renew_delegation_token(
            self._cluster, token, period=period, deadline=self._deadline(timeout)
        )

    async def expire_delegation_token(
        self, token: DelegationToken | bytes, *, period: timedelta | None = None, timeout: float | None = None
    ) -> DelegationTokenExpiry:
        """Have a token end when `period` is over, or now if nothing is said: then it is forgotten at once.

        When an answer was lost and there is no such token on asking again, it counts as ended, and is marked
        `ambiguous`. `token`: itself, or its hmac.

        Raises:
            DelegationTokenError: there is no such token; or as for `create_delegation_token`.
        """
        return await operations.expire_delegation_token(
            self._cluster, token, period=period, deadline=self._deadline(timeout)
        )

    async def describe_delegation_token(
        self, *, owners: KafkaPrincipal | Iterable[KafkaPrincipal] | None = None, timeout: float | None = None
    ) -> tuple[DelegationToken, ...]:
        """The tokens of these `owners`, or of all, as far as this principal may see them: those it owns or may renew.

        Raises:
            DelegationTokenError: as for `create_delegation_token`.
        """
        return await operations.describe_delegation_token(
            self._cluster, owners=owners, deadline=self._deadline(timeout)
        )

    # ------------------------------------------------------------------------------------------------------ ACLs

    async def describe_acls(
        self, filter: AclBindingFilter | None = None, *, timeout: float | None = None
    ) -> tuple[AclBinding, ...]:
        """The ACLs that a filter matches, or all. Needs `DESCRIBE` on the cluster.

        Raises:
            BrokerError: with SECURITY_DISABLED (54), the cluster has no authorizer.
        """
        wanted = AclBindingFilter() if filter is None else filter
        return await operations.describe_acls(self._cluster, wanted, deadline=self._deadline(timeout))

    async def create_acls(
        self, acls: AclBinding | Iterable[AclBinding], *, timeout: float | None = None
    ) -> BatchResult[AclBinding, None]:
        """Add ACLs. Needs `ALTER` on the cluster.

        They succeed and fail one by one; one that is there already is a success. When an answer was lost the request is
        sent again. ACLs of users (`AclResourceType.USER`) need brokers 3.3 or later.
        """
        return await operations.create_acls(self._cluster, acls, deadline=self._deadline(timeout))

    async def delete_acls(
        self, filters: AclBindingFilter | Iterable[AclBindingFilter], *, timeout: float | None = None
    ) -> BatchResult[AclBindingFilter, DeletedAcls]:
        """Remove all ACLs that filters match, and tell which those were. Needs `ALTER` on the cluster.

        A filter that matches nothing is a success; `AclBindingFilter.of(acl)` matches that one only. When an answer was
        lost the request is sent again, and the result marked `ambiguous`: what the first one removed isn't told.
        """
        return await operations.delete_acls(self._cluster, filters, deadline=self._deadline(timeout))

    # --------------------------------------------------------------------------------------- users' credentials

    async def describe_user_scram_credentials(
        self, users: str | Iterable[str] | None = None, *, timeout: float | None = None
    ) -> BatchResult[str, tuple[ScramCredentialInfo, ...]]:
        """Which SCRAM mechanisms users can log in by (KIP-554; brokers 2.7 and later). Needs `DESCRIBE` on the cluster.

        Without `users`, all that have any. A user asked about who has none is a `BrokerError` of their own, with
        RESOURCE_NOT_FOUND (91).
        """
        return await operations.describe_user_scram_credentials(self._cluster, users, deadline=self._deadline(timeout))

    async def alter_user_scram_credentials(
        self,
        alterations: UserScramCredentialUpsertion
        | UserScramCredentialDeletion
        | Iterable[UserScramCredentialUpsertion | UserScramCredentialDeletion],
        *,
        timeout: float | None = None,
    ) -> BatchResult[str, AlteredUserScramCredentials]:
        """Set and remove users' passwords (KIP-554; brokers 2.7 and later). Needs `ALTER` on the cluster.

        Users succeed and fail one by one. A password is salted here, in a thread, so that brokers never see it. Several
        mechanisms of one user may be altered at once: brokers take one at a time, so the further ones come in further
        requests, until one fails. When an answer was lost the request is sent again; a password that is gone then
        counts as removed, and its user is marked `ambiguous`.

        A password to be removed that isn't there is a `BrokerError` with RESOURCE_NOT_FOUND (91), iterations that Kafka
        won't take are one with UNACCEPTABLE_CREDENTIAL (93).
        """
        return await operations.alter_user_scram_credentials(
            self._cluster, alterations, deadline=self._deadline(timeout)
        )

    # ---------------------------------------------------------------------------------------------- client quotas

    async def describe_client_quotas(
        self, filter: ClientQuotaFilter | None = None, *, timeout: float | None = None
    ) -> Mapping[ClientQuotaEntity, Mapping[str, float]]:
        """The quotas of the entities that a filter matches, or all (KIP-546; brokers 2.6 and later).

        Quotas go by Kafka's names: `producer_byte_rate` and `consumer_byte_rate` in bytes a second,
        `request_percentage`, `controller_mutation_rate`, and for addresses `connection_creation_rate`. Needs
        `DESCRIBE_CONFIGS` on the cluster.
        """
        wanted = ClientQuotaFilter() if filter is None else filter
        return await operations.describe_client_quotas(self._cluster, wanted, deadline=self._deadline(timeout))

    async def alter_client_quotas(
        self,
        alterations: Mapping[ClientQuotaEntity, Mapping[str, float | None]],
        *,
        validate_only: bool = False,
        timeout: float | None = None,
    ) -> BatchResult[ClientQuotaEntity, None]:
        """Set quotas, and remove those that are `None` (KIP-546; brokers 2.6 and later).

            alice = ClientQuotaEntity(user="alice")
            await admin.alter_client_quotas({alice: {"producer_byte_rate": 1_000_000, "request_percentage": None}})

        Entities succeed and fail one by one; quotas that aren't named stay as they are. When an answer was lost the
        request is sent again. Needs `ALTER_CONFIGS` on the cluster.

        Args:
            validate_only: have the broker check the change, and change nothing.
        """
        return await operations.alter_client_quotas(
            self._cluster, alterations, validate_only=validate_only, deadline=self._deadline(timeout)
        )

    # ---------------------------------------------------------------------------------------------- transactions

    async def list_transactions(
        self,
        *,
        states: TransactionState | str | Iterable[TransactionState | str] = (),
        producer_ids: int | Iterable[int] = (),
        longer_than: timedelta | None = None,
        transactional_id_pattern: str | None = None,
        timeout: float | None = None,
    ) -> Mapping[str, TransactionListing]:
        """Transactional ids and the state of each one's transaction (KIP-664; brokers 3.0 and later).

        Every live broker is asked for those that it coordinates. Only those come to which all filters apply, and that
        this principal may `DESCRIBE`.

        Args:
            states: only transactions in one of these.
            producer_ids: only those of these producers.
            longer_than: only those that were begun so long ago (KIP-994; brokers 3.8 and later). Brokers count those in
                state `EMPTY` among them.
            transactional_id_pattern: only ids that match this regular expression, in RE2's dialect, as a whole
                (KIP-1152; brokers 4.1 and later). A bad one is a `BrokerError` with INVALID_REGULAR_EXPRESSION (128).

        Raises:
            PartialFailureError: a broker could not be asked. `.result` holds what the others told.
        """
        return await operations.list_transactions(
            self._cluster,
            states=states,
            producer_ids=producer_ids,
            longer_than=longer_than,
            transactional_id_pattern=transactional_id_pattern,
            deadline=self._deadline(timeout),
        )

    async def describe_transactions(
        self,
        transactional_ids: str | Iterable[str],
        *,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[str, TransactionDescription]:
        """Transactions with their producers, and the partitions that they write to (KIP-664; brokers 3.0 and later).

        Their coordinators are asked. An id that nobody has used is a `TransactionalIdNotFoundError` of its own. Needs
        `DESCRIBE` on the transactional id; topics on which the principal has no `DESCRIBE` are left out.
        """
        return await operations.describe_transactions(
            self._cluster, transactional_ids, progress=progress, deadline=self._deadline(timeout)
        )

    async def describe_producers(
        self,
        partitions: TopicPartition | Iterable[TopicPartition],
        *,
        broker_id: int | None = None,
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[TopicPartition, tuple[ProducerState, ...]]:
        """The producers that wrote to partitions lately, and their open transactions (KIP-664; brokers 2.8 and later).

        Only idempotent and transactional producers are known. Needs `READ` on the topic.

        Args:
            partitions: one or several.
            broker_id: ask this replica of theirs, and not the leaders. One that is none of a partition's replicas is a
                `NotLeaderError` of that partition.
        """
        return await operations.describe_producers(
            self._cluster, partitions, broker_id=broker_id, progress=progress, deadline=self._deadline(timeout)
        )

    async def find_hanging_transactions(
        self,
        topics: str | Iterable[str] | None = None,
        *,
        partitions: TopicPartition | Iterable[TopicPartition] | None = None,
        broker_id: int | None = None,
        max_transaction_timeout: timedelta = timedelta(minutes=15),
        timeout: float | None = None,
    ) -> BatchResult[TopicPartition, tuple[HangingTransaction, ...]]:
        """Transactions that hold readers of committed records up, and that nobody will end (brokers 3.0 and later).

            found = await admin.find_hanging_transactions("orders")
            for transactions in found.succeeded.values():
                for each in transactions:
                    await admin.abort_transaction(each.abort_spec)

        As `kafka-transactions.sh find-hanging`: one is hanging if it is open in a partition, its producer has been
        quiet for longer than any transaction may last, and no coordinator has a transaction of that producer with that
        partition in it. Every partition that was looked at has its own answer, most of them an empty one. It fails
        where something could not be asked, so that nothing alive is called hanging.

        Needs `READ` and `DESCRIBE` on the topics and `DESCRIBE` on all transactional ids: those that the principal may
        not describe look as if nobody had them.

        Args:
            topics: those to look at. Without these and `partitions` all topics are, internal ones too.
            partitions: partitions to look at, besides those topics.
            broker_id: look at this broker's replicas only, and not at the leaders.
            max_transaction_timeout: the longest that a transaction may last: the brokers'
                `transaction.max.timeout.ms`, which is a quarter of an hour unless it was set otherwise.

        Raises:
            UnknownTopicError: there is no such topic, of those named.
        """
        return await operations.find_hanging_transactions(
            self._cluster,
            topics=topics,
            partitions=partitions,
            broker_id=broker_id,
            max_transaction_timeout=max_transaction_timeout,
            deadline=self._deadline(timeout),
        )

    async def abort_transaction(self, spec: AbortTransactionSpec, *, timeout: float | None = None) -> None:
        """End a hanging transaction in one partition (KIP-664), as its coordinator would: its records don't count.

        The partition's leader is told, who believes it: give what `describe_producers` or `find_hanging_transactions`
        told. A transaction that a coordinator still knows is for `force_terminate_transaction`.

        Repeatable: when an answer was lost the request is sent again. Needs `ALTER` on the cluster (before 3.8
        `CLUSTER_ACTION`).

        Raises:
            BrokerError: with INVALID_PRODUCER_EPOCH (47) or TRANSACTION_COORDINATOR_FENCED (52), the producer or its
                coordinator has gone on since.
        """
        await operations.abort_transaction(self._cluster, spec, deadline=self._deadline(timeout))

    async def fence_producers(
        self,
        transactional_ids: str | Iterable[str],
        *,
        transaction_timeout: timedelta = timedelta(minutes=1),
        progress: Callable[[Progress], object] | None = None,
        timeout: float | None = None,
    ) -> BatchResult[str, FencedProducer]:
        """Have producers that use transactional ids refused from now on, and their open transactions aborted.

        That is what happens when a producer begins with the same id; so an id that nobody has used is one afterwards.

        Repeatable: when an answer was lost the request is sent again, which fences once more. Needs `WRITE` on the
        transactional id.

        Args:
            transactional_ids: one or several.
            transaction_timeout: kept with the id until its next producer comes. More than the brokers'
                `transaction.max.timeout.ms` is a `BrokerError` with INVALID_TRANSACTION_TIMEOUT (50).
            progress: told how far the call has come.
            timeout: for the call, in seconds.
        """
        return await operations.fence_producers(
            self._cluster,
            transactional_ids,
            transaction_timeout=transaction_timeout,
            progress=progress,
            deadline=self._deadline(timeout),
        )

    async def force_terminate_transaction(
        self,
        transactional_id: str,
        *,
        transaction_timeout: timedelta = timedelta(minutes=1),
        timeout: float | None = None,
    ) -> FencedProducer:
        """Abort the open transaction of a transactional id, and have its producer refused from now on (KIP-939).

        As Java's client does, that is `fence_producers` for one id: Kafka 4.4 has no other request for it. An id that
        nobody has used is one afterwards.

        Repeatable: when an answer was lost the request is sent again, which fences once more. Needs `WRITE` on the
        transactional id. Arguments as for `fence_producers`.
        """
        return await operations.force_terminate_transaction(
            self._cluster,
            transactional_id,
            transaction_timeout=transaction_timeout,
            deadline=self._deadline(timeout),
        )

    @staticmethod
    def _coordinator_type(type: Any) -> CoordinatorType:
        return arguments.instance(type, CoordinatorType, "type")
