"""Kafka's client jars. They carry the specs of every message (`common/message/*.json`), which ours are held against."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

SLF4J = "1.7.36"


@cache
def kafka_clients_jar(version: str) -> Path:
    """The `kafka-clients` jar of a Kafka release, fetched once by Maven into the user's cache.

    Raises `RuntimeError`, saying what to run, when it is not there and can't be fetched: a test that needs it must not
    pass for want of it.
    """
    return _fetched(f"org.apache.kafka:kafka-clients:{version}", cached_jar(version))


@cache
def kafka_streams_jar(version: str) -> Path:
    """The `kafka-streams` jar of a release. What it keeps stores on disk with isn't in it. Raises as the one above."""
    jar = _cache_directory() / f"kafka-streams-{version}.jar"
    return _fetched(f"org.apache.kafka:kafka-streams:{version}", jar)


@cache
def slf4j_jar() -> Path:
    """What `kafka-clients` writes its log with, and doesn't load without. Raises `RuntimeError`, too."""
    return _fetched(f"org.slf4j:slf4j-api:{SLF4J}", _cache_directory() / f"slf4j-api-{SLF4J}.jar")


def cached_jar(version: str) -> Path:
    """Where the jar of a release is kept, whether it is there or not."""
    return _cache_directory() / f"kafka-clients-{version}.jar"


def _cache_directory() -> Path:
    root = os.environ.get("XDG_CACHE_HOME")
    return (Path(root) if root else Path.home() / ".cache") / "kafkaadmin" / "jars"


def _fetched(artifact: str, jar: Path) -> Path:
    if not jar.exists():
        _fetch(artifact, jar)
    return jar


def _fetch(artifact: str, jar: Path) -> None:
    command = ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={artifact}"]
    by_hand = f"{' '.join(command)} -DoutputDirectory={jar.parent}"
    if shutil.which("mvn") is None:
        raise RuntimeError(f"{jar} is missing, and there is no Maven to fetch it. Where there is one, run: {by_hand}")
    jar.parent.mkdir(parents=True, exist_ok=True)
    # Fetched aside and moved: other test runs must never see half a jar.
    with tempfile.TemporaryDirectory(dir=jar.parent) as aside:
        run = subprocess.run(
            [*command, f"-DoutputDirectory={aside}"], capture_output=True, text=True, timeout=300, check=False
        )
        fetched = Path(aside) / jar.name
        if run.returncode != 0 or not fetched.exists():
            raise RuntimeError(
                f"{jar} is missing, and Maven could not fetch it. To see why, run: {by_hand}\n{run.stdout}"
            )
        fetched.replace(jar)
