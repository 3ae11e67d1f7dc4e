"""`docs/coverage.md`, rendered from `docs/coverage.toml`: `python -m tests.support.coverage_table` writes it."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from kafkaadmin.testing.versions import RELEASES, offered
from kafkawire import ApiKey
from kafkawire.enums import AclOperation, AclResourceType

__all__ = [
    "ACLS",
    "DOCUMENT",
    "REPEATS",
    "Call",
    "calls",
    "contract_tests",
    "lowest_release",
    "rendered",
    "rendered_acls",
]

ROOT = Path(__file__).parents[2]
DATA, DOCUMENT = ROOT / "docs" / "coverage.toml", ROOT / "docs" / "coverage.md"

ACLS = ROOT / "kafkaadmin" / "needed_acls.py"

REPEATS: Mapping[str, str] = {
    "read": "sent again",
    "repeatable": "sent again: twice is as once",
    "verified": "sent again; if it is so already, the cluster is read, and the result is marked `ambiguous`",
    "never": "not sent again: `OutcomeUnknownError`",
}

_ON_BOTH = frozenset({"admin", "stage"})
"""Fixtures that stand for FakeCluster and real Kafka alike."""

_OTHER_CLIENTS = "test_fake_cluster"
"""What is tested there is FakeCluster, by clients that aren't ours."""

_INTRODUCTION = """# What there is

Java's `Admin` 4.4, method by method, and what we have for it; then what we have beside. Made by `make coverage-table`
from [coverage.toml](coverage.toml): don't edit it here.

"Since" is the lowest Kafka release whose brokers offer what the call needs; an older one gets an
`UnsupportedVersionError` that names the API and what the broker offers. Single options may need newer ones: their
docstrings say so. "Tested" is by contract tests: on FakeCluster, as 4.4, 3.9 and 2.8 and by asyncio and trio; and the
same ones on real Kafka: 4.4.0, 3.9.2 and 2.8.2.

What is sent again after a lost answer:

{repeats}

## Methods
"""

_ACLS = """
## What a principal needs

Where the cluster has an authorizer. If any of it is missing, that is an `AuthorizationError`, of that key where the
call is about many.

| call | ACLs |
|---|---|
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A row: a method of Java's, a call of ours, or both."""

    area: str
    apis: Sequence[str]
    java: str | None = None
    ours: str | None = None
    lookup: Sequence[str] = ()
    repeat: str | None = None
    acls: Sequence[str] = ()
    note: str = ""


@cache
def calls() -> tuple[Call, ...]:
    """All rows, in their order."""
    rows: list[dict[str, Any]] = tomllib.loads(DATA.read_text(encoding="utf-8"))["call"]
    return tuple(Call(**row) for row in rows)


def lowest_release(call: Call) -> str | None:
    """The lowest release that offers one of the call's APIs, in a version that will do."""
    needs = [_need(api) for api in call.apis]
    for release in RELEASES:
        ranges = offered(release, ApiKey)
        if any(api in ranges and ranges[api][-1] >= version for api, version in needs):
            return release
    return None


def _need(api: str) -> tuple[ApiKey, int]:
    name, _, version = api.partition(":")
    return ApiKey[name], int(version or 0)


@cache
def contract_tests() -> Mapping[str, bool]:
    """The methods that contract tests call, each with whether any such test runs on real Kafka too."""
    found: dict[str, bool] = {}
    for path in sorted((ROOT / "tests" / "contract").glob("test_*.py")):
        if not path.stem.startswith(_OTHER_CLIENTS):
            for method, on_both in _called(ast.parse(path.read_text(encoding="utf-8"))):
                found[method] = found.get(method, False) or on_both
    return found


def _called(module: ast.Module) -> Iterator[tuple[str, bool]]:
    for test in ast.walk(module):
        if isinstance(test, ast.AsyncFunctionDef) and test.name.startswith("test_"):
            on_both = bool(_ON_BOTH & {argument.arg for argument in test.args.args})
            for node in ast.walk(test):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    yield node.func.attr, on_both


