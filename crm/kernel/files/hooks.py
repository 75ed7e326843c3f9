"""What others do with the text of a file before it is written down."""

from collections.abc import Callable

from crm.kernel.files.models import FileRef, FileText

Step = Callable[[FileRef, FileText], None]
_STEPS: list[Step] = []


def on_text(step: Step) -> Step:
    """`step(file, text)` is called before the text of a file is saved."""
    if step not in _STEPS:
        _STEPS.append(step)
    return step


def announce(row: FileRef, text: FileText) -> None:
    """Calls all steps."""
    for step in _STEPS:
        step(row, text)
