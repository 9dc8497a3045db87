"""LoRA adapters that lie in the lora folder, by name: cards, uploads, removal."""

from __future__ import annotations

import errno
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from backend.domain.errors import (
    LoraIncompatible,
    NameTaken,
    NotFound,
    NotRemovable,
    UnknownLora,
)
from backend.domain.generation import LIMITS, LoraChoice
from backend.domain.lora_names import lora_file, lora_name_from, lora_names
from backend.models.lora_bases import UNKNOWN
from backend.models.lora_confined import inspect_confined
from backend.models.lora_files import AdapterFacts, inspect_adapter, outline_checked
from backend.services.lora_facts import LoraFacts, TrainingFacts, read_facts
from backend.services.lora_fits import PipelineInUse, check_usable
from backend.storage.disk_errors import disk_errors

_PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
_UPLOADS = ".upload-*.part"
_UPLOAD_SECONDS = 24 * 3600
# Longer texts in a file's metadata are lists of captions; nothing below needs them twice.
_KEPT_CHARACTERS = 4_096
# What disks without hard links answer.
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
_State = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class LoraFile:
    """An adapter's file; its name is the file's, without the ending."""

    name: str
    bytes: int


@dataclass(frozen=True, slots=True)
class LoraCard:
    """An adapter as it is shown to people.

    Attributes:
        title: its own, or its name.
        sha256: "" if the file is no sound adapter.
        base: the model it was made for, see `lora_bases`.
        layout: how its file is laid out, see `lora_layouts`; "" if it is no sound adapter.
        rank: None if it has none, or is no sound adapter.
        modules: layers that it changes.
        trigger_words: see `LoraFacts`.
        has_thumbnail: whether a picture lies beside it or in it; it may turn out to be broken.
        problem: why it cannot be used with the pipeline in use; None if it can.
        is_removable: whether the folder lets files go.
        was_tried: whether it was tried on the fixed prompts.
    """

    name: str
    bytes: int
    title: str
    sha256: str
    base: str
    layout: str
    rank: int | None
    modules: int
    touches_text: bool
    licence: str
    trigger_words: tuple[str, ...]
    has_thumbnail: bool
    problem: str | None
    is_removable: bool
    created_at: datetime
    training: TrainingFacts | None
    was_tried: bool


@dataclass(frozen=True)
class _Known:
    """What a file of a certain state is: sound, with facts, or not, for a reason."""

    state: _State
    told: LoraFacts
    facts: AdapterFacts | None
    fault: str | None


