"""pytest's side of the realm: the fixture `kdc`, and the mark of the tests that have it."""

from collections.abc import Iterator

import pytest

from tests.support.kerberos.kdc import Kdc, KerberosMissingError


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what needs a KDC, so that `-m "not kerberos"` leaves it out."""
    for item in items:
        if "kdc" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.kerberos)


@pytest.fixture(scope="module")
def kdc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kdc]:
    """A realm for a module's tests; MIT's library and Java find it meanwhile."""
    try:
        with Kdc(tmp_path_factory.mktemp("kdc")) as kdc, pytest.MonkeyPatch.context() as patch:
            for name, value in kdc.environment.items():
                patch.setenv(name, value)
            yield kdc
            return
    except KerberosMissingError as error:
        missing = str(error)
    # Skipped, the tests would look as if all were well.
    pytest.fail(f"no Kerberos on this machine: {missing}", pytrace=False)
