"""Real Kafka clusters for the tests, in containers or as local processes, with faults on demand."""

from tests.support.kafka.cluster import KafkaCluster
from tests.support.kafka.errors import BackendUnavailableError, ClusterError
from tests.support.kafka.jvm import JvmKafka

__all__ = ["BackendUnavailableError", "ClusterError", "JvmKafka", "KafkaCluster"]
