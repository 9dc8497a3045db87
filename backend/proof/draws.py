"""Values drawn from a JSON schema, and values spoiled on purpose."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

_WORDS = (
    "", "a red fox", "Foxy", "neon", "auto", "кофейня", "خط عربي", "狐", "🦊" * 3, "a" * 300,
    "x" * 3000,
    "#1B3A4B", "1B3A4B", "#fff", "pixel-art", "2026-11-20", "../../etc/passwd", "%00", "a\u202eb",
    "<script>", "'; --", "{{7*7}}", "null", "0", "-1", "1e9", "NaN", " ", "\t", "a\u0000b",
    "\ud800", "img_0123456789abcdef01234567", "sks", "a photo of sks",
)  # fmt: skip
_ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**400, 1.5, -0.0, 1e308,
    float("nan"), float("inf"), float("-inf"), "", [], {}, [[]], {"": ""}, [None] * 50, "\ud800",
    "\x00", "9" * 400, {"a": {"a": {"a": {"a": {}}}}}, ["x"] * 300, {"__proto__": 1}, "\uffff",
    "é" * 2000,
)  # fmt: skip
_TOKENS = (
    b"NaN", b"-Infinity", b"1e999", b"\\ud800", b"\\u0000", b"\xff", b"\xc0\x80", b"[" * 2000, b"{",
    b"}", b'"', b"\\", b",", b":", b"null", b"9" * 5000, b"\xef\xbb\xbf", b"\r\n", b"\r\n\r\n",
    b"\x00", b"0x1", b" ", b"\t", b"%", b"%00", b"..", b"/", b"?", b"&", b"=", b";",
    b"Content-Length: 5\r\n",
    b"Transfer-Encoding: chunked\r\n", b"Expect: 100-continue\r\n", b"Host: evil\r\n", b"0\r\n\r\n",
)  # fmt: skip
_DEEPEST = 6


class SchemaDraws:
    """Draws values that fit schemas of an OpenAPI document, mostly.

    Args:
        document: whose references are followed.
        dice: decides everything.
        ids: texts to put where an identifier may stand.
    """

    def __init__(
        self, document: Mapping[str, Any], dice: random.Random, ids: Sequence[str]
    ) -> None:
        self._document = document
        self._dice = dice
        self._ids = ids

    def resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """The schema that a reference leads to."""
        while "$ref" in schema:
            found: Any = self._document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            schema = found
        return schema

    def value(self, schema: Mapping[str, Any], depth: int = 0) -> Any:
        """A value that keeps the rules of the schema that can be kept easily."""
        schema, dice = self.resolved(schema), self._dice
        for choice in ("anyOf", "oneOf", "allOf"):
            if choice in schema:
                return self.value(dice.choice(schema[choice]), depth)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return dice.choice(schema["enum"])
        if schema.get("examples") and dice.random() < 0.3:
            return json.loads(json.dumps(dice.choice(schema["examples"])))
        match schema.get("type"):
            case "object":
                return self._object(schema, depth)
            case "array":
                most = min(schema.get("maxItems", 4), 6)
                size = dice.randint(min(schema.get("minItems", 0), most), most)
                items = schema.get("items", {})
                return [self.value(items, depth + 1) for _ in range(size)]
            case "integer":
                low = int(schema.get("minimum", -5))
                high = max(low, int(schema.get("maximum", low + 3000)))
                # Bounds may be far apart; most people stay near the lower one.
                return dice.randint(low, min(high, low + 300) if dice.random() < 0.8 else high)
            case "number":
                least = float(schema.get("minimum", -2))
                return round(dice.uniform(least, float(schema.get("maximum", least + 10))), 3)
            case "boolean":
                return dice.random() < 0.5
            case "string":
                return self.text(schema)
        return None

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        made, needed = {}, schema.get("required", ())
        share = self._dice.choice((0.1, 0.3, 0.8))
        for name, inner in schema.get("properties", {}).items():
            if name in needed or (depth < _DEEPEST and self._dice.random() < share):
                made[name] = self.value(inner, depth + 1)
        more = schema.get("additionalProperties")
        if isinstance(more, Mapping):
            made |= {self.text({}): self.value(more, depth + 1) for _ in range(2)}
        return made

    def text(self, schema: Mapping[str, Any]) -> str:
        """A text that fits pattern and length if one is at hand."""
        choices = [*self._dice.sample(_WORDS, 6), *self._ids, "#1B3A4B"]
        pattern, most = schema.get("pattern"), schema.get("maxLength", 10_000)
        fitting = [
            text
            for text in choices
            if len(text) <= most and (pattern is None or re.search(pattern, text))
        ]
        return self._dice.choice(fitting or choices)

    def spoiled(self, value: Any) -> Any:
        """The value with something in it, or all of it, replaced, taken out or put in."""
        dice = self._dice
        if isinstance(value, dict) and value and dice.random() < 0.85:
            name = dice.choice(list(value))
            match dice.randrange(4):
                case 0:
                    return {key: inner for key, inner in value.items() if key != name}
                case 1:
                    return value | {dice.choice(_WORDS): dice.choice(_ODD)}
                case _:
                    return value | {name: self.spoiled(value[name])}
        if isinstance(value, list) and value and dice.random() < 0.7:
            place = dice.randrange(len(value))
            return [*value[:place], self.spoiled(value[place]), *value[place + 1 :]]
        return dice.choice(_ODD)

    def any_text(self) -> str:
        """For places that take any text: paths, queries, headers."""
        dice = self._dice
        if dice.random() < 0.5:
            return dice.choice(_WORDS)
        return "".join(
            chr(dice.choice((dice.randrange(128), dice.randrange(0xD800)))) for _ in range(8)
        )


def as_json(value: Any) -> bytes:
    """JSON with what standard JSON lacks: NaN, infinities, halves of surrogate pairs."""
    return json.dumps(value).encode("ascii")


def damaged(content: bytes, dice: random.Random) -> bytes:
    """Bytes with some struck out, doubled, flipped, and poison put in."""
    made = bytearray(content)
    for _ in range(dice.randint(1, 4)):
        place = dice.randint(0, len(made))
        match dice.randrange(4):
            case 0:
                del made[place : place + dice.randint(1, 8)]
            case 1:
                made[place:place] = dice.choice(_TOKENS)
            case 2:
                made[place:place] = made[place : place + dice.randint(1, 60)]
            case _ if place < len(made):
                made[place] ^= 1 << dice.randrange(8)
    return bytes(made)
