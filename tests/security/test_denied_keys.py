"""A key that the caller may not have is an error of its own; the other keys are answered. On real Kafka:
`tests/security/test_against_kafka.py`."""

from __future__ import annotations

import pytest

from kafkaadmin import AdminClient
from kafkaadmin.testing import FakeCluster, Fault
from tests.support.denials import CALLS, DENIED, OPEN, check

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("call", CALLS)
async def test_a_denied_key_is_an_error_of_its_own(call: str) -> None:
    denial = CALLS[call]
    with FakeCluster(brokers=2) as cluster:
        for name in (OPEN, DENIED):
            cluster.add_topic(name, partitions=1)
            cluster.add_group(name, offsets={(OPEN, 0): 0, (DENIED, 0): 0})
        for api in denial.apis:
            cluster.inject(Fault(api=api, error=denial.code, keys=frozenset({DENIED}), count=None))
        async with AdminClient(cluster.bootstrap_servers, timeout=20.0) as admin:
            await check(admin, denial)
