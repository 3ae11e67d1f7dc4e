"""Who must answer: destinations, routes, and the driver that runs an operation until every key is settled."""

from kafkaadmin.models.brokers import Broker
from kafkaadmin.routing.cluster import Cluster
from kafkaadmin.routing.destinations import (
    AnyBroker,
    BrokerId,
    Controller,
    Coordinator,
    CoordinatorType,
    Destination,
    Leader,
)
from kafkaadmin.routing.elections import partition_of
from kafkaadmin.routing.operation import (
    Attempt,
    Deadline,
    Done,
    Errored,
    Failed,
    Operation,
    Outcome,
    Repeat,
    Verified,
    at_version,
    settle,
)
from kafkaadmin.routing.progress import Report, Tally, all_but, count

__all__ = [
    "AnyBroker",
    "Attempt",
    "Broker",
    "BrokerId",
    "Cluster",
    "Controller",
    "Coordinator",
    "CoordinatorType",
    "Deadline",
    "Destination",
    "Done",
    "Errored",
    "Failed",
    "Leader",
    "Operation",
    "Outcome",
    "Repeat",
    "Report",
    "Tally",
    "Verified",
    "all_but",
    "at_version",
    "count",
    "partition_of",
    "settle",
]
