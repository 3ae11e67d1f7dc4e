"""Read a group's offsets once a second, and print what the client decides meanwhile. Kill a broker and watch.

python examples/watch_routing.py localhost:9092 billing
"""

from __future__ import annotations

import asyncio
import sys
import time

from kafkaadmin import AdminClient, Event, KafkaAdminError, RequestCompleted, RequestSent


def tell(event: Event) -> None:
    """Observers are called in the event loop, one event after the other: be quick."""
    if not isinstance(event, RequestSent | RequestCompleted):
        print(f"{time.strftime('%H:%M:%S')}    {event}")


async def main(bootstrap_servers: str, group: str, rounds: int | None = None, pause: float = 1.0) -> None:
    async with AdminClient(bootstrap_servers, observers=[tell]) as admin:
        while rounds is None or rounds > 0:
            began = time.monotonic()
            try:
                offsets = (await admin.list_consumer_group_offsets(group))[group]
                told = f"{len(offsets)} partitions"
            except KafkaAdminError as error:
                told = f"failed: {error}"
            print(f"{time.strftime('%H:%M:%S')} {group}: {told} in {(time.monotonic() - began) * 1000:.0f} ms")
            await asyncio.sleep(pause)
            rounds = None if rounds is None else rounds - 1


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    asyncio.run(main(sys.argv[1], sys.argv[2]))
