"""The documents name what is there."""

from __future__ import annotations

import re
from inspect import getdoc, signature
from pathlib import Path

import pytest

import kafkaadmin
from kafkaadmin import errors
from kafkaadmin.routing.destinations import AnyBroker, BrokerId, Controller, Coordinator, Leader
from kafkaadmin.routing.retry import Action, action_for

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


def names(document: Path) -> set[str]:
    return set(re.findall(r"`([^`\n]+)`", document.read_text(encoding="utf-8")))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8"))

    assert [link for link in links if "://" not in link and not (document.parent / link).exists()] == []


def test_every_file_that_the_design_names_is_there() -> None:
    files = {path.name for folder in ("kafkaadmin", "protocol", "tests") for path in (ROOT / folder).rglob("*.py")}
    named = {name for name in names(ROOT / "docs" / "design.md") if name.endswith(".py")}

    assert named
    assert {name for name in named if Path(name).name not in files} == set()
    assert {
        name for name in named if name.startswith(("kafkaadmin/", "tests/")) and not (ROOT / name).exists()
    } == set()


def test_every_error_is_explained() -> None:
    public = {name for name in errors.__all__ if name in kafkaadmin.__all__}

    assert public - names(ROOT / "docs" / "errors.md") == set()


def calls_of_the_client() -> set[str]:
    return {
        name
        for name, member in vars(kafkaadmin.AdminClient).items()
        if callable(member) and not name.startswith("_") and name != "aclose"
    }


def test_the_readme_lists_every_call() -> None:
    assert calls_of_the_client() - names(ROOT / "README.md") == set()


@pytest.mark.parametrize("call", sorted(calls_of_the_client()))
def test_every_option_of_a_call_is_explained(call: str) -> None:
    method = getattr(kafkaadmin.AdminClient, call)
    options = {name for name, option in signature(method).parameters.items() if option.kind is option.KEYWORD_ONLY}
    told = getdoc(method) or ""
    for other in re.findall(r"Arguments as for `(\w+)`", told):
        told += getdoc(getattr(kafkaadmin.AdminClient, other)) or ""

    # Two are every call's: the class explains them.
    assert {name for name in options - {"timeout", "progress"} if not re.search(rf"\b{name}\b", told)} == set()


GUARANTEES = ROOT / "docs" / "guarantees.md"


@pytest.mark.parametrize("document", [GUARANTEES, ROOT / "docs" / "security.md"], ids=lambda document: document.name)
def test_every_guarantee_names_a_test_that_is_there(document: Path) -> None:
    there = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8"))
    }
    named = {name for name in names(document) if name.startswith("test_")}

    assert named
    assert named - there == set()


def test_every_promise_is_held_by_a_test() -> None:
    text = GUARANTEES.read_text(encoding="utf-8")
    promises = re.split(r"\n(?=- \*\*)", text)[1:]
    tables = re.findall(r"^\|.*held by \|\n\|[-|]+\n((?:\|.*\n)+)", text, re.MULTILINE)
    rows = [row for table in tables for row in table.splitlines()]

    assert promises
    assert rows
    assert [promise for promise in promises if "`test_" not in promise.split("\n\n")[0]] == []
    assert [row for row in rows if "`test_" not in row] == []


def test_the_guarantees_tell_what_the_code_does_with_a_code() -> None:
    kinds = {"coordinator": (Coordinator,), "leader": (Leader,), "controller": (Controller,)}
    everyone = (Coordinator, Leader, Controller, BrokerId, AnyBroker)
    told: dict[tuple[type, int], str] = {}
    rows = re.findall(
        r"^\| ([\d, ]+) \| ([a-z ]+) \| ([a-z ]+) \| ", GUARANTEES.read_text(encoding="utf-8"), re.MULTILINE
    )
    for codes, asked, route in rows:
        for code in map(int, codes.split(",")):
            for kind in kinds.get(asked, everyone):
                told.setdefault((kind, code), route)
    routes = {Action.MOVED: "dropped", Action.MOVED_LATER: "dropped", Action.REBOOTSTRAP: "all dropped"}

    for kind in everyone:
        for code in range(-1, 140):
            action = action_for(code, kind, frozenset())
            assert (action is Action.FINAL) == ((kind, code) not in told), (kind, code)
            if action is not Action.FINAL:
                assert told[kind, code] == routes.get(action, "kept"), (kind, code)
