"""How much memory the processes of a running Kith hold and what they work, read from /proc (Linux)."""

import os
import statistics
from dataclasses import dataclass, field
from pathlib import Path

MEGABYTE = 2**20


@dataclass(slots=True)
class Memory:
    """Samples of megabytes by part of Kith: (hours since the beginning, {part: megabytes}).

    `database` is what PostgreSQL's processes hold for themselves; `shared buffers` is their common cache, which fills up to its
    configured size and no further.
    """

    roots: dict[str, int]
    samples: list[tuple[float, dict[str, float]]] = field(default_factory=list)

    def sample(self, hours: float) -> None:
        below = _children()
        found: dict[str, float] = {}
        for part, root in self.roots.items():
            own, shared = map(sum, zip(*(_held(pid) for pid in _family(root, below)), strict=True))
            found[part] = own / MEGABYTE
            if part == "database":
                found["shared buffers"] = shared / MEGABYTE
        self.samples.append((hours, found))

    def worked(self) -> dict[str, float]:
        """Seconds of CPU of each part since it started, its ended children included."""
        below = _children()
        return {part: sum(map(_cpu, _family(root, below))) for part, root in self.roots.items()}

    def slope(self, part: str, after: float) -> float:
        """Megabytes an hour, by least squares over the samples later than `after` hours; 0 where there are too few."""
        points = [(at, found[part]) for at, found in self.samples if at >= after and part in found]
        if len(points) < 3:
            return 0.0
        return statistics.linear_regression(*zip(*points, strict=True)).slope

    def rows(self, warm: float) -> list[str]:
        """Lines of a Markdown table; the slope leaves out the first `warm` hours, in which caches fill."""
        begun = next((found for at, found in self.samples if at >= warm), self.samples[0][1])
        first, last = self.samples[0][1], self.samples[-1][1]
        cells = [
            (part, first[part], begun[part], last[part], self.slope(part, warm))
            for part in last
            if part in first
        ]
        return [f"| {part} | {a:.0f} | {b:.0f} | {c:.0f} | {slope:+.1f} |" for part, a, b, c, slope in cells]


def _children() -> dict[int, list[int]]:
    below: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue  # ended meanwhile
            below.setdefault(parent, []).append(int(folder.name))
    return below


def _family(root: int, below: dict[int, list[int]]) -> list[int]:
    return [root, *(pid for child in below.get(root, []) for pid in _family(child, below))]


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _held(pid: int) -> tuple[float, float]:
    """Bytes (of its own, in shared memory), each page parted among those who map it."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0, 0.0
    sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines if line.endswith(" kB")}
    return float(sizes.get("Pss", 0) - sizes.get("Pss_Shmem", 0)), float(sizes.get("Pss_Shmem", 0))
