"""Print what every consumer group has committed, and how far behind it is.

python examples/offsets.py localhost:9092
"""

from __future__ import annotations

import asyncio
import sys

from kafkaadmin import AdminClient, OffsetSpec


async def main(bootstrap_servers: str) -> None:
    async with AdminClient(bootstrap_servers) as admin:
        groups = await admin.list_groups(protocol_types=["consumer", ""])
        committed = await admin.list_consumer_group_offsets(list(groups))
        partitions = {partition for offsets in committed.succeeded.values() for partition in offsets}
        ends = (await admin.list_offsets(partitions, OffsetSpec.latest())).succeeded

    for group, offsets in sorted(committed.succeeded.items()):
        print(group)
        for partition, offset in sorted(offsets.items()):
            end = ends[partition].offset if partition in ends else None
            behind = "?" if end is None else end - offset.offset
            print(f"  {partition!s:<40} {offset.offset:>12}   behind: {behind}")
    for group, error in committed.failed.items():
        print(f"{group}: {error}", file=sys.stderr)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "localhost:9092"))
