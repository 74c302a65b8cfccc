"""The six guarantees of a watch, as validators of what was told.

A recorded stream is the requests and the messages of one watch or of several, each of
which resumes the one before. Run one through `verify`, or give a `Verifier` to
`ItemsClient.watch` as its observer. What the validators remember is bounded, whatever
the length of the stream.
"""

from items_client.guarantees.atomic import Atomic
from items_client.guarantees.bookmarkable import Bookmarkable
from items_client.guarantees.guarantee import Complaint, Guarantee
from items_client.guarantees.ordered import Ordered
from items_client.guarantees.reliable import Reliable
from items_client.guarantees.resumable import Resumable
from items_client.guarantees.unique import Unique
from items_client.guarantees.verifier import GUARANTEES, Recorded, Verifier, verify

__all__ = [
    "GUARANTEES",
    "Atomic",
    "Bookmarkable",
    "Complaint",
    "Guarantee",
    "Ordered",
    "Recorded",
    "Reliable",
    "Resumable",
    "Unique",
    "Verifier",
    "verify",
]
