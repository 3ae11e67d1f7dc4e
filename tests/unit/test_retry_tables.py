"""What each error code means, by the kind of broker that was asked; and how long pauses are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kafkaadmin.config import RetryPolicy
from kafkaadmin.routing.destinations import AnyBroker, BrokerId, Controller, Coordinator, Leader
from kafkaadmin.routing.retry import Action, Backoff, action_for
from kafkawire import ErrorCode

KINDS = (Coordinator, Leader, Controller, BrokerId, AnyBroker)
NOBODY_ROUTES = (BrokerId, AnyBroker)
NOTHING: frozenset[int] = frozenset()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("code", "action"),
    [
        (7, Action.LOST),
        (13, Action.LOST),
        (14, Action.HOLD),
        (89, Action.HOLD),
        (129, Action.REBOOTSTRAP),
    ],
)
def test_codes_that_mean_the_same_from_every_broker(kind: type, code: int, action: Action) -> None:
    assert action_for(code, kind, NOTHING) is action


@pytest.mark.parametrize(
    ("kind", "code", "action"),
    [
        (Coordinator, 16, Action.MOVED),
        (Coordinator, 15, Action.MOVED_LATER),
        (Controller, 41, Action.MOVED),
        (Leader, 3, Action.MOVED),
        (Leader, 5, Action.MOVED_LATER),
        (Leader, 6, Action.MOVED),
        (Leader, 9, Action.MOVED_LATER),
        (Leader, 56, Action.MOVED_LATER),
        (Leader, 74, Action.MOVED),
        (Leader, 75, Action.HOLD),
        (Leader, 78, Action.HOLD),
        (Leader, 100, Action.MOVED),
    ],
)
def test_codes_that_speak_of_the_route_count_from_whom_it_leads_to(kind: type, code: int, action: Action) -> None:
    assert action_for(code, kind, NOTHING) is action
    for other in NOBODY_ROUTES:
        assert action_for(code, other, NOTHING) in (Action.FINAL, Action.HOLD)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("code", [22, 25, 35, 82, 113, 68, 69, 86, 30, 53, 24])
def test_codes_that_settle_a_key(kind: type, code: int) -> None:
    assert action_for(code, kind, NOTHING) is Action.FINAL


@pytest.mark.parametrize("code", [88, 51, 27])
def test_codes_that_an_operation_may_wait_out(code: int) -> None:
    assert action_for(code, Coordinator, NOTHING) is Action.FINAL
    assert action_for(code, Coordinator, frozenset({code})) is Action.HOLD


def test_a_code_that_nobody_knows_settles_the_key() -> None:
    assert action_for(29_999, Coordinator, NOTHING) is Action.FINAL


@pytest.mark.parametrize("kind", KINDS)
def test_every_known_code_has_an_action(kind: type) -> None:
    for code in ErrorCode:
        assert isinstance(action_for(code, kind, NOTHING), Action)


@given(
    initial=st.floats(0.001, 10),
    factor=st.floats(1, 1000),
    attempt=st.integers(1, 10_000),
    drawn=st.floats(0, 1, exclude_max=True),
)
def test_pauses_stay_below_a_bound_that_doubles_to_the_maximum(
    initial: float, factor: float, attempt: int, drawn: float
) -> None:
    policy = RetryPolicy(initial=initial, maximum=initial * factor)
    backoff = Backoff(policy, lambda: drawn)
    assert backoff.bound(1) == initial
    assert backoff.bound(attempt) <= backoff.bound(attempt + 1) <= policy.maximum
    assert backoff.bound(attempt + 1) == min(2 * backoff.bound(attempt), policy.maximum)
    assert 0 <= backoff.pause(attempt) <= backoff.bound(attempt)


def test_the_default_bounds_are_those_of_the_design() -> None:
    backoff = Backoff(RetryPolicy(), lambda: 1.0)
    assert [backoff.bound(attempt) for attempt in range(1, 8)] == [0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0]
