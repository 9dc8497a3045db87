"""The cache of thumbnails."""

from __future__ import annotations

from frontend.components.thumbnails import ThumbnailCache
from frontend.transport import ApiUnavailable, Trouble


class Store:
    """Gives any thumbnail but "gone", and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, image_id: str) -> bytes:
        self.asked.append(image_id)
        if image_id == "gone":
            raise ApiUnavailable(Trouble.GARBAGE)
        return image_id.encode()


def test_each_is_fetched_once() -> None:
    store = Store()
    cache = ThumbnailCache(store)

    assert cache.many(["a", "b", "a"]) == {"a": b"a", "b": b"b"}
    assert cache.many(["b", "c"]) == {"b": b"b", "c": b"c"}
    assert sorted(store.asked) == ["a", "b", "c"]


def test_what_cannot_be_had_is_left_out_and_asked_for_again() -> None:
    store = Store()
    cache = ThumbnailCache(store)

    assert cache.many(["a", "gone"]) == {"a": b"a"}
    cache.many(["gone"])
    assert store.asked.count("gone") == 2


def test_the_oldest_give_way() -> None:
    store = Store()
    cache = ThumbnailCache(store, capacity=2)
    cache.many(["a", "b"])
    cache.many(["a"])
    cache.many(["c"])
    store.asked.clear()
    cache.many(["a", "b"])

    assert store.asked == ["b"]
