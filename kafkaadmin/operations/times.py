"""Kafka's times: milliseconds since 1970, and -1 for none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

__all__ = ["EPOCH", "MILLISECOND", "moment"]

EPOCH = datetime.fromtimestamp(0, UTC)
MILLISECOND = timedelta(milliseconds=1)


def moment(milliseconds: int) -> datetime | None:
    """When that is; `None` for none, and for what no calendar has."""
    if milliseconds < 0:
        return None
    try:
        return EPOCH + milliseconds * MILLISECOND
    except OverflowError:
        return None
