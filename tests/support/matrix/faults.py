"""The matrix's faults and moments, and how one strikes at the other: as data, the impossible ones with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

__all__ = ["CODES", "STRIKES", "At", "Code", "Fault", "Impossible", "Moment", "Strike", "Way"]


class Fault(Enum):
    """What goes wrong, error codes apart."""

    RST = "the connection is reset"
    FIN = "the broker closes the connection"
    REFUSE = "the broker dies: the connection is reset, and new ones are refused"
    STALL = "the broker freezes: sockets stay open, nothing is read or answered"
    HALF_REQUEST = "half of the request arrives"
    HALF_ANSWER = "half of the answer arrives, and no more"
    GARBAGE = "bytes that make no sense"
    WRONG_ID = "an answer to a request that nobody sent"
    OVERSIZED = "a frame of 2 GiB is announced"
    LOST = "the answer gets lost, after the request was applied"


class Code(NamedTuple):
    """An error code in an answer, as a fault."""

    code: int

    @property
    def name(self) -> str:
        return f"CODE_{self.code}"


CODES = tuple(map(Code, (3, 5, 6, 7, 13, 14, 15, 16, 41, 72, 89, 129, -1)))


class Moment(Enum):
    """When it goes wrong, seen from the struck request: the one that does what the call is for."""

    IDLE = "all is known and connected, and nothing under way"
    CONNECTING = "the broker to ask accepts the connection"
    API_VERSIONS = "the first request on that connection is under way"
    TLS = "TLS is being agreed on"
    SASL_FIRST = "the first message of a login is under way"
    SASL_LAST = "the last message of a login is under way"
    REAUTHENTICATION = "the session is about to end, and the login that renews it under way"
    LOOKUP = "it is being looked up which broker to ask"
    BETWEEN = "the lookup was answered, and the request isn't sent yet"
    WRITTEN = "the request has come, and isn't applied"
    ANSWER = "the request is applied, and the answer under way"


class At(Enum):
    """What is struck."""

    CALL = "the call's own request"
    API_VERSIONS = "the first request on a connection"
    TLS = "a connection on which the client has said hello"
    SASL_FIRST = "the first message of a login"
    SASL_LAST = "the last message of a login"
    LOOKUP = "the request that looks the broker up"
    ACCEPT = "a connection that is accepted"
    CONNECTIONS = "the broker's connections, by order"


class Way(Enum):
    """What is done at `At.CONNECTIONS`."""

    DROP = "end them; `how`"
    STOP = "stop the broker; `how`"
    SAY = "send `data`, which nobody asked for"


@dataclass(frozen=True, slots=True)
class Strike:
    """How a fault strikes. `applied`: the struck request was applied all the same."""

    at: At
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    applied: bool = False
    way: Way | None = None

    @property
    def stops_a_broker(self) -> bool:
        """Whether a broker is gone, or frozen, from then on."""
        return self.way is Way.STOP or "stop" in self.settings


@dataclass(frozen=True, slots=True)
class Impossible:
    """Why a fault can't strike at a moment."""

    reason: str


_HALF_A_FRAME = b"\0\0\0\x10\0\0"
_NO_FRAME = b"\xff" * 8
_NOBODYS = b"\0\0\0\4\0\0\x55\x55"
_TWO_GIB = b"\x7f\xff\xff\xff"

_NO_REQUEST = Impossible("no request is under way")
_NO_ANSWER = Impossible("no answer is under way")
_NO_CODE = Impossible("an error code comes in an answer, and nothing has been asked yet")
_NOT_HALF = Impossible("the request has come whole")

Table = Mapping["Fault | Code", "Strike | Impossible"]


def _by_order(way: Way, **settings: Any) -> Strike:
    return Strike(At.CONNECTIONS, settings, way=way)


def _unasked(no_code: Impossible) -> Table:
    """Faults of a connection on which nothing is under way."""
    return {
        Fault.RST: _by_order(Way.DROP, how="reset"),
        Fault.FIN: _by_order(Way.DROP, how="fin"),
        Fault.REFUSE: _by_order(Way.STOP, how="refuse"),
        Fault.STALL: _by_order(Way.STOP, how="stall"),
        Fault.HALF_REQUEST: _NO_REQUEST,
        Fault.HALF_ANSWER: _by_order(Way.SAY, data=_HALF_A_FRAME),
        Fault.GARBAGE: _by_order(Way.SAY, data=_NO_FRAME),
        Fault.WRONG_ID: _by_order(Way.SAY, data=_NOBODYS),
        Fault.OVERSIZED: _by_order(Way.SAY, data=_TWO_GIB),
        Fault.LOST: _NO_ANSWER,
        **dict.fromkeys(CODES, no_code),
    }


