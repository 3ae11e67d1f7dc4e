"""AdminClient's life: made without I/O, bound to one event loop, strict about what it is told."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import anyio
import pytest
import pytest_asyncio

import kafkaadmin
from kafkaadmin import AdminClient, ConfigurationError, KafkaAdminError, TopicPartition
from kafkaadmin.testing import FakeCluster

NOBODY_LISTENS = "127.0.0.1:1"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"bootstrap_servers": "localhost"}, "'localhost' is not 'host:port'"),
        ({"bootstrap_servers": ""}, "is not 'host:port'"),
        ({"bootstrap_servers": []}, "names no address"),
        ({"bootstrap_servers": "a:99999"}, "port must be a number from 1 to 65535"),
        ({"timeout": 0}, "timeout must be"),
        ({"client_id": ""}, "client_id"),
        ({"security": object()}, "security"),
        ({"observers": ["print"]}, "observers must be"),
    ],
)
def test_wrong_settings_are_refused_when_the_client_is_made(arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        AdminClient(**{"bootstrap_servers": "localhost:9092", **arguments})


BAD_CALLS: list[Callable[[AdminClient], Coroutine[Any, Any, object]]] = [
    lambda admin: admin.list_consumer_group_offsets(""),
    lambda admin: admin.alter_consumer_group_offsets("g", {TopicPartition("t", 0): -1}),
    lambda admin: admin.describe_topics(""),
    lambda admin: admin.create_topics(["t", "t"]),
    lambda admin: admin.remove_members_from_consumer_group("g", "everybody"),  # type: ignore[arg-type]
    lambda admin: admin.find_coordinators(["g"], type="group"),  # type: ignore[arg-type]
    lambda admin: admin.send("ListGroups", kafkaadmin.AnyBroker()),  # type: ignore[arg-type]
    lambda admin: admin.list_groups(timeout=-1),
    lambda admin: admin.list_groups(states=[3]),  # type: ignore[list-item]
]


@pytest.mark.parametrize("call", BAD_CALLS)
def test_wrong_arguments_are_refused_before_anything_is_sent(
    call: Callable[[AdminClient], Coroutine[Any, Any, object]],
) -> None:
    async def main() -> None:
        async with AdminClient(NOBODY_LISTENS) as admin:
            with pytest.raises(ConfigurationError):
                await call(admin)

    anyio.run(main)


def test_nothing_asked_needs_no_cluster() -> None:
    async def main() -> None:
        async with AdminClient(NOBODY_LISTENS) as admin:
            assert len(await admin.list_consumer_group_offsets([])) == 0
            assert len(await admin.create_topics([])) == 0
            assert len(await admin.list_offsets({})) == 0
            assert admin.invalidate_coordinators() == 0

    anyio.run(main)


def test_a_client_serves_one_event_loop() -> None:
    with FakeCluster(brokers=1) as cluster:
        admin = AdminClient(cluster.bootstrap_servers)

        async def use_and_close() -> None:
            await admin.describe_cluster()
            await admin.aclose()

        anyio.run(use_and_close)
        with pytest.raises(KafkaAdminError, match="belongs to the event loop it was first used in"):
            anyio.run(admin.describe_cluster)


def test_its_repr_tells_whose_client_it_is() -> None:
    assert repr(AdminClient("a:1,[::1]:2", client_id="me")) == "<AdminClient 'me' of a:1,[::1]:2>"


@pytest_asyncio.fixture
async def admin() -> AsyncIterator[AdminClient]:
    with FakeCluster(brokers=2) as cluster:
        async with AdminClient(cluster.bootstrap_servers) as admin:
            yield admin


@pytest.mark.asyncio
async def test_a_client_lives_in_an_async_generator_fixture(admin: AdminClient) -> None:
    assert len((await admin.describe_cluster()).brokers) == 2


def test_every_public_name_is_there() -> None:
    assert all(getattr(kafkaadmin, name) is not None for name in kafkaadmin.__all__)
    assert sorted(kafkaadmin.__all__) == kafkaadmin.__all__
    assert set(kafkaadmin.__all__) <= set(dir(kafkaadmin))
    with pytest.raises(AttributeError, match="no attribute 'AdminKlient'"):
        _ = kafkaadmin.AdminKlient  # type: ignore[attr-defined]


def test_importing_the_package_loads_nothing_heavy() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import sys, kafkaadmin; print({'construct', 'anyio', 'asyncio'} & set(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
    )
    assert told.stdout.strip() == "set()"
