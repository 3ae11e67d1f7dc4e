"""What the brokers of a Kafka release offer, as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from kafkawire import ApiKey
from kafkawire.messages import ApiVersion, FinalizedFeatureKey, SupportedFeatureKey

__all__ = [
    "RELEASES",
    "as_api_versions",
    "finalized_features",
    "finalized_features_epoch",
    "finalized_levels",
    "offered",
    "release_of",
    "supported_features",
]

RELEASES = (
    *("2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7", "2.8"),
    *("3.0", "3.1", "3.2", "3.3", "3.4", "3.5", "3.6", "3.7", "3.8", "3.9"),
    *("4.0", "4.1", "4.2", "4.3", "4.4"),
)

# Each release that changed what brokers offer, and what it offers since; nothing where it offers it no more. Up to 3.2
# these are ZooKeeper's brokers, from 3.3 on KRaft's, which lacked some of it for a while.
_OFFERED: Mapping[ApiKey, str] = {
    ApiKey.LIST_OFFSETS: "2.1:0-4 2.2:0-5 2.8:0-6 3.0:0-7 3.5:0-8 3.9:0-9 4.0:1-10 4.2:1-11",
    ApiKey.METADATA: "2.1:0-7 2.3:0-8 2.4:0-9 2.8:0-11 3.1:0-12 4.0:0-13",
    ApiKey.OFFSET_COMMIT: "2.1:0-6 2.3:0-7 2.4:0-8 3.7:0-9 4.0:2-9 4.2:2-10",
    ApiKey.OFFSET_FETCH: "2.1:0-5 2.4:0-6 2.5:0-7 3.0:0-8 3.7:0-9 4.0:1-9 4.2:1-10",
    ApiKey.FIND_COORDINATOR: "2.1:0-2 2.4:0-3 3.0:0-4 3.8:0-5 3.9:0-6",
    ApiKey.JOIN_GROUP: "2.1:0-3 2.2:0-4 2.3:0-5 2.4:0-6 2.5:0-7 3.2:0-9",
    ApiKey.HEARTBEAT: "2.1:0-2 2.3:0-3 2.4:0-4",
    ApiKey.LEAVE_GROUP: "2.1:0-2 2.4:0-4 3.2:0-5",
    ApiKey.SYNC_GROUP: "2.1:0-2 2.3:0-3 2.4:0-4 2.5:0-5",
    ApiKey.DESCRIBE_GROUPS: "2.1:0-2 2.3:0-3 2.4:0-5 4.0:0-6",
    ApiKey.LIST_GROUPS: "2.1:0-2 2.4:0-3 2.6:0-4 3.8:0-5",
    ApiKey.SASL_HANDSHAKE: "2.1:0-1",
    ApiKey.API_VERSIONS: "2.1:0-2 2.4:0-3 3.9:0-4 4.4:0-5",
    ApiKey.CREATE_TOPICS: "2.1:0-3 2.4:0-5 2.7:0-6 2.8:0-7 4.0:2-7",
    ApiKey.DELETE_TOPICS: "2.1:0-3 2.4:0-4 2.7:0-5 2.8:0-6 4.0:1-6",
    ApiKey.DELETE_RECORDS: "2.1:0-1 2.6:0-2",
    ApiKey.INIT_PRODUCER_ID: "2.1:0-1 2.4:0-2 2.5:0-3 2.7:0-4 3.8:0-5",
    ApiKey.OFFSET_FOR_LEADER_EPOCH: "2.1:0-2 2.3:0-3 2.8:0-4 4.0:2-4",
    ApiKey.ADD_PARTITIONS_TO_TXN: "2.1:0-1 2.7:0-2 2.8:0-3 3.6:0-4 3.8:0-5",
    ApiKey.ADD_OFFSETS_TO_TXN: "2.1:0-1 2.7:0-2 2.8:0-3 3.8:0-4",
    ApiKey.END_TXN: "2.1:0-1 2.7:0-2 2.8:0-3 3.8:0-4 4.0:0-5",
    ApiKey.WRITE_TXN_MARKERS: "2.1:0 2.8:0-1 4.0:1 4.2:1-2",
    ApiKey.TXN_OFFSET_COMMIT: "2.1:0-2 2.5:0-3 3.8:0-4 4.0:0-5 4.4:0-6",
    ApiKey.DESCRIBE_ACLS: "2.1:0-1 2.5:0-2 3.3:0-3 4.0:1-3",
    ApiKey.CREATE_ACLS: "2.1:0-1 2.5:0-2 3.3:0-3 4.0:1-3",
    ApiKey.DELETE_ACLS: "2.1:0-1 2.5:0-2 3.3:0-3 4.0:1-3",
    ApiKey.DESCRIBE_CONFIGS: "2.1:0-2 2.6:0-3 2.8:0-4 4.0:1-4",
    ApiKey.ALTER_CONFIGS: "2.1:0-1 2.8:0-2",
    ApiKey.ALTER_REPLICA_LOG_DIRS: "2.1:0-1 2.8:0-2 4.0:1-2",
    ApiKey.DESCRIBE_LOG_DIRS: "2.1:0-1 2.6:0-2 3.2:0-3 3.3:0-4 4.0:1-4 4.3:1-5",
    ApiKey.SASL_AUTHENTICATE: "2.1:0 2.2:0-1 2.5:0-2",
    ApiKey.CREATE_PARTITIONS: "2.1:0-1 2.5:0-2 2.7:0-3",
    ApiKey.CREATE_DELEGATION_TOKEN: "2.1:0-1 2.4:0-2 3.3: 3.6:0-3 4.0:1-3",
    ApiKey.RENEW_DELEGATION_TOKEN: "2.1:0-1 2.5:0-2 3.3: 3.6:0-2 4.0:1-2",
    ApiKey.EXPIRE_DELEGATION_TOKEN: "2.1:0-1 2.5:0-2 3.3: 3.6:0-2 4.0:1-2",
    ApiKey.DESCRIBE_DELEGATION_TOKEN: "2.1:0-1 2.5:0-2 3.3: 3.6:0-3 4.0:1-3",
    ApiKey.DELETE_GROUPS: "2.1:0-1 2.4:0-2 4.4:0-3",
    ApiKey.ELECT_LEADERS: "2.2:0 2.4:0-2",
    ApiKey.INCREMENTAL_ALTER_CONFIGS: "2.3:0 2.4:0-1",
    ApiKey.ALTER_PARTITION_REASSIGNMENTS: "2.4:0 4.1:0-1",
    ApiKey.LIST_PARTITION_REASSIGNMENTS: "2.4:0",
    ApiKey.OFFSET_DELETE: "2.4:0",
    ApiKey.DESCRIBE_CLIENT_QUOTAS: "2.6:0 2.8:0-1",
    ApiKey.ALTER_CLIENT_QUOTAS: "2.6:0 2.8:0-1",
    ApiKey.DESCRIBE_USER_SCRAM_CREDENTIALS: "2.7:0 3.3: 3.5:0",
    ApiKey.ALTER_USER_SCRAM_CREDENTIALS: "2.7:0 3.3: 3.5:0",
    ApiKey.DESCRIBE_QUORUM: "3.3:0-1 3.9:0-2",
    ApiKey.UPDATE_FEATURES: "2.7:0 3.3:0-1 4.0:0-2",
    ApiKey.DESCRIBE_CLUSTER: "2.8:0 3.7:0-1 4.0:0-2",
    ApiKey.DESCRIBE_PRODUCERS: "2.8:0",
    ApiKey.UNREGISTER_BROKER: "3.3:0",
    ApiKey.DESCRIBE_TRANSACTIONS: "3.0:0",
    ApiKey.LIST_TRANSACTIONS: "3.0:0 3.8:0-1 4.1:0-2",
    ApiKey.CONSUMER_GROUP_HEARTBEAT: "3.7:0 4.0:0-1",
    ApiKey.CONSUMER_GROUP_DESCRIBE: "3.8:0 4.0:0-1",
    ApiKey.LIST_CONFIG_RESOURCES: "3.7:0 4.1:0-1",
    ApiKey.DESCRIBE_TOPIC_PARTITIONS: "3.8:0",
    ApiKey.SHARE_GROUP_HEARTBEAT: "4.1:1",
    ApiKey.SHARE_GROUP_DESCRIBE: "4.1:1",
    ApiKey.SHARE_FETCH: "4.1:1 4.2:1-2",
    ApiKey.SHARE_ACKNOWLEDGE: "4.1:1 4.2:1-2",
    ApiKey.ADD_RAFT_VOTER: "3.9:0 4.2:0-1",
    ApiKey.REMOVE_RAFT_VOTER: "3.9:0",
    ApiKey.STREAMS_GROUP_HEARTBEAT: "4.2:0 4.4:0-1",
    ApiKey.STREAMS_GROUP_DESCRIBE: "4.2:0 4.4:0-1",
    ApiKey.DESCRIBE_SHARE_GROUP_OFFSETS: "4.1:0 4.2:0-1",
    ApiKey.ALTER_SHARE_GROUP_OFFSETS: "4.1:0",
    ApiKey.DELETE_SHARE_GROUP_OFFSETS: "4.1:0",
    ApiKey.STREAMS_GROUP_TOPOLOGY_DESCRIPTION_UPDATE: "4.4:0",
    ApiKey.UNREGISTER_CONTROLLER: "4.4:0",
}

# The levels of each feature in the same form, and the release since when new clusters have the highest one in force.
_FEATURES: Mapping[str, tuple[str, str | None]] = {
    "eligible.leader.replicas.version": ("4.0:0-1", "4.1"),
    "group.version": ("4.0:0-1", "4.0"),
    "kraft.version": ("3.9:0-1", None),
    "metadata.version": (
        "3.3:1-7 3.4:1-8 3.5:1-11 3.6:1-14 3.7:1-19 3.8:1-20 3.9:1-21 4.0:7-25 4.1:7-27 4.2:7-29 4.3:7-30 4.4:7-33",
        "3.3",
    ),
    "share.version": ("4.1:0-1 4.4:0-2", "4.2"),
    "streams.version": ("4.2:0-1", "4.2"),
    "transaction.version": ("4.0:0-2", "4.0"),
}

_EPOCHS = "2.1:-1 2.7:0 3.3:30"
_LOWEST_LEVEL_0_SINCE = 4


def release_of(version: str) -> str:
    """The release to act as: `"3.9"` and `"3.9.2"` are the same one. An unknown release is a `ValueError`."""
    release = ".".join(version.split(".")[:2])
    if release not in RELEASES:
        raise ValueError(f"unknown Kafka release {version!r}: FakeCluster acts as {RELEASES[0]} to {RELEASES[-1]}")
    return release


def offered(release: str, implemented: Iterable[ApiKey]) -> Mapping[ApiKey, range]:
    """The versions that brokers of a release offer, of the APIs that are implemented here."""
    ranges = {key: _since(release, _OFFERED.get(key, "")) for key in sorted(implemented)}
    return {key: _span(text) for key, text in ranges.items() if text}


def as_api_versions(ranges: Mapping[ApiKey, range]) -> tuple[ApiVersion, ...]:
    """The same, as an ApiVersions answer lists it."""
    return tuple(
        ApiVersion(api_key=key, min_version=versions[0], max_version=versions[-1]) for key, versions in ranges.items()
    )


def supported_features(release: str, version: int) -> tuple[SupportedFeatureKey, ...]:
    """The feature levels that a release's brokers know. ApiVersions before 4 can't show a lowest level of 0."""
    return tuple(
        SupportedFeatureKey(name=name, min_version=levels[0], max_version=levels[-1])
        for name, levels in _levels(release).items()
        if levels[0] > 0 or version >= _LOWEST_LEVEL_0_SINCE
    )


def finalized_features(
    release: str, changed: Mapping[str, int] = MappingProxyType({})
) -> tuple[FinalizedFeatureKey, ...]:
    """The feature levels in force: what a new cluster has, but for those that were changed."""
    return tuple(
        FinalizedFeatureKey(name=name, max_version_level=level, min_version_level=level)
        for name, level in finalized_levels(release, changed).items()
        if level > 0
    )


def finalized_levels(release: str, changed: Mapping[str, int]) -> Mapping[str, int]:
    """The same by name, features that are switched off included."""
    new = {
        name: levels[-1]
        for name, levels in _levels(release).items()
        if (since := _FEATURES[name][1]) and RELEASES.index(since) <= RELEASES.index(release)
    }
    return {**new, **changed}


def finalized_features_epoch(release: str) -> int:
    """How new those are: the offset in KRaft's log that they come from, always the same here; -1 before 2.7."""
    return int(_since(release, _EPOCHS))


def _levels(release: str) -> Mapping[str, range]:
    known = {name: _since(release, changes) for name, (changes, _) in _FEATURES.items()}
    return {name: _span(levels) for name, levels in known.items() if levels}


def _since(release: str, changes: str) -> str:
    """What holds for a release, of changes like `2.1:0-2 2.4:0-4`."""
    newest = RELEASES.index(release)
    holds = ""
    for change in changes.split():
        since, _, what = change.partition(":")
        if RELEASES.index(since) > newest:
            break
        holds = what
    return holds


def _span(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)
