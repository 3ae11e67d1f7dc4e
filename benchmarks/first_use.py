"""What the first use of each message version takes, and of the package: compiling its functions, and importing it.

    python benchmarks/first_use.py [--rounds 5]

Every round is a process of its own, in which each function is compiled once. Shown is processor time, the least of the
rounds: what else the machine does only adds to it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time

from kafkawire import Message, messages
from kafkawire.compiler import decoder, encoder

BUDGET = 3.0
"""Milliseconds."""

IMPORT = "import time; start = time.process_time(); import kafkawire; print((time.process_time() - start) * 1e3)"


def compile_everything() -> dict[str, float]:
    """Milliseconds for each function of each message version."""
    found = [getattr(messages, name) for name in dir(messages)]
    classes = [cls for cls in found if isinstance(cls, type) and issubclass(cls, Message)]
    times: dict[str, float] = {}
    for cls in classes:
        for version in cls.versions:
            for direction, compiled in (("decode", decoder), ("encode", encoder)):
                start = time.process_time()
                compiled(cls, version)
                times[f"{cls.__name__} v{version}, {direction}"] = (time.process_time() - start) * 1e3
    return times


def in_a_process(*arguments: str) -> str:
    """What Python prints there."""
    return subprocess.run([sys.executable, *arguments], check=True, capture_output=True, text=True).stdout


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--one-round", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one_round:
        print(json.dumps(compile_everything()))
        return
    rounds: list[dict[str, float]] = [json.loads(in_a_process(__file__, "--one-round")) for _ in range(options.rounds)]
    least = {name: min(times[name] for times in rounds) for name in rounds[0]}
    over = [name for name, took in least.items() if took > BUDGET]
    print(f"{len(least)} functions: median {statistics.median(least.values()):.2f} ms, over {BUDGET} ms: {len(over)}")
    for name in sorted(least, key=least.__getitem__)[:-6:-1]:
        print(f"    {least[name]:.2f} ms  {name}")
    imports = [float(in_a_process("-c", IMPORT)) for _ in range(options.rounds)]
    print(f"import kafkawire: {min(imports):.0f} ms")


if __name__ == "__main__":
    main()
