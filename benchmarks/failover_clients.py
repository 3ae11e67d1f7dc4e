"""One client in a process of its own, polling a group's offset: what `failover.py` starts for each lane.

    python benchmarks/failover_clients.py CLIENT BOOTSTRAP GROUP TOPIC

Ten times a second it asks for the offset of the topic's first partition, as long as its parent keeps standard input
open. Each client keeps its default settings. Lines go out as JSON: `["began", t]` before a poll, and
`["offset", t, 42]` or `["error", t, "what it said"]` after it, with `t` in seconds of the machine's monotonic clock.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import anyio

PERIOD = 0.1

Poll = Callable[[], Awaitable[int | None]]


async def kafkaadmin(bootstrap: str, group: str, topic: str, stack: AsyncExitStack) -> Poll:
    from kafkaadmin import AdminClient, TopicPartition

    admin = await stack.enter_async_context(AdminClient(bootstrap))

    async def poll() -> int | None:
        offsets = (await admin.list_consumer_group_offsets(group))[group]
        found = offsets.get(TopicPartition(topic, 0))
        return found.offset if found else None

    return poll


async def kafka_python(bootstrap: str, group: str, topic: str, _: AsyncExitStack) -> Poll:
    from kafka.admin import KafkaAdminClient
    from kafka.structs import TopicPartition

    admin = KafkaAdminClient(bootstrap_servers=bootstrap.split(","))

    async def poll() -> int | None:
        found = admin.list_group_offsets(group)[group].get(TopicPartition(topic, 0))
        return found.offset if found else None

    return poll


async def aiokafka(bootstrap: str, group: str, topic: str, _: AsyncExitStack) -> Poll:
    from aiokafka.admin import AIOKafkaAdminClient
    from aiokafka.structs import TopicPartition

    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()

    async def poll() -> int | None:
        found = (await admin.list_consumer_group_offsets(group)).get(TopicPartition(topic, 0))
        return found.offset if found else None

    return poll


async def confluent_kafka(bootstrap: str, group: str, topic: str, _: AsyncExitStack) -> Poll:
    from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
    from confluent_kafka.admin import AdminClient

    admin = AdminClient({"bootstrap.servers": bootstrap})

    async def poll() -> int | None:
        wanted = ConsumerGroupTopicPartitions(group, [TopicPartition(topic, 0)])
        answer = admin.list_consumer_group_offsets([wanted])[group].result()
        partition = answer.topic_partitions[0]
        if partition.error:
            raise RuntimeError(str(partition.error))
        return partition.offset if partition.offset >= 0 else None

    return poll


CLIENTS: dict[str, Callable[..., Awaitable[Poll]]] = {
    "kafkaadmin": kafkaadmin,
    "kafka-python": kafka_python,
    "aiokafka": aiokafka,
    "confluent-kafka": confluent_kafka,
}


def say(*what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


async def poll_until(stopped: threading.Event, poll: Poll) -> None:
    due = time.monotonic()
    while not stopped.is_set():
        say("began", time.monotonic())
        try:
            offset = await poll()
        except Exception as error:  # noqa: BLE001 - whatever a client raises is what its lane shows
            say("error", time.monotonic(), f"{type(error).__name__}: {error}")
        else:
            say("offset", time.monotonic(), offset)
        now = time.monotonic()
        due = max(due + PERIOD, now)
        await anyio.sleep(due - now)


async def main(client: str, bootstrap: str, group: str, topic: str) -> None:
    stopped = threading.Event()

    def await_parent() -> None:
        sys.stdin.read()
        stopped.set()

    threading.Thread(target=await_parent, daemon=True).start()
    async with AsyncExitStack() as stack:
        await poll_until(stopped, await CLIENTS[client](bootstrap, group, topic, stack))


if __name__ == "__main__":
    anyio.run(main, *sys.argv[1:])