def _accepted() -> Table:
    """Faults of a connection that is just accepted."""
    at = At.ACCEPT
    return {
        Fault.RST: Strike(at, {"cut": "before", "how": "reset"}),
        Fault.FIN: Strike(at, {"cut": "before", "how": "fin"}),
        Fault.REFUSE: Strike(at, {"stop": "refuse"}),
        Fault.STALL: Strike(at, {"stop": "stall"}),
        Fault.HALF_REQUEST: _NO_REQUEST,
        Fault.HALF_ANSWER: _NO_ANSWER,
        Fault.GARBAGE: Strike(at, {"garbage": True}),
        Fault.WRONG_ID: Strike(at, {"wrong_correlation_id": True}),
        Fault.OVERSIZED: Strike(at, {"oversized": True}),
        Fault.LOST: _NO_ANSWER,
        **dict.fromkeys(CODES, _NO_CODE),
    }


def _asked(at: At) -> Table:
    """Faults of an exchange that only asks something: there is nothing to apply."""
    return {
        Fault.RST: Strike(at, {"cut": "before", "how": "reset"}),
        Fault.FIN: Strike(at, {"cut": "before", "how": "fin"}),
        Fault.REFUSE: Strike(at, {"stop": "refuse"}),
        Fault.STALL: Strike(at, {"stop": "stall"}),
        Fault.HALF_REQUEST: Strike(at, {"cut": "request"}),
        Fault.HALF_ANSWER: Strike(at, {"cut": "half", "stop": "stall"}),
        Fault.GARBAGE: Strike(at, {"garbage": True}),
        Fault.WRONG_ID: Strike(at, {"wrong_correlation_id": True}),
        Fault.OVERSIZED: Strike(at, {"oversized": True}),
        Fault.LOST: Strike(at, {"drop_answer": True}),
        **{code: Strike(at, {"error": code.code}) for code in CODES},
    }


def _greeted_by_tls() -> Table:
    """Faults of a TLS handshake."""
    at = At.TLS
    return {
        **_accepted(),
        Fault.RST: Strike(at, {"cut": "before", "how": "reset"}),
        Fault.FIN: Strike(at, {"cut": "before", "how": "fin"}),
        Fault.REFUSE: Strike(at, {"stop": "refuse"}),
        Fault.STALL: Strike(at, {"stop": "stall"}),
        Fault.HALF_REQUEST: Impossible("the client's hello comes whole, in one packet"),
        Fault.HALF_ANSWER: Strike(at, {"cut": "half"}),
        Fault.GARBAGE: Strike(at, {"garbage": True}),
        Fault.WRONG_ID: Impossible("TLS knows no correlation ids"),
        Fault.OVERSIZED: Impossible("TLS knows no records of that size: see what makes no sense"),
        Fault.LOST: Strike(at, {"drop_answer": True}),
    }


def _written() -> Table:
    """Faults of a request that isn't applied. What can't be read in its answer is a refusal, garbled."""
    at, refused = At.CALL, {"error": -1}
    return {
        **_asked(at),
        Fault.HALF_ANSWER: _NO_ANSWER,
        Fault.GARBAGE: Strike(at, refused | {"garbage": True}),
        Fault.WRONG_ID: Strike(at, refused | {"wrong_correlation_id": True}),
        Fault.OVERSIZED: Strike(at, refused | {"oversized": True}),
        Fault.LOST: Impossible("it is applied: see the answer under way"),
    }


def _answered() -> Table:
    """Faults of an answer to a request that was applied."""
    at = At.CALL

    def applied(**settings: Any) -> Strike:
        return Strike(at, settings, applied=True)

    return {
        Fault.RST: applied(cut="half", how="reset"),
        Fault.FIN: applied(cut="half", how="fin"),
        Fault.REFUSE: applied(stop="refuse", after_applying=True),
        Fault.STALL: applied(stop="stall", after_applying=True),
        Fault.HALF_REQUEST: _NOT_HALF,
        Fault.HALF_ANSWER: applied(cut="half", stop="stall"),
        Fault.GARBAGE: applied(garbage=True),
        Fault.WRONG_ID: applied(wrong_correlation_id=True),
        Fault.OVERSIZED: applied(oversized=True),
        Fault.LOST: applied(drop_answer=True),
        **{code: applied(error=code.code, after_applying=True) for code in CODES},
    }


STRIKES: Mapping[Moment, Table] = {
    Moment.IDLE: _unasked(_NO_CODE),
    Moment.CONNECTING: _accepted(),
    Moment.API_VERSIONS: _asked(At.API_VERSIONS),
    Moment.TLS: _greeted_by_tls(),
    Moment.SASL_FIRST: _asked(At.SASL_FIRST),
    Moment.SASL_LAST: _asked(At.SASL_LAST),
    Moment.REAUTHENTICATION: _asked(At.SASL_LAST),
    Moment.LOOKUP: _asked(At.LOOKUP),
    Moment.BETWEEN: _unasked(Impossible("that the owner has changed shows in its answer: see the request written")),
    Moment.WRITTEN: _written(),
    Moment.ANSWER: _answered(),
}
"""How each fault strikes at each moment."""
