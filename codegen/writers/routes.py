"""Writes the table of routes."""

from collections.abc import Iterable

from codegen.contract.bindings import Binding
from codegen.contract.comments import first_sentence
from codegen.contract.files import File
from codegen.writers.python_source import docstring, literal, long_literal
from codegen.writers.requests import body_model


def write_routes(file: File, bound: Iterable[Binding]) -> str:
    """The routes of *file* in the order of its methods."""
    about = docstring(f"The HTTP routes of {file.path}.", indent="")
    routes = "".join(f"{_route(binding)}, " for binding in bound)
    return f"{about}\n\nROUTES: Final = ({routes})"


def _route(binding: Binding) -> str:
    method = binding.method
    body = body_model(binding)
    arguments = {
        "rpc": literal(method.name),
        "method": literal(method.verb),
        "path": literal(binding.path),
        "template": literal(method.template),
        "body": literal(method.body),
        "streams": str(method.streams),
        "summary": literal(first_sentence(method.comment)),
        "description": long_literal(method.comment),
        "path_model": f"models.{method.name}Path" if binding.path_fields else "None",
        "query_model": f"models.{method.name}Query",
        "body_model": f"models.{body}" if body else "None",
        "response_model": f"models.{binding.response.name}",
    }
    return f"Route({', '.join(f'{name}={value}' for name, value in arguments.items())})"
