"""What every test may use."""

import signal

pytest_plugins = ["tests.support.kafka.plugin"]


def pytest_configure() -> None:
    """Takes interrupts, which a shell's background jobs start with ignored.

    The processes that tests start and interrupt would have that from us.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
