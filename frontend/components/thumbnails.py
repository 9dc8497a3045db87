"""Thumbnails of stored pictures, fetched several at once and kept in bounded memory."""

from __future__ import annotations

import base64
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import streamlit as st

from frontend.api_client import LogoApi
from frontend.transport import ApiError

# About 10 KB each.
_CAPACITY = 2_000
_AT_ONCE = 6
_MARK_END = "|"


class ThumbnailCache:
    """The latest thumbnails by id. Safe for several threads.

    Args:
        fetch: gives the bytes of one, or raises ApiError.
    """

    def __init__(self, fetch: Callable[[str], bytes], capacity: int = _CAPACITY) -> None:
        self._fetch = fetch
        self._capacity = capacity
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def many(self, image_ids: Sequence[str]) -> Mapping[str, bytes]:
        """Thumbnails by id; those that cannot be had now are left out."""
        with self._lock:
            found = {one: self._kept[one] for one in image_ids if one in self._kept}
        missing = [one for one in dict.fromkeys(image_ids) if one not in found]
        if missing:
            with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="thumbnails") as pool:
                fetched = dict(zip(missing, pool.map(self._one, missing), strict=True))
            found |= {one: content for one, content in fetched.items() if content is not None}
        with self._lock:
            for one in found:
                self._kept[one] = found[one]
                self._kept.move_to_end(one)
            while len(self._kept) > self._capacity:
                self._kept.popitem(last=False)
        return found

    def _one(self, image_id: str) -> bytes | None:
        try:
            return self._fetch(image_id)
        except ApiError:
            return None


def thumbnails(api: LogoApi, image_ids: Sequence[str]) -> Mapping[str, str]:
    """Data addresses of stored pictures by id; those that cannot be had now are left out."""
    return _addresses(_cache(api, "pictures").many(image_ids))


def small_pictures(api: LogoApi, kind: str, urls: Mapping[str, str]) -> Mapping[str, str]:
    """Data addresses of other small pictures; those that cannot be had now are left out.

    Args:
        kind: "loras" or "training", whose paths they are.
        urls: paths of the API by a mark that changes with what lies there.
    """
    marks = {f"{mark}{_MARK_END}{url}": mark for mark, url in urls.items()}
    found = _addresses(_cache(api, kind).many(list(marks)))
    return {marks[key]: address for key, address in found.items()}


def _addresses(contents: Mapping[str, bytes]) -> dict[str, str]:
    """As a data address a WebP reaches the browser as it is; as bytes it would be encoded anew at
    every drawing of the page.
    """
    return {
        one: f"data:image/webp;base64,{base64.b64encode(content).decode()}"
        for one, content in contents.items()
    }


@st.cache_resource(show_spinner=False, hash_funcs={LogoApi: lambda api: api.base_url})
def _cache(api: LogoApi, kind: str) -> ThumbnailCache:
    if kind == "pictures":
        return ThumbnailCache(api.gallery.thumbnail)
    fetch = api.loras.thumbnail if kind == "loras" else api.training.thumbnail
    return ThumbnailCache(lambda key: fetch(key.rpartition(_MARK_END)[2]))
