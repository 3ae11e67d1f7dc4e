"""A Kerberos realm of a test's own: a KDC on loopback, its principals, and what says where they are."""

from tests.support.kerberos.kdc import REALM, Kdc, KerberosMissingError

__all__ = ["REALM", "Kdc", "KerberosMissingError"]
