"""Every error that kafkaadmin raises: one tree under `KafkaAdminError`.

A message says what failed, where, and what was tried last. Secrets appear in none of them.
"""

from __future__ import annotations

from typing import Any

from kafkaadmin.needed_acls import NEEDED_ACLS
from kafkawire import ApiKey, ErrorCode
from kafkawire.enums import AclOperation, AclResourceType

__all__ = [
    "AuthenticationError",
    "AuthorizationError",
    "BrokerError",
    "ClientClosedError",
    "ConfigurationError",
    "ConnectError",
    "ConnectionLostError",
    "CoordinatorUnavailableError",
    "DelegationTokenError",
    "DuplicateVoterError",
    "ElectionNotNeededError",
    "GroupNotEmptyError",
    "GroupNotFoundError",
    "GroupSubscribedToTopicError",
    "InvalidRequestError",
    "KafkaAdminError",
    "LocalProtocolError",
    "NotControllerError",
    "NotCoordinatorError",
    "NotLeaderError",
    "OperationTimeoutError",
    "OutcomeUnknownError",
    "PartialFailureError",
    "ProtocolError",
    "RemoteProtocolError",
    "ThrottledError",
    "TopicAlreadyExistsError",
    "TopicDiffersError",
    "TransactionalIdNotFoundError",
    "TransportError",
    "UnknownMemberError",
    "UnknownTopicError",
    "UnsupportedVersionError",
    "VoterNotFoundError",
    "broker_error",
]


class KafkaAdminError(Exception):
    """The root of every error that this package raises."""


class ConfigurationError(KafkaAdminError, ValueError):
    """An argument or a setting is wrong. Raised before any I/O."""


class ClientClosedError(KafkaAdminError):
    """The client was closed before the call, or while it was under way."""


class AuthenticationError(KafkaAdminError):
    """TLS or SASL refused us, or we refused the broker. Raised at once: trying again would not help."""


class TransportError(KafkaAdminError):
    """Bytes could not be brought to a broker, or its answer not brought back."""


class ConnectError(TransportError):
    """No connection could be opened: refused, unreachable, no such name, or no handshake in time. Nothing was sent.

    `slow` tells a time-out or a name that didn't resolve from a refusal: the former keeps the broker out of use longer.
    """

    def __init__(self, message: str, *, slow: bool = False) -> None:
        super().__init__(message)
        self.slow = slow


class ConnectionLostError(TransportError):
    """A connection ended before the answer came.

    `sent`: at least one byte of the request was handed to the transport, so that the broker may have applied it.
    `fresh`: the request was the first on its connection, which had just been opened.
    """

    def __init__(self, message: str, *, sent: bool, fresh: bool = False) -> None:
        super().__init__(message)
        self.sent = sent
        self.fresh = fresh


class OperationTimeoutError(KafkaAdminError, TimeoutError):
    """The call's deadline passed.

    `sent`: a request whose answer never came may have been applied. `last_error`: what stood in the way, if anything.
    """

    def __init__(self, message: str, *, sent: bool = False, last_error: BaseException | None = None) -> None:
        super().__init__(message)
        self.sent = sent
        self.last_error = last_error


class OutcomeUnknownError(KafkaAdminError):
    """A write may or may not have been applied, and nothing can be read that would tell."""


class ProtocolError(KafkaAdminError):
    """The rules of Kafka's protocol were broken."""


class LocalProtocolError(ProtocolError):
    """This side asked for what the protocol can't express."""


class RemoteProtocolError(ProtocolError):
    """A broker sent what can't be read, or answered what wasn't asked. Its connection is closed."""


class UnsupportedVersionError(ProtocolError):
    """The broker doesn't offer the API, or none of the versions that the call needs."""


class BrokerError(KafkaAdminError):
    """A broker answered with an error code.

    `code` is Kafka's number, `name` its name, `message` what the broker added (or `None`), `retriable` whether Kafka
    calls it passing.
    """

    def __init__(self, code: int, message: str | None = None, *, context: str = "") -> None:
        known = ErrorCode(code)
        self.code = code
        self.name = known.name
        self.message = message
        self.retriable = known.retriable
        told = f"{known.name} ({code})" + (f": {message}" if message else "")
        super().__init__(f"{context}: {told}" if context else told)


class UnknownTopicError(BrokerError):
    """3 UNKNOWN_TOPIC_OR_PARTITION, 100 UNKNOWN_TOPIC_ID: no such topic or partition, or not yet known."""


class TopicAlreadyExistsError(BrokerError):
    """36 TOPIC_ALREADY_EXISTS."""


class TopicDiffersError(TopicAlreadyExistsError):
    """`create_topics(if_exists="verify")`: the topic is there, and isn't as ordered. `differences` says in what."""

    def __init__(self, differences: tuple[str, ...], *, context: str = "") -> None:
        super().__init__(ErrorCode.TOPIC_ALREADY_EXISTS, "; ".join(differences), context=context)
        self.differences = differences


class NotLeaderError(BrokerError):
    """6 NOT_LEADER_OR_FOLLOWER, 5 LEADER_NOT_AVAILABLE, and their kin: the partition is led elsewhere, or by nobody."""


class NotControllerError(BrokerError):
    """41 NOT_CONTROLLER."""


class NotCoordinatorError(BrokerError):
    """16 NOT_COORDINATOR."""


class CoordinatorUnavailableError(BrokerError):
    """15 COORDINATOR_NOT_AVAILABLE, 14 COORDINATOR_LOAD_IN_PROGRESS."""


class GroupNotFoundError(BrokerError):
    """69 GROUP_ID_NOT_FOUND."""


