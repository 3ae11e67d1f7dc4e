"""Chooses who runs the brokers."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from tests.support.kafka.cluster import KafkaCluster
from tests.support.kafka.containers import DockerKafka, ensure_image
from tests.support.kafka.errors import BackendUnavailableError
from tests.support.kafka.jvm import JvmKafka


class Backend(StrEnum):
    """`AUTO` takes Docker where an engine answers and has the image, and local JVMs otherwise."""

    AUTO = "auto"
    DOCKER = "docker"
    JVM = "jvm"


def make_cluster(
    backend: Backend, directory: Path, *, brokers: int, version: str, extra: Mapping[str, str]
) -> KafkaCluster:
    """A cluster that is not yet started; `BackendUnavailableError` when nobody here could run it."""
    if choose_backend(backend, version) is Backend.DOCKER:
        return DockerKafka(directory, brokers=brokers, version=version, extra=extra)
    return JvmKafka(directory, brokers=brokers, version=version, extra=extra)


def choose_backend(backend: Backend, version: str) -> Backend:
    """Settles `AUTO`."""
    if backend is not Backend.AUTO:
        return backend
    try:
        ensure_image(version)
    except BackendUnavailableError:
        return Backend.JVM
    return Backend.DOCKER
