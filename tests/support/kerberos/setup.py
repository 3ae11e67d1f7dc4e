"""`python -m tests.support.kerberos.setup`: MIT's Kerberos, installed on Debian by root, and named elsewhere."""

import sys

from tests.support.debian import InstallError, can_install, install
from tests.support.kerberos.kdc import PACKAGES, KerberosMissingError, missing_programs, require_programs


def main() -> int:
    """The exit code: 0 when the extra can be built and a KDC started."""
    try:
        if can_install() and (missing := missing_programs()):
            install(*dict.fromkeys(package for program in missing for package in PACKAGES[program].split()))
        require_programs()
    except (KerberosMissingError, InstallError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
