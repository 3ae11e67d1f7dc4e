"""The `kafkaadmin` command. It needs the extra `cli`: typer and rich."""

from __future__ import annotations

import sys

__all__ = ["main"]

_EXTRA = frozenset({"typer", "rich"})


def main() -> None:
    """Run the command with this process's arguments, and exit."""
    try:
        from kafkaadmin.cli.app import app
    except ModuleNotFoundError as missing:
        package = (missing.name or "").partition(".")[0]
        if package not in _EXTRA:
            raise
        sys.stderr.write(
            f"kafkaadmin: the command needs {package}, which is not installed; one command mends it:\n"
            "  python -m pip install 'kafkaadmin[cli]'\n"
        )
        raise SystemExit(2) from None
    app(prog_name="kafkaadmin")
