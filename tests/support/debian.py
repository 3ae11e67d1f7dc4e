"""Packages of Debian, installed by root."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

__all__ = ["InstallError", "can_install", "install"]


class InstallError(Exception):
    """apt-get failed; its message is in here."""


def can_install() -> bool:
    """Whether this is root on Debian, or on what was made of it."""
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def install(*packages: str) -> None:
    """Has apt-get install them. Two at a time would be in each other's way: the second waits. Raises `InstallError`."""
    sys.stderr.write(f"installing {' '.join(packages)}\n")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    with Path(tempfile.gettempdir(), "kafkaadmin-apt.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
            done = subprocess.run(
                ["apt-get", "-qq", *command], env=environment, capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise InstallError(f"apt-get {command[0]} failed:\n{done.stderr[-2000:]}")
