"""kio, an independent codec with a class per version generated from Kafka's specs, reads and writes the same bytes."""

from __future__ import annotations

import dataclasses
import io
import re
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kio.schema.errors import ErrorCode as KioErrorCode
from kio.serial import entity_reader, entity_writer

from kafkawire import ErrorCode, Message, decode, encode
from kafkawire.primitives import ZERO_UUID
from kafkawire.schema import FieldSpec, fields_of
from tests.support.drawn_messages import drawn, every_version, few_examples


def kio_class(cls: type[Message], version: int) -> type[Any] | None:
    """kio's class for one version of a message, if its release has that version."""
    api, kind = re.fullmatch(r"(\w+?)(Request|Response|)", cls.__name__).groups()  # type: ignore[union-attr]
    package = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", api).lower()
    try:
        module = import_module(f"kio.schema.{package}.v{version}.{kind.lower() or 'data'}")
    except ModuleNotFoundError:
        return None
    return getattr(module, cls.__name__)  # type: ignore[no-any-return]


EPOCH = datetime.fromtimestamp(0, UTC)

OLD_NAMES = {
    ("StreamsGroupHeartbeatResponse", "acceptable_recovery_lag_legacy"): "acceptable_recovery_lag",
    ("TxnOffsetCommitRequest", "generation_id_or_member_epoch"): "generation_id",
}
"""Fields that Kafka has renamed since kio was generated."""

NEWER_THAN_KIO = {
    "StreamsGroupTopologyDescriptionUpdateRequest",
    "StreamsGroupTopologyDescriptionUpdateResponse",
    "UnregisterControllerRequest",
    "UnregisterControllerResponse",
}
"""Messages of Kafka 4.4, which kio does not have yet."""

SHARED = [
    pytest.param(cls, version, theirs, id=f"{cls.__name__}-v{version}")
    for cls, version in every_version()
    if (theirs := kio_class(cls, version)) is not None
]


def what_kio_can_hold(field: FieldSpec) -> st.SearchStrategy[Any] | None:
    """kio turns milliseconds into times, which lose precision, and refuses error codes that it doesn't know."""
    if field.name.endswith(("_ms", "_timestamp")):
        return st.integers(0, 2**31 - 1)
    return st.sampled_from([code.value for code in KioErrorCode]) if field.name.endswith("error_code") else None


def plain(value: object, version: int) -> object:
    """A value of either side, as dicts, tuples and numbers."""
    if isinstance(value, tuple):
        return tuple(plain(element, version) for element in value)
    if dataclasses.is_dataclass(value):
        return {f.name: plain(getattr(value, f.name), version) for f in dataclasses.fields(value)}
    if hasattr(value, "__wire_fields__"):
        carried = [field.name for field in fields_of(type(value)) if field.carried(version)]
        return {kio_name(type(value), name): plain(getattr(value, name), version) for name in carried}
    if isinstance(value, datetime):
        value -= EPOCH
    if isinstance(value, timedelta):
        return round(value / timedelta(milliseconds=1))
    return None if isinstance(value, UUID) and value == ZERO_UUID else value


def kio_name(owner: type[Any], field: str) -> str:
    return OLD_NAMES.get((owner.__name__, field), field.removesuffix("_ms"))


@pytest.mark.parametrize(("cls", "version", "theirs"), SHARED)
@few_examples
@given(data=st.data())
def test_kio_reads_and_writes_the_same_bytes(
    cls: type[Message], version: int, theirs: type[Any], data: st.DataObject
) -> None:
    message = data.draw(drawn(cls, version, what_kio_can_hold))
    written = encode(message, version)

    read, size = entity_reader(theirs)(written, 0)
    assert (size, plain(read, version)) == (len(written), plain(message, version))

    buffer = io.BytesIO()
    entity_writer(theirs)(buffer, read)
    assert buffer.getvalue() == written
    assert decode(cls, version, buffer.getvalue()) == message


def test_all_but_the_newest_messages_are_shared_with_kio() -> None:
    shared = {param.values[0] for param in SHARED}
    assert {cls.__name__ for cls, _ in every_version() if cls not in shared} == NEWER_THAN_KIO


def test_kio_names_the_same_error_codes() -> None:
    theirs = {code.value: (code.name.upper(), code.retriable) for code in KioErrorCode}
    ours = {code.value: (code.name, code.retriable) for code in ErrorCode}
    assert theirs.items() <= ours.items()
