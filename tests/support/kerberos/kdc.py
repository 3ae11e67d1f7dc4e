"""MIT's KDC, with everything that it knows in one folder."""

import os
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Mapping
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from types import TracebackType
from typing import Self

from tests.support.kafka.ports import HOST, free_ports
from tests.support.kafka.warden import Warden

__all__ = ["REALM", "Kdc", "KerberosMissingError", "missing_programs", "require_programs"]

REALM = "KAFKAADMIN.TEST"

PACKAGES = {
    "krb5kdc": "krb5-kdc",
    "kdb5_util": "krb5-kdc",
    "kadmin.local": "krb5-admin-server",
    "kinit": "krb5-user",
    "krb5-config": "libkrb5-dev",
    "gcc": "gcc libc6-dev",
    "Python.h": f"python{sys.version_info[0]}.{sys.version_info[1]}-dev",
}
"""Programs, and Python's own header, with those of Debian's packages that have them."""

_PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
_STARTS_WITHIN_SECONDS = 20.0


class KerberosMissingError(Exception):
    """This machine can't run the tests of Kerberos; the message says what would mend it."""


def missing_programs() -> list[str]:
    """What of MIT's Kerberos, and of what builds the extra, isn't here."""
    return [program for program in PACKAGES if not _is_here(program)]


def _is_here(program: str) -> bool:
    if program.endswith(".h"):
        return Path(sysconfig.get_path("include"), program).exists()
    return which(program, path=_PATH) is not None


def require_programs() -> None:
    """Raises `KerberosMissingError`, which names what is missing and how to have it."""
    if missing := missing_programs():
        packages = " ".join(dict.fromkeys(PACKAGES[program] for program in missing))
        raise KerberosMissingError(
            f"{', '.join(missing)} missing: the tests of Kerberos need MIT's KDC, its headers and a C compiler. "
            f"On Debian one command has them: sudo apt-get install {packages}"
        )


def require_gssapi() -> None:
    """Raises `KerberosMissingError` where the extra is missing."""
    if find_spec("gssapi") is None:
        raise KerberosMissingError("the extra gssapi is missing; one command builds it: make kerberos")


class Kdc:
    """A realm, from entering to leaving. `environment` leads MIT's library and Java there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (self._port,) = free_ports(1)
        self._stack = ExitStack()
        self.environment: Mapping[str, str] = {
            "KRB5_CONFIG": str(folder / "krb5.conf"),
            "KRB5_KDC_PROFILE": str(folder / "kdc.conf"),
            "KRB5CCNAME": f"FILE:{folder}/nobodys-tickets",
            "KRB5RCACHENAME": "none:",
            "JAVA_TOOL_OPTIONS": f"-Djava.security.krb5.conf={folder}/krb5.conf",
        }

    def keytab(self, principal: str) -> Path:
        """Makes a principal, and gives the file with its keys."""
        name = f"{principal}@{REALM}"
        keytab = self._folder / f"{principal.replace('/', '-')}.keytab"
        self._administer(f"addprinc -randkey {name}")
        self._administer(f"ktadd -k {keytab} {name}")
        return keytab

    def forget(self, principal: str) -> None:
        """Nobody of that name is known any longer."""
        self._administer(f"delprinc -force {principal}@{REALM}")

    def tickets(self, principal: str, keytab: Path, *, life: str = "10m") -> str:
        """A ticket cache of a principal, as `kinit` makes it; what KRB5CCNAME is to say."""
        cache = f"FILE:{self._folder}/tickets-{principal}-{life}"
        self._run("kinit", "-k", "-t", str(keytab), "-l", life, "-c", cache, f"{principal}@{REALM}")
        return cache

    def __enter__(self) -> Self:
        require_programs()
        require_gssapi()
        self._write_settings()
        self._run("kdb5_util", "create", "-s", "-r", REALM, "-P", "of the tests")
        warden = self._stack.enter_context(Warden())
        log = self._stack.enter_context((self._folder / "kdc.log").open("wb"))
        command = [str(which("krb5kdc", path=_PATH)), "-n", "-r", REALM]
        process = subprocess.Popen(command, env=os.environ | self.environment, stdout=log, stderr=log)
        warden.watch("kdc", ["kill", "-9", str(process.pid)])
        self._stack.callback(process.wait)
        self._stack.callback(process.terminate)
        self._wait_until_it_listens(process)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def _write_settings(self) -> None:
        at = f"{HOST}:{self._port}"
        (self._folder / "krb5.conf").write_text(
            f"[libdefaults]\n default_realm = {REALM}\n dns_lookup_kdc = false\n dns_lookup_realm = false\n"
            f" dns_canonicalize_hostname = false\n rdns = false\n udp_preference_limit = 1\n"
            f"[realms]\n {REALM} = {{\n  kdc = {at}\n }}\n"
        )
        (self._folder / "kdc.conf").write_text(
            f'[kdcdefaults]\n kdc_listen = ""\n kdc_tcp_listen = {at}\n[realms]\n {REALM} = {{\n'
            f"  database_name = {self._folder}/principals\n  key_stash_file = {self._folder}/stash\n }}\n"
        )

    def _wait_until_it_listens(self, process: subprocess.Popen[bytes]) -> None:
        """The KDC says nothing when it is ready: a connection does."""
        deadline = time.monotonic() + _STARTS_WITHIN_SECONDS
        while not _listens(self._port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise KerberosMissingError(f"krb5kdc doesn't listen: {(self._folder / 'kdc.log').read_text()}")
            time.sleep(0.02)

    def _administer(self, query: str) -> None:
        self._run("kadmin.local", "-r", REALM, *query.split())

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(which(program, path=_PATH)), *arguments]
        subprocess.run(command, check=True, capture_output=True, env=os.environ | self.environment)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0