def rendered() -> str:
    """The document."""
    repeats = "\n".join(f"- **{name}**: {meaning}" for name, meaning in REPEATS.items())
    parts = [_INTRODUCTION.format(repeats=repeats)]
    for area, rows in groupby(calls(), key=lambda call: call.area):
        parts += [f"\n### {area}\n\n", _table(rows)]
    parts.append(_ACLS)
    parts += [
        f"| `{call.ours}` | {'; '.join(call.acls) or 'none'} |\n"
        for call in _once(calls())
        if call.ours and call.repeat is not None
    ]
    return "".join(parts)


def _once(rows: Iterable[Call]) -> Iterable[Call]:
    return {row.ours: row for row in rows}.values()


def _table(rows: Iterable[Call]) -> str:
    head = "| Java | ours | API keys | since | repeat | tested |\n|---|---|---|---|---|---|\n"
    return head + "".join(map(_row, rows))


def _row(call: Call) -> str:
    ours = f"`{call.ours}`" if call.ours else "" if call.note else "not there yet"
    cells = [
        f"`{call.java}`" if call.java else "",
        "; ".join(each for each in (ours, call.note) if each),
        ", ".join([*(_api(api) for api in call.apis), *(f"(by {_api(api)})" for api in call.lookup)]),
        lowest_release(call) or "",
        call.repeat or "",
        _tested(call),
    ]
    return f"| {' | '.join(cells)} |\n"


def _tested(call: Call) -> str:
    on_both = contract_tests().get(call.ours or "")
    return "" if on_both is None else "FakeCluster, Kafka" if on_both else "FakeCluster"


def _api(api: str) -> str:
    key, version = _need(api)
    words = key.name.title().replace("_", "")
    return f"{words} ({key.value})" + (f" v{version}+" if version else "")


_RESOURCES = {
    "Topic": AclResourceType.TOPIC,
    "Group": AclResourceType.GROUP,
    "Cluster": AclResourceType.CLUSTER,
    "TransactionalId": AclResourceType.TRANSACTIONAL_ID,
    "DelegationToken": AclResourceType.DELEGATION_TOKEN,
    "User": AclResourceType.USER,
}
_OPERATION_OR_RESOURCE = re.compile(
    rf"\b({'|'.join(each.name for each in AclOperation)})\b|\b({'|'.join(_RESOURCES)})s?\b"
)

_ACLS_MODULE = '''\
"""Which operation an API needs on which kind of resource. Made by `make coverage-table` from docs/coverage.toml."""

from __future__ import annotations

from collections.abc import Mapping

from kafkawire import ApiKey
from kafkawire.enums import AclOperation, AclResourceType

__all__ = ["NEEDED_ACLS"]

NEEDED_ACLS: Mapping[ApiKey, Mapping[AclResourceType, AclOperation]] = {
'''


def needed_acls() -> Mapping[ApiKey, Mapping[AclResourceType, AclOperation]]:
    """For each API the operations that the calls need which it does the work of. Of several, the first in the table."""
    needed: dict[ApiKey, dict[AclResourceType, AclOperation]] = {}
    for call in calls():
        for api in call.apis:
            for resource, operation in _named(call.acls):
                needed.setdefault(_need(api)[0], {}).setdefault(resource, operation)
    return needed


def _named(acls: Sequence[str]) -> Iterator[tuple[AclResourceType, AclOperation]]:
    for acl in acls:
        operation: AclOperation | None = None
        for word, resource in _OPERATION_OR_RESOURCE.findall(acl):
            if word:
                operation = AclOperation[word]
            elif operation is not None:
                yield _RESOURCES[resource], operation


def rendered_acls() -> str:
    """The module with what the APIs need."""
    rows = [
        f"    ApiKey.{api.name}: {{\n"
        + "".join(f"        AclResourceType.{each.name}: AclOperation.{needs.name},\n" for each, needs in row.items())
        + "    },\n"
        for api, row in sorted(needed_acls().items(), key=lambda item: item[0].name)
    ]
    return _ACLS_MODULE + "".join(rows) + "}\n"


if __name__ == "__main__":
    DOCUMENT.write_text(rendered(), encoding="utf-8")
    ACLS.write_text(rendered_acls(), encoding="utf-8")
