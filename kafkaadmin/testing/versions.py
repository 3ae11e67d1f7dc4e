"""What the brokers of a Kafka release offer, as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kafkawire import ApiKey
from kafkawire.messages import ApiVersion, FinalizedFeatureKey, SupportedFeatureKey

__all__ = ["RELEASES", "as_api_versions", "finalized_features", "offered", "release_of", "supported_features"]

RELEASES = ("2.8", "3.9", "4.4")

_OFFERED: Mapping[ApiKey, tuple[str, str, str]] = {
    ApiKey.LIST_OFFSETS: ("0-6", "0-9", "1-11"),
    ApiKey.METADATA: ("0-11", "0-12", "0-13"),
    ApiKey.OFFSET_COMMIT: ("0-8", "0-9", "2-10"),
    ApiKey.OFFSET_FETCH: ("0-7", "0-9", "1-10"),
    ApiKey.FIND_COORDINATOR: ("0-3", "0-6", "0-6"),
    ApiKey.LEAVE_GROUP: ("0-4", "0-5", "0-5"),
    ApiKey.DESCRIBE_GROUPS: ("0-5", "0-5", "0-6"),
    ApiKey.LIST_GROUPS: ("0-4", "0-5", "0-5"),
    ApiKey.API_VERSIONS: ("0-3", "0-4", "0-5"),
    ApiKey.CREATE_TOPICS: ("0-7", "0-7", "2-7"),
    ApiKey.DELETE_TOPICS: ("0-6", "0-6", "1-6"),
    ApiKey.DELETE_GROUPS: ("0-2", "0-2", "0-3"),
    ApiKey.ELECT_LEADERS: ("0-2", "0-2", "0-2"),
    ApiKey.OFFSET_DELETE: ("0", "0", "0"),
    ApiKey.DESCRIBE_CLUSTER: ("0", "0-1", "0-2"),
    ApiKey.CONSUMER_GROUP_DESCRIBE: ("", "0", "0-1"),
    ApiKey.DESCRIBE_TOPIC_PARTITIONS: ("", "0", "0"),
}

_FEATURES: Mapping[str, tuple[tuple[str, int, int], ...]] = {
    "2.8": (),
    "3.9": (("kraft.version", 0, 1), ("metadata.version", 1, 21)),
    "4.4": (
        ("eligible.leader.replicas.version", 0, 1),
        ("group.version", 0, 1),
        ("kraft.version", 0, 1),
        ("metadata.version", 7, 33),
        ("share.version", 0, 2),
        ("streams.version", 0, 1),
        ("transaction.version", 0, 2),
    ),
}

_LOWEST_LEVEL_0_SINCE = 4


def release_of(version: str) -> str:
    """The release to act as: `"3.9"` and `"3.9.2"` are the same one. An unknown release is a `ValueError`."""
    release = ".".join(version.split(".")[:2])
    if release not in RELEASES:
        raise ValueError(f"unknown Kafka release {version!r}: FakeCluster acts as {', '.join(RELEASES)}")
    return release


def offered(release: str, implemented: Iterable[ApiKey]) -> Mapping[ApiKey, range]:
    """The versions that brokers of a release offer, of the APIs that are implemented here."""
    column = RELEASES.index(release)
    ranges = {key: _OFFERED[key][column] for key in sorted(implemented)}
    return {key: _span(text) for key, text in ranges.items() if text}


def as_api_versions(ranges: Mapping[ApiKey, range]) -> tuple[ApiVersion, ...]:
    """The same, as an ApiVersions answer lists it."""
    return tuple(
        ApiVersion(api_key=key, min_version=versions[0], max_version=versions[-1]) for key, versions in ranges.items()
    )


def supported_features(release: str, version: int) -> tuple[SupportedFeatureKey, ...]:
    """The feature levels that a release's brokers know. ApiVersions before 4 can't show a lowest level of 0."""
    return tuple(
        SupportedFeatureKey(name=name, min_version=lowest, max_version=highest)
        for name, lowest, highest in _FEATURES[release]
        if lowest > 0 or version >= _LOWEST_LEVEL_0_SINCE
    )


def finalized_features(release: str) -> tuple[FinalizedFeatureKey, ...]:
    """The feature levels in force: a new cluster has the highest of each."""
    return tuple(
        FinalizedFeatureKey(name=name, max_version_level=highest, min_version_level=highest)
        for name, _, highest in _FEATURES[release]
    )


def _span(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)
