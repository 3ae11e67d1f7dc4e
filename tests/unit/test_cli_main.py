"""The command itself: what it needs, what it refuses."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kafkaadmin import cli


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> object:
    monkeypatch.setattr(sys, "argv", ["kafkaadmin", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return ended.value.code


@pytest.mark.parametrize("missing", ["typer", "rich"])
def test_without_its_extra_the_command_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], missing: str
) -> None:
    for name in [name for name in sys.modules if name.startswith(("kafkaadmin.cli.", f"{missing}."))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)

    assert run(monkeypatch, "demo") == 2
    assert "python -m pip install 'kafkaadmin[cli]'" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [("--bootstrap", "nowhere"), ("--bootstrap", "host:99999"), ("--seconds", "0"), ("--timeout", "-1")]
)
def test_bad_options_are_refused_before_anything_is_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert run(monkeypatch, "demo", *arguments) == 2
    assert capsys.readouterr().out == ""


def test_without_a_subcommand_the_command_explains_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch) in {0, 2}
    assert "demo" in "".join(capsys.readouterr())


def test_a_command_config_that_is_wrong_is_refused_by_its_key(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "client.properties"
    file.write_text("bootstrap.servers=one:9092\nsecurity.protokoll=SSL\n")
    assert run(monkeypatch, "demo", "--command-config", str(file)) == 2
    assert "security.protokoll" in capsys.readouterr().err
