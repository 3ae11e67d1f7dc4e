"""Whatever the bytes say: a message or a `DecodeError`, in little memory, at once, and as the reference reads it.

    python -m tests.wire.fuzz --inputs 5000000 --seed 1
    python -m tests.wire.fuzz --lengths

Inputs are mutations of the corpus (`tests.support.corpus`), each message and version in turn. A run is given by its
seed and its number of inputs. What goes wrong is printed as a line for `tests/wire/corpus/found.txt`.
"""

from __future__ import annotations

import argparse
import struct
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle
from random import Random

from kafkawire import DecodeError, Message, Request, Response, Session, decode, encode, reference, request_class
from kafkawire.compiler import decoder
from kafkawire.headers import read_request, response_header_version
from tests.support import corpus
from tests.support.filled_messages import filled
from tests.support.memory import peak
from tests.support.mutations import Mutator, Seed, seed, wrong_lengths

REFUSALS = (struct.error, IndexError, ValueError, OverflowError)
"""What compiled readings raise for malformed bytes."""

SECONDS = 1.0
"""Processor time that no input may take."""


class Wrong(Exception):
    """An input was treated as none should be."""


@dataclass(slots=True)
class Tally:
    """What a run has done, and what it found."""

    inputs: int = 0
    accepted: int = 0
    compared: int = 0
    measured: int = 0
    framed: int = 0
    findings: list[str] = field(default_factory=list[str])


