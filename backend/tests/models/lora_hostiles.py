"""Files that claim to be adapters, and why each is refused."""

from __future__ import annotations

import json
import pickle
import struct
import zipfile
from io import BytesIO
from typing import Any

import numpy as np

_PLACE = "lora_unet_mid_block_attentions_0_proj_in"
DOWN, UP, ALPHA = f"{_PLACE}.lora_down.weight", f"{_PLACE}.lora_up.weight", f"{_PLACE}.alpha"


def raw(header: Any, data: bytes = b"", length: int | None = None) -> bytes:
    """A file of a header, given as JSON or as it is, and data."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def entry(shape: list[int], begin: int, dtype: str = "F32", end: int | None = None) -> Any:
    """The description of a tensor."""
    size = int(np.prod(shape, dtype=np.int64)) * {"F32": 4, "F16": 2, "I64": 8}.get(dtype, 2)
    return {
        "dtype": dtype,
        "shape": shape,
        "data_offsets": [begin, begin + size if end is None else end],
    }


def pair(rank: int = 2, features: int = 16) -> dict[str, Any]:
    """The descriptions of a sound pair of matrices."""
    size = 4 * rank * features
    return {DOWN: entry([rank, features], 0), UP: entry([features, rank], size)}


def _data(count: int) -> bytes:
    return np.full(count // 4, 0.5, np.float32).tobytes()


def _zip() -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("archive/data.pkl", b"x" * 100)
    return stream.getvalue()


def _not_finite(value: float, dtype: str = "float32") -> bytes:
    down = np.zeros((2, 16), dtype)
    down[1, 7] = value
    header = pair()
    if dtype == "float16":
        header[DOWN] = entry([2, 16], 0, "F16")
        header[UP] = entry([16, 2], 64)
    return raw(header, down.tobytes() + _data(128))


def _named(name: str, **others: Any) -> bytes:
    return raw({**pair(), name: entry([1], 256), **others}, _data(260))


_TWICE = (
    json.dumps({DOWN: entry([2, 16], 0), UP: entry([16, 2], 128)})[:-1].encode()
    + b", "
    + json.dumps({DOWN: entry([2, 16], 0)})[1:].encode()
)
_MANY = {f"t{i}": {"dtype": "F16", "shape": [1], "data_offsets": [2 * i, 2 * i + 2]}
         for i in range(100_000)}  # fmt: skip

# What a file holds, and the exact words after "x.safetensors cannot be used: ".
HOSTILES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "it is empty"),
    "seven bytes": (
        b"1234567",
        "it ends after 7 bytes; a safetensors file begins with 8 that give the length of its "
        "header",
    ),
    "header of 2^63": (
        raw(pair(), _data(256), length=2**63),
        "its header claims 9,223,372,036,854,775,808 bytes; at most 8,388,608 are allowed",
    ),
    "header of 100,000,001": (
        raw(pair(), _data(256), length=100_000_001),
        "its header claims 100,000,001 bytes; at most 8,388,608 are allowed",
    ),
    "header longer than the file": (
        raw(b"{}", length=500),
        "it is cut off: its header claims 500 bytes, of which 2 are there",
    ),
    "hole": (
        raw({DOWN: entry([2, 16], 0), UP: entry([16, 2], 144)}, _data(272)),
        "the bytes 128 to 144 of its data belong to no tensor",
    ),
    "overlap": (
        raw({DOWN: entry([2, 16], 0), UP: entry([16, 2], 100)}, _data(228)),
        f"the tensors '{DOWN}' and '{UP}' overlap",
    ),
    "truncated": (
        raw(pair(), _data(200)),
        "it is cut off: its tensors need 256 bytes, of which 200 are there",
    ),
    "trailing bytes": (
        raw(pair(), _data(260)),
        "4 bytes after its last tensor belong to nothing",
    ),
    "duplicate keys": (raw(_TWICE, _data(256)), f"its header names '{DOWN}' twice"),
    "100k tensors": (
        raw(_MANY, _data(200_000)),
        "it holds 100,000 tensors; a LoRA has 1 to 20,000",
    ),
    "no tensors": (raw({}), "it holds 0 tensors; a LoRA has 1 to 20,000"),
    "dimensions of 2^62": (
        raw({DOWN: {"dtype": "F32", "shape": [0, 2**62], "data_offsets": [0, 0]}}),
        f"the tensor '{DOWN}' has a dimension of 4,611,686,018,427,387,904; 1 to 65,536 are "
        "allowed",
    ),
    "dimension of nothing": (
        raw({DOWN: {"dtype": "F32", "shape": [0, 4], "data_offsets": [0, 0]}}),
        f"the tensor '{DOWN}' has a dimension of 0; 1 to 65,536 are allowed",
    ),
    "shape and place disagree": (
        raw({DOWN: entry([2, 16], 0, end=100), UP: entry([16, 2], 100)}, _data(228)),
        f"the tensor '{DOWN}' needs 128 bytes by its shape, which its place in the file does not "
        "give",
    ),
    "five axes": (
        raw({DOWN: entry([1, 1, 1, 1, 1], 0)}, _data(4)),
        f"the tensor '{DOWN}' has 5 axes; at most 4 are allowed",
    ),
    "negative place": (
        raw({DOWN: {"dtype": "F32", "shape": [1], "data_offsets": [-4, 0]}}),
        f"the place of the tensor '{DOWN}' has a negative number",
    ),
    "shape of truths": (
        raw({DOWN: {"dtype": "F32", "shape": [True], "data_offsets": [0, 4]}}, _data(4)),
        f"the shape of the tensor '{DOWN}' is no list of numbers",
    ),
    "not a number": (
        _not_finite(float("nan")),
        f"the tensor '{DOWN}' holds values that are not finite",
    ),
    "infinity in half precision": (
        _not_finite(float("-inf"), "float16"),
        f"the tensor '{DOWN}' holds values that are not finite",
    ),
    "wrong number format": (
        raw({DOWN: entry([2, 16], 0, "I64")}, _data(256)),
        f"the tensor '{DOWN}' has the number format 'I64'; known are F16, BF16, F32",
    ),
    "rank 4,096": (
        raw(pair(4096, 4), _data(2 * 4 * 4096 * 4)),
        f"'{DOWN}' has rank 4,096; 1 to 256 are allowed",
    ),
    "path as a name": (
        _named("../../etc/passwd"),
        "the tensor name '../../etc/passwd' is a path out of the folder",
    ),
    "absolute path as a name": (
        _named("/etc/passwd"),
        "the tensor name '/etc/passwd' is a path out of the folder",
    ),
    "control characters in a name": (
        _named("a\x00b\x1b[31m"),
        "the tensor name 'a?b?[31m' is none: letters, digits, '_', '.', '-' and '/', 256 at most",
    ),
    "pickle": (
        pickle.dumps({"a": list(range(50))}),
        "it is no safetensors file but a pickle; such files can carry programs",
    ),
    "old pickle": (
        pickle.dumps({"a": list(range(50))}, protocol=2),
        "it is no safetensors file but a pickle; such files can carry programs",
    ),
    "zip": (
        _zip(),
        "it is no safetensors file but a zip archive, as torch.save writes it; such files can "
        "carry programs",
    ),
    "web page": (
        b"<!DOCTYPE html><html>Not found</html>",
        "it is no safetensors file but an HTML page, such as a web site answers instead of the "
        "file",
    ),
    "Windows program": (b"MZ\x90\x00\x03\x00\x00\x00" * 9, "it is no safetensors file but a "
                        "Windows program"),
    "Git LFS pointer": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
        "it is no safetensors file but a Git LFS pointer; the file itself was not downloaded",
    ),
    "not JSON": (raw(b"{'a': 1}"), "its header is not JSON"),
    "deep JSON": (raw(b"[" * 100_000), "its header is not JSON"),
    "not an object": (raw(b"[]"), "its header is not a JSON object"),
    "not UTF-8": (raw(b'{"\xff": 1}'), "its header is not JSON"),
    "metadata that are no texts": (
        raw({"__metadata__": {"a": 1}, **pair()}, _data(256)),
        "its metadata are not texts by name",
    ),
    "half a pair": (
        raw({DOWN: entry([2, 16], 0)}, _data(128)),
        f"'{DOWN}' has no partner: the up matrix is missing",
    ),
    "alpha alone": (
        raw({ALPHA: entry([1], 0)}, _data(4)),
        f"'{ALPHA}' has no partner: the down matrix is missing",
    ),
    "alpha of many numbers": (
        raw({**pair(), ALPHA: entry([2], 256)}, _data(264)),
        f"'{ALPHA}' is no single number",
    ),
    "two ranks": (
        raw({DOWN: entry([2, 16], 0), UP: entry([16, 3], 128)}, _data(320)),
        f"'{DOWN}' has rank 2, but '{UP}' has rank 3",
    ),
    "three axes": (
        raw({DOWN: entry([2, 4, 4], 0), UP: entry([16, 2], 128)}, _data(256)),
        f"'{DOWN}' and '{UP}' have the shapes [2, 4, 4] and [16, 2], which are not those of a "
        "LoRA layer",
    ),
    "left over": (
        _named("something.else"),
        "it holds what belongs to no LoRA layer: 'something.else'",
    ),
    "layer of no network": (
        raw(
            {
                **pair(),
                "x.lora_A.weight": entry([1, 1], 256),
                "x.lora_B.weight": entry([1, 1], 260),
            },
            _data(264),
        ),
        "it changes a layer of no known network: 'x.lora_A.weight'",
    ),
    "no adapter": (
        raw({"weight": entry([4], 0)}, _data(16)),
        "it holds no LoRA layers; its first tensor is 'weight'",
    ),
    "whole checkpoint": (
        raw({"model.diffusion_model.out.2.weight": entry([4], 0)}, _data(16)),
        "it is a whole checkpoint and no LoRA",
    ),
    "DoRA": (
        _named(f"{_PLACE}.dora_scale"),
        "it is a DoRA, which also scales the rows of each layer; only plain LoRA can be used",
    ),
    "LoHa": (
        raw({f"{_PLACE}.hada_w1_a": entry([4], 0)}, _data(16)),
        "it is a LoHa (LyCORIS), whose matrices are multiplied element by element; only plain "
        "LoRA can be used",
    ),
    "LoKr": (
        raw({f"{_PLACE}.lokr_w1": entry([4], 0)}, _data(16)),
        "it is a LoKr (LyCORIS), whose matrices are Kronecker factors; only plain LoRA can be "
        "used",
    ),
    "Tucker": (
        _named(f"{_PLACE}.lora_mid.weight"),
        "it is a LoCon in Tucker form, with a third matrix for each layer; only plain LoRA can be "
        "used",
    ),
    "words without end": (
        raw({"emb_params": entry([76, 4], 0)}, _data(76 * 16)),
        "'emb_params' has the shape [76, 4]; words have 1 to 75 rows",
    ),
}  # fmt: skip
