"""A few Kafka requests written by hand, byte for byte.

The tests ask Kafka itself who coordinates a group; asking through the code under test would prove nothing. Each call
opens a connection of its own, so that it also works while other brokers are dead or frozen.
"""

import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

Address = tuple[str, int]

OFFSET_COMMIT, OFFSET_FETCH, METADATA, FIND_COORDINATOR = 8, 9, 3, 10
ELECT_LEADERS, ALTER_PARTITION_REASSIGNMENTS = 43, 45
GROUP = 0
PREFERRED = 0
ELECTION_NOT_NEEDED = 84
UNKNOWN_TOPIC = 3
NO_ID = bytes(16)
CLIENT_ID = b"kafkaadmin-tests"


class WireError(Exception):
    """The broker answered with an error code."""

    def __init__(self, what: str, code: int) -> None:
        super().__init__(f"{what}: error {code}")
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """One partition as Metadata describes it."""

    index: int
    leader: int
    replicas: tuple[int, ...]
    in_sync: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """The live brokers, a broker that takes controller requests, and the partitions of the topics asked for."""

    brokers: dict[int, Address]
    controller: int
    topics: dict[str, tuple[Partition, ...]]


class Reader:
    """Takes values off the front of a response."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, form: str) -> int:
        """One big-endian number of a `struct` form."""
        (value,) = struct.unpack_from(f">{form}", self._data, self._at)
        self._at += struct.calcsize(f">{form}")
        return int(value)

    def skip(self, form: str) -> None:
        """Passes over numbers that nobody asked about."""
        self._at += struct.calcsize(f">{form}")

    def text(self) -> str:
        """A string with a 16-bit length; null reads as empty."""
        return self._bytes(max(0, self.take("h"))).decode()

    def compact_text(self) -> str:
        """A string with a varint length; null reads as empty."""
        return self._bytes(max(0, self.varint() - 1)).decode()

    def id(self) -> UUID:
        """A UUID of 16 bytes."""
        return UUID(bytes=self._bytes(16))

    def varint(self) -> int:
        """An unsigned varint."""
        value = shift = 0
        while True:
            byte = self.take("B")
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def times(self) -> range:
        """As many turns as an array has elements."""
        return range(max(0, self.take("i")))

    def numbers(self) -> tuple[int, ...]:
        """An array of 32-bit numbers."""
        return tuple(self.take("i") for _ in self.times())

    def _bytes(self, count: int) -> bytes:
        self._at += count
        return self._data[self._at - count : self._at]


def metadata(address: Address, topics: Iterable[str] = (), *, timeout: float = 1.0) -> Metadata:
    """Metadata v1: the brokers, and the named topics only."""
    names = [_text(topic) for topic in topics]
    reader = _call(address, METADATA, 1, struct.pack(">i", len(names)) + b"".join(names), timeout=timeout)
    brokers = dict(_broker(reader) for _ in reader.times())
    controller = reader.take("i")
    return Metadata(brokers=brokers, controller=controller, topics=dict(_topic(reader) for _ in reader.times()))


def topic_id(address: Address, topic: str, *, timeout: float = 1.0) -> UUID | None:
    """Metadata v10 of one topic: its id; `None` where there is none."""
    asked = struct.pack(">B16s", 2, NO_ID) + _compact_text(topic) + struct.pack(">BBBBB", 0, 0, 0, 0, 0)
    reader = _call(address, METADATA, 10, asked, timeout=timeout, flexible=True)
    reader.skip("i")
    for _ in range(reader.varint() - 1):
        reader.skip("i")
        reader.compact_text()
        reader.skip("i")
        reader.compact_text()
        reader.varint()
    reader.compact_text()
    reader.skip("i")
    reader.varint()
    code = reader.take("h")
    if code == UNKNOWN_TOPIC:
        return None
    _refuse(f"Metadata {topic}", [code], allowed=(0,))
    reader.compact_text()
    return reader.id()


def find_coordinator(address: Address, group: str, *, timeout: float = 1.0) -> int:
    """FindCoordinator v1: who coordinates the group in this broker's view; `WireError` when it knows none."""
    reader = _call(address, FIND_COORDINATOR, 1, _text(group) + struct.pack(">b", GROUP), timeout=timeout)
    reader.skip("i")
    code = reader.take("h")
    if code:
        raise WireError(f"FindCoordinator {group}", code)
    reader.text()
    return reader.take("i")


def serves_group(address: Address, group: str, *, timeout: float = 1.0) -> bool:
    """OffsetFetch v2 of all topics: whether this broker answers for the group as its coordinator."""
    try:
        committed_offsets(address, group, timeout=timeout)
    except WireError:
        return False
    return True


def committed_offsets(address: Address, group: str, *, timeout: float = 1.0) -> dict[tuple[str, int], int]:
    """OffsetFetch v2 of all topics: what the group has committed, by topic and partition, as its coordinator says."""
    reader = _call(address, OFFSET_FETCH, 2, _text(group) + struct.pack(">i", -1), timeout=timeout)
    offsets: dict[tuple[str, int], int] = {}
    for _ in reader.times():
        topic = reader.text()
        for _ in reader.times():
            partition, offset = reader.take("i"), reader.take("q")
            reader.text()
            reader.skip("h")
            offsets[topic, partition] = offset
    _refuse(f"OffsetFetch {group}", [reader.take("h")], allowed=(0,))
    return offsets


