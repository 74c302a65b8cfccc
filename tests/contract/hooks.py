"""What schemathesis loads beside the OpenAPI document: the one place that registers."""

import json
from typing import Any

import schemathesis
from schemathesis import Case, HookContext, Response
from schemathesis.core.failures import Failure

from tests.contract.agreements import New, agree
from tests.contract.findings import Findings
from tests.contract.formats import FORMATS

for _name, _strategy in FORMATS.items():
    schemathesis.openapi.format(_name, _strategy)

_NEW = New()
_FINDINGS = Findings()


@schemathesis.hook
def before_call(_context: HookContext, case: Case[Any], _arguments: dict[str, Any]) -> None:
    """Let the parts of a valid request agree."""
    agree(case, _NEW)


@schemathesis.deserializer("application/x-ndjson", "application/jsonl")
def first_line(_context: Any, response: Response) -> Any:
    """A line is what the schema describes."""
    return json.loads(response.content.splitlines()[0])


@schemathesis.hook
def after_call(_context: HookContext, case: Case[Any], response: Response) -> None:
    """Note what was done."""
    _FINDINGS.see(case, response)


@schemathesis.hook
def filter_failure(
    _context: HookContext, failure: Failure, case: Case[Any], response: Response
) -> bool:
    """Keep what is a finding."""
    return _FINDINGS.has(failure, case, response)
