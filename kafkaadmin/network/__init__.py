"""How bytes get to a broker and back: streams, connections, and the pool that holds them."""

from __future__ import annotations

from kafkaadmin.network.authentication import Ask, Authenticate, Dial, Opened, Plaintext, SecurityProtocol
from kafkaadmin.network.connection import Connection, Exchange, NoAnswerYet
from kafkaadmin.network.pool import Lane, Pool
from kafkaadmin.network.stream import Stream
from kafkaadmin.network.transport import open_tcp
from kafkaadmin.network.versions import WrongClusterError, api_name

__all__ = [
    "Ask",
    "Authenticate",
    "Connection",
    "Dial",
    "Exchange",
    "Lane",
    "NoAnswerYet",
    "Opened",
    "Plaintext",
    "Pool",
    "SecurityProtocol",
    "Stream",
    "WrongClusterError",
    "api_name",
    "open_tcp",
]
