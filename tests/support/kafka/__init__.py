"""Real Kafka clusters for the tests, in containers or as local processes, with faults on demand."""

from tests.support.kafka.cluster import KafkaCluster
from tests.support.kafka.errors import BackendUnavailableError, ClusterError
from tests.support.kafka.jvm import JvmKafka
from tests.support.kafka.proxy import Proxy
from tests.support.kafka.watch import CoordinatorWatch

__all__ = ["BackendUnavailableError", "ClusterError", "CoordinatorWatch", "JvmKafka", "KafkaCluster", "Proxy"]
