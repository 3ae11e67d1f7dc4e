"""Whatever development installs is pinned, by version and by hash, and comes from no place that a lock names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_of_a_lock_is_pinned_with_hashes(lock: Path) -> None:
    entries = re.findall(r"^\S.*(?:\n[ \t]+.*)*", lock.read_text(encoding="utf-8"), re.MULTILINE)
    packages = [entry for entry in entries if not entry.startswith("#")]
    assert packages
    assert [each for each in packages if not re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+", each)] == []
    assert [each for each in packages if "--hash=sha256:" not in each] == []
    assert "://" not in "".join(packages)


def test_packages_are_installed_by_their_hashes() -> None:
    assert "--require-hashes" in (ROOT / "tools" / "make-venv").read_text(encoding="utf-8")
    assert re.findall(r"pip install.*", (ROOT / "Makefile").read_text(encoding="utf-8")) == [
        "pip install --quiet --disable-pip-version-check --require-hashes -r"
    ]