class Fuzzer:
    """A run.

    Args:
        number: the run's seed.
        every: of how many inputs one is compared with the reference; of ten such, one has its memory measured.
    """

    def __init__(self, number: int, every: int = 20) -> None:
        self._random = Random(number)
        self._seeds = [seed(kept.cls, kept.version, kept.data) for kept in corpus.read(corpus.WHOLE)]
        self._mutator = Mutator(self._random, self._seeds)
        self._requests = {number: _request(one) for number, one in enumerate(self._seeds) if _framed(one.cls)}
        self._checks: tuple[tuple[int, Callable[[int, bytes], None]], ...] = (
            (every * 10, self._in_little_memory),
            (every, self._as_the_reference),
            (every // 2 or 1, self._in_a_frame),
        )
        self.tally = Tally()

    def run(self, inputs: int, most_findings: int = 20) -> Tally:
        """Try so many inputs, or until there are enough findings."""
        for number in cycle(range(len(self._seeds))):
            if self.tally.inputs == inputs or len(self.tally.findings) >= most_findings:
                return self.tally
            self._try(number, self._mutator.mutated(self._seeds[number]))
        return self.tally

    def run_lengths(self) -> Tally:
        """Try every wrong number for every length there is, each compared with the reference."""
        for number, one in enumerate(self._seeds):
            for data in wrong_lengths(one, everywhere=True):
                self._try(number, data)
                self._as_the_reference(number, data)
        return self.tally

    def _try(self, number: int, data: bytes) -> None:
        self.tally.inputs += 1
        began = time.process_time()
        try:
            self._read(self._seeds[number], data)
            for every, check in self._checks:
                if self._random.random() * every < 1:
                    check(number, data)
        except Exception as error:  # noqa: BLE001 - whatever it is, it should have been a DecodeError
            self._found(number, data, repr(error))
        if time.process_time() - began > SECONDS:
            self._found(number, data, f"took {time.process_time() - began:.1f} s")

    def _found(self, number: int, data: bytes, what: str) -> None:
        one = self._seeds[number]
        self.tally.findings.append(f"# {what}\n{corpus.Kept(one.cls, one.version, data)}")

    def _read(self, one: Seed, data: bytes) -> None:
        with suppress(*REFUSALS):
            _, end = decoder(one.cls, one.version)(data, 0)
            self.tally.accepted += end == len(data)

    def _as_the_reference(self, number: int, data: bytes) -> None:
        self.tally.compared += 1
        check_readings(self._seeds[number].cls, self._seeds[number].version, data)

    def _in_little_memory(self, number: int, data: bytes) -> None:
        self.tally.measured += 1
        check_memory(self._seeds[number].cls, self._seeds[number].version, data)

    def _in_a_frame(self, number: int, data: bytes) -> None:
        request = self._requests.get(number)
        if request is None:
            return
        self.tally.framed += 1
        one = self._seeds[number]
        if isinstance(request, one.cls):
            self._asked(one, data)
        else:
            self._answered(one, request, data)

    def _asked(self, one: Seed, data: bytes) -> None:
        """A server reads the frame."""
        assert issubclass(one.cls, Request)
        header = struct.pack(">hhihx", one.cls.api_key, one.version, 7, 0)
        frame = bytearray(header[: 11 if one.cls.flexible(one.version) else 10] + data)
        if self._random.random() < 0.3:
            frame[int(self._random.random() * len(frame))] ^= 1 << int(self._random.random() * 8)
        with suppress(DecodeError):
            read_request(bytes(frame))

    def _answered(self, one: Seed, request: Request[Response], data: bytes) -> None:
        """A client reads the frame, in chunks."""
        assert issubclass(one.cls, Response)
        session = Session(max_response_bytes=1 << 20)
        correlation_id, _ = session.send(request, one.version)
        body = bytes(response_header_version(one.cls, one.version)) + data
        stream = bytearray(struct.pack(">ii", 4 + len(body), correlation_id) + body)
        if self._random.random() < 0.3:
            stream[int(self._random.random() * len(stream))] ^= 1 << int(self._random.random() * 8)
        with suppress(DecodeError):
            for piece in self._mutator.pieces(bytes(stream)):
                session.receive(piece)


def _framed(cls: type[Message]) -> bool:
    return issubclass(cls, Request | Response)


def _request(one: Seed) -> Request[Response]:
    """The request of a seed's API, be the seed that or the response."""
    assert issubclass(one.cls, Request | Response)
    return filled(request_class(one.cls.api_key), one.version)


def check_readings(cls: type[Message], version: int, data: bytes) -> None:
    """Both readings accept the same, or both refuse, and then the error has all its parts."""
    read = compiled(cls, version, data)
    try:
        expected = repr(reference.parse(cls, version, data))
    except DecodeError as error:
        expected = REFUSED
        if (error.message, error.version) != (cls.__name__, version) or error.offset is None or not error.problem:
            raise Wrong(f"an error without its place: {error}") from error
        if not 0 <= error.offset <= len(data):
            raise Wrong(f"a place outside of the input: {error}") from error
    if read != expected:
        raise Wrong(f"the reference has {expected}, not {read}")
    if read == REFUSED:
        return
    with suppress(DecodeError):
        message = decode(cls, version, data)
        again = decode(cls, version, encode(message, version))
        if repr(again) != repr(message):
            raise Wrong(f"after another journey: {again!r}")


REFUSED = "refused"


def compiled(cls: type[Message], version: int, data: bytes) -> str:
    """What the compiled reading makes of the bytes. `decode` would ask the reference where it fails."""
    with suppress(*REFUSALS):
        message, end = decoder(cls, version)(data, 0)
        return repr((message, end)) if end <= len(data) else REFUSED
    return REFUSED


def check_memory(cls: type[Message], version: int, data: bytes, constant: int = 16_384) -> None:
    """At most 40 times the input, and a constant for what every message takes."""
    read = decoder(cls, version)
    allowed = 40 * len(data) + constant

    def read_or_refuse() -> None:
        with suppress(*REFUSALS):
            read(data, 0)

    if (taken := peak(read_or_refuse, allowed)) > allowed:
        raise Wrong(f"{taken} bytes of memory for {len(data)} of input")


def lines(tally: Tally, seconds: float) -> Iterator[str]:
    """A run's report."""
    yield f"{tally.inputs} inputs in {seconds:.0f} s: {tally.accepted} were messages all the same"
    yield f"{tally.compared} compared with the reference, {tally.measured} had their memory measured"
    yield f"{tally.framed} read in a frame"
    yield f"{len(tally.findings)} findings"
    yield from tally.findings


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.wire.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=200_000, help="how many to try (200000)")
    parser.add_argument("--seed", type=int, default=1, help="what the run follows from (1)")
    parser.add_argument("--every", type=int, default=20, help="of how many one is compared with the reference (20)")
    parser.add_argument("--lengths", action="store_true", help="every wrong number for every length, instead")
    parser.add_argument("--renew-corpus", action="store_true", help="write whole.txt anew, and do nothing else")
    options = parser.parse_args()
    if options.renew_corpus:
        corpus.renew()
        return 0
    began = time.perf_counter()
    fuzzer = Fuzzer(options.seed, options.every)
    tally = fuzzer.run_lengths() if options.lengths else fuzzer.run(options.inputs)
    print(*lines(tally, time.perf_counter() - began), sep="\n", flush=True)
    return 1 if tally.findings else 0


if __name__ == "__main__":
    sys.exit(main())
