"""The router under any schedule: the real routing on a simulated clock and network."""

from tests.support.schedules.brokers import SESSION, Kafka
from tests.support.schedules.play import GROUPS, Step, Trace, play

__all__ = ["GROUPS", "SESSION", "Kafka", "Step", "Trace", "play"]
