"""The declaration language, and what encoding refuses."""

from __future__ import annotations

import copy
import pickle
from typing import Any
from uuid import UUID

import pytest

from kafkawire import ApiKey, EncodeError, UnsupportedFieldError, WireError, decode, encode
from kafkawire.messages import (
    FindCoordinatorRequest,
    FindCoordinatorResponse,
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchResponse,
)
from kafkawire.primitives import Array, Int32, Struct
from kafkawire.schema import FieldSpec, fields_of, wire
from tests.wire.declarations import Everything, Leaf, Partition, Plain, Position


def everything(**values: Any) -> Everything:
    return Everything(**{"leaf": Leaf(), "tagged_struct": Leaf(), **values})


def refused(message: Any, version: int, kind: type[EncodeError] = EncodeError) -> str:
    with pytest.raises(kind) as raised:
        encode(message, version)
    assert type(raised.value) is kind
    assert (raised.value.message, raised.value.version) == (type(message).__name__, version)
    return str(raised.value)


# Classes


def test_constructors_take_keywords_only() -> None:
    with pytest.raises(TypeError):
        Leaf("x")  # type: ignore[call-arg]
    assert Leaf(name="x").name == "x"
    with pytest.raises(TypeError):
        Leaf("x")  # type: ignore[call-arg]


def test_a_field_without_default_must_be_given() -> None:
    with pytest.raises(TypeError, match="leaf"):
        Everything()  # type: ignore[call-arg]


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(TypeError, match="nonsense"):
        Leaf(nonsense=1)  # type: ignore[call-arg]


def test_instances_have_no_room_for_other_attributes() -> None:
    with pytest.raises(AttributeError):
        Leaf().other = 1  # type: ignore[attr-defined]


def test_instances_are_equal_by_value_and_class() -> None:
    assert Leaf(name="x") == Leaf(name="x")
    assert Leaf(name="x") != Leaf(name="y")
    assert Leaf().__eq__(Plain()) is NotImplemented
    with pytest.raises(TypeError, match="unhashable"):
        hash(Leaf())


def test_the_repr_hides_secrets() -> None:
    shown = repr(everything(secret="hunter2", name="visible"))
    assert "secret=***" in shown
    assert "name='visible'" in shown
    assert "hunter2" not in shown


def test_an_error_hides_secrets_too() -> None:
    with pytest.raises(EncodeError) as raised:
        encode(everything(secret=b"hunter2"), 1)
    assert "hunter2" not in str(raised.value)


def test_instances_can_be_copied_and_pickled() -> None:
    position = Position(index=3, metadata=None)
    assert copy.copy(position) == position
    assert pickle.loads(pickle.dumps(position)) == position  # noqa: S301 - pickled a line before


def test_a_request_knows_its_response_and_api() -> None:
    assert FindCoordinatorRequest.response is FindCoordinatorResponse
    assert FindCoordinatorRequest.api_key is FindCoordinatorResponse.api_key is ApiKey.FIND_COORDINATOR


def test_fields_are_told_in_wire_order() -> None:
    first, *_, last = fields_of(Position)
    assert isinstance(first, FieldSpec)
    assert (first.name, first.type, first.since, first.until, first.tag) == ("index", Int32, 0, None, None)
    assert (last.name, last.since, last.default, last.ignorable) == ("stale", 1, False, True)


def test_types_describe_themselves() -> None:
    described = {spec.name: repr(spec.type) for spec in fields_of(Everything)}
    assert described["later_nullable"] == "nullable string"
    assert described["matrix"] == "array of array of int16"
    assert described["maybe_leaf"] == "nullable struct Leaf"


def test_a_field_is_a_wire_type_or_an_entity() -> None:
    assert isinstance(Array(Leaf).element, Struct)
    with pytest.raises(TypeError, match="neither a wire type nor an entity"):
        wire(int)


# What versions can carry


def test_a_value_that_the_version_lacks_is_refused() -> None:
    asked = OffsetFetchRequest(groups=(OffsetFetchRequestGroup(group_id="g"),))
    assert refused(asked, 7, UnsupportedFieldError).startswith(
        "OffsetFetchRequest v7: groups: version 7 has no groups, and (OffsetFetchRe"
    )


def test_a_field_of_an_earlier_version_is_refused_later() -> None:
    assert refused(everything(old=1), 3, UnsupportedFieldError) == (
        "Everything v3: old: version 3 has no old, and 1 may not be left out"
    )


def test_an_ignorable_value_is_dropped() -> None:
    assert decode(Everything, 1, encode(everything(dropped="x"), 1)).dropped == ""


def test_a_default_needs_no_room() -> None:
    assert decode(Everything, 5, encode(everything(old=5), 5)).old == 5
    assert encode(OffsetFetchRequest(groups=[]), 7) == encode(OffsetFetchRequest(), 7)  # type: ignore[arg-type]


def test_a_tagged_value_that_the_version_lacks_is_refused() -> None:
    assert "version 3 has no tagged_flag" in refused(everything(tagged_flag=True), 3, UnsupportedFieldError)
    assert "version 1 has no tagged_number" in refused(everything(tagged_number=4), 1, UnsupportedFieldError)