class GroupNotEmptyError(BrokerError):
    """68 NON_EMPTY_GROUP."""


class GroupSubscribedToTopicError(BrokerError):
    """86 GROUP_SUBSCRIBED_TO_TOPIC: a live member of the group subscribes to the topic."""


class UnknownMemberError(BrokerError):
    """25 UNKNOWN_MEMBER_ID: also the answer to a commit from outside to a group that has members."""


class AuthorizationError(BrokerError):
    """29, 30, 31, 53, 65: the principal may not do this.

    What was denied is `operation` on the resource `resource_name` of `resource_type`, as in an ACL: DESCRIBE on the
    TOPIC `orders`. Kafka says no more than the kind of resource. So the operation is the one that the request needs, or
    `None` where nothing is known of it; and `resource_name` is `None` where the answer speaks of no single one.
    """

    def __init__(
        self,
        code: int,
        message: str | None = None,
        *,
        context: str = "",
        operation: AclOperation | None = None,
        resource_name: str | None = None,
    ) -> None:
        super().__init__(code, message, context=context)
        self.operation = operation
        self.resource_type = _GUARDED[code]
        self.resource_name = CLUSTER_NAME if self.resource_type is AclResourceType.CLUSTER else resource_name
        self.args = (f"{self.args[0]}; denied: {self._denied()}",)

    def _denied(self) -> str:
        operation = "the operation" if self.operation is None else self.operation.name
        kind = self.resource_type.name.lower().replace("_", " ")
        if self.resource_type is AclResourceType.CLUSTER:
            return f"{operation} on the cluster"
        return f"{operation} on {kind} {self.resource_name!r}" if self.resource_name else f"{operation} on a {kind}"


class InvalidRequestError(BrokerError):
    """42 INVALID_REQUEST and the broker's other refusals of an argument (17, 37, 38, 39, 40, 24)."""


class ThrottledError(BrokerError):
    """89 THROTTLING_QUOTA_EXCEEDED: the quota of controller mutations is used up (KIP-599).

    `throttle_time`: seconds until there is some of it again, as the broker told.
    """

    def __init__(self, code: int, message: str | None = None, *, context: str = "", throttle_time: float = 0.0) -> None:
        super().__init__(code, message, context=context)
        self.throttle_time = throttle_time


class TransactionalIdNotFoundError(BrokerError):
    """105 TRANSACTIONAL_ID_NOT_FOUND: nobody has used this transactional id, or not for a week."""


class DelegationTokenError(BrokerError):
    """61, 62, 63, 64, 66, 67: tokens are switched off, not for this connection, or not there; or not for this user."""


class DuplicateVoterError(BrokerError):
    """126 DUPLICATE_VOTER: a controller with this id votes already."""


class VoterNotFoundError(BrokerError):
    """127 VOTER_NOT_FOUND: no voter has this id and directory."""


class ElectionNotNeededError(BrokerError):
    """84 ELECTION_NOT_NEEDED: the partition's leader is the one that an election would give it."""


class PartialFailureError(KafkaAdminError):
    """A call that collects from every broker could not ask all of them.

    `result` holds what the others answered; `failures` maps the broker's id to what went wrong there.
    """

    def __init__(self, message: str, *, result: Any, failures: dict[int, KafkaAdminError]) -> None:
        super().__init__(message)
        self.result = result
        self.failures = failures


CLUSTER_NAME = "kafka-cluster"
"""What ACLs call the cluster."""

_GUARDED = {
    29: AclResourceType.TOPIC,
    30: AclResourceType.GROUP,
    31: AclResourceType.CLUSTER,
    53: AclResourceType.TRANSACTIONAL_ID,
    65: AclResourceType.DELEGATION_TOKEN,
}
"""What the authorisation errors speak of."""

_BY_CODE: dict[int, type[BrokerError]] = {
    code: kind
    for kind, codes in {
        UnknownTopicError: (3, 100),
        TopicAlreadyExistsError: (36,),
        NotLeaderError: (5, 6, 74, 76),
        NotControllerError: (41,),
        NotCoordinatorError: (16,),
        CoordinatorUnavailableError: (14, 15),
        GroupNotFoundError: (69,),
        GroupNotEmptyError: (68,),
        GroupSubscribedToTopicError: (86,),
        UnknownMemberError: (25,),
        AuthorizationError: (29, 30, 31, 53, 65),
        InvalidRequestError: (17, 24, 37, 38, 39, 40, 42),
        ThrottledError: (89,),
        TransactionalIdNotFoundError: (105,),
        DelegationTokenError: (61, 62, 63, 64, 66, 67),
        DuplicateVoterError: (126,),
        VoterNotFoundError: (127,),
        ElectionNotNeededError: (84,),
    }.items()
    for code in codes
}


def broker_error(
    code: int,
    message: str | None = None,
    *,
    context: str = "",
    throttle_time: float = 0.0,
    api: ApiKey | None = None,
    resource: str | None = None,
) -> BrokerError:
    """The error for a broker's code, of the subclass that a caller would catch; `context` says what it was about.

    `api` was asked, about this topic, group or transactional id: so much can be said of what was denied.
    """
    kind = _BY_CODE.get(code, BrokerError)
    if kind is ThrottledError:
        return ThrottledError(code, message, context=context, throttle_time=throttle_time)
    if kind is AuthorizationError:
        operation = None
        if api is not None and api in NEEDED_ACLS:
            operation = NEEDED_ACLS[api].get(_GUARDED[code])
        return AuthorizationError(code, message, context=context, operation=operation, resource_name=resource)
    return kind(code, message, context=context)
