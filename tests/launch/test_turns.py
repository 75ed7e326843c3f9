"""Quick requests one after the other, slow ones in nobody's way."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from config.turns import Turns


def test_no_more_than_so_many_at_once() -> None:
    turns, lock, inside, most = Turns(2), threading.Lock(), [], []

    def work(number: int) -> None:
        with turns.one():
            with lock:
                inside.append(number)
                most.append(len(inside))
            with lock:
                inside.remove(number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(500)))
    assert max(most) <= 2 and len(most) == 500


def test_slow_ones_keep_nobody_out_and_leave_no_turn_too_many() -> None:
    turns, ends = Turns(2), threading.Event()
    begun = threading.Semaphore(0)

    def slow() -> None:
        with turns.one():
            begun.release()
            ends.wait(30)

    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(slow) for _ in range(5)]
        for _ in waiting:
            assert begun.acquire(timeout=20), "each gets in although none before it has ended"
        ends.set()
    assert [one.exception() for one in waiting] == [None] * 5
    assert turns._free._value == 2, "what was taken from the slow ones is not given back a second time"


def test_a_turn_comes_back_after_a_fault() -> None:
    turns = Turns(1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), turns.one():
            raise ZeroDivisionError
    with turns.one():
        pass