def test_a_null_that_the_version_lacks_is_refused() -> None:
    assert refused(everything(later_nullable=None), 1, UnsupportedFieldError) == (
        "Everything v1: later_nullable: version 1 has no null here"
    )
    assert decode(Everything, 2, encode(everything(later_nullable=None), 2)).later_nullable is None
    assert "once_nullable" in refused(everything(once_nullable=None), 4, UnsupportedFieldError)


def test_absent_fields_decode_to_their_defaults() -> None:
    read = decode(OffsetFetchResponse, 8, encode(OffsetFetchResponse(), 8))
    assert (read.topics, read.error_code, read.groups) == ((), 0, ())


def test_tagged_defaults_take_no_bytes() -> None:
    bare = encode(everything(), 5)
    tagged = encode(everything(tagged_number=1, tagged_identity=UUID(int=1)), 5)
    assert bare[-1:] == b"\0"
    assert len(tagged) == len(bare) + len(b"\x00\x04\0\0\0\1") + len(b"\xac\x02\x10") + 16


def test_tagged_fields_are_written_in_the_order_of_their_tags() -> None:
    body = encode(everything(tagged_flag=True, tagged_text="x", tagged_struct=Leaf(name="y")), 5)
    assert body.endswith(b"\x03\x01\x02\x02x\x05\x01\x01\xc8\x01\x03\x02y\x00")


def test_a_null_struct_is_one_byte() -> None:
    assert encode(Plain(note=Leaf(name="x")), 1) == b"\x01\x01\x01\x01\x04\x01\x02x\x00"
    assert decode(Plain, 1, b"\x01\x01\x01\x01\x01\x00").note is None


# What values can be written


@pytest.mark.parametrize("version", [1, 5])
@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"tiny": 128}, "tiny: 128 is not within -128 and 127, the limits of int8"),
        ({"mask": -1}, "mask: -1 is not within 0 and 4294967295, the limits of uint32"),
        ({"medium": 1.5}, "medium: expected int32, got float"),
        ({"medium": None}, "medium: expected int32, got None"),
        ({"ratio": "1"}, "ratio: expected float64, got str"),
        ({"flag": 1}, "flag: expected bool, got int"),
        ({"flag": "yes"}, "flag: expected bool, got str"),
        ({"name": None}, "name: expected str, got None"),
        ({"name": b"x"}, "name: expected str, got bytes"),
        ({"name": "\ud800"}, "name: not encodable as UTF-8: surrogates not allowed"),
        ({"name": "x" * 32768}, "name: 32768 bytes of text exceed the limit of 32767"),
        ({"content": "x"}, "content: expected bytes, got str"),
        ({"content": 3}, "content: expected bytes, got int"),
        ({"identity": "x"}, "identity: expected UUID, got str"),
        ({"numbers": None}, "numbers: expected a sequence, got None"),
        ({"numbers": "12"}, "numbers: expected a sequence, got str"),
        ({"numbers": {1: 2}}, "numbers: expected a sequence, got dict"),
        (
            {"numbers": (1, 2, 1 << 31)},
            "numbers[2]: 2147483648 is not within -2147483648 and 2147483647, the limits of int32",
        ),
        ({"names": "ab"}, "names: expected a sequence, got str"),
        ({"flags": (True, 0)}, "flags[1]: expected bool, got int"),
        ({"matrix": ((1,), (2, None))}, "matrix[1][1]: expected int16, got None"),
        ({"leaf": None}, "leaf: expected Leaf, got None"),
        ({"leaf": Position()}, "leaf: expected Leaf, got Position"),
        ({"leaves": (Leaf(), Leaf(name=3))}, "leaves[1].name: expected str, got int"),  # type: ignore[arg-type]
        ({"positions": (Position(), Leaf())}, "positions[1]: expected Position, got Leaf"),
        ({"positions": (Position(metadata=0),)}, "positions[0].metadata: expected str, got int"),  # type: ignore[arg-type]
        ({"partitions": (Partition(replicas=(1, "x")),)}, "partitions[0].replicas[1]: expected int32, got str"),  # type: ignore[arg-type]
        ({"maybe_leaves": (None, 3)}, "maybe_leaves[1]: expected Leaf, got int"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_by_name(version: int, values: dict[str, Any], problem: str) -> None:
    assert refused(everything(**values), version) == f"Everything v{version}: {problem}"


def test_a_tagged_value_of_the_wrong_kind_is_refused_by_name() -> None:
    assert refused(everything(tagged_array=(Position(index="x"),)), 5) == (  # type: ignore[arg-type]
        "Everything v5: tagged_array[0].index: expected int32, got str"
    )


def test_the_longest_text_is_written() -> None:
    for version in (1, 5):
        assert decode(Everything, version, encode(everything(name="x" * 32767), version)).name == "x" * 32767


def test_lists_will_do_for_arrays() -> None:
    assert encode(everything(numbers=[1, 2], leaves=[Leaf()]), 5) == encode(
        everything(numbers=(1, 2), leaves=(Leaf(),)), 5
    )


def test_every_error_is_a_wire_error() -> None:
    assert issubclass(UnsupportedFieldError, EncodeError)
    assert issubclass(EncodeError, WireError)
