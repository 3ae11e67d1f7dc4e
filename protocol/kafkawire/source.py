"""Writing Python source: lines, blocks, fresh names, and the constants that the finished function will see."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Generator


class Source:
    """A function in the making, and those that it calls."""

    def __init__(self, constants: dict[str, Any]) -> None:
        self._constants = dict(constants)
        self._known = {id(value): name for name, value in constants.items()}
        self._lines: list[str] = []
        self._finished: list[str] = []
        self._depth = 0
        self._names = 0

    def line(self, text: str) -> None:
        """One line, at the depth of the block that is open."""
        self._lines.append("    " * self._depth + text)

    def prelude(self, text: str) -> None:
        """A line right under the function's head, once."""
        line = "    " + text
        if line not in self._lines:
            self._lines.insert(1, line)

    @contextmanager
    def block(self, opening: str) -> Generator[None]:
        """Lines under ``opening:``."""
        self.line(opening + ":")
        self._depth += 1
        before = len(self._lines)
        yield
        if len(self._lines) == before:
            self.line("pass")
        self._depth -= 1

    @contextmanager
    def apart(self, opening: str) -> Generator[None]:
        """Lines of another function, beside the one in the making."""
        lines, depth = self._lines, self._depth
        self._lines, self._depth = [], 0
        with self.block(opening):
            yield
        self._finished += self._lines
        self._lines, self._depth = lines, depth

    def fresh(self, prefix: str) -> str:
        """A variable's name that is not in use."""
        self._names += 1
        return f"{prefix}{self._names}"

    def constant(self, prefix: str, value: Any) -> str:
        """The name under which the function will see a value."""
        name = self._known.get(id(value))
        if name is None:
            name = self._known[id(value)] = self.fresh(prefix)
            self._constants[name] = value
        return name

    def text(self) -> str:
        """What has been written."""
        return "\n".join([*self._finished, *self._lines]) + "\n"

    def function(self, name: str, origin: str) -> Callable[..., Any]:
        """The function `name` that was written; tracebacks show `origin` for its file."""
        namespace = dict(self._constants)
        exec(compile(self.text(), f"<{origin}>", "exec"), namespace)  # noqa: S102 - code made here
        made: Callable[..., Any] = namespace[name]
        return made
