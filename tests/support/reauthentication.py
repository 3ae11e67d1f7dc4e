"""Minutes of load on real Kafka whose sessions end every 30 s: `python -m tests.support.reauthentication`.

Two clients at once: one by SCRAM over TLS, one by bearer tokens, a new one each time. Prints how many calls there were,
how many failed, and how often a session was renewed. Exits with 1 if a call failed.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import anyio

from kafkaadmin import (
    AdminClient,
    Event,
    KafkaAdminError,
    SaslOAuthBearer,
    SaslScram,
    ScramMechanism,
    Security,
    Tls,
    TopicPartition,
    UserScramCredentialUpsertion,
)
from tests.support.certificates import Certificates
from tests.support.kafka.secured import Listener, SecuredKafka

__all__ = ["unsigned_token"]

_CALLERS = 5
_GROUP, _TOPIC = "billing", TopicPartition("orders", 0)


def unsigned_token(subject: str, seconds: float = 3600) -> str:
    """What a broker takes whose OAUTHBEARER checks no signature: Kafka's own, for development."""
    now = time.time()
    parts = ({"alg": "none"}, {"sub": subject, "iat": now, "exp": now + seconds})
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


class Load:
    """Callers that read and commit without a pause, until the time is up."""

    def __init__(self, admin: AdminClient, until: float) -> None:
        self.calls: Counter[str] = Counter()
        self.failures: list[str] = []
        self.slowest = 0.0
        self._admin = admin
        self._until = until

    async def run(self) -> None:
        async with anyio.create_task_group() as group:
            for number in range(_CALLERS):
                group.start_soon(self._call, number)

    async def _call(self, number: int) -> None:
        offset = 0
        while anyio.current_time() < self._until:
            began = anyio.current_time()
            try:
                if number == 0:
                    offset += 1
                    await self._admin.alter_consumer_group_offsets(_GROUP, {_TOPIC: offset})
                    self.calls["commit"] += 1
                elif number % 2:
                    (await self._admin.list_consumer_group_offsets(_GROUP)).raise_for_errors()
                    self.calls["offsets"] += 1
                else:
                    await self._admin.list_topics()
                    self.calls["topics"] += 1
            except KafkaAdminError as error:
                self.failures.append(f"{type(error).__name__}: {error}")
            self.slowest = max(self.slowest, anyio.current_time() - began)


async def _bearer() -> str:
    return unsigned_token("alice", seconds=60)


async def _measured(kafka: SecuredKafka, certificates: Certificates, seconds: float) -> int:
    tls = Tls(ca=certificates.ca_pem)
    async with AdminClient(kafka.bootstrap()) as admin:
        await admin.create_topics(_TOPIC.topic)
        alice = UserScramCredentialUpsertion(user="alice", mechanism=ScramMechanism.SCRAM_SHA_512, password="hush")
        (await admin.alter_user_scram_credentials(alice)).raise_for_errors()
    failed: list[int] = []

    async def measure(name: str, servers: str, security: Security) -> None:
        failed.append(await _loaded(name, servers, security, seconds))

    async with anyio.create_task_group() as group:
        scram = Security(tls=tls, sasl=SaslScram("alice", "hush"))
        group.start_soon(measure, "SASL_SSL, SCRAM", kafka.secured(Listener.SASL_SSL), scram)
        bearer = Security(tls=None, sasl=SaslOAuthBearer(_bearer))
        group.start_soon(measure, "SASL_PLAINTEXT, OAUTHBEARER", kafka.secured(Listener.SASL_PLAINTEXT), bearer)
    return 1 if any(failed) else 0


async def _loaded(name: str, servers: str, security: Security, seconds: float) -> int:
    events: Counter[str] = Counter()

    def count(event: Event) -> None:
        events[type(event).__name__] += 1
        events["cut short"] += getattr(event, "in_flight", 0)

    async with AdminClient(servers, security=security, observers=[count]) as admin:
        load = Load(admin, anyio.current_time() + seconds)
        await load.run()
    done = ", ".join(f"{name} {times}" for name, times in sorted(load.calls.items()))
    sys.stdout.write(
        f"{name}: {seconds:g} s: {load.calls.total()} calls ({done}), {len(load.failures)} failed, "
        f"slowest {load.slowest:.3f} s; "
        f"{events['SessionRenewed']} sessions renewed, {events['ConnectionOpened']} connections opened, "
        f"{events['cut short']} requests cut short\n"
    )
    for failure in load.failures[:10]:
        sys.stdout.write(f"  {failure}\n")
    return len(load.failures)


def main() -> int:
    """Read the arguments, start Kafka, run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--session-ms", type=int, default=30_000)
    parser.add_argument("--loop", choices=["asyncio", "trio"], default="asyncio")
    chosen = parser.parse_args()
    certificates = Certificates()
    renewed = {"connections.max.reauth.ms": str(chosen.session_ms)}
    with (
        tempfile.TemporaryDirectory() as folder,
        SecuredKafka(Path(folder), certificates=certificates, extra=renewed) as kafka,
    ):
        sys.stdout.write(f"{time.strftime('%H:%M:%S')} Kafka is up; sessions of {chosen.session_ms} ms\n")
        return anyio.run(_measured, kafka, certificates, chosen.seconds, backend=chosen.loop)


if __name__ == "__main__":
    sys.exit(main())
