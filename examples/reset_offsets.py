"""Move a stopped group to where a time begins in a topic, or to its end where nothing is that young.

python examples/reset_offsets.py localhost:9092 billing orders 2025-01-31T12:00:00+00:00
"""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime

from kafkaadmin import AdminClient, GroupNotFoundError, GroupState, OffsetSpec, TopicPartition


async def main(bootstrap_servers: str, group: str, topic: str, time: datetime) -> None:
    async with AdminClient(bootstrap_servers) as admin:
        await refuse_if_in_use(admin, group)
        description = (await admin.describe_topics(topic))[topic]
        partitions = [TopicPartition(topic, each.partition) for each in description.partitions]
        found = await admin.list_offsets(partitions, OffsetSpec.at(time))
        ends = await admin.list_offsets(partitions, OffsetSpec.latest())
        target = {}
        for partition in partitions:
            offset = found[partition].offset
            target[partition] = offset if offset is not None else ends[partition].offset or 0
        (await admin.alter_consumer_group_offsets(group, target)).raise_for_errors()
    for partition, offset in target.items():
        print(f"{partition}: {offset}")


async def refuse_if_in_use(admin: AdminClient, group: str) -> None:
    """Brokers refuse to move a group that has members; say so in plain words."""
    try:
        description = (await admin.describe_consumer_groups(group))[group]
    except GroupNotFoundError:
        return  # the commit will make it
    if description.state is not GroupState.EMPTY:
        sys.exit(f"group {group} is {description.state} with {len(description.members)} members: stop them first")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], datetime.fromisoformat(sys.argv[4])))
