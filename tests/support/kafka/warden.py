"""Ends what a test run started, even when that run was killed and could not do so itself.

The warden is a process of its own. Its parent tells it over a pipe, a JSON array a line, which commands would undo
what it has started (`["key", ["kill", "-9", "123"]]`) and takes back what it has undone itself (`["key", null]`). When
the parent is gone, however it went, the pipe closes, and the warden runs the commands that are left.
"""

import json
import signal
import subprocess
import sys
from types import TracebackType
from typing import IO, Self


class Warden:
    """The parent's end of the pipe."""

    def __init__(self) -> None:
        self._pipe: IO[str] | None = None

    def watch(self, key: str, undo: list[str]) -> None:
        """Has `undo` run when this process ends before `forget(key)`."""
        self._tell(key, undo)

    def forget(self, key: str) -> None:
        """`key` is gone; nothing is left to undo."""
        self._tell(key, None)

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-I", __file__], stdin=subprocess.PIPE, text=True, start_new_session=True
        )
        self._pipe = self._process.stdin
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Ends the warden; what is still watched is undone now."""
        if self._pipe is not None:
            self._pipe.close()
        self._process.wait()

    def _tell(self, key: str, undo: list[str] | None) -> None:
        if self._pipe is None:
            raise RuntimeError("the warden has not been entered")
        self._pipe.write(json.dumps([key, undo]) + "\n")
        self._pipe.flush()


def main() -> None:
    """Waits for the parent's end, then undoes what it left."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    watched: dict[str, list[str]] = {}
    for line in sys.stdin:
        key, undo = json.loads(line)
        watched.pop(key, None)
        if undo is not None:
            watched[key] = undo
    for undo in reversed(watched.values()):
        subprocess.run(undo, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
