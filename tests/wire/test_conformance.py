"""Our declarations say, version by version, what the specs inside Kafka's own jars say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID
from zipfile import ZipFile

import pytest

from kafkawire import headers, messages
from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Struct, WireType
from kafkawire.schema import FieldSpec, Message, Request, fields_of
from tests.support.kafka_clients_jar import kafka_clients_jar

NEWEST, OLDEST = "4.4.0", "3.9.2"
"""The newest release has the say; 3.9, the last before 4.0 dropped old versions, describes those that it dropped."""

DROPPING_IT_MISLEADS = {"ignorable": False}
"""The field says what the request is about: dropped, the request would silently mean something else."""

NAMELESS_IS_NULL = {"default": None}
"""A client that doesn't name itself sends null, not a name of no letters."""

NAMES_END_WITH_V9 = {"ignorable": True}
"""What 3.9 could not know of v0 and v1, which only 3.9 describes."""

DEVIATIONS: dict[tuple[str, str], dict[str, Any]] = {
    ("DeleteTopicsRequest", "topic_names"): DROPPING_IT_MISLEADS,
    ("MetadataRequest", "topics.topic_id"): DROPPING_IT_MISLEADS,
    ("OffsetCommitRequest", "topics.name"): DROPPING_IT_MISLEADS,
    ("OffsetCommitRequest", "topics.topic_id"): DROPPING_IT_MISLEADS,
    ("OffsetCommitResponse", "topics.name"): NAMES_END_WITH_V9,
    ("OffsetFetchRequest", "groups.topics.name"): DROPPING_IT_MISLEADS,
    ("OffsetFetchRequest", "groups.topics.topic_id"): DROPPING_IT_MISLEADS,
    ("TxnOffsetCommitRequest", "topics.name"): DROPPING_IT_MISLEADS,
    ("TxnOffsetCommitRequest", "topics.topic_id"): DROPPING_IT_MISLEADS,
    ("RequestHeader", "client_id"): NAMELESS_IS_NULL,
}
"""Where we deviate on purpose: message and field, and what is ours."""

LEFT_OUT = {"RequestHeader": {0}}
"""Versions left out on purpose. Only ControlledShutdown v0, which one broker sends to another, had this header."""


class Line(NamedTuple):
    """One field of one version, as both sides put it."""

    path: str
    type: str
    nullable: bool
    tag: int | None
    default: object
    ignorable: bool
    compact: bool


# --- What Kafka says ---------------------------------------------------------------------------------------------


def parse_spec(text: str) -> dict[str, Any]:
    spec: dict[str, Any] = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))
    return spec


@cache
def specs_of(release: str) -> dict[str, dict[str, Any]]:
    with ZipFile(kafka_clients_jar(release)) as jar:
        files = [name for name in jar.namelist() if re.fullmatch(r"common/message/\w+\.json", name)]
        specs = [parse_spec(jar.read(name).decode()) for name in files]
    return {spec["name"]: spec for spec in specs}


def interval(versions: str | None) -> range:
    """`"0-7"`, `"3+"`, `"5"` and `"none"` as a range."""
    if versions is None or versions == "none":
        return range(0)
    if versions.endswith("+"):
        return range(int(versions[:-1]), 1 << 15)
    low, _, high = versions.partition("-")
    return range(int(low), int(high or low) + 1)


def kafka_versions(name: str) -> set[int]:
    """The versions that either release has, but for a latest one that is still unstable; requests say so for both."""
    versions: set[int] = set()
    for specs in (specs_of(NEWEST), specs_of(OLDEST)):
        if name in specs:
            request = specs.get(name.replace("Response", "Request"), {})
            stable = interval(specs[name]["validVersions"])
            versions.update(stable[:-1] if request.get("latestVersionUnstable") else stable)
    return versions


def spec_at(name: str, version: int) -> dict[str, Any]:
    for release in (NEWEST, OLDEST):
        spec = specs_of(release).get(name)
        if spec is not None and version in interval(spec["validVersions"]):
            return spec
    raise LookupError(f"neither release has {name} v{version}")


def snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def kafka_layout(spec: dict[str, Any], version: int) -> Iterator[Line]:
    shared = {struct["name"]: struct["fields"] for struct in spec.get("commonStructs", [])}

    def walk(fields: list[dict[str, Any]], prefix: str) -> Iterator[Line]:
        for field in fields:
            if version in interval(field["versions"]):
                path = prefix + snake_case(field["name"])
                yield kafka_line(field, path, version)
                element = field["type"].removeprefix("[]")
                yield from walk(field.get("fields") or shared.get(element, []), f"{path}.")

    return walk(spec["fields"], "")


def kafka_line(field: dict[str, Any], path: str, version: int) -> Line:
    tagged = version in interval(field.get("taggedVersions"))
    return Line(
        path=path,
        type=field["type"],
        nullable=version in interval(field.get("nullableVersions")),
        tag=field["tag"] if tagged else None,
        default=kafka_default(field["type"], field.get("default")),
        ignorable=str(field.get("ignorable", False)).lower() == "true",
        compact=field.get("flexibleVersions") != "none",
    )


BLANK = {"string": "", "bytes": b"", "records": b"", "uuid": UUID(int=0), "bool": False, "float64": 0.0}


