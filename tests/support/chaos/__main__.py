"""`python -m tests.support.chaos`: the exit code says whether everything held."""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from tests.support.chaos.journal import Journal
from tests.support.chaos.run import Run, Settings
from tests.support.kafka.backend import Backend, make_cluster
from tests.support.kafka.settings import DEFAULT_VERSION

# An acknowledged write is on two brokers at least, and no two are hurt at once: so Kafka itself keeps it.
KEPT = {"min.insync.replicas": "2", "unclean.leader.election.enable": "false", "delete.topic.enable": "true"}
LOOPS = {"both": ("asyncio", "trio"), "asyncio": ("asyncio",), "trio": ("trio",)}


def main() -> int:
    """0 when no call failed, no answer was wrong, no acknowledged write was lost, and nothing grew."""
    chosen = _arguments()
    seed = chosen.seed or secrets.token_hex(4)
    settings = Settings(
        minutes=chosen.minutes, seed=seed, loops=LOOPS[chosen.loop], callers=chosen.callers, only=chosen.only
    )
    with tempfile.TemporaryDirectory(prefix="kafkaadmin-chaos-") as directory:
        kafka = make_cluster(chosen.backend, Path(directory, "kafka"), brokers=3, version=chosen.version, extra=KEPT)
        print(f"seed {seed}, Kafka {kafka.version}, {type(kafka).__name__}, {chosen.minutes:g} min", flush=True)
        with kafka, closing(Journal(chosen.journal or Path(directory, "journal"))) as journal:
            return Run(kafka, settings, journal).all()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.support.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="for how long brokers are hurt (default 10)")
    parser.add_argument("--version", default=DEFAULT_VERSION, help="release of the brokers")
    parser.add_argument("--backend", type=Backend, default=Backend.AUTO, choices=list(Backend))
    parser.add_argument("--seed", default="", help="repeats a run's order of faults and mixture of calls")
    parser.add_argument("--loop", default="both", choices=list(LOOPS), help="the callers' event loops")
    parser.add_argument("--callers", type=int, default=20)
    parser.add_argument("--only", action="append", help="a fault, by its name in faults.py; repeat it for several")
    parser.add_argument("--journal", type=Path, help="a file for all that was done and seen, to be kept")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
