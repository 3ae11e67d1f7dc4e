"""What every test may use."""

import signal

import pytest

pytest_plugins = ["tests.support.kafka.plugin", "tests.support.kerberos.plugin"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """What is too long for every day."""
    parser.addoption("--whole-matrix", action="store_true", help="plays all of the fault matrix on trio too")


def pytest_configure() -> None:
    """Takes interrupts, which a shell's background jobs start with ignored.

    The processes that tests start and interrupt would have that from us.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
