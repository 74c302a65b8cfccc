"""Assertions of the machine say what they compare, as those of a test do."""

import pytest

pytest.register_assert_rewrite("tests.model.machine", "tests.model.service")