def commit_offset(
    address: Address, group: str, topic: str, partition: int, offset: int, *, timeout: float = 1.0
) -> None:
    """OffsetCommit v2 for a group without members; `WireError` when it is refused."""
    body = _text(group) + struct.pack(">i", -1) + _text("") + struct.pack(">qi", -1, 1) + _text(topic)
    reader = _call(address, OFFSET_COMMIT, 2, body + struct.pack(">iiqh", 1, partition, offset, -1), timeout=timeout)
    codes: list[int] = []
    for _ in reader.times():
        reader.text()
        for _ in reader.times():
            reader.skip("i")
            codes.append(reader.take("h"))
    _refuse(f"OffsetCommit {group}", codes, allowed=(0,))


def elect_preferred_leader(address: Address, topic: str, partition: int, *, timeout: float = 5.0) -> None:
    """ElectLeaders v1: makes the first replica the leader. A leader already in place is no failure."""
    body = struct.pack(">bi", PREFERRED, 1) + _text(topic) + struct.pack(">iii", 1, partition, int(timeout * 1000))
    reader = _call(address, ELECT_LEADERS, 1, body, timeout=timeout)
    reader.skip("i")
    codes = [reader.take("h")]
    for _ in reader.times():
        reader.text()
        for _ in reader.times():
            reader.skip("i")
            codes.append(reader.take("h"))
            reader.text()
    _refuse(f"ElectLeaders {topic}-{partition}", codes, allowed=(0, ELECTION_NOT_NEEDED))


def reassign(address: Address, topic: str, partition: int, replicas: Iterable[int], *, timeout: float = 5.0) -> None:
    """AlterPartitionReassignments v0: sets the replicas and their order."""
    ids = list(replicas)
    body = struct.pack(">iB", int(timeout * 1000), 2) + _compact_text(topic)
    body += struct.pack(f">BiB{len(ids)}iBBB", 2, partition, len(ids) + 1, *ids, 0, 0, 0)
    reader = _call(address, ALTER_PARTITION_REASSIGNMENTS, 0, body, timeout=timeout, flexible=True)
    reader.skip("i")
    codes = [reader.take("h")]
    reader.compact_text()
    for _ in range(reader.varint() - 1):
        reader.compact_text()
        for _ in range(reader.varint() - 1):
            reader.skip("i")
            codes.append(reader.take("h"))
            reader.compact_text()
            reader.varint()
        reader.varint()
    _refuse(f"AlterPartitionReassignments {topic}-{partition}", codes, allowed=(0,))


def group_partition(group: str, partitions: int) -> int:
    """The partition of `__consumer_offsets` that a group belongs to: Java's `hashCode`, made positive."""
    code = 0
    units = group.encode("utf-16-be")
    for (unit,) in struct.iter_unpack(">H", units):
        code = (31 * code + unit) & 0xFFFFFFFF
    signed = code - (1 << 32) if code >= 1 << 31 else code
    return (0 if signed == -(1 << 31) else abs(signed)) % partitions


def _broker(reader: Reader) -> tuple[int, Address]:
    node, host, port = reader.take("i"), reader.text(), reader.take("i")
    reader.text()
    return node, (host, port)


def _topic(reader: Reader) -> tuple[str, tuple[Partition, ...]]:
    reader.skip("h")
    name = reader.text()
    reader.skip("b")
    return name, tuple(_partition(reader) for _ in reader.times())


def _partition(reader: Reader) -> Partition:
    reader.skip("h")
    return Partition(
        index=reader.take("i"), leader=reader.take("i"), replicas=reader.numbers(), in_sync=reader.numbers()
    )


def _refuse(what: str, codes: Iterable[int], *, allowed: tuple[int, ...]) -> None:
    for code in codes:
        if code not in allowed:
            raise WireError(what, code)


def _call(address: Address, api: int, version: int, body: bytes, *, timeout: float, flexible: bool = False) -> Reader:
    header = struct.pack(">hhih", api, version, 1, len(CLIENT_ID)) + CLIENT_ID + (b"\0" if flexible else b"")
    with socket.create_connection(address, timeout) as connection:
        connection.sendall(struct.pack(">i", len(header) + len(body)) + header + body)
        (size,) = struct.unpack(">i", _receive(connection, 4))
        reader = Reader(_receive(connection, size))
    reader.skip("i")
    if flexible:
        reader.varint()
    return reader


def _receive(connection: socket.socket, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        chunk = connection.recv(count - len(data))
        if not chunk:
            raise ConnectionResetError("the broker closed the connection before it answered")
        data += chunk
    return bytes(data)


def _text(value: str) -> bytes:
    encoded = value.encode()
    return struct.pack(">h", len(encoded)) + encoded


def _compact_text(value: str) -> bytes:
    encoded = value.encode()
    if len(encoded) > 126:
        raise ValueError(f"longer than one varint byte can say: {value!r}")
    return bytes([len(encoded) + 1]) + encoded
