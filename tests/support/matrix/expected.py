"""What is to come of each cell, and why: rules, of which the first that fits a cell holds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from tests.support.matrix.calls import To
from tests.support.matrix.cells import Cell
from tests.support.matrix.faults import CODES, Code, Fault, Moment
from tests.support.writes import Kind

__all__ = ["RULES", "Outcome", "Rule", "expected"]


class Outcome(Enum):
    """What comes of a call."""

    DONE = "it succeeds: the caller sees one slower call"
    AMBIGUOUS = "it succeeds, and says that an answer was lost on the way"
    UNKNOWN = "OutcomeUnknownError"
    UNREADABLE = "RemoteProtocolError"
    CODE = "the error that the broker answered"
    PARTIAL = "PartialFailureError, with what the other brokers answered"
    REFUSED = "AuthenticationError"
    GONE = "ConnectError: that broker isn't there any more"
    LOST = "ConnectionLostError: it was sent, and that broker isn't there any more"
    TOLD = "it succeeds: the code is in the answer, for the caller to read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An outcome, for all cells that fit: every part that is given must. `kinds` of `None` are reads."""

    outcome: Outcome
    why: str
    moments: Collection[Moment] = tuple(Moment)
    faults: Collection[Fault | Code] = (*Fault, *CODES)
    to: Collection[To] = tuple(To)
    kinds: Collection[Kind | None] = (None, *Kind)
    calls: Collection[str] = ()

    def fits(self, cell: Cell) -> bool:
        call = cell.call
        return (
            cell.moment in self.moments
            and cell.fault in self.faults
            and call.to in self.to
            and call.kind in self.kinds
            and (not self.calls or str(call) in self.calls)
        )


def expected(cell: Cell) -> Rule:
    """The rule that holds for a cell."""
    return next(rule for rule in RULES if rule.fits(cell))


def _codes(*codes: int) -> tuple[Code, ...]:
    return tuple(map(Code, codes))


_QUIET = (Moment.IDLE, Moment.BETWEEN)
_LOGINS = (Moment.TLS, Moment.SASL_FIRST, Moment.SASL_LAST, Moment.REAUTHENTICATION)
_OPENING = (Moment.CONNECTING, Moment.API_VERSIONS, *_LOGINS)
_ASKED = (Moment.WRITTEN, Moment.ANSWER)
_BROKEN = (Fault.RST, Fault.FIN, Fault.REFUSE, Fault.STALL, Fault.HALF_REQUEST, Fault.HALF_ANSWER, Fault.LOST)
_NONSENSE = (Fault.GARBAGE, Fault.WRONG_ID, Fault.OVERSIZED)
_RAW = ("send", "send-read", "send-read-any")
_TELLING = ("delete_acls",)
_NOT_LET_IN: tuple[Fault | Code, ...] = (*_NONSENSE, *CODES)
_VOTERS = ("describe_metadata_quorum", "add_raft_voter", "remove_raft_voter")

