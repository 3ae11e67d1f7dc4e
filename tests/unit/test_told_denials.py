"""Whoever makes an error of a broker's code says which API it answered: so a denial can say what was denied."""

from __future__ import annotations

import ast
from pathlib import Path

KAFKAADMIN = Path(__file__).parents[2] / "kafkaadmin"


def codes_without_api(source: str) -> list[str]:
    """Calls of `broker_error` with a code that isn't the caller's own constant, and without `api`."""
    calls = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "broker_error"
    ]
    codes = [call.args[0] for call in calls if "api" not in {keyword.arg for keyword in call.keywords}]
    return [ast.unparse(code) for code in codes if not (isinstance(code, ast.Name) and code.id.isupper())]


def test_every_code_of_an_answer_is_told_with_the_api_that_it_answers() -> None:
    found = {path.name: codes_without_api(path.read_text(encoding="utf-8")) for path in KAFKAADMIN.rglob("*.py")}

    assert {name: codes for name, codes in found.items() if codes} == {}


def test_one_without_is_found() -> None:
    assert codes_without_api("broker_error(answer.code, context='x')\nbroker_error(NOT_FOUND)") == ["answer.code"]
