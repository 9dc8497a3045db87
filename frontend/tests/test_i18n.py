"""Both languages say the same things."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from frontend.i18n import TEXTS, Language, Texts
from frontend.palettes import PALETTES
from frontend.texts.remarks import REMARKS

FRONTEND = Path(__file__).parent.parent


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("key", TEXTS)
def test_each_text_has_two_languages_with_the_same_placeholders(key: str) -> None:
    english, russian = TEXTS[key]

    assert english.strip()
    assert russian.strip()
    assert placeholders(english) == placeholders(russian)


@pytest.mark.parametrize("key", TEXTS)
def test_russian_texts_are_russian(key: str) -> None:
    """The few that are the same in both languages are names."""
    english, russian = TEXTS[key]

    assert english == russian or re.search("[а-яё]", russian, re.IGNORECASE)
    assert not re.search("[а-яё]", english, re.IGNORECASE)


def test_every_text_that_the_code_names_exists_and_every_text_is_named() -> None:
    sources = [
        path.read_text("utf-8")
        for path in FRONTEND.rglob("*.py")
        if "tests" not in path.parts and path.name != "i18n.py" and "texts" not in path.parts
    ]
    code = "\n".join(sources)
    named = set(re.findall(r"""\b(?:t|texts)\(\s*["']([a-z_.0-9]+)["']""", code))
    named |= set(re.findall(r'"([a-z_]+\.[a-z_0-9]+)"', code)) & set(TEXTS)
    built = re.compile(
        r"(page|vary|compare|error|stage|style|speed|origin|layout|palette|example\.\w+|cancelled"
        r"|details|scores|colour|kind|setting|adapter_origin|base|set_state|finding|remark|goal|phase"
        r"|run_state|span|outcome|model|model_stage|network|metric|figure|subject|sheet"
        r"|variant|lockup|case|weight|mockup|tab|words|cut)"
        r"\..*"
    )

    assert named <= set(TEXTS)
    assert {key for key in TEXTS if not built.fullmatch(key)} <= named


@pytest.mark.parametrize("language", [0, 1])
def test_no_kind_of_picture_is_called_as_one_that_was_made_ready_for_use(language: int) -> None:
    finished = TEXTS["finish.badge"][language].lower()
    kinds = [texts[language].lower() for key, texts in TEXTS.items() if key.startswith("kind.")]
    assert finished not in kinds
    # The badge is of the page's own word.
    assert TEXTS["page.finish"][language].lower()[:5] == finished[:5]


def test_every_contact_sheet_of_the_service_has_a_name() -> None:
    service = FRONTEND.parent / "backend" / "services" / "models.py"
    declared = service.read_text("utf-8").partition("\nSHEETS")[2].partition("}")[0]
    sheets = re.findall(r'^    "([a-z-]+)":', declared, re.MULTILINE)

    assert sheets
    assert {f"sheet.{name}" for name in sheets} <= set(TEXTS)


def test_every_palette_has_a_name() -> None:
    assert {f"palette.{name}" for name in PALETTES} <= set(TEXTS)


def test_every_layout_of_the_service_has_a_name() -> None:
    contract = FRONTEND.parent / "backend" / "vector" / "layouts.py"
    declared = contract.read_text("utf-8").partition("class Layout(")[2].partition("\n\n\n")[0]
    layouts = re.findall(r'^    [A-Z_]+ = "([a-z-]+)"$', declared, re.MULTILINE)

    assert len(layouts) > 5
    assert {f"layout.{name}" for name in layouts} <= set(TEXTS)


@pytest.mark.parametrize(("english", "russian"), REMARKS)
def test_every_remark_is_one_that_the_service_makes(english: str, russian: str) -> None:
    backend = FRONTEND.parent / "backend"
    sources = [
        *backend.glob("models/brief_*.py"),
        *backend.glob("models/lora_*.py"),
        *backend.glob("services/lora_*.py"),
        *backend.glob("training/lora/*.py"),
        backend / "services" / "access.py",
        backend / "storage" / "training_inspection.py",
        backend / "api" / "bodies.py",
    ]
    # Without line breaks of string literals and the names of what is filled in.
    code = "".join(path.read_text("utf-8") for path in sources)
    said = re.sub(r"\{[^}\n]*\}", "{}", re.sub(r'"\s*\n\s*f?"', "", code))

    assert re.sub(r"\{\w+\}", "{}", english) in said
    assert placeholders(english) == placeholders(russian)


def test_a_remark_is_said_in_russian_with_what_was_filled_in() -> None:
    remark = "Words that were not understood were left out: “a”, “{b}”. Write them in English for"
    t = Texts(Language.RUSSIAN)

    assert t.remark(remark + " best results.") == (
        "Непонятные слова пропущены: “a”, “{b}”. Напишите их по-английски, так будет точнее."
    )
    assert t.remark("Something new.") == "Something new."
    assert Texts(Language.ENGLISH).remark(remark) == remark


@pytest.mark.parametrize(
    ("english", "russian"),
    [
        (
            "x.safetensors cannot be used: it was made for SDXL; the loaded model is the embedded "
            "pipeline",
            "x.safetensors нельзя использовать: сделан для другой модели: SDXL; загружена "
            "встроенная модель",
        ),
        ("a.zip/b.png cannot be used: new", "a.zip/b.png нельзя использовать: new"),
        ("and 1790 more", "и ещё 1790"),
    ],
)
def test_a_remark_within_a_remark_is_said_in_russian_too(english: str, russian: str) -> None:
    assert Texts(Language.RUSSIAN).remark(english) == russian


def test_a_name_without_a_text_is_made_readable() -> None:
    assert Texts(Language.RUSSIAN).named("style", "art-deco") == "Art deco"
    assert Texts(Language.RUSSIAN).named("style", "neon") == "Неон"


@pytest.mark.parametrize(
    ("wish", "locale", "language"),
    [
        ("ru", "en-US", Language.RUSSIAN),
        ("", "ru-RU", Language.RUSSIAN),
        ("", "de-DE", Language.ENGLISH),
        ("xx", None, Language.ENGLISH),
        ("EN", "ru-RU", Language.ENGLISH),
    ],
)
def test_the_language_is_the_wish_else_the_browsers(
    wish: str, locale: str | None, language: Language
) -> None:
    assert Language.choose(wish, locale) is language
