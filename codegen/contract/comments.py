"""The comments of a proto file."""

from collections.abc import Sequence

from google.protobuf.descriptor_pb2 import FileDescriptorProto


class Comments:
    """Finds the comment before an element, by its path in the descriptor.

    Paths are described at google.protobuf.SourceCodeInfo.Location.
    """

    def __init__(self, file: FileDescriptorProto) -> None:
        self._comments = {
            tuple(location.path): paragraphs(location.leading_comments)
            for location in file.source_code_info.location
        }

    def at(self, path: Sequence[int]) -> str:
        """The comment before the element at *path*: paragraphs of one line each, or empty."""
        return self._comments.get(tuple(path), "")


def paragraphs(comment: str) -> str:
    """*comment* with one line a paragraph and a blank line between two."""
    lines = [line.strip() for line in comment.strip().splitlines()]
    parts = "\n".join(lines).split("\n\n")
    return "\n\n".join(" ".join(part.split()) for part in parts)


def first_sentence(comment: str) -> str:
    """The first sentence of *comment*, without its full stop."""
    paragraph = comment.partition("\n\n")[0]
    return paragraph.partition(". ")[0].removesuffix(".")
