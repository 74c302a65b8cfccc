"""What the generator refuses."""


class Unsupported(Exception):
    """An element of a proto file that the generator cannot do justice to.

    It is named in full, as ``items.v1.Item.id``.
    """

    def __init__(self, full_name: str, problem: str) -> None:
        super().__init__(f"{full_name}: {problem}")
        self.full_name = full_name
        self.problem = problem