RULES: tuple[Rule, ...] = (
    # Calls that tell what they found to change
    Rule(
        moments=_QUIET,
        faults=(Fault.STALL,),
        calls=_TELLING,
        outcome=Outcome.AMBIGUOUS,
        why="sent to a frozen broker, and again to its successor: the first may have found what the second doesn't",
    ),
    Rule(
        moments=_ASKED,
        faults=(*_BROKEN, *_codes(7, 13, 41)),
        calls=_TELLING,
        outcome=Outcome.AMBIGUOUS,
        why="sent again: the first attempt may have found what the second doesn't",
    ),
    # A connection is being secured
    Rule(
        moments=(Moment.REAUTHENTICATION,),
        faults=_NOT_LET_IN,
        outcome=Outcome.DONE,
        why="a renewal that comes to nothing is made up for by a login on a new connection",
    ),
    Rule(
        moments=_LOGINS,
        faults=_NOT_LET_IN,
        to=(To.BROKER,),
        outcome=Outcome.PARTIAL,
        why="one broker refuses the client, or doesn't speak its protocol; the others' answers are kept",
    ),
    Rule(
        moments=(Moment.TLS,),
        faults=_NONSENSE,
        outcome=Outcome.REFUSED,
        why="who doesn't speak TLS isn't who is meant: nothing is sent there, and nothing in clear text",
    ),
    Rule(moments=_LOGINS, faults=CODES, outcome=Outcome.REFUSED, why="a login that is refused isn't tried again"),
    # A broker that nobody can stand in for
    Rule(
        to=(To.ONE,),
        moments=_ASKED,
        faults=(Fault.REFUSE, Fault.STALL, Fault.HALF_ANSWER),
        outcome=Outcome.LOST,
        why="sent and not answered, the cluster counts the broker out, and nobody else could do it again",
    ),
    Rule(
        to=(To.ONE,),
        moments=_QUIET,
        faults=(Fault.STALL,),
        outcome=Outcome.LOST,
        why="the request left for a frozen broker, which may yet read it when it wakes",
    ),
    Rule(
        to=(To.ONE,),
        faults=(Fault.REFUSE, Fault.STALL),
        outcome=Outcome.GONE,
        why="the cluster counts the broker out, and nobody else has the answer; nothing was sent",
    ),
    Rule(
        to=(To.ONE,),
        moments=(Moment.API_VERSIONS, Moment.SASL_FIRST, Moment.SASL_LAST, Moment.REAUTHENTICATION),
        faults=(Fault.HALF_ANSWER,),
        outcome=Outcome.GONE,
        why="the broker froze half-way: the cluster counts it out, and nobody else has the answer",
    ),
    # Nothing is under way at the struck broker
    Rule(
        moments=_QUIET,
        faults=(Fault.STALL,),
        kinds=(Kind.NEVER,),
        outcome=Outcome.UNKNOWN,
        why="the request left for a frozen broker, which may yet read it when it wakes",
    ),
    Rule(
        moments=_QUIET,
        outcome=Outcome.DONE,
        why="a connection is looked at before it is used again, and a frozen broker's successor is asked",
    ),
    # Nodes to be forgotten: nothing that can be read names all who are registered
    Rule(
        moments=_ASKED,
        faults=_NONSENSE,
        calls=("unregister_broker", "unregister_controller"),
        outcome=Outcome.AMBIGUOUS,
        why="there is an answer, and nobody can read it: asked for again, which leaves nobody by this id",
    ),
    # The broker is looked up, or the call is a lookup
    Rule(
        moments=_ASKED,
        faults=_codes(-1),
        calls=("refresh_coordinators",),
        outcome=Outcome.DONE,
        why="what the refresh didn't find, the lookup after it does",
    ),
    Rule(
        moments=(Moment.LOOKUP,),
        faults=_codes(-1),
        calls=(
            "create_topics",
            "create_partitions",
            "create_partitions-assigned",
            "delete_topics",
            "delete_topics-by-id",
        ),
        outcome=Outcome.DONE,
        why="the first Metadata asks how things are, or which topic a name means: the call does without",
    ),
    Rule(
        moments=(Moment.LOOKUP,),
        faults=_codes(-1),
        outcome=Outcome.CODE,
        why="an answer to the lookup, and Kafka doesn't call it passing",
    ),
    Rule(
        moments=(Moment.LOOKUP,),
        outcome=Outcome.DONE,
        why="another broker is asked, or the same again: nothing but the lookup was sent",
    ),
    Rule(
        to=(To.LOOKUP,),
        moments=_ASKED,
        faults=_codes(-1),
        outcome=Outcome.CODE,
        why="an answer to the lookup, and Kafka doesn't call it passing",
    ),
    Rule(to=(To.LOOKUP,), outcome=Outcome.DONE, why="another broker is asked, or the same again"),
    # A connection is being opened
    Rule(
        moments=_OPENING,
        faults=(*_NONSENSE, *_codes(-1)),
        to=(To.BROKER,),
        outcome=Outcome.PARTIAL,
        why="who listens there doesn't speak Kafka's protocol; the other brokers' answers are kept",
    ),
    Rule(
        moments=_OPENING,
        faults=(*_NONSENSE, *_codes(-1)),
        outcome=Outcome.UNREADABLE,
        why="who listens there doesn't speak Kafka's protocol: no use in asking again, and nothing was sent",
    ),
    Rule(moments=_OPENING, outcome=Outcome.DONE, why="nothing of the request was sent: it is tried again"),
    # The request was sent, and no answer comes
    Rule(
        moments=_ASKED,
        faults=_BROKEN,
        kinds=(Kind.NEVER,),
        outcome=Outcome.UNKNOWN,
        why="sent, not answered, and not to be sent twice",
    ),
    Rule(
        moments=(Moment.ANSWER,),
        faults=_BROKEN,
        kinds=(Kind.VERIFIED,),
        outcome=Outcome.AMBIGUOUS,
        why="sent again; that it is so already is the first attempt's doing, as the cluster shows",
    ),
    Rule(
        moments=_ASKED, faults=_BROKEN, outcome=Outcome.DONE, why="sent again: twice is as once, or it was not applied"
    ),
    # An answer comes that can't be read
    Rule(
        moments=_ASKED,
        faults=_NONSENSE,
        to=(To.BROKER,),
        outcome=Outcome.PARTIAL,
        why="one broker's answer can't be read; the others' are kept",
    ),
    Rule(
        moments=(Moment.ANSWER,),
        faults=_NONSENSE,
        kinds=(Kind.VERIFIED,),
        outcome=Outcome.AMBIGUOUS,
        why="there is an answer, and nobody can read it: the cluster shows that it was done",
    ),
    Rule(
        moments=_ASKED,
        faults=_NONSENSE,
        kinds=(Kind.VERIFIED, Kind.NEVER),
        outcome=Outcome.UNKNOWN,
        why="there is an answer, and nobody can read it: the cluster doesn't show that it was done, or can't",
    ),
    Rule(
        moments=_ASKED,
        faults=_NONSENSE,
        calls=("alter_user_scram_credentials",),
        outcome=Outcome.UNKNOWN,
        why="there is an answer, and nobody can read it: nor can a password be read back",
    ),
    Rule(
        moments=_ASKED,
        faults=_NONSENSE,
        outcome=Outcome.UNREADABLE,
        why="another answer would be as unreadable; the caller may ask again without harm",
    ),
    # An answer comes with an error code
    Rule(
        faults=_codes(129),
        outcome=Outcome.DONE,
        why="everything is forgotten, and begun anew at the bootstrap addresses",
    ),
    Rule(
        faults=_codes(15, 16),
        to=(To.COORDINATOR,),
        moments=(Moment.ANSWER,),
        kinds=(Kind.VERIFIED,),
        outcome=Outcome.AMBIGUOUS,
        why="a coordinator says so too when it loses its office with the record in its log",
    ),
    Rule(faults=_codes(15, 16), to=(To.COORDINATOR,), outcome=Outcome.DONE, why="the group's coordinator is looked up"),
    Rule(
        calls=_RAW,
        outcome=Outcome.TOLD,
        why="a raw answer that doesn't speak of the route is the caller's to read",
    ),
    Rule(
        faults=_codes(7, 13),
        kinds=(Kind.NEVER,),
        outcome=Outcome.UNKNOWN,
        why="the broker gave up half-way: as if the answer had been lost",
    ),
    Rule(
        faults=_codes(7, 13),
        moments=(Moment.ANSWER,),
        kinds=(Kind.VERIFIED,),
        outcome=Outcome.AMBIGUOUS,
        why="the broker gave up half-way: as if the answer had been lost",
    ),
    Rule(faults=_codes(7, 13), outcome=Outcome.DONE, why="the broker gave up half-way: sent again"),
    Rule(faults=_codes(14, 15, 89), outcome=Outcome.DONE, why="the broker isn't ready, or throttles: asked again"),
    Rule(faults=_codes(3, 5, 6), to=(To.LEADER,), outcome=Outcome.DONE, why="the partition's leader is looked up"),
    Rule(
        faults=_codes(41),
        to=(To.CONTROLLER,),
        moments=(Moment.ANSWER,),
        kinds=(Kind.VERIFIED,),
        outcome=Outcome.AMBIGUOUS,
        why="a controller says so too when it loses its office with the record in its log",
    ),
    Rule(faults=_codes(41), to=(To.CONTROLLER,), outcome=Outcome.DONE, why="the controller is looked up"),
    Rule(
        faults=_codes(6),
        moments=(Moment.ANSWER,),
        calls=_VOTERS,
        outcome=Outcome.AMBIGUOUS,
        why="the quorum's leader says so too when it loses its office with the record in its log",
    ),
    Rule(faults=_codes(6), calls=_VOTERS, outcome=Outcome.DONE, why="the quorum elects its leader: asked again"),
    Rule(
        faults=_codes(5),
        calls=("describe_topics",),
        outcome=Outcome.DONE,
        why="a topic's leaders are being elected: asked again",
    ),
    Rule(
        faults=_codes(3),
        calls=("alter_share_group_offsets",),
        outcome=Outcome.DONE,
        why="the partition is there, as Metadata has told: its coordinator has yet to hear of it, and is asked again",
    ),
    Rule(to=(To.BROKER,), outcome=Outcome.PARTIAL, why="one broker refuses; the others' answers are kept"),
    Rule(outcome=Outcome.CODE, why="an answer, and final: it says nothing of who should have been asked"),
)
"""Most specific first, by what is struck. Every cell finds one."""
