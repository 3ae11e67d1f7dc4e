"""The router under any schedule: the real routing on a simulated clock and network."""

from tests.support.schedules.brokers import SESSION, Kafka
from tests.support.schedules.network import GROUPS, KEYS, PARTITIONS
from tests.support.schedules.play import Step, Trace, play

__all__ = ["GROUPS", "KEYS", "PARTITIONS", "SESSION", "Kafka", "Step", "Trace", "play"]
