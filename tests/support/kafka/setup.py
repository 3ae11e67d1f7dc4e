"""`python -m tests.support.kafka.setup`: fetches what the real-broker tests need, before they start.

Brokers run in Docker where it has the image, and on Java 17 with Maven otherwise: on Debian as root these are
installed, elsewhere they are named.
"""

import os
import shutil
import sys

from tests.support.debian import InstallError, can_install, install
from tests.support.kafka.backend import Backend, choose_backend
from tests.support.kafka.containers import copy_out_of_image, ensure_image
from tests.support.kafka.errors import BackendUnavailableError
from tests.support.kafka.jars import jars, java
from tests.support.kafka.settings import DEFAULT_VERSION
from tests.support.kafka_clients_jar import cached_jar

PACKAGES = ("default-jdk-headless", "maven")
KCAT = "kcat"
NEEDED = (
    "Real Kafka needs Docker, or Java 17 or later and Maven. "
    f"On Debian one command has them: sudo apt-get install {' '.join(PACKAGES)}"
)
SPEC_RELEASES = ("4.4.0", "3.9.2")


def main() -> int:
    """The exit code: 0 when the tests can start real brokers."""
    version = os.environ.get("KAFKA_VERSION", DEFAULT_VERSION)
    wanted = Backend(os.environ.get("KAFKA_BACKEND", Backend.AUTO))
    try:
        backend = choose_backend(wanted, version)
        _prepare(backend, version)
    except (BackendUnavailableError, InstallError) as error:
        _say(f"{error}\n{NEEDED}")
        return 1
    _say(f"Kafka {version} is ready to run: {backend}")
    return 0


def _prepare(backend: Backend, version: str) -> None:
    if not _has_jdk_and_maven() and can_install():
        install(*PACKAGES)
    if shutil.which(KCAT) is None and can_install():
        _install_kcat()
    if backend is Backend.DOCKER:
        ensure_image(version)
        _provide_specs()
    else:
        jars(version)


def _provide_specs() -> None:
    """Where there is no Maven, the jars that the conformance tests read come out of the images."""
    if shutil.which("mvn") is not None:
        return
    for release in SPEC_RELEASES:
        jar = cached_jar(release)
        jar.parent.mkdir(parents=True, exist_ok=True)
        if not jar.exists():
            copy_out_of_image(release, f"/opt/kafka/libs/{jar.name}", jar.parent)


def _has_jdk_and_maven() -> bool:
    try:
        java()
    except BackendUnavailableError:
        return False
    return shutil.which("javac") is not None and shutil.which("mvn") is not None


def _install_kcat() -> None:
    """One test wants it, and says so itself where it can't be had."""
    try:
        install(KCAT)
    except InstallError as error:
        _say(str(error))


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
