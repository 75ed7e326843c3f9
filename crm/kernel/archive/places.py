"""Where archives lie until they are fetched: one folder a workspace under the data folder."""

from pathlib import Path
from uuid import UUID

from django.conf import settings


def place(workspace_id: UUID, run_id: UUID) -> Path:
    """The path of an archive; its folder is made when missing."""
    folder = Path(settings.DATA) / "archives" / workspace_id.hex
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / f"{run_id.hex}.zip"


def drop(workspace_id: UUID, run_id: UUID) -> None:
    """Removes an archive and what is half written of it, if they are there."""
    whole = place(workspace_id, run_id)
    for path in (whole, whole.with_name(f"{whole.name}.part"), whole.with_name(f"{whole.name}.list")):
        path.unlink(missing_ok=True)
