"""Which messages REST reads and which it writes, and in what variants."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from codegen.contract.bindings import Binding, message_of
from codegen.contract.files import Field, File, Kind, Message, Shape
from codegen.contract.unsupported import Unsupported
from codegen.contract.well_known import FIELD_MASK, WELL_KNOWN


class Variant(Enum):
    """How a message is read; the value ends the name of its model.

    FULL: required fields must be there.
    UPDATE: none is required, because a mask says which are meant. (AIP-134)
    PATCH: the same, and a null in a map removes its key. (RFC 7396)
    """

    FULL = ""
    UPDATE = "Update"
    PATCH = "Patch"


@dataclass(frozen=True, slots=True)
class Model:
    """A message in one variant: *read* in requests, *written* in answers, or both."""

    message: Message
    variant: Variant
    read: bool
    written: bool

    @property
    def name(self) -> str:
        """The name of the class: ``ItemPatch``."""
        return f"{self.message.name}{self.variant.value}"

    def variant_of(self, field: Field) -> Variant:
        """The variant of the message in *field*.

        A field beside a mask is partial, and so is a part of what is partial; but the
        values of lists and maps are replaced as a whole.
        """
        if self.variant is not Variant.FULL:
            return self.variant if field.shape is Shape.SINGULAR else Variant.FULL
        masked = any(other.type_name == FIELD_MASK for other in self.message.fields)
        partial = self.read and masked and field.type_name != FIELD_MASK
        return Variant.UPDATE if partial else Variant.FULL

    def part_name(self, field: Field) -> str:
        """The name of the model of the message in *field*."""
        return f"{field.type_name.rpartition('.')[2]}{self.variant_of(field).value}"

    @property
    def order(self) -> tuple[int, str]:
        """Orders the models of one message: the full one first."""
        return list(Variant).index(self.variant), self.name

    def needs(self, field: Field) -> bool:
        """Whether a request without *field* is refused."""
        return field.required and self.variant is Variant.FULL


def models(file: File, bound: Iterable[Binding]) -> tuple[Model, ...]:
    """The models that the bindings need, in the file's order, each after its parts.

    Raises:
        Unsupported: A message contains itself, or one that is declared elsewhere.
    """
    closure = _Closure(file)
    for binding in bound:
        closure.add(binding.response, Variant.FULL, "written")
        if binding.body_field:
            closure.add_body_field(binding)
        if binding.body:
            closure.add(binding.body, Variant.FULL, "read")
    return tuple(closure.ordered())


def body_variant(binding: Binding) -> Variant:
    """The variant of the message that the body is: a PATCH is partial."""
    return Variant.PATCH if binding.method.verb == "PATCH" else Variant.FULL


class _Closure:
    """Collects models by name."""

    def __init__(self, file: File) -> None:
        self.models: dict[str, Model] = {}
        self._file = file
        self._open: list[str] = []

    def add_body_field(self, binding: Binding) -> None:
        """Add the message that the body of *binding* is."""
        field = binding.body_field
        if field:
            message = message_of(self._file, field.type_name, field.full_name)
            self.add(message, body_variant(binding), "read")

    def add(self, message: Message, variant: Variant, use: str) -> None:
        """Add *message*, whose *use* is ``read`` or ``written``, after its parts."""
        model = Model(message, variant, read=use == "read", written=use == "written")
        if message.full_name in self._open:
            raise Unsupported(message.full_name, "a message that contains itself")
        self._open.append(message.full_name)
        for field in message.fields:
            self._add_part(model, field, use)
        self._open.pop()
        known = self.models.get(model.name, model)
        if (known.message, known.variant) != (message, variant):
            raise Unsupported(message.full_name, f"a second model called {model.name}")
        self.models[model.name] = replace(
            known, read=known.read or model.read, written=known.written or model.written
        )

    def ordered(self) -> Iterable[Model]:
        """The models as a reader of the proto file expects them."""
        places = {name: place for place, name in enumerate(self._file.messages)}
        waiting = sorted(
            self.models.values(),
            key=lambda model: (places[model.message.full_name], *model.order),
        )
        done: dict[str, Model] = {}
        for model in waiting:
            self._place(model, done)
        return done.values()

    def _place(self, model: Model, done: dict[str, Model]) -> None:
        for field in model.message.fields:
            part = self.models.get(model.part_name(field))
            if part:
                self._place(part, done)
        done.setdefault(model.name, model)

    def _add_part(self, model: Model, field: Field, use: str) -> None:
        if field.kind is not Kind.MESSAGE:
            return
        known = WELL_KNOWN.get(field.type_name)
        if known is None:
            message = message_of(self._file, field.type_name, field.full_name)
            self.add(message, model.variant_of(field), use)
        elif use == "read" and not known.read and not field.output_only:
            raise Unsupported(field.full_name, f"a {field.type_name} in a request")