class LoraFolder:
    """The adapters of a folder, looked up afresh each time: files may come and go.

    Args:
        folder: it need not exist.
        in_use: the pipelines that adapters have to fit; None lets every sound one pass.
        has_tryout: whether an adapter of this SHA-256 was tried on the fixed prompts.
    """

    def __init__(
        self,
        folder: Path,
        in_use: PipelineInUse | None = None,
        has_tryout: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._folder = folder
        self._in_use = in_use
        self._has_tryout = has_tryout
        self._known: dict[str, _Known] = {}
        self._lock = threading.Lock()
        self._adding = threading.Lock()

    def list(self) -> list[LoraFile]:
        """All adapters by name; none if there is no folder."""
        found = []
        for name in lora_names(self._folder):
            if path := lora_file(self._folder, name):
                # A file may go between two looks.
                with suppress(FileNotFoundError):
                    found.append(LoraFile(name, path.stat().st_size))
        return found

    def cards(self) -> Sequence[LoraCard]:
        """All adapters by name, with what their files tell."""
        cards = []
        for file in self.list():
            with suppress(NotFound):
                cards.append(self.card(file.name))
        return cards

    def card(self, name: str) -> LoraCard:
        """One adapter.

        Raises:
            NotFound: there is no such adapter.
        """
        path = self._path(name)
        try:
            state, known = path.stat(), self._look(path)
        except OSError as error:
            raise _no_such_lora() from error
        facts, told = known.facts, known.told
        return LoraCard(
            name=name,
            bytes=state.st_size,
            title=told.title or name,
            sha256=facts.sha256 if facts else "",
            base=facts.base if facts else UNKNOWN,
            layout=facts.layout if facts else "",
            rank=facts.rank if facts else None,
            modules=facts.modules if facts else 0,
            touches_text=facts is not None and facts.touches_text,
            licence=told.licence,
            trigger_words=told.trigger_words,
            has_thumbnail=told.thumbnail is not None or self._picture(name) is not None,
            problem=self._problem(known),
            is_removable=os.access(self._folder, os.W_OK),
            created_at=datetime.fromtimestamp(state.st_mtime, UTC),
            training=told.training,
            was_tried=facts is not None and self._has_tryout(facts.sha256),
        )

    def thumbnail(self, name: str) -> bytes:
        """The picture file beside an adapter, or the one in its header; not checked yet.

        Raises:
            NotFound: there is no such adapter, or no picture of it.
        """
        path = self._path(name)
        content: bytes | None = None
        if (picture := self._picture(name)) is not None:
            with suppress(OSError), picture.open("rb") as file:
                # One byte more than allowed, so that the reader can tell and refuse.
                content = file.read(LIMITS.upload_bytes + 1)
        content = content or read_facts(path).thumbnail
        if not content:
            raise NotFound(f"There is no picture of this LoRA. Put one beside it as {name}.png.")
        return content

    def require(self, choices: Sequence[LoraChoice]) -> None:
        """Checks that every chosen adapter is there and can be used.

        Raises:
            UnknownLora, LoraIncompatible: names each field at fault.
        """
        unknown = [
            i for i, choice in enumerate(choices) if lora_file(self._folder, choice.name) is None
        ]
        if unknown:
            shown = ", ".join(lora_names(self._folder)[:10]) or "none"
            raise UnknownLora(
                f"the lora folder does not have it; it has: {shown}",
                fields=[(f"loras[{i}].name", "no LoRA of this name") for i in unknown],
            )
        cards = [self.card(choice.name) for choice in choices]
        problems = {i: card.problem for i, card in enumerate(cards) if card.problem}
        if problems:
            first = next(iter(problems))
            raise LoraIncompatible(
                f"{choices[first].name} cannot be used: {problems[first]}",
                fields=[(f"loras[{i}].name", why) for i, why in problems.items()],
            )

    @contextmanager
    def incoming(self) -> Iterator[Path]:
        """A path for an upload, on the disk that it will stay on; gone at the end if still there.

        Raises:
            StorageFull, StoreUnavailable: nothing can be written there.
        """
        with _writing():
            self._folder.mkdir(parents=True, exist_ok=True)
            self._sweep()
            path = self._folder / f".upload-{secrets.token_hex(12)}.part"
            path.touch(mode=0o600)
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def add(self, upload: Path, label: str, wanted: str) -> tuple[LoraCard, bool]:
        """Takes an upload over as an adapter, if it is one; all or nothing.

        Args:
            upload: a path from `incoming`, filled.
            label: what the file is called in errors.
            wanted: what the adapter shall be called; made to fit the rule of names.

        Returns:
            Its card, and whether it is new: the same content is not kept twice.

        Raises:
            LoraIncompatible: it is none, or for a model that never runs here; with the reason.
            NameTaken: another adapter has the name.
            StorageFull, StoreUnavailable: it cannot be kept.
        """
        sha256 = inspect_confined(upload, label)
        facts = outline_checked(upload, sha256)
        check_usable(facts, label)
        name = lora_name_from(wanted)
        with self._adding:
            if twin := self._same(facts):
                return self.card(twin), False
            target = self._folder / f"{name}.safetensors"
            with _writing():
                _keep(upload, target, name)
            # What the check took a process and a second for need not be found out again.
            self._remember(target, _state(target), facts, None)
        return self.card(name), True

    def remove(self, name: str) -> None:
        """Deletes an adapter and the picture beside it. A worker that has it loaded goes on.

        Raises:
            NotFound: there is no such adapter.
            NotRemovable: the folder does not let it go.
        """
        path = self._path(name)
        try:
            path.unlink()
        except FileNotFoundError as error:
            raise _no_such_lora() from error
        except OSError as error:
            raise NotRemovable(
                "The lora folder does not let files be removed; remove it there."
            ) from error
        for suffix in _PICTURE_SUFFIXES:
            with suppress(OSError):
                (self._folder / (name + suffix)).unlink()

    def _path(self, name: str) -> Path:
        path = lora_file(self._folder, name)
        if path is None:
            raise _no_such_lora()
        return path

    def _picture(self, name: str) -> Path | None:
        for suffix in _PICTURE_SUFFIXES:
            path = self._folder / (name + suffix)
            if path.is_file():
                return path
        return None

    def _problem(self, known: _Known) -> str | None:
        if known.facts is None:
            return known.fault
        return self._in_use.problem(known.facts) if self._in_use else None

    def _same(self, facts: AdapterFacts) -> str | None:
        """The adapter with the same content, if there is one."""
        for file in self.list():
            path = lora_file(self._folder, file.name)
            if file.bytes == facts.bytes and path is not None:
                with suppress(FileNotFoundError):
                    known = self._look(path).facts
                    if known is not None and known.sha256 == facts.sha256:
                        return file.name
        return None

    def _look(self, path: Path) -> _Known:
        """What a file is, found out again when it has changed: it takes a look at every byte."""
        state = _state(path)
        with self._lock:
            known = self._known.get(path.name)
        if known is not None and known.state == state:
            return known
        facts, fault = None, None
        try:
            facts = inspect_adapter(path)
        except LoraIncompatible as error:
            fault = error.detail.partition(" cannot be used: ")[2]
        return self._remember(path, state, facts, fault)

    def _remember(
        self, path: Path, state: _State, facts: AdapterFacts | None, fault: str | None
    ) -> _Known:
        if facts is not None:
            short = {k: v for k, v in facts.metadata.items() if len(v) <= _KEPT_CHARACTERS}
            facts = replace(facts, metadata=short)
        told = read_facts(path)
        if told.thumbnail:
            # Read again when it is asked for.
            told = replace(told, thumbnail=b"")
        known = _Known(state, told, facts, fault)
        with self._lock:
            self._known[path.name] = known
        return known

    def _sweep(self) -> None:
        """Removes what uploads left behind when their process ended."""
        for path in self._folder.glob(_UPLOADS):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > _UPLOAD_SECONDS:
                    path.unlink()


def _keep(upload: Path, target: Path, name: str) -> None:
    """Gives an upload its name, unless another file has it, also in another process."""
    with upload.open("rb") as stream:
        os.fsync(stream.fileno())
    upload.chmod(0o644)
    try:
        # Unlike a rename, it does not take the place of what is there.
        os.link(upload, target)
    except FileExistsError as error:
        raise _taken(name) from error
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if target.exists():
            raise _taken(name) from error
        upload.rename(target)


def _taken(name: str) -> NameTaken:
    return NameTaken(f"Another LoRA is called {name!r}; send a `name`, or remove that one first.")


def _state(path: Path) -> _State:
    state = path.stat()
    return (state.st_mtime_ns, state.st_size, state.st_ino)


def _writing() -> AbstractContextManager[None]:
    return disk_errors(
        full="There is no room for the LoRA. Free some space on the disk of the lora folder.",
        folder="lora folder",
    )


def _no_such_lora() -> NotFound:
    return NotFound("There is no LoRA of this name; GET /loras lists those there are.")
