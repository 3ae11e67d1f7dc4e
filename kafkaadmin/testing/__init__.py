"""Kafka brokers for tests: in this process, on real sockets, with faults.

from kafkaadmin.testing import Fault, FakeCluster

with FakeCluster(brokers=3) as cluster:
    cluster.add_group("billing", offsets={("orders", 0): 42})
    cluster.inject(Fault(api=ApiKey.OFFSET_FETCH, delay=0.5))
"""

from __future__ import annotations

from kafkaadmin.testing.cluster import FakeCluster
from kafkaadmin.testing.faults import Cut, Fault, FaultHandle, Hangup, Phase, Stop
from kafkaadmin.testing.groups import GroupMember, GroupType
from kafkaadmin.testing.ledger import RecordedRequest, RejectedRequest
from kafkaadmin.testing.logins import SecureListener
from kafkaadmin.testing.topics import FIRST_TIMESTAMP_MS, timestamp_of

__all__ = [
    "FIRST_TIMESTAMP_MS",
    "Cut",
    "FakeCluster",
    "Fault",
    "FaultHandle",
    "GroupMember",
    "GroupType",
    "Hangup",
    "Phase",
    "RecordedRequest",
    "RejectedRequest",
    "SecureListener",
    "Stop",
    "timestamp_of",
]
