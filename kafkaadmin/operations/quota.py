"""The quota of controller mutations (KIP-599): waited out, or told to the caller at once."""

from __future__ import annotations

from kafkaadmin.routing import Errored

__all__ = ["THROTTLING_QUOTA_EXCEEDED", "final_codes", "refused"]

THROTTLING_QUOTA_EXCEEDED = 89


def final_codes(retry_on_quota_violation: bool) -> frozenset[int]:
    """What an operation's `final` is: nothing where the quota is waited out, as every operation does by itself."""
    return frozenset() if retry_on_quota_violation else frozenset({THROTTLING_QUOTA_EXCEEDED})


def refused(code: int, message: str | None, throttle_time_ms: int) -> Errored:
    """A key's error, and for how long the quota is used up."""
    return Errored(code, message, throttle_time_ms / 1000)
