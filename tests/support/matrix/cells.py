"""The cells: each call, moment and fault that can meet, and what is expected to come of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kafkawire import ApiKey
from tests.support.matrix.calls import CALLS, Call, To
from tests.support.matrix.faults import CODES, STRIKES, Code, Fault, Impossible, Moment, Strike

__all__ = ["LOGINS", "Cell", "cells", "impossible", "strike_of"]

FAULTS: tuple[Fault | Code, ...] = (*Fault, *CODES)

LOGINS = frozenset({Moment.TLS, Moment.SASL_FIRST, Moment.SASL_LAST, Moment.REAUTHENTICATION})
"""Moments of a connection that is being secured. They are played for a few calls of all kinds, to all brokers."""

SECURED = frozenset(
    {
        "alter_client_quotas",
        "alter_consumer_group_offsets",
        "create_topics",
        "delete_consumer_groups",
        "delete_records",
        "describe_log_dirs",
        "find_coordinators",
        "list_consumer_group_offsets",
        "list_groups",
        "list_topics",
        "send",
    }
)
_AS_FOR_OTHERS = Impossible("the request isn't there yet: all calls are as those that this is played for")
_ALL_RENEWED = Impossible("the brokers are asked for first, by logins of their own: any of them may be struck")
_NO_LOOKUP = Impossible("the call is the lookup: see the request written")
_BROKER_NEEDED = Impossible("the call can't be carried out without the brokers that there are")
_ASKED_BY_ID = Impossible("a broker that is asked by its id isn't looked up")
_NOBODY_LOOKED_UP = Impossible("any broker will do: none is looked up")
_NOTHING_APPLIED = Impossible("reading applies nothing: see the request written")
_REFUSED_FIRST = Impossible("brokers answer so before they do anything: see the request written")

_DOUBTFUL = frozenset({-1, 7, 13})
_DOUBTFUL_TO: Mapping[To, frozenset[int]] = {
    To.COORDINATOR: frozenset({15, 16}),
    To.CONTROLLER: frozenset({41}),
    To.LEADER: frozenset({6}),
}
_DOUBTFUL_IN: Mapping[ApiKey, frozenset[int]] = dict.fromkeys(
    (ApiKey.ADD_RAFT_VOTER, ApiKey.REMOVE_RAFT_VOTER), frozenset({6})
)
"""Codes that also answer what was applied: the broker lost its office, or its patience, before it saw it replicated."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One call under one fault at one moment."""

    call: Call
    moment: Moment
    fault: Fault | Code

    def __str__(self) -> str:
        return f"{self.call} x {self.moment.name} x {self.fault.name}"

    @property
    def strike(self) -> Strike | Impossible:
        """How the fault strikes, or why it can't."""
        return strike_of(self.call, self.moment, self.fault)

    @property
    def why_not(self) -> str:
        """Why the fault can't strike; nothing if it can."""
        strike = self.strike
        return strike.reason if isinstance(strike, Impossible) else ""


def strike_of(call: Call, moment: Moment, fault: Fault | Code) -> Strike | Impossible:
    """How a fault strikes a call at a moment, or why it can't."""
    if moment in LOGINS and str(call) not in SECURED:
        return _AS_FOR_OTHERS
    if moment is Moment.REAUTHENTICATION and call.to is To.BROKER:
        return _ALL_RENEWED
    if moment is Moment.LOOKUP and call.to is To.LOOKUP:
        return _NO_LOOKUP
    if moment in {Moment.LOOKUP, Moment.BETWEEN} and call.to is To.ONE:
        return _ASKED_BY_ID
    if moment is Moment.BETWEEN and call.to in {To.ANY, To.LOOKUP}:
        return _NOBODY_LOOKED_UP
    if moment is Moment.ANSWER and isinstance(fault, Code):
        return _answered(call, fault)
    strike = STRIKES[moment][fault]
    if call.write is not None and call.write.spared and isinstance(strike, Strike) and strike.stops_a_broker:
        return _BROKER_NEEDED
    return strike


def _answered(call: Call, code: Code) -> Strike | Impossible:
    if call.write is None:
        return _NOTHING_APPLIED
    doubtful = _DOUBTFUL | _DOUBTFUL_TO.get(call.to, frozenset()) | _DOUBTFUL_IN.get(call.api, frozenset())
    return STRIKES[Moment.ANSWER][code] if code.code in doubtful else _REFUSED_FIRST


def _all() -> Iterator[Cell]:
    for call in CALLS:
        for moment in Moment:
            for fault in FAULTS:
                yield Cell(call, moment, fault)


def cells() -> tuple[Cell, ...]:
    """The cells that can be."""
    return tuple(cell for cell in _all() if isinstance(cell.strike, Strike))


def impossible() -> tuple[Cell, ...]:
    """Those that can't."""
    return tuple(cell for cell in _all() if isinstance(cell.strike, Impossible))