def kafka_default(type_: str, declared: object) -> object:
    """A default as our declarations put it. Kafka writes them as text, mostly."""
    if declared is not None and str(declared) == "null":
        return None
    if type_.startswith("[]"):
        return ()
    if type_[0].isupper():
        return "struct"
    if declared is None:
        return BLANK.get(type_, 0)
    if type_ == "bool":
        return str(declared).lower() == "true"
    return str(declared) if type_ == "string" else float(str(declared)) if type_ == "float64" else int(str(declared), 0)


# --- What we say -------------------------------------------------------------------------------------------------


def our_messages() -> list[type[Message]]:
    classes = [getattr(messages, name) for name in dir(messages)]
    declared = [cls for cls in classes if isinstance(cls, type) and issubclass(cls, Message)]
    return [*declared, headers.RequestHeader, headers.ResponseHeader]


def our_layout(cls: type[Message], version: int) -> Iterator[Line]:
    def walk(fields: tuple[FieldSpec, ...], prefix: str) -> Iterator[Line]:
        for field in fields:
            if field.carried(version):
                path = prefix + field.name
                yield our_line(field, path, version, cls.__name__)
                if (struct := struct_in(field.type)) is not None:
                    yield from walk(struct.fields, f"{path}.")

    return walk(fields_of(cls), "")


def our_line(field: FieldSpec, path: str, version: int, message: str) -> Line:
    always_a_struct = isinstance(field.type, Struct) and field.default is not None
    return Line(
        path=path,
        type=type_name(field.type, message),
        nullable=field.type.nullable(version),
        tag=field.tag,
        default="struct" if always_a_struct else field.default,
        ignorable=field.ignorable,
        compact=field.type.flexible,
    )


def struct_in(type_: WireType[Any]) -> Struct[Any] | None:
    match type_:
        case Array():
            array: Array[Any] = type_  # pyright: ignore[reportUnknownVariableType]
            return struct_in(array.element)
        case Struct():
            return type_
        case _:
            return None


def type_name(type_: WireType[Any], message: str) -> str:
    match type_:
        case Array():
            array: Array[Any] = type_  # pyright: ignore[reportUnknownVariableType]
            return f"[]{type_name(array.element, message)}"
        case Struct():
            name = type_.entity.__name__
            return name if in_spec(name, message) else name.removeprefix(message)
        case _:
            return "bool" if type_.kind == "boolean" else type_.kind


def in_spec(struct: str, message: str) -> bool:
    """Whether the spec has a struct of this name. If not, ours carries its message's name in front."""
    return re.search(rf'["\]]{struct}"', json.dumps(specs_of(NEWEST)[message])) is not None


# --- The comparison ----------------------------------------------------------------------------------------------

EVERY_VERSION = [
    pytest.param(cls, version, id=f"{cls.__name__}-v{version}") for cls in our_messages() for version in cls.versions
]
EVERY_MESSAGE = [pytest.param(cls, id=cls.__name__) for cls in our_messages()]
EVERY_REQUEST = [
    pytest.param(*param.values, id=param.id) for param in EVERY_MESSAGE if str(param.id).endswith("Request")
]


def expected_layout(cls: type[Message], version: int) -> list[Line]:
    lines = kafka_layout(spec_at(cls.__name__, version), version)
    return [line._replace(**DEVIATIONS.get((cls.__name__, line.path), {})) for line in lines]


@pytest.mark.parametrize(("cls", "version"), EVERY_VERSION)
def test_a_version_has_the_fields_of_kafkas_spec(cls: type[Message], version: int) -> None:
    assert list(our_layout(cls, version)) == expected_layout(cls, version)


@pytest.mark.parametrize(("cls", "version"), EVERY_VERSION)
def test_a_version_is_flexible_where_kafkas_is(cls: type[Message], version: int) -> None:
    flexible = interval(spec_at(cls.__name__, version).get("flexibleVersions"))
    assert cls.form(version).flexible == (version in flexible)


@pytest.mark.parametrize("cls", EVERY_MESSAGE)
def test_a_message_has_all_stable_versions_of_both_releases(cls: type[Message]) -> None:
    assert set(cls.versions) == kafka_versions(cls.__name__) - LEFT_OUT.get(cls.__name__, set())


@pytest.mark.parametrize("cls", EVERY_MESSAGE)
def test_a_message_has_the_api_key_of_kafkas_spec(cls: type[Message]) -> None:
    assert getattr(cls, "api_key", None) == specs_of(NEWEST)[cls.__name__].get("apiKey")


@pytest.mark.parametrize("request_class", EVERY_REQUEST)
def test_an_api_leads_to_its_request_and_response(request_class: type[Request[Any]]) -> None:
    api = request_class.api_key
    assert messages.request_class(api) is request_class
    assert messages.response_class(api) is request_class.response
    assert request_class.response.api_key is api
    assert request_class.response.versions == request_class.versions


def test_api_keys_are_named_as_in_kafka() -> None:
    requests = [spec for spec in specs_of(NEWEST).values() if spec["type"] == "request"]
    theirs = {spec["apiKey"]: snake_case(spec["name"].removesuffix("Request")).upper() for spec in requests}
    assert {key.value: key.name for key in ApiKey} == theirs


@pytest.mark.parametrize(("message", "path"), DEVIATIONS)
def test_a_deviation_is_still_one(message: str, path: str) -> None:
    cls = next(cls for cls in our_messages() if cls.__name__ == message)
    theirs = [line for v in cls.versions for line in kafka_layout(spec_at(message, v), v) if line.path == path]
    assert any(line._replace(**DEVIATIONS[message, path]) != line for line in theirs)
