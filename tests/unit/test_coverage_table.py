"""The table of what there is: every method has its row and its contract test, and the document is up to date."""

from __future__ import annotations

import pytest

from kafkaadmin import AdminClient
from kafkawire import ApiKey
from tests.support.coverage_table import (
    ACLS,
    DOCUMENT,
    REPEATS,
    Call,
    calls,
    contract_tests,
    lowest_release,
    rendered,
    rendered_acls,
)
from tests.support.matrix.calls import READS
from tests.support.writes import WRITES, Kind

JAVAS_METHODS = 67

KINDS = {Kind.REPEATABLE: "repeatable", Kind.VERIFIED: "verified", Kind.NEVER: "never"}

WITHOUT_A_CALL = {"aclose", "from_properties"}
"""Public names of the client that ask nothing of the cluster."""


def public_calls() -> set[str]:
    return {
        name
        for name, member in vars(AdminClient).items()
        if not name.startswith("_") and (callable(member) or isinstance(member, classmethod | staticmethod))
    }


def test_every_call_has_its_row() -> None:
    named = {call.ours for call in calls()} | WITHOUT_A_CALL
    assert public_calls() - named == set()
    assert {call.ours for call in calls() if call.ours} - public_calls() == set()


def test_every_method_of_javas_has_its_row() -> None:
    named = [call.java for call in calls() if call.java]
    assert len(set(named)) == len(named) == JAVAS_METHODS


def test_every_call_has_a_contract_test() -> None:
    assert public_calls() - WITHOUT_A_CALL - contract_tests().keys() == set()


@pytest.mark.parametrize("call", [call for call in calls() if call.ours], ids=lambda call: call.ours)
def test_a_row_names_what_it_needs(call: Call) -> None:
    assert (call.repeat in REPEATS) is (call.ours not in WITHOUT_A_CALL)
    assert {api.partition(":")[0] for api in (*call.apis, *call.lookup)} <= {key.name for key in ApiKey}
    assert (lowest_release(call) is not None) is bool(call.apis)


def test_rows_and_the_lost_answers_agree_about_what_is_sent_again() -> None:
    told = {call.ours: call.repeat for call in calls() if call.ours}
    strictest: dict[str, str] = {}
    for write in sorted(WRITES, key=lambda write: list(Kind).index(write.kind)):
        strictest[write.call] = KINDS[write.kind]
    assert {call for call, kind in strictest.items() if told[call] != kind} == set()
    assert {name for name in READS if told[name] != "read"} == set()


def test_the_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == rendered(), "run: make coverage-table"
    assert ACLS.read_text(encoding="utf-8") == rendered_acls(), "run: make coverage-table"
