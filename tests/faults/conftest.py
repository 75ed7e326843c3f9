"""The launcher's fixtures serve here too."""

from tests.launch.conftest import kith, outside

__all__ = ["kith", "outside"]
