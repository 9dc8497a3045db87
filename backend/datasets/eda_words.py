"""Word lists of the text analysis: stop words, and the rule for epithets."""

from __future__ import annotations

import re
from functools import cache

from backend.vector.colour_names import named_colours


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STOP_WORDS = _words("""
a an and are as at be been but by can could did do does for from had has have he her his how i if
in into is it its just me my no nor not of off on onto or our out over she so some such than that
the their them then there these they this those to too under up upon us was we were what when where
which while who whom why will with within without would you your
а без бы был была были было быть в вам вас весь во вот все всё всех вы где да для до его ее её ей
ему если есть еще ещё же за здесь и из или им их к как ко когда кто ли либо мне может мы на над не
него нее неё нет ни них но о об однако он она они оно от перед по под после при про с со та так
такой там те тем то того тоже той только том ты у уже чем через что чтобы это этого этой этот эту я
""")

# Descriptors that no ending gives away. Nouns that captions use as descriptors ("line art") are
# not among them: the count is of words that say what something is like.
_PLAIN = _words("""
abstract academic ancient angular antique artisan asymmetric basic big black bold bright calm
casual cheap chic clean clear clever cold complex compact cool corporate crisp cute dark deep
delicate dense detailed digital distinct dynamic eco elegant empty even exotic extreme fancy fast
faint fierce fine firm flat fluid formal fresh friendly full fun funky futuristic gentle giant
glossy golden good grand gritty grungy happy hard heavy hidden high hipster hollow holy hot huge
intricate kind large lavish lean light little lively long loud lovely low lush luxe mad matte
mature mellow memorable mighty mild mini minimal minimalist minimalistic modern monochrome moody
narrow natural neat new nice noble old opaque open ornate pale pastel perfect plain playful pleasant
polished posh precise premium pretty pure quaint quick quiet quirky rare raw ready rich rigid
robust rough round royal rugged rustic sacred safe serene serious sharp shiny short silent simple
sleek slick slim slow small smart smooth soft solid sophisticated spare sparse special square
stark steady stern stout straight strict striking strong stylish subtle sunny super sweet swift
tall tender thick thin tidy tight tiny traditional tribal trendy true unique upscale urban vague
vibrant vintage vivid warm weird wet whole wide wild wise young youthful
retro
""")
# English endings of adjectives; words of six letters or more, so that "table" and "basic" stay out
# or come from the list above.
_ENDING = re.compile(r".{3,}(?:ful|less|ous|ish|able|ible|ive|ical|esque|ic)$")
_PARTICIPLE = re.compile(r".{2,}[^e]ed$")
_COMPOUND = re.compile(
    r".+-(?:ing|.+ing|.+ed|like|free|friendly|style|shaped|toned|drawn|made|cut|tech|end|quality)$"
)
_NOT_ENDING = _words("""
adhesive archive arctic atlantic ceramic clinic comic critic detective executive fabric garlic
graphic initiative logic magic mechanic metric mosaic music objective pacific panic perspective
picnic relic republic rubbish statistic syllable timetable topic traffic tropic turntable vegetable
arithmetic cooperative collective motive radish relish polish parish varnish jellyfish goldfish
starfish swordfish catfish shellfish constable
""")
_NOT_PARTICIPLE = _words("infrared hundred hatred shred biped moped")
_RUSSIAN_ENDING = re.compile(r"[а-яё]{2,}(?:ый|ий|ой|ая|яя|ое|ее|ые|ие|ую|юю|ых|их)$")
_RUSSIAN_NOUN = re.compile(r"(?:[аея]ние|ствие|[рнлц]ия|[аеоу]й|[^кнчщшж]ий)$")
_NOT_RUSSIAN = _words("""
герой строй слой бой покой прибой устой который которая которое которые какой такой другой другие
свой мой твой этой одной линий гений компаний какие такие свое кофе
""")


def is_epithet(word: str) -> bool:
    """Whether a word in lower case says what something is like.

    The rule, without a language model: names of colours that are one word; a list of common
    descriptors; English endings (-ful, -less, -ous, -ish, -able, -ible, -ive, -ical, -esque, -ic,
    and -ed of participles) less a list of nouns that end so; hyphenated compounds that end in
    -ing, -ed, -like, -shaped and their kind; Russian adjective endings less a list and kinds of
    nouns. It does not look at the neighbours, so "light" counts in "traffic light" too.
    """
    if word in STOP_WORDS:
        return False
    if word in _PLAIN or word in _colour_words():
        return True
    if "-" in word and _COMPOUND.match(word):
        return True
    if word.isascii():
        is_ending = _ENDING.match(word) is not None and word not in _NOT_ENDING
        return is_ending or (_PARTICIPLE.match(word) is not None and word not in _NOT_PARTICIPLE)
    return _is_russian_adjective(word)


def _is_russian_adjective(word: str) -> bool:
    if len(word) < 5 or word in _NOT_RUSSIAN or not _RUSSIAN_ENDING.match(word):
        return False
    return word.endswith("ой") or not _RUSSIAN_NOUN.search(word)


@cache
def _colour_words() -> frozenset[str]:
    # Things that are also shades ("salmon", "wine") would turn half of the subjects into epithets.
    shades = _words("""
amber aqua aquamarine azure beige black blue brown burgundy charcoal crimson cyan emerald fuchsia
gold golden gray green grey indigo ivory khaki lavender lilac lime magenta maroon mauve mint mustard
navy ochre olive orange pink purple red rose scarlet silver tan teal terracotta turquoise vermilion
violet white yellow
""")
    return shades & ({*named_colours()} | {"golden"})
