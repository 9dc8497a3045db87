"""How a picture came about, link by link: what of the store has to be known to draw it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from backend.domain.errors import ImageNotFound
from backend.domain.jobs import JobKind
from backend.domain.ports import ImageStore

# Pictures that were restyled together came out of one run of the network, whose rounding depends
# on how many they were. Beyond this many, each is told by itself; files must stay small.
_MOST_LINKS = 12
_LONGEST = 40
_FROM_PICTURES = (JobKind.RESTYLE, JobKind.UPSCALE)


class Link(TypedDict):
    """A picture on the way to another.

    Attributes:
        image: its id, which follows from its file and may be in no store.
        reproduce: the record's part of this name, see `services.records`; empty if the picture was
            uploaded.
    """

    image: str
    reproduce: dict[str, Any]


def lineage(images: ImageStore, image_id: str) -> list[Link]:
    """The links of a stored picture, sources before what was made of them; it is the last.

    A picture that was drawn from words is one link: its request has everything. Sources that were
    deleted are left out.

    Raises:
        ImageNotFound: there is no such picture.
    """
    return lineage_of(images, image_id, _reproduce(images, image_id))


def lineage_of(images: ImageStore, image_id: str, reproduce: Mapping[str, Any]) -> list[Link]:
    """The same for a picture that need not be stored itself, by what its file says of it."""
    links: dict[str, Link] = {}
    _add_sources(images, image_id, reproduce, links, _LONGEST)
    links[image_id] = Link(image=image_id, reproduce=dict(reproduce))
    return list(links.values())


def sources_of(reproduce: Mapping[str, Any]) -> Sequence[str]:
    """Ids of the pictures that a restyle or upscale took; none for other requests."""
    request = reproduce.get("request")
    if reproduce.get("kind") not in _FROM_PICTURES or not isinstance(request, Mapping):
        return ()
    found = request.get("images", ())
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else ()


def own_source(reproduce: Mapping[str, Any]) -> str | None:
    """The one of `sources_of` that the picture itself was made from."""
    sources, index = sources_of(reproduce), reproduce.get("index")
    return sources[index] if type(index) is int and 0 <= index < len(sources) else None


def _add_sources(
    images: ImageStore,
    image_id: str,
    reproduce: Mapping[str, Any],
    links: dict[str, Link],
    steps_left: int,
) -> None:
    own = own_source(reproduce)
    siblings = [source for source in sources_of(reproduce) if source != own]
    for source in [*([own] if own else []), *siblings]:
        is_wanted = source == own or len(links) + 1 < _MOST_LINKS
        if source in links or source == image_id or not is_wanted or not steps_left:
            continue
        try:
            found = _reproduce(images, source)
        except ImageNotFound:
            continue
        _add_sources(images, source, found, links, steps_left - 1)
        links[source] = Link(image=source, reproduce=found)


def _reproduce(images: ImageStore, image_id: str) -> dict[str, Any]:
    found = images.get(image_id).record.get("reproduce")
    return dict(found) if isinstance(found, Mapping) else {}
