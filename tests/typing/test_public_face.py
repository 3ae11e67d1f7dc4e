"""The public face as type checkers see it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FACES = sorted(str(path) for path in Path(__file__).parent.glob("*.py") if not path.name.startswith(("test_", "__")))


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_type_checkers_infer_what_users_expect(checker: str) -> None:
    ran = subprocess.run([sys.executable, "-m", checker, *FACES], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_package_says_that_it_is_typed() -> None:
    assert (ROOT / "kafkaadmin" / "py.typed").exists()
