"""Kafka's own generated message classes, in a JVM: what they make of bytes that we wrote."""

from __future__ import annotations

import os
import struct
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from kafkawire import Message
from kafkawire.headers import ResponseHeader
from tests.support.kafka.errors import BackendUnavailableError
from tests.support.kafka.jars import REMEDY
from tests.support.kafka.jars import java as kafka_java
from tests.support.kafka_clients_jar import kafka_clients_jar, slf4j_jar

SOURCE = Path(__file__).parents[1] / "wire" / "java" / "Oracle.java"
RELEASES = ("4.4.0", "3.9.2")
"""The newest has the say; 3.9 speaks the versions that 4.0 dropped."""


class RefusedByKafkaError(Exception):
    """Kafka's class could not read the bytes, or not write what it read."""


class JavaOracle:
    """A running oracle. One question at a time."""

    def __init__(self, questions: IO[bytes], answers: IO[bytes]) -> None:
        self._questions = questions
        self._answers = answers

    def rewritten(self, message: type[Message], version: int, body: bytes) -> bytes:
        """The body as Kafka writes what it read; raises `RefusedByKafkaError`."""
        name = java_name(message).encode()
        self._questions.write(struct.pack(">H", len(name)) + name + struct.pack(">hi", version, len(body)) + body)
        self._questions.flush()
        refused, size = struct.unpack(">?i", self._exactly(5))
        told = self._exactly(size)
        if refused:
            raise RefusedByKafkaError(f"{message.__name__} v{version}: {told.decode()}")
        return told

    def _exactly(self, size: int) -> bytes:
        data = self._answers.read(size)
        if len(data) < size:
            raise RuntimeError("the JVM has ended; its last words are above")
        return data


def java_name(message: type[Message]) -> str:
    """Requests, responses and headers have `Data` behind their spec's name; the consumer protocol hasn't."""
    name = message.__name__
    return f"{name}Data" if name.endswith(("Request", "Response", "Header")) else name


@contextmanager
def java_oracle() -> Generator[JavaOracle]:
    """Compiles the oracle and runs it until the end of the block."""
    java, javac = str(kafka_java()), str(_compiler())
    class_paths = [os.pathsep.join(map(str, (kafka_clients_jar(release), slf4j_jar()))) for release in RELEASES]
    with tempfile.TemporaryDirectory() as classes:
        compiling = [javac, "-proc:none", "-Xlint:all,-classfile", "-Werror", "-d", classes]
        subprocess.run([*compiling, "-cp", class_paths[0], str(SOURCE)], check=True)
        # Little work in a short life: a small heap, and no time spent on optimizing.
        running = [java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m", "-cp", classes, "Oracle"]
        with subprocess.Popen([*running, *class_paths], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as jvm:
            assert jvm.stdin is not None
            assert jvm.stdout is not None
            try:
                oracle = JavaOracle(jvm.stdin, jvm.stdout)
                # A JVM that can't start fails here, once, and not in every test.
                assert oracle.rewritten(ResponseHeader, 0, bytes(4)) == bytes(4)
                yield oracle
                jvm.stdin.close()
                jvm.wait(timeout=10)
            finally:
                jvm.kill()


def _compiler() -> Path:
    javac = kafka_java().with_name("javac")
    if not javac.exists():
        raise BackendUnavailableError(f"{javac} is missing: a JDK is needed, not only a Java to run; {REMEDY}")
    return javac
