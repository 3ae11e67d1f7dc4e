"""The declaration language: a message is declared once, for all its versions.

    @entity
    class DeletableTopicResult:
        name: str | None = wire(string(nullable_since=6), default="")
        topic_id: UUID = wire(Uuid, since=6, default=ZERO_UUID, ignorable=True)

    @entity
    class DeleteTopicsRequest(Request[DeleteTopicsResponse]):
        api_key, versions, flexible_since = ApiKey.DELETE_TOPICS, range(1, 7), 4
        topics: tuple[DeleteTopicState, ...] = wire(Array(DeleteTopicState), since=6, default=())

Fields are written in the order in which they are declared. An entity takes the version and the flexibility of the
message it is part of; the version is an argument of `kafkawire.encode`, never state on the message.
"""

from __future__ import annotations

from operator import attrgetter
from types import EllipsisType
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Generic,
    TypeVar,
    cast,
    dataclass_transform,
    get_args,
    get_origin,
    overload,
)

from kafkawire.primitives import FieldSpec, Form, WireType, wire_type

if TYPE_CHECKING:
    from collections.abc import Callable

    from kafkawire.api_keys import ApiKey

T = TypeVar("T")
R_co = TypeVar("R_co", bound="Response", covariant=True)


class _Declared:
    """What `wire` leaves in the class body for `entity` to collect."""

    __slots__ = ("options",)

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options


@overload
def wire(
    type: type[T],
    *,
    since: int = 0,
    until: int | None = None,
    ignorable: bool = False,
    tag: int | None = None,
    secret: bool = False,
) -> T: ...
@overload
def wire(
    type: WireType[T],
    *,
    since: int = 0,
    until: int | None = None,
    default: T | EllipsisType = ...,
    ignorable: bool = False,
    tag: int | None = None,
    secret: bool = False,
) -> T: ...
def wire(
    type: Any,
    *,
    since: int = 0,
    until: int | None = None,
    default: Any = ...,
    ignorable: bool = False,
    tag: int | None = None,
    secret: bool = False,
) -> Any:
    """Declare a field.

    Args:
        type: a wire type of `kafkawire.primitives`, or an entity class for a struct in place.
        since, until: the versions that carry the field, both included.
        default: Kafka's default. Without one the constructor insists on a value.
        ignorable: a version that can't carry the value drops it, instead of raising `UnsupportedFieldError`.
        tag: the number of a tagged field (KIP-482), which flexible versions write only when it isn't the default.
        secret: keep the value out of ``repr``.
    """
    declared = wire_type(type)
    return _Declared(
        {
            "type": declared,
            "since": since,
            "until": until,
            "default": declared.default if default is ... else default,
            "required": default is ...,
            "ignorable": ignorable,
            "tag": tag,
            "secret": secret,
        }
    )


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(wire,))
def entity(cls: type[T]) -> type[T]:
    """Make a slotted, keyword-only class of a declaration, with ``==`` and a ``repr`` that hides secrets.

    Instances are meant to be left unchanged. Type checkers see to that; at run time nothing does, because a frozen
    constructor was the largest single cost of decoding.
    """
    body = dict(vars(cls))
    specs = tuple(FieldSpec(name=name, **value.options) for name, value in body.items() if isinstance(value, _Declared))
    for name in ("__dict__", "__weakref__", *(spec.name for spec in specs)):
        body.pop(name, None)
    body.update(
        __slots__=tuple(spec.name for spec in specs),
        __wire_fields__=specs,
        __init__=_first_init,
        __eq__=_equal,
        __hash__=None,
        __repr__=_represent,
    )
    remade: Any = type(cls)(cls.__name__, cls.__bases__, body)  # type: ignore[misc]
    return cast("type[T]", remade)


def fields_of(cls: type[Any]) -> tuple[FieldSpec, ...]:
    """The fields of a message or entity class, in wire order."""
    return cls.__wire_fields__  # type: ignore[no-any-return]


def _first_init(self: Any, **values: Any) -> None:
    """Write the class its own constructor when it is first called: most classes of a program never are."""
    cls = cast("Any", type(self))
    cls.__init__ = _constructor(cls.__wire_fields__, cls.__qualname__)
    cls.__init__(self, **values)


def _constructor(specs: tuple[FieldSpec, ...], owner: str) -> Callable[..., None]:
    parameters = "".join(f", {s.name}" if s.required else f", {s.name}=default_{s.name}" for s in specs)
    stores = "".join(f"\n    self.{s.name} = {s.name}" for s in specs) or "\n    pass"
    namespace: dict[str, Any] = {f"default_{s.name}": s.default for s in specs}
    exec(f"def __init__(self{', *' if specs else ''}{parameters}):{stores}", namespace)  # noqa: S102 - code made here
    init: Callable[..., None] = namespace["__init__"]
    init.__qualname__ = f"{owner}.__init__"
    return init


def _values(instance: Any) -> Any:
    names: tuple[str, ...] = instance.__slots__
    return attrgetter(*names)(instance) if names else ()


def _equal(self: Any, other: object) -> bool:
    same: bool = _values(self) == _values(other) if type(other) is type(self) else NotImplemented
    return same


def _represent(self: Any) -> str:
    shown = (f"{s.name}={'***' if s.secret else repr(getattr(self, s.name))}" for s in self.__wire_fields__)
    return f"{type(self).__name__}({', '.join(shown)})"


class Message:
    """Anything with versions of its own: requests, responses, headers, and the blobs inside group memberships.

    Attributes:
        versions: those that can be written and read.
        flexible_since: the first flexible version (KIP-482), ``None`` when none is.
    """

    __slots__ = ()

    versions: ClassVar[range] = range(0)
    flexible_since: ClassVar[int | None] = None
    __wire_fields__: ClassVar[tuple[FieldSpec, ...]] = ()
    __decoders__: ClassVar[dict[int, Callable[[bytes, int], tuple[Any, int]]]] = {}
    __encoders__: ClassVar[dict[int, Callable[[Any], bytes]]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        # Compiled functions by version: the classes' own, so that finding one costs a dictionary's lookup.
        cls.__decoders__ = {}
        cls.__encoders__ = {}

    @classmethod
    def flexible(cls, version: int) -> bool:
        """Whether this version is a flexible one."""
        return cls.flexible_since is not None and version >= cls.flexible_since

    @classmethod
    def form(cls, version: int) -> Form:
        """What decides the bytes of this version."""
        return Form(version, cls.flexible(version))


class Response(Message):
    """What a broker answers. Its versions are its request's."""

    __slots__ = ()

    api_key: ClassVar[ApiKey]


class Request(Message, Generic[R_co]):
    """What a client asks. ``Request[XResponse]`` says what is answered.

    Attributes:
        api_key: which API.
        response: the class of the answer.
    """

    __slots__ = ()

    api_key: ClassVar[ApiKey]
    response: ClassVar[type[Response]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for parent in getattr(cls, "__orig_bases__", ()):
            if get_origin(parent) is Request:
                cls.response = get_args(parent)[0]


__all__ = ["FieldSpec", "Message", "Request", "Response", "entity", "fields_of", "wire"]
