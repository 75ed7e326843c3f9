"""People who ask the web server at once, in a process of their own: what asking costs is not the server's."""

import http.client
import json
import multiprocessing
import threading
import time
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

#: Seconds of asking before it counts: each connection plans its statements once.
WARM = 3.0
_AS_IT_IS = "/?&=%+|~:;,.@-_"


@dataclass(frozen=True, slots=True)
class Sent:
    """What is asked for: a GET, or a POST of `body` as JSON."""

    path: str
    body: dict[str, str] | None = None


def at_once(url: str, headers: dict[str, str], sent: list[Sent], people: int, seconds: float) -> list[float]:
    """Milliseconds of each answer while `people` ask one after the other without a pause, after `WARM` seconds of the same.
    Raises RuntimeError for any answer but 200 and 201."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        taken, wrong = pool.apply(_ask, (url, headers, sent, people, seconds))
    if wrong:
        raise RuntimeError(wrong[0])
    return taken


def _ask(url: str, headers: dict[str, str], sent: list[Sent], people: int, seconds: float) -> tuple[list[float], list[str]]:
    taken: list[float] = []
    wrong: list[str] = []
    begun = time.monotonic() + WARM
    until = begun + seconds
    host = urlsplit(url).netloc

    def one(number: int) -> None:
        link, at = http.client.HTTPConnection(host, timeout=60), number * 17
        while time.monotonic() < until and not wrong:
            asked, at = sent[at % len(sent)], at + 1
            start = time.perf_counter()
            if asked.body is None:
                link.request("GET", quote(asked.path, safe=_AS_IT_IS), headers=headers)
            else:
                link.request("POST", asked.path, json.dumps(asked.body), {**headers, "Content-Type": "application/json"})
            answer = link.getresponse()
            text = answer.read()
            if answer.status not in (200, 201):
                wrong.append(f"{asked.path}: {answer.status} {text[:300]!r}")
            elif time.monotonic() > begun:
                taken.append((time.perf_counter() - start) * 1000)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken, wrong
