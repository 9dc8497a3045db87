"""From a YAML file, groups and KEY=VALUE words to a typed experiment; and the record a run keeps.

Hydra composes, the experiment's frozen dataclass says which keys there are, their types and their
defaults. The YAML files only choose among groups, so that a default stands in one place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from backend.domain.errors import InvalidRequest
from backend.utils.files import write_bytes

CONFIG_FILE = "config.yaml"
# A longer run of the same experiment: the schedules are stretched to the new end.
MAY_CHANGE = frozenset({"steps"})
_FOLDER = Path(__file__).parent / "conf"

Schema = TypeVar("Schema")


def compose_experiment(name: str, schema: type[Schema], words: Sequence[str]) -> Schema:
    """Composes `conf/<name>.yaml` with overrides such as `steps=300` or `loss=hinge`.

    Raises:
        InvalidRequest: an unknown key or group, a wrong type, or a value out of range.
    """
    ConfigStore.instance().store(f"{name}_schema", _writable(OmegaConf.structured(schema)))
    try:
        with initialize_config_dir(str(_FOLDER), version_base="1.3"):
            composed = compose(name, list(words))
        experiment = _with_tuples(OmegaConf.to_object(composed))
    except (HydraException, OmegaConfBaseException) as error:
        raise InvalidRequest(f"the training's configuration is wrong: {_reason(error)}") from error
    assert isinstance(experiment, schema)
    return experiment


def to_yaml(values: Any) -> str:
    """A dataclass or a mapping as YAML."""
    return OmegaConf.to_yaml(OmegaConf.create(_plain(values)))


def flat(values: Mapping[str, Any]) -> dict[str, bool | int | float | str]:
    """Nested values under dotted names; what is no number becomes its text, as trackers ask."""
    result: dict[str, bool | int | float | str] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            result |= {f"{key}.{inner}": leaf for inner, leaf in flat(value).items()}
        else:
            result[key] = value if isinstance(value, bool | int | float) else str(value)
    return result


def claim_folder(folder: Path, record: Mapping[str, Any], *, resumes: bool) -> None:
    """Writes down whose run a folder holds, or refuses it.

    Args:
        folder: of the run.
        record: recipe, architecture and machine facts; only `MAY_CHANGE` may differ.
        resumes: whether the folder holds a checkpoint.

    Raises:
        InvalidRequest: the folder's checkpoint belongs to another configuration.
    """
    path = folder / CONFIG_FILE
    asked = flat(_plain(record))
    if resumes:
        known = OmegaConf.to_container(OmegaConf.load(path)) if path.exists() else {}
        assert isinstance(known, dict)
        there = flat({str(key): value for key, value in known.items()})
        other = [
            f"{key} is {there.get(key, 'absent')} there and {asked.get(key, 'absent')} here"
            for key in sorted(there.keys() | asked.keys())
            if there.get(key) != asked.get(key) and key not in MAY_CHANGE
        ]
        if other:
            raise InvalidRequest(
                f"{folder} holds a run of another configuration ({'; '.join(other[:4])}); give "
                "the same values to go on with it, or move the folder away to begin anew"
            )
    write_bytes(path, to_yaml(record).encode("utf-8"))


def _plain(values: Any) -> dict[str, Any]:
    """Lists, texts, numbers and mappings only, as a YAML file gives them back."""
    mapping = values if isinstance(values, Mapping) else asdict(values)
    plain: dict[str, Any] = json.loads(json.dumps(mapping))
    return plain


def _writable(node: DictConfig) -> DictConfig:
    """Frozen dataclasses become read-only nodes, into which Hydra could not merge anything."""
    OmegaConf.set_readonly(node, None)
    for key in node:
        child = node._get_node(key)
        if isinstance(child, DictConfig):
            _writable(child)
    return node


def _with_tuples(value: Any) -> Any:
    """OmegaConf knows lists only; the dataclasses hold tuples."""
    if isinstance(value, list):
        return tuple(value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value,
            **{field.name: _with_tuples(getattr(value, field.name)) for field in fields(value)},
        )
    return value


def _reason(error: Exception) -> str:
    """The first lines of Hydra's message and of its cause, on one line."""
    said = str(error).split("\n\nConfig search path")[0].split("\nConfig search path")[0]
    lines = [*said.splitlines(), *str(error.__cause__ or "").splitlines()[:1]]
    kept = [
        line.strip()
        for line in lines
        if line.strip() and "append to your config" not in line and "hydra.cc" not in line
    ]
    return " ".join(kept)
