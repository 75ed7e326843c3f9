"""Traditional Chinese from simplified: Taiwan's characters and terms."""

from functools import lru_cache
from typing import Any

from opencc import OpenCC

#: Terms that OpenCC takes for others: 信用代码 and 国家代码 hold no program code, 保存并到 no merging.
_MEANT_OTHERWISE = {"程式碼": "代碼", "許可權": "權限", "併到": "並到", "型別": "類型", "賬號": "帳號"}


@lru_cache(maxsize=1)
def _turn() -> Any:
    return OpenCC("s2twp")


def traditional(text: str) -> str:
    """The same text in traditional characters; what is not Chinese stays as it is."""
    made = str(_turn().convert(text))
    for wrong, right in _MEANT_OTHERWISE.items():
        made = made.replace(wrong, right)
    return made
