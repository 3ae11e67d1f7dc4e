"""How answers to writes get lost, and what somebody else does before the next try, as tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from kafkaadmin import (
    AdminClient,
    DelegationTokenError,
    DuplicateVoterError,
    GroupNotEmptyError,
    InvalidRequestError,
    NewPartitions,
    NewTopic,
    RaftVoterEndpoint,
    TopicAlreadyExistsError,
    UnknownTopicError,
)
from kafkaadmin.testing import FakeCluster, Fault, GroupMember
from kafkawire import ApiKey
from tests.support.writes import ENDPOINT, ORDERS_0, VOTER, Do, Play

__all__ = ["LOSSES", "SOMEBODY_ELSE", "Loss", "Other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A way to lose the answer, before the request was applied or after."""

    name: str
    applied: bool
    fault: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.name}-{'after' if self.applied else 'before'}"

    def of(self, api: ApiKey) -> Fault:
        """The fault that loses the answer to the first request of this API."""
        return Fault(api=api, **self.fault)


LOSSES: tuple[Loss, ...] = (
    Loss(name="reset", applied=False, fault={"cut": "before"}),
    Loss(name="reset", applied=True, fault={"cut": "after"}),
    Loss(name="fin", applied=False, fault={"cut": "before", "how": "fin"}),
    Loss(name="fin", applied=True, fault={"cut": "after", "how": "fin"}),
    Loss(name="half", applied=True, fault={"cut": "half"}),
    Loss(name="silence", applied=False, fault={"error": -1, "drop_answer": True}),
    Loss(name="silence", applied=True, fault={"drop_answer": True}),
    Loss(name="frozen", applied=False, fault={"stop": "stall"}),
    Loss(name="frozen", applied=True, fault={"stop": "stall", "after_applying": True}),
    Loss(name="killed", applied=False, fault={"stop": "reset"}),
    Loss(name="killed", applied=True, fault={"stop": "reset", "after_applying": True}),
    Loss(name="timed-out", applied=False, fault={"error": 7}),
    Loss(name="timed-out", applied=True, fault={"error": 7, "after_applying": True}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Somebody else's change after an answer was lost, and what then is to be told.

    `outcome`: an error, `True` for a result that is ambiguous, `False` for one that is not.
    """

    what: str
    write: str
    applied: bool
    change: Do
    outcome: type[Exception] | bool
    left: object = None

    def __str__(self) -> str:
        return f"{self.write}-{'after' if self.applied else 'before'}-{self.what.replace(' ', '-')}"


def _made(**settings: Any) -> Do:
    """Somebody makes the topic that was ordered, with other settings."""
    ordered: dict[str, Any] = {"partitions": 2, "replication_factor": 2, "configs": {"retention.ms": "5"}} | settings
    return lambda admin, play: admin.create_topics(NewTopic("new", **ordered))


def _fake(play: Play) -> FakeCluster:
    return cast("FakeCluster", play.cluster)


async def _remade(admin: AdminClient, play: Play) -> None:
    (await admin.delete_topics("orders")).raise_for_errors()
    (await admin.create_topics(NewTopic("orders", partitions=7))).raise_for_errors()


async def _made_again(admin: AdminClient, play: Play) -> None:
    (await admin.create_topics(NewTopic("orders", partitions=7))).raise_for_errors()


async def _replaced(admin: AdminClient, play: Play) -> None:
    (await admin.delete_topics("new")).raise_for_errors()
    (await admin.create_topics(NewTopic("new", partitions=7))).raise_for_errors()


async def _rejoined(admin: AdminClient, play: Play) -> None:
    _fake(play).add_group(
        "busy", members=[GroupMember(member_id="m-1"), GroupMember(member_id="m-3", group_instance_id="static")]
    )


async def _left(admin: AdminClient, play: Play) -> None:
    _fake(play).add_group("busy", members=[GroupMember(member_id="m-2", group_instance_id="static")])


async def _members_came(admin: AdminClient, play: Play) -> None:
    _fake(play).add_group("old", members=[GroupMember(member_id="m-9")])


SOMEBODY_ELSE: tuple[Other, ...] = (
    Other(
        what="made it just so",
        write="create_topics",
        applied=False,
        change=_made(),
        outcome=True,
        left={"orders": 3, "new": 2},
    ),
    Other(
        what="made it with other partitions",
        write="create_topics",
        applied=False,
        change=_made(partitions=3),
        outcome=TopicAlreadyExistsError,
        left={"orders": 3, "new": 3},
    ),
    Other(
        what="made it with other replicas",
        write="create_topics",
        applied=False,
        change=_made(replication_factor=1),
        outcome=TopicAlreadyExistsError,
    ),
    Other(
        what="made it with another value",
        write="create_topics",
        applied=False,
        change=_made(configs={"retention.ms": "6"}),
        outcome=TopicAlreadyExistsError,
    ),
    Other(
        what="made it without the configs",
        write="create_topics",
        applied=False,
        change=_made(configs={}),
        outcome=TopicAlreadyExistsError,
    ),
    Other(
        what="made it with more configs",
        write="create_topics",
        applied=False,
        change=_made(configs={"retention.ms": "5", "cleanup.policy": "compact"}),
        outcome=TopicAlreadyExistsError,
    ),
    Other(
        what="deleted it again",
        write="create_topics",
        applied=True,
        change=lambda admin, play: admin.delete_topics("new"),
        outcome=False,
        left={"orders": 3, "new": 2},
    ),
    Other(
        what="deleted it and made another",
        write="create_topics",
        applied=True,
        change=_replaced,
        outcome=TopicAlreadyExistsError,
        left={"orders": 3, "new": 7},
    ),
    Other(
        what="gave it as many",
        write="create_partitions",
        applied=False,
        change=lambda admin, play: admin.create_partitions({"orders": 5}),
        outcome=True,
        left={"orders": 5},
    ),
    Other(
        what="gave it more",
        write="create_partitions",
        applied=False,
        change=lambda admin, play: admin.create_partitions({"orders": 6}),
        outcome=InvalidRequestError,
        left={"orders": 6},
    ),
    Other(
        what="gave it fewer",
        write="create_partitions",
        applied=False,
        change=lambda admin, play: admin.create_partitions({"orders": 4}),
        outcome=False,
        left={"orders": 5},
    ),
    Other(
        what="deleted the topic",
        write="create_partitions",
        applied=False,
        change=lambda admin, play: admin.delete_topics("orders"),
        outcome=UnknownTopicError,
        left={},
    ),
    Other(
        what="placed them otherwise",
        write="create_partitions-assigned",
        applied=False,
        change=lambda admin, play: admin.create_partitions(
            {"orders": NewPartitions(5, assignments=[[3, 2, 1], [2, 3, 1]])}
        ),
        outcome=InvalidRequestError,
        left={"orders": 5},
    ),
    Other(
        what="deleted it",
        write="delete_topics",
        applied=False,
        change=lambda admin, play: admin.delete_topics("orders"),
        outcome=True,
        left={},
    ),
    Other(
        what="made another by that name",
        write="delete_topics",
        applied=True,
        change=_made_again,
        outcome=True,
        left={"orders": 7},
    ),
    Other(
        what="replaced it",
        write="delete_topics",
        applied=False,
        change=_remade,
        outcome=True,
        left={"orders": 7},
    ),
    Other(
        what="made another by that name",
        write="delete_topics-by-id",
        applied=True,
        change=_made_again,
        outcome=True,
        left={"orders": 7},
    ),
    Other(
        what="deleted more",
        write="delete_records",
        applied=True,
        change=lambda admin, play: admin.delete_records({ORDERS_0: 20}),
        outcome=False,
        left=20,
    ),
    Other(
        what="committed",
        write="alter_consumer_group_offsets",
        applied=True,
        change=lambda admin, play: admin.alter_consumer_group_offsets("old", {ORDERS_0: 7}),
        outcome=False,
        left=50,
    ),
    Other(
        what="deleted it",
        write="delete_consumer_groups",
        applied=False,
        change=lambda admin, play: admin.delete_consumer_groups("old"),
        outcome=True,
        left=set[str](),
    ),
    Other(
        what="joined a new one",
        write="delete_consumer_groups",
        applied=True,
        change=_members_came,
        outcome=GroupNotEmptyError,
        left={"old"},
    ),
    Other(
        what="left by itself",
        write="remove_members_from_consumer_group",
        applied=False,
        change=_left,
        outcome=True,
        left={"m-2"},
    ),
    Other(
        what="came back under its name",
        write="remove_members_from_consumer_group-static",
        applied=True,
        change=_rejoined,
        outcome=False,
        left={"m-1"},
    ),
    Other(
        what="added just this one",
        write="add_raft_voter",
        applied=False,
        change=lambda admin, play: admin.add_raft_voter(4, VOTER, ENDPOINT),
        outcome=True,
        left={1, 2, 3, 4},
    ),
    Other(
        what="added one with another directory",
        write="add_raft_voter",
        applied=False,
        change=lambda admin, play: admin.add_raft_voter(4, UUID(int=8), ENDPOINT),
        outcome=DuplicateVoterError,
    ),
    Other(
        what="added it at another endpoint",
        write="add_raft_voter",
        applied=False,
        change=lambda admin, play: admin.add_raft_voter(
            4, VOTER, RaftVoterEndpoint(listener="CONTROLLER", host="127.0.0.1", port=9094)
        ),
        outcome=DuplicateVoterError,
    ),
    Other(
        what="removed it",
        write="remove_raft_voter",
        applied=False,
        change=lambda admin, play: admin.remove_raft_voter(3, play.told["voter"]),
        outcome=True,
        left={1, 2},
    ),
    Other(
        what="added it again",
        write="remove_raft_voter",
        applied=True,
        change=lambda admin, play: admin.add_raft_voter(3, play.told["voter"], ENDPOINT),
        outcome=False,
        left={1, 2},
    ),
    Other(
        what="ended it",
        write="expire_delegation_token",
        applied=False,
        change=lambda admin, play: admin.expire_delegation_token(play.told["token"]),
        outcome=True,
        left=0,
    ),
    Other(
        what="ended it",
        write="renew_delegation_token",
        applied=True,
        change=lambda admin, play: admin.expire_delegation_token(play.told["token"]),
        outcome=DelegationTokenError,
    ),
)
