"""Kerberos by hand: a KDC of its own, Kafka with GSSAPI, and a client that gets in: `python -m tests.support.kerberos`.

It needs the extra `gssapi`, of which there is no wheel for Linux: to build it takes a C compiler and
libkrb5-dev. It also needs Debian's krb5-kdc and krb5-admin-server, which only root installs. Both are why it
isn't in CI. Everything lives in one folder and listens on loopback only.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import anyio

from kafkaadmin import AdminClient, AuthenticationError, Event, Security, SessionRenewed
from kafkaadmin.security import SaslGssapi
from tests.support.certificates import Certificates
from tests.support.kafka.ports import HOST, free_ports
from tests.support.kafka.secured import Listener, SecuredKafka

REALM = "KAFKAADMIN.TEST"
BROKER, USER = f"kafka/{HOST}@{REALM}", f"alice@{REALM}"
_LOGIN = (
    'com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true storeKey=true keyTab="{}" principal="{}";'
)


def main() -> int:
    """Start everything, and get in on asyncio and trio."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kdc = _start_kdc(folder)
        try:
            return _get_in(folder)
        finally:
            kdc.terminate()
            kdc.wait()


def _start_kdc(folder: Path) -> subprocess.Popen[bytes]:
    (port,) = free_ports(1)
    (folder / "krb5.conf").write_text(
        f"[libdefaults]\n default_realm = {REALM}\n dns_lookup_kdc = false\n dns_canonicalize_hostname = false\n"
        f" rdns = false\n udp_preference_limit = 1\n[realms]\n {REALM} = {{\n  kdc = {HOST}:{port}\n }}\n"
    )
    (folder / "kdc.conf").write_text(
        f"[kdcdefaults]\n kdc_listen = {HOST}:{port}\n kdc_tcp_listen = {HOST}:{port}\n[realms]\n {REALM} = {{\n"
        f"  database_name = {folder}/principals\n  key_stash_file = {folder}/stash\n }}\n"
    )
    os.environ |= {
        "KRB5_CONFIG": str(folder / "krb5.conf"),
        "KRB5_KDC_PROFILE": str(folder / "kdc.conf"),
        "KRB5CCNAME": f"FILE:{folder}/tickets",
        "JAVA_TOOL_OPTIONS": f"-Djava.security.krb5.conf={folder}/krb5.conf",
    }
    _run("kdb5_util", "create", "-s", "-r", REALM, "-P", "of the tests")
    for principal, keytab in ((BROKER, "broker"), (USER, "alice")):
        _run("kadmin.local", "-r", REALM, "-q", f"addprinc -randkey {principal}")
        _run("kadmin.local", "-r", REALM, "-q", f"ktadd -k {folder}/{keytab}.keytab {principal}")
    return subprocess.Popen(
        ["/usr/sbin/krb5kdc", "-n", "-r", REALM], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _run(program: str, *arguments: str) -> None:
    subprocess.run([f"/usr/sbin/{program}", *arguments], check=True, capture_output=True)


def _get_in(folder: Path) -> int:
    extra = {
        "listener.name.sasl_plaintext.sasl.enabled.mechanisms": "GSSAPI",
        "listener.name.sasl_plaintext.gssapi.connections.max.reauth.ms": "3000",
        "sasl.kerberos.service.name": "kafka",
        "listener.name.sasl_plaintext.gssapi.sasl.jaas.config": _LOGIN.format(folder / "broker.keytab", BROKER),
    }
    with SecuredKafka(folder / "kafka", certificates=Certificates(), extra=extra) as kafka:
        servers = kafka.secured(Listener.SASL_PLAINTEXT)
        for loop in ("asyncio", "trio"):
            told = anyio.run(_asked, servers, folder, backend=loop)
            sys.stdout.write(f"{loop}: {told or 'nobody got in, too'}\n")
            if told is None:
                return 1
    return 0


async def _asked(servers: str, folder: Path) -> str | None:
    """Get in, and see the session renewed; then try as somebody whom nobody knows. `None` if that one gets in, too."""
    events: list[Event] = []
    by_keytab = Security(tls=None, sasl=SaslGssapi("kafka", USER, folder / "alice.keytab"))
    brokers = 0
    async with AdminClient(servers, security=by_keytab, observers=[events.append]) as admin:
        with anyio.fail_after(60):
            while not any(isinstance(event, SessionRenewed) for event in events):
                brokers = len((await admin.describe_cluster()).brokers)
    nobody = SaslGssapi("kafka", f"nobody@{REALM}", folder / "alice.keytab")
    async with AdminClient(servers, security=Security(tls=None, sasl=nobody)) as admin:
        try:
            await admin.describe_cluster()
        except AuthenticationError as error:
            return f"in by a keytab ({brokers} broker), its session renewed; nobody: {error}"
    return None


if __name__ == "__main__":
    sys.exit(main())
