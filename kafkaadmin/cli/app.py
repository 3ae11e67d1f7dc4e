"""The command's face: its subcommands, their options and exit codes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kafkaadmin.cli.demo import Demo, run_demo
from kafkaadmin.cli.demo.narration import printable
from kafkaadmin.errors import ConfigurationError

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.callback()
def kafkaadmin() -> None:
    """Admin tools for Apache Kafka, which survive the cluster changing under them."""


@app.command()
def demo(
    bootstrap: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Read from this real cluster instead, and break nothing.")
    ] = None,
    command_config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Java's client.properties: how to get into a real cluster, and where it is."),
    ] = None,
    seconds: Annotated[float, typer.Option(min=1.0, help="With --bootstrap: how long to read.")] = 20.0,
    timeout: Annotated[float, typer.Option(min=0.01, help="Seconds that one call may take before it fails.")] = 60.0,
    plain: Annotated[bool, typer.Option("--plain", help="Lines of text, also where output is no terminal.")] = False,
    speed: Annotated[float, typer.Option(min=0.1, max=20.0, hidden=True)] = 1.0,
) -> None:
    """Watch group offsets being read while their coordinators are reset, moved, killed and frozen.

    Starts three Kafka brokers in this process, with 12 topics and 200 groups, and takes 20 seconds. Exits with 1 if a
    call failed or an offset was wrong, and with 130 when it was interrupted.
    """
    try:
        code = run_demo(
            Demo(
                bootstrap=bootstrap,
                command_config=command_config,
                seconds=seconds,
                timeout=timeout,
                plain=plain,
                speed=speed,
            )
        )
    except ConfigurationError as error:
        raise typer.BadParameter(printable(str(error))) from None
    raise typer.Exit(code)
