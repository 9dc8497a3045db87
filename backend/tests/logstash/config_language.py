"""Reads Logstash's configuration language, as far as a pipeline of files and filters needs it.

Written after the language's description; Logstash's own parser was not run here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lark import Lark, Token, Transformer, Tree

_GRAMMAR = r"""
start: section+
section: SECTION "{" _step* "}"
_step: plugin | branch
plugin: NAME "{" attribute* "}"
attribute: (NAME | STRING) "=>" _value
_value: STRING | NUMBER | NAME | array | hash | plugin
array: "[" [_value ("," _value)*] "]"
hash: "{" attribute* "}"
branch: "if" _condition "{" _step* "}" ("else" "if" _condition "{" _step* "}")* ["else" "{" _step* "}"]
_condition: _term (("and" | "or") _term)*
_term: "!" _term | "(" _condition ")" | _operand [("==" | "!=" | "<=" | ">=" | "<" | ">" | "=~" | "in" | "not" "in") _operand]
_operand: STRING | NUMBER | SELECTOR
SECTION.2: "input" | "filter" | "output"
SELECTOR: /(\[[^\[\],\s"']+\])+/
NAME: /[A-Za-z_][A-Za-z0-9_-]*/
NUMBER: /-?\d+(\.\d+)?/
STRING: /"(\\.|[^"\\])*"/ | /'(\\.|[^'\\])*'/
COMMENT: /#[^\n]*/
%import common.WS
%ignore WS
%ignore COMMENT
"""  # noqa: E501
_PARSER = Lark(_GRAMMAR, parser="earley", lexer="dynamic")


@dataclass(frozen=True)
class Plugin:
    """One plugin with its options."""

    section: str
    name: str
    options: dict[str, Any] = field(default_factory=dict)


def plugins_of(text: str) -> list[Plugin]:
    """All plugins of a pipeline. Raises lark.LarkError if it is none."""
    tree = _PARSER.parse(text)
    return [
        Plugin(str(section.children[0]), str(plugin.children[0]), _options(plugin))
        for section in tree.children
        if isinstance(section, Tree)
        for plugin in _steps(section)
    ]


def selectors_of(text: str) -> set[str]:
    """Fields that conditions look at, with dots."""
    found = _PARSER.parse(text).scan_values(
        lambda token: isinstance(token, Token) and token.type == "SELECTOR"
    )
    return {str(token).strip("[]").replace("][", ".") for token in found}


def _steps(tree: Tree[Token]) -> Iterator[Tree[Token]]:
    """Plugins of a section; codecs with options are values, not steps."""
    for child in tree.children:
        if isinstance(child, Tree):
            if child.data == "plugin":
                yield child
            elif child.data == "branch":
                yield from _steps(child)


def _options(plugin: Tree[Token]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for attribute in plugin.find_data("attribute"):
        if attribute not in plugin.children:
            # Of a hash within.
            continue
        name, value = _Values().transform(attribute)
        if name in found:
            raise ValueError(f"{plugin.children[0]} has two options {name}")
        found[name] = value
    return found


class _Values(Transformer[Token, Any]):
    def attribute(self, children: list[Any]) -> tuple[str, Any]:
        return str(children[0]).strip("\"'"), children[1]

    def array(self, children: list[Any]) -> list[Any]:
        return [child for child in children if child is not None]

    def hash(self, children: list[tuple[str, Any]]) -> dict[str, Any]:
        return dict(children)

    def STRING(self, token: Token) -> str:
        return str(token)[1:-1]

    def NUMBER(self, token: Token) -> float:
        return float(token)

    def NAME(self, token: Token) -> Any:
        return {"true": True, "false": False}.get(str(token), str(token))
