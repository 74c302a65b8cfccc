"""The places of an RPC's fields in its REST request, by google.api.http."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from google.protobuf.descriptor import Descriptor

from items.v1 import items_pb2 as pb
from items_protojson.route import Route
from rest_facade.problems.problems import Place, Problem, Violation, summary
from rest_facade.requests.pointers import json_pointer

_VARIABLE = re.compile(r"\{([^}]+)\}")


@dataclass(frozen=True, slots=True)
class Binding:
    """*body* is the field that the body holds, `*` for all; *path* maps fields to variables."""

    request: Descriptor
    body: str
    path: Mapping[str, str]

    @classmethod
    def of(cls, route: Route) -> "Binding":
        """Return the binding that the contract states for *route*."""
        service = pb.DESCRIPTOR.services_by_name["ItemService"]
        fields, names = _VARIABLE.findall(route.template), _VARIABLE.findall(route.path)
        return cls(
            request=service.methods_by_name[route.rpc].input_type,
            body=route.body,
            path=dict(zip(fields, names, strict=True)),
        )

    def locate(self, problem: Problem) -> Problem:
        """Return *problem* with its violations placed in the REST request."""
        if not any(found.place is Place.FIELD for found in problem.violations):
            return problem
        violations = [self._place(found) for found in problem.violations]
        return problem.but(violations=violations, detail=summary(violations))

    def _place(self, found: Violation) -> Violation:
        if found.place is not Place.FIELD:
            return found
        pointer = json_pointer(self.request, found.where)
        if found.where in self.path:
            return Violation(Place.PATH, self.path[found.where], found.detail)
        if self.body == "*":
            return Violation(Place.BODY, pointer, found.detail)
        if self.body and pointer.split("/")[1:2] == [self.body]:
            return Violation(Place.BODY, pointer.removeprefix(f"/{self.body}"), found.detail)
        return Violation(Place.QUERY, pointer.removeprefix("/"), found.detail)
