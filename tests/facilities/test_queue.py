"""Who is served, who waits, who is next."""

from __future__ import annotations

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.facilities import WaitingQueue


@given(st.integers(0, 4), st.lists(st.sampled_from(["arrive", "leave", "give_up"]), max_size=80))
def test_queue_is_first_come_first_served_and_never_idles_a_server(servers: int, moves: list[str]) -> None:
    """Against a plain model with two lists, over any history."""
    queue: WaitingQueue[int] = WaitingQueue(servers)
    served: list[int] = []
    waiting: deque[int] = deque()
    newcomer = 0
    for move in moves:
        if move == "arrive":
            at_once = queue.arrive(newcomer)
            assert at_once == (len(served) < servers)
            (served if at_once else waiting).append(newcomer)
            newcomer += 1
        elif move == "leave" and served:
            following = queue.leave(served.pop(0))
            expected = waiting.popleft() if waiting else None
            assert following == expected
            if expected is not None:
                served.append(expected)
        elif move == "give_up" and waiting:
            queue.give_up(waiting.pop())
        assert (queue.in_service, queue.waiting) == (len(served), len(waiting))
        assert queue.has_free_server == (len(served) < servers)


def test_a_customer_cannot_be_in_a_queue_twice() -> None:
    """Waiting or served."""
    queue: WaitingQueue[str] = WaitingQueue(1)
    queue.arrive("a")
    queue.arrive("b")
    for name in "ab":
        with pytest.raises(ValueError, match=name):
            queue.arrive(name)


def test_negative_servers_are_refused() -> None:
    """The message shows the number."""
    with pytest.raises(ValueError, match="-1"):
        WaitingQueue(-1)
