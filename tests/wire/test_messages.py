"""Every message at every version: written and read again, and with a byte changed."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kafkawire import ApiKey, Message, encode, messages, reference, request_class, response_class
from kafkawire.compiler import decoder, encoder
from tests.support.drawn_messages import drawn, every_version, few_examples
from tests.wire import fuzz

EVERY_VERSION = pytest.mark.parametrize(
    ("cls", "version"),
    [pytest.param(cls, version, id=f"{cls.__name__}-v{version}") for cls, version in every_version()],
)


@EVERY_VERSION
@few_examples
@given(data=st.data())
def test_a_message_survives_the_wire(cls: type[Message], version: int, data: st.DataObject) -> None:
    message = data.draw(drawn(cls, version))
    written = reference.build(message, version)
    # Not by `encode` and `decode`, which would ask the reference again where compiled functions fail.
    assert encoder(cls, version)(message) == written
    assert decoder(cls, version)(written, 0) == reference.parse(cls, version, written) == (message, len(written))


@EVERY_VERSION
@few_examples
@given(data=st.data())
def test_a_changed_byte_is_read_as_the_reference_reads_it(
    cls: type[Message], version: int, data: st.DataObject
) -> None:
    changed = bytearray(encode(data.draw(drawn(cls, version)), version))
    if changed:
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    fuzz.check_readings(cls, version, bytes(changed))


def test_the_names_that_type_checkers_see_are_those_that_load() -> None:
    tree = ast.parse(Path(messages.__file__).read_text())
    seen = {
        alias.name: node.module
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    loaded = {name: getattr(messages, name).__module__ for name in dir(messages) if name[0].isupper()}
    assert loaded == seen


def test_every_class_of_a_message_module_can_be_imported_from_the_package() -> None:
    directory = Path(messages.__file__).parent
    modules = [ast.parse(path.read_text()) for path in directory.glob("[a-z]*.py")]
    declared = sorted(node.name for tree in modules for node in tree.body if isinstance(node, ast.ClassDef))
    assert declared == sorted(name for name in dir(messages) if name[0].isupper())


def test_importing_the_package_loads_no_message() -> None:
    code = "import sys, kafkawire.messages; print(*(m for m in sys.modules if m.startswith('kafkawire.messages.')))"
    shown = subprocess.check_output([sys.executable, "-c", code], env={"PYTHONPATH": os.pathsep.join(sys.path)})
    assert shown.split() == [b"kafkawire.messages._index"]


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="OffsetGuessRequest"):
        messages.OffsetGuessRequest  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize("api_key", [-1, 9_999, ApiKey.CONTROLLED_SHUTDOWN])
def test_an_api_without_messages_is_a_lookup_error(api_key: int) -> None:
    with pytest.raises(LookupError, match=str(int(api_key))):
        request_class(api_key)
    with pytest.raises(LookupError, match=str(int(api_key))):
        response_class(api_key)
