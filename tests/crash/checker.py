"""Compares what clients were told with what the store holds: facts -> complaints.

Pure: it knows nothing of servers and databases, so that its own tests can show that
it finds what it is there to find.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import inf

from tests.crash.facts import Call, Effect, Stored, Version

Written = Mapping[str, Sequence[Version]]
"""The versions that each call has made, by its name."""


def complaints(calls: Sequence[Call], stored: Stored) -> list[str]:
    """Everything in *stored* that the answers to *calls* do not allow: none, if all is well."""
    written = _by_call(stored.versions)
    return [
        *_misnumbered(stored),
        *_outdated(stored),
        *_unknown(calls, written),
        *(complaint for call in calls for complaint in _about(call, written.get(call.name, ()))),
        *_overtaken(calls, written),
    ]


def _by_call(versions: Sequence[Version]) -> Written:
    written = defaultdict(list)
    for version in versions:
        written[version.call].append(version)
    return written


def _misnumbered(stored: Stored) -> Iterator[str]:
    """Revisions count from 1 to the newest, and each belongs to one call, or is left out."""
    makers = defaultdict(set)
    for version in stored.versions:
        makers[version.revision].add(version.call)
    left_out = [range(first, last + 1) for first, last in stored.left_out]
    newest = max((stored.revision, *makers))
    if newest != stored.revision:
        yield f"the store is at revision {stored.revision}, but its history at {newest}"
    for revision in range(1, newest + 1):
        if any(revision in each for each in left_out):
            if revision in makers:
                yield f"revision {revision} is given, and was left out"
        elif revision not in makers:
            yield f"revision {revision} is missing"
        elif len(makers[revision]) > 1:
            yield f"revision {revision} is repeated: by {sorted(makers[revision])}"
    places = Counter((version.revision, version.ordinal) for version in stored.versions)
    yield from (f"change {place} is there {n} times" for place, n in places.items() if n > 1)


def _outdated(stored: Stored) -> Iterator[str]:
    """Each item stands at the last version of its history."""
    last: dict[str, int] = {}
    for version in stored.versions:
        last[version.item_id] = max(version.revision, last.get(version.item_id, 0))
    for item_id in sorted(last.keys() | stored.items.keys()):
        if last.get(item_id) != stored.items.get(item_id):
            yield (
                f"item {item_id} is at revision {stored.items.get(item_id)}, "
                f"but its history at {last.get(item_id)}"
            )


def _unknown(calls: Sequence[Call], written: Written) -> Iterator[str]:
    known = {call.name for call in calls}
    yield from (f"{name} wrote, but was never called" for name in written if name not in known)


def _about(call: Call, versions: Sequence[Version]) -> Iterator[str]:
    """A call did what it was told, at most once and, if it is whole, all or none of it."""
    effects = {Effect(version.item_id, version.revision) for version in versions}
    if call.effects is not None:
        yield from (f"{call.name}: {effect} is lost" for effect in {*call.effects} - effects)
        yield from (f"{call.name}: {effect} was not told" for effect in effects - {*call.effects})
    times = Counter(version.item_id for version in versions)
    yield from (f"{call.name} wrote {item_id} {n} times" for item_id, n in times.items() if n > 1)
    if call.is_whole and versions:
        if len(times) != call.size:
            yield f"{call.name} wrote {len(times)} of {call.size} items"
        if len({version.revision for version in versions}) > 1:
            yield f"{call.name} wrote as a whole at more than one revision"


def _overtaken(calls: Sequence[Call], written: Written) -> Iterator[str]:
    """A call that was sent after another was answered comes after it in the history."""
    first_answer, answered = inf, ""
    made = [(version, call) for call in calls for version in written.get(call.name, ())]
    for version, call in sorted(made, key=lambda pair: -pair[0].revision):
        if first_answer < call.sent:
            yield (
                f"{call.name} wrote revision {version.revision}, before {answered}, "
                "but was sent after the answer to that"
            )
        if call.answered is not None and call.answered < first_answer:
            first_answer, answered = call.answered, call.name
