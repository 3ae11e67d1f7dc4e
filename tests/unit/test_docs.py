"""The documents name what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import kafkaadmin
from kafkaadmin import errors

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


def test_the_readme_lists_every_call() -> None:
    calls = {
        name
        for name, member in vars(kafkaadmin.AdminClient).items()
        if callable(member) and not name.startswith("_") and name != "aclose"
    }

    assert calls - names(ROOT / "README.md") == set()
