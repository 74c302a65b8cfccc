"""What schemathesis loads beside the OpenAPI document: the one place that registers."""

import json
from typing import Any

import schemathesis
from schemathesis import Case, HookContext, Response
from schemathesis.core.failures import Failure

from tests.contract.agreements import New, agree
from tests.contract.formats import FORMATS
from tests.contract.refusals import is_finding

for _name, _strategy in FORMATS.items():
    schemathesis.openapi.format(_name, _strategy)

_NEW = New()


@schemathesis.hook
def before_call(_context: HookContext, case: Case[Any], _arguments: dict[str, Any]) -> None:
    """Let the parts of a valid request agree."""
    agree(case, _NEW)


@schemathesis.deserializer("application/x-ndjson", "application/jsonl")
def first_line(_context: Any, response: Response) -> Any:
    """A line is what the schema describes."""
    return json.loads(response.content.splitlines()[0])


@schemathesis.hook
def filter_failure(
    _context: HookContext, failure: Failure, case: Case[Any], response: Response
) -> bool:
    """Keep what is a finding."""
    return is_finding(failure, case, response)
