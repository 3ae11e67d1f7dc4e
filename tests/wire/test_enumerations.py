"""Error codes and enumerations keep what they don't know."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kafkawire import ErrorCode, enums
from kafkawire.enums import GroupState, GroupType, IsolationLevel
from kafkawire.open_enums import OpenIntEnum, OpenStrEnum

OPEN_NUMBERS = [
    kind for kind in vars(enums).values() if isinstance(kind, type) and issubclass(kind, OpenIntEnum) and len(kind)
]


@given(code=st.integers(-(2**15), 2**15 - 1))
def test_every_int16_is_an_error_code(code: int) -> None:
    error = ErrorCode(code)
    assert (error, error.value, hash(error)) == (code, code, hash(code))
    assert error.is_known == (code in set(ErrorCode))
    assert error.is_known or not error.retriable


@pytest.mark.parametrize("kind", [ErrorCode, *OPEN_NUMBERS], ids=lambda kind: kind.__name__)
def test_an_unknown_number_names_itself(kind: type[OpenIntEnum]) -> None:
    unknown = kind(4_711)
    assert (repr(unknown), unknown.is_known) == (f"<{kind.__name__}.UNKNOWN_4711: 4711>", False)
    assert unknown not in list(kind)
    assert pickle.loads(pickle.dumps(unknown)) == unknown  # noqa: S301 - pickled a line before


@pytest.mark.parametrize(
    ("code", "retriable"),
    [(0, False), (3, True), (7, True), (14, True), (15, True), (16, True), (25, False), (41, True)],
)
def test_an_error_knows_whether_it_passes(code: int, retriable: bool) -> None:
    assert ErrorCode(code).retriable is retriable


@pytest.mark.parametrize("text", ["consumer", "Consumer", "CONSUMER"])
def test_known_texts_compare_without_case(text: str) -> None:
    assert GroupType(text) is GroupType.CONSUMER


def test_an_unknown_text_is_kept_as_it_is() -> None:
    state = GroupState("Hibernating")
    assert (state, str(state), state.is_known) == ("Hibernating", "Hibernating", False)
    assert pickle.loads(pickle.dumps(state)) == state  # noqa: S301 - pickled a line before
    assert isinstance(state, OpenStrEnum)


@pytest.mark.parametrize("kind", [ErrorCode, IsolationLevel, GroupState])
def test_a_value_of_another_kind_is_refused(kind: type[OpenIntEnum | OpenStrEnum]) -> None:
    with pytest.raises(ValueError, match="not a valid"):
        kind(b"1")  # type: ignore[arg-type]
