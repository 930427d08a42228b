"""Many at once: in order, on several threads, a few at a time."""

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from src.runtime.pipeline import AHEAD, in_order, share_out


def test_results_come_in_the_order_of_the_items_whoever_is_done_first() -> None:
    second_done = threading.Event()

    def work(item: int) -> int:
        if item == 0:
            assert second_done.wait(20)
        if item == 1:
            second_done.set()
        return item * item

    assert list(in_order(work, range(9), workers=2)) == [item * item for item in range(9)]


def test_as_many_work_at_once_as_there_are_workers() -> None:
    together = threading.Barrier(3)  # breaks, and with it the test, where fewer than three wait at it
    list(in_order(lambda _: together.wait(20), range(9), workers=3))


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_no_more_are_taken_than_can_wait(workers: int) -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(1000):
            taken.append(item)
            yield item

    with closing(in_order(str, items(), workers)) as results:
        for number, _ in zip(range(20), results, strict=False):
            assert len(taken) <= number + AHEAD * workers


def test_what_work_raises_is_raised_in_its_turn_and_ends_it() -> None:
    def work(item: int) -> int:
        if item == 3:
            raise LookupError("number 3")
        return item

    results = in_order(work, range(100), workers=2)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(LookupError, match="number 3"):
        next(results)
    assert list(results) == []


def test_closed_it_finishes_what_has_begun_and_drops_the_rest() -> None:
    begun, go, others = [], threading.Event(), set(threading.enumerate())

    def work(item: int) -> None:
        begun.append(item)
        if item:
            assert go.wait(20)

    results = in_order(work, range(100), workers=2)
    next(results)
    timer = threading.Timer(0.2, go.set)
    timer.start()
    results.close()
    assert go.is_set()  # it waited for those
    timer.join()
    assert len(begun) <= 3  # the first, and one in the hands of each worker
    assert set(threading.enumerate()) <= others


def test_nothing_is_nothing() -> None:
    assert list(in_order(str, [], workers=2)) == []


@pytest.mark.parametrize(
    ("threads", "pictures", "shares"),
    [
        (8, 100, (8, 1)),
        (8, 8, (8, 1)),
        (8, 3, (3, 2)),
        (8, 1, (1, 8)),
        (1, 100, (1, 1)),
        (4, 0, (1, 4)),
    ],
)
def test_threads_are_shared_out(threads: int, pictures: int, shares: tuple[int, int]) -> None:
    assert share_out(threads, pictures) == shares


def test_by_default_every_usable_core_has_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("src.runtime.pipeline.usable_cores", lambda: 3)
    assert share_out(0, 10_000) == (3, 1)
    assert share_out(0, 1) == (1, 3)
