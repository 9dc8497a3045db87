"""LoRA adapters: found by name, checked to the last value, switched on a warm pipeline."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from torch import Tensor

from backend.domain.errors import LoraIncompatible, UnknownLora
from backend.domain.generation import LoraChoice
from backend.domain.lora_names import lora_file, lora_names
from backend.domain.ports import ModelFact
from backend.domain.trigger_words import MAX_WORDS
from backend.models.lora_files import AdapterFacts, inspect_adapter, read_adapter, unusable
from backend.models.lora_fuse import Prepared, Wardrobe, Worn, adapter_rows
from backend.models.lora_words import check_rows, spoken, teach

_REMEMBERED_FILES = 64
_Signature = tuple[str, int, int, int]


@dataclass(frozen=True, slots=True)
class _Chosen:
    """An adapter of the request.

    Attributes:
        triggers: words that call it up.
        words: for each trigger its rows for the token embedding, by text encoder.
    """

    worn: Worn
    triggers: tuple[str, ...]
    words: Mapping[str, Mapping[str, Tensor]]


class LoraShelf:
    """The adapters of a folder, which need not exist: `NAME.safetensors`.

    The worn set stays in the pipeline's weights until another one is asked for, so that the same
    request again costs nothing; whoever uses the pipeline goes through `applied`.

    Attributes:
        hits: how often an adapter was ready; misses: how often it was read from its file.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._facts: OrderedDict[_Signature, AdapterFacts] = OrderedDict()
        self._used: dict[str, str] = {}
        self._wardrobes: WeakKeyDictionary[Any, Wardrobe] = WeakKeyDictionary()
        self._lock = threading.RLock()
        self.hits = self.misses = 0

    def path(self, name: str) -> Path:
        """The adapter's file.

        Raises:
            UnknownLora: no adapter has this name.
        """
        if (path := lora_file(self._folder, name)) is not None:
            return path
        known = ", ".join(lora_names(self._folder)[:10])
        known = known or "none; put .safetensors files into lora/"
        raise UnknownLora(f"there is no LoRA named {name[:60]!r}; known: {known}")

    def facts(self, choices: Sequence[LoraChoice]) -> list[ModelFact]:
        """The adapters that act, with the hash of each file; of one in use, of the copy in use.

        Raises:
            UnknownLora, LoraIncompatible: as `applied`.
        """
        with self._lock:
            return [
                ModelFact(
                    f"lora/{choice.name}",
                    self._used.get(choice.name) or self._inspected(choice.name).sha256,
                )
                for choice in _active(choices)
            ]

    def text_key(self, choices: Sequence[LoraChoice]) -> str:
        """What the adapters do to the text encoders, in one line; "" if nothing.

        Texts encoded under one key are good under the same key only.

        Raises:
            UnknownLora, LoraIncompatible: as `applied`.
        """
        with self._lock:
            acting = [
                (self._inspected(choice.name), _text_weight(choice), choice.name)
                for choice in _active(choices)
            ]
        # The name is the trigger of an adapter that does not tell its own.
        return ";".join(
            f"{facts.sha256}:{weight:g}:{name if facts.words else ''}"
            for facts, weight, name in acting
            if facts.touches_text and weight
        )

    @contextmanager
    def applied(
        self, pipeline: Any, choices: Sequence[LoraChoice], always: Sequence[Path] = ()
    ) -> Iterator[str]:
        """Runs the body with exactly these adapters in the pipeline's weights.

        All files are read and checked against the pipeline before any weight changes.

        Args:
            choices: adapters of the folder with their weights.
            always: files of adapters for few steps. They act on the denoiser at weight 1; what they
                have for text encoders is left out, since `text_key` does not know of them.

        Yields:
            The trigger words that the adapters' own metadata name, comma-separated.

        Raises:
            UnknownLora, LoraIncompatible: before anything is changed.
        """
        # Held while the body runs: another thread's set would change the weights under it.
        with self._lock:
            wardrobe = self._wardrobe(pipeline)
            chosen = [self._chosen(wardrobe, pipeline, choice) for choice in _active(choices)]
            few_steps = [self._prepared(wardrobe, pipeline, path, path.stem)[1] for path in always]
            words = [
                teach(pipeline, each.worn.adapter.sha256, trigger, rows)
                for each in chosen
                for trigger, rows in each.words.items()
            ]
            try:
                wardrobe.wear(
                    [each.worn for each in chosen] + [Worn(each, 1.0, 0.0) for each in few_steps]
                )
            except LoraIncompatible as error:
                names = ", ".join(choice.name for choice in _active(choices))
                raise unusable(names or "the few-step adapter", error) from error
            with spoken(pipeline, words):
                yield ", ".join(word for each in chosen for word in each.triggers)

    def _chosen(self, wardrobe: Wardrobe, pipeline: Any, choice: LoraChoice) -> _Chosen:
        facts, adapter = self._prepared(wardrobe, pipeline, self.path(choice.name), choice.name)
        self._used[choice.name] = facts.sha256
        worn = Worn(adapter, choice.weight, _text_weight(choice))
        triggers = facts.triggers
        if not (adapter.rows and worn.text_weight):
            return _Chosen(worn, triggers, {})
        own = tuple(filter(None, adapter.rows))
        # Without a phrase of its own, a word goes by the name of its file.
        triggers = triggers or own[:MAX_WORDS] or (choice.name,)
        # A single word of the early trainer goes by the author's phrase too.
        alone = {triggers[0]: adapter.rows[own[0]]} if len(adapter.rows) == len(own) == 1 else {}
        return _Chosen(
            worn,
            triggers,
            {**alone, **{word or triggers[0]: rows for word, rows in adapter.rows.items()}},
        )

    def _wardrobe(self, pipeline: Any) -> Wardrobe:
        if pipeline not in self._wardrobes:
            self._wardrobes[pipeline] = Wardrobe(pipeline)
        return self._wardrobes[pipeline]

    def _prepared(
        self, wardrobe: Wardrobe, pipeline: Any, path: Path, label: str
    ) -> tuple[AdapterFacts, Prepared]:
        """An adapter made ready; its file is read only where its content is not known yet."""
        signature = _signature(path, label)
        facts = self._facts.get(signature)
        if facts is not None and (known := wardrobe.known(facts.sha256)):
            self.hits += 1
            return facts, known
        self.misses += 1
        adapter = read_adapter(path)
        try:
            for rows in adapter_rows(adapter).values():
                check_rows(pipeline, rows)
            prepared = wardrobe.prepare(adapter)
        except LoraIncompatible as error:
            raise unusable(path.name, error) from error
        # A file that was replaced meanwhile is another one; it is read when it is asked for.
        if _signature(path, label) == signature:
            self._remember(signature, adapter.facts)
        return adapter.facts, prepared

    def _inspected(self, name: str) -> AdapterFacts:
        path = self.path(name)
        signature = _signature(path, name)
        facts = self._facts.get(signature) or inspect_adapter(path)
        if _signature(path, name) == signature:
            self._remember(signature, facts)
        return facts

    def _remember(self, signature: _Signature, facts: AdapterFacts) -> None:
        self._facts[signature] = facts
        while len(self._facts) > _REMEMBERED_FILES:
            self._facts.popitem(last=False)


def _signature(path: Path, name: str) -> _Signature:
    """What changes when a file is replaced or written to.

    Raises:
        UnknownLora: it is gone.
    """
    try:
        state = path.stat()
    except OSError as error:
        raise UnknownLora(f"the file of the LoRA {name[:60]!r} is gone") from error
    return (str(path), state.st_mtime_ns, state.st_size, state.st_ino)


def _active(choices: Sequence[LoraChoice]) -> list[LoraChoice]:
    return [choice for choice in choices if choice.weight > 0 or _text_weight(choice) > 0]


def _text_weight(choice: LoraChoice) -> float:
    return choice.weight if choice.text_weight is None else choice.text_weight
