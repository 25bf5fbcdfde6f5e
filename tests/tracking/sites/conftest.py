"""Sites belong to the shop that the tests of the whole house open."""

from tests.house.conftest import shop

__all__ = ["shop"]
