"""Kafka's own jars out of Maven Central, fetched once into the user's cache, and the Java that runs them."""

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.support.kafka.errors import BackendUnavailableError
from tests.support.kafka.settings import as_file, kraft_properties, listener_properties, uses_zookeeper

JAVA_NEEDED = 17
LOG4J_2 = "2.25.5"
SLF4J = "1.7.36"
REMEDY = "one command mends it: `make kafka` (it installs them on Debian as root)"
STORAGE_TOOL = "kafka.tools.StorageTool"


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaJars:
    """One release, ready to run."""

    version: str
    java: Path
    home: Path

    @property
    def class_path(self) -> str:
        """Every jar of the release."""
        return str(self.home / "libs" / "*")

    @property
    def storage(self) -> Path:
        """A formatted KRaft node's storage; but for its identity the same for every node of any cluster."""
        return self.home / "storage"


@cache
def java() -> Path:
    """The Java to run Kafka with: `JAVA_HOME`'s, else the one on the path."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which(str(Path(home, "bin", "java")) if home else "java")
    if found is None:
        raise BackendUnavailableError(f"Java {JAVA_NEEDED} is missing; {REMEDY}")
    told = subprocess.run([found, "-version"], capture_output=True, text=True, check=True).stderr
    version = re.search(r'version "(\d+)', told)
    if version is None or int(version[1]) < JAVA_NEEDED:
        raise BackendUnavailableError(f"{found} is older than Java {JAVA_NEEDED}; {REMEDY}")
    return Path(found)


def jars(version: str) -> KafkaJars:
    """The release's jars, from the cache or fetched now (about 10 s)."""
    found = KafkaJars(version=version, java=java(), home=_cache() / f"kafka-{version}")
    if not found.home.exists():
        _install(found)
    return found


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kafkaadmin"


def _install(wanted: KafkaJars) -> None:
    """Makes the release beside its place and moves it there whole, so that nobody sees half of it."""
    wanted.home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=wanted.home.parent, prefix="fetch-") as scratch:
        made = KafkaJars(version=wanted.version, java=wanted.java, home=Path(scratch) / "kafka")
        _fetch(made)
        if not uses_zookeeper(made.version):
            _format(made, Path(scratch))
        try:
            made.home.rename(wanted.home)
        except OSError:
            if not wanted.home.exists():
                raise


def _fetch(wanted: KafkaJars) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise BackendUnavailableError(f"Maven is missing; {REMEDY}")
    wanted.home.mkdir()
    pom = wanted.home / "pom.xml"
    pom.write_text(_pom(wanted.version))
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={wanted.home / 'libs'}"]
    fetched = subprocess.run([maven, "-q", "-B", "-f", str(pom), *goal], capture_output=True, text=True, check=False)
    if fetched.returncode:
        raise BackendUnavailableError(f"Maven could not fetch Kafka {wanted.version}:\n{fetched.stdout[-2000:]}")


def _pom(version: str) -> str:
    # Kafka's jars name no backend for slf4j. The first dependency's versions win, so the backend brings its own log4j.
    if int(version.partition(".")[0]) >= 4:
        backend = _dependency("org.apache.logging.log4j", "log4j-slf4j-impl", LOG4J_2)
        backend += _dependency("org.apache.logging.log4j", "log4j-core", LOG4J_2)
    else:
        backend = _dependency("org.slf4j", "slf4j-reload4j", SLF4J)
    kafka = _dependency("org.apache.kafka", "kafka_2.13", version)
    return (
        "<project><modelVersion>4.0.0</modelVersion><groupId>tests</groupId><artifactId>kafka</artifactId>"
        f"<version>1</version><dependencies>{backend}{kafka}</dependencies></project>"
    )


def _dependency(group: str, artifact: str, version: str) -> str:
    coordinates = f"<groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version>"
    return f"<dependency>{coordinates}</dependency>"


def _format(made: KafkaJars, scratch: Path) -> None:
    """Runs Kafka's storage tool once a release; each node then gets a copy instead of a JVM start of its own."""
    config = scratch / "format.properties"
    voter = "127.0.0.1:9093"
    listener = {"CONTROLLER": voter, "DIRECT": "127.0.0.1:9092"}
    properties = kraft_properties(1, {1: voter}) | {"log.dirs": str(made.storage)}
    properties |= listener_properties(listener, {"DIRECT": listener["DIRECT"]}, between="DIRECT")
    config.write_text(as_file(properties))
    command = [str(made.java), "-cp", made.class_path, STORAGE_TOOL, "format"]
    arguments = ["-t", "4L6g3nShT-eMCtK--X86sw", "-c", str(config)]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackendUnavailableError(f"Kafka {made.version} could not format its storage:\n{done.stderr[-2000:]}")
