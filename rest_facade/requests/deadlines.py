"""The deadline of a call: `Request-Timeout` and `Grpc-Timeout`, within bounds."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from rest_facade.problems.problems import Place, Violation, invalid

_SECONDS = re.compile(r"\d{1,8}(\.\d{1,9})?", re.ASCII)
_GRPC = re.compile(r"(?P<value>\d{1,8})(?P<unit>[HMSmun])", re.ASCII)
_UNITS = {"H": 3600.0, "M": 60.0, "S": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9}


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The bounds of a call's time, in seconds."""

    default: float
    maximum: float

    def timeout(self, headers: Mapping[str, str]) -> float:
        """Return the seconds that the call with *headers* may take: the shortest that applies.

        Raises:
            Problem: a header is not a positive time.
        """
        asked = asked_timeout(headers)
        return min(self.default if asked == math.inf else asked, self.maximum)


def asked_timeout(headers: Mapping[str, str]) -> float:
    """Return the seconds that the client with *headers* waits; infinite by default.

    Raises:
        Problem: a header is not a positive time.
    """
    return min(_request_timeout(headers), _grpc_timeout(headers))


def _request_timeout(headers: Mapping[str, str]) -> float:
    text = headers.get("request-timeout")
    if text is None:
        return math.inf
    if not _SECONDS.fullmatch(text) or float(text) == 0:
        raise invalid(Violation(Place.HEADER, "Request-Timeout", "must be seconds, such as 2.5"))
    return float(text)


def _grpc_timeout(headers: Mapping[str, str]) -> float:
    text = headers.get("grpc-timeout")
    if text is None:
        return math.inf
    read = _GRPC.fullmatch(text)
    if read is None or int(read["value"]) == 0:
        raise invalid(Violation(Place.HEADER, "Grpc-Timeout", "must be a time such as 500m or 2S"))
    return int(read["value"]) * _UNITS[read["unit"]]
