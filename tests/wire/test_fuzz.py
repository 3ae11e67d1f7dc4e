"""A short run of the fuzzer, and the corpus that it starts from. ``make fuzz`` runs it for longer."""

from __future__ import annotations

import random

import pytest

from kafkawire import decode, encode
from tests.support import corpus
from tests.support.anatomy import LENGTHS, anatomy
from tests.support.filled_messages import filled
from tests.wire import fuzz
from tests.wire.declarations import Everything

WHOLE = corpus.read(corpus.WHOLE)


def test_spoiled_messages_are_read_or_refused_as_the_reference_does() -> None:
    tally = fuzz.Fuzzer(number=1).run(10_000)
    assert tally.findings == []
    assert tally.inputs == 10_000
    assert tally.accepted > 1_000


def test_the_same_seed_gives_the_same_run() -> None:
    first, second, other = (fuzz.Fuzzer(number).run(300) for number in (7, 7, 8))
    assert first == second != other


def test_a_finding_is_a_line_for_the_corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrongly(cls: object, version: int, data: bytes) -> None:
        raise fuzz.Wrong("seen")

    monkeypatch.setattr(fuzz, "check_readings", wrongly)
    finding = fuzz.Fuzzer(number=1, every=1).run(1000, most_findings=1).findings[0]
    told, line = finding.splitlines()
    assert told == "# Wrong('seen')"
    name, version, *data = line.split()
    assert (name, version) == (WHOLE[0].cls.__name__, str(WHOLE[0].version))
    bytes.fromhex("".join(data))


def test_the_corpus_has_every_message_at_every_version() -> None:
    assert [(kept.cls, kept.version) for kept in WHOLE] == corpus.every_kind()


def test_the_bytes_of_messages_stay_what_they_were() -> None:
    for kept in WHOLE:
        message = filled(kept.cls, kept.version)
        assert encode(message, kept.version) == kept.data, kept
        assert decode(kept.cls, kept.version, kept.data) == message, kept


def test_what_once_went_wrong_goes_right() -> None:
    for kept in corpus.read(corpus.FOUND):
        fuzz.check_readings(kept.cls, kept.version, kept.data)
        fuzz.check_memory(kept.cls, kept.version, kept.data)


@pytest.mark.parametrize("version", Everything.versions)
def test_the_anatomy_of_a_message_knows_all_its_lengths(version: int) -> None:
    """Writing each length as it was gives the same bytes, and the values between them lie end to end."""
    data = encode(filled(Everything, version), version)
    parts = anatomy(Everything, version, data)
    for part in parts:
        if part.kind in LENGTHS:
            assert data[part.start : part.stop] == part.written(part.number)
    leaves = [part for part in parts if part.kind.name != "ELEMENT"]
    assert [part.start for part in leaves] == [0, *(part.stop for part in leaves[:-1])]
    assert leaves[-1].stop == len(data)


def test_mutations_follow_from_their_seed() -> None:
    seeds = [fuzz.seed(kept.cls, kept.version, kept.data) for kept in WHOLE[:5]]
    twice = [[fuzz.Mutator(random.Random(3), seeds).mutated(one) for one in seeds] for _ in range(2)]
    assert twice[0] == twice[1]
