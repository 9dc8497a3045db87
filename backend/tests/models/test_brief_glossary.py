"""Russian words of briefs in the forms in which people write them."""

from __future__ import annotations

from collections import Counter

import pytest

from backend.domain.generation import LogoRequest
from backend.models.brief_glossary import Glossary
from backend.models.brief_parser import SpacyBriefReader
from backend.models.brief_russian import RUSSIAN


@pytest.fixture(name="glossary", scope="module")
def _glossary() -> Glossary:
    return Glossary()


@pytest.fixture(name="reader", scope="module")
def _reader() -> SpacyBriefReader:
    return SpacyBriefReader()


def test_every_stem_has_one_meaning() -> None:
    entries = [entry.partition(": ") for entry in " ".join(RUSSIAN.split()).split(" | ")]
    stems = Counter(stem for _, _, russian in entries for stem in russian.split())
    assert [stem for stem, count in stems.items() if count > 1] == []
    assert "ё" not in RUSSIAN
    assert all(english and russian for english, _, russian in entries)


@pytest.mark.parametrize(
    ("pair", "english"),
    [
        ("детский сад", "kindergarten"),
        ("детского сада", "kindergarten"),
        ("детскому садику", "kindergarten"),
        ("салоном красоты", "beauty salon"),
        ("скорой помощи", "ambulance"),
        ("службы доставки", "delivery"),
        ("горными лыжами", "skiing"),
        ("воздушных шаров", "hot air balloon"),
        ("божьей коровкой", "ladybug"),
        ("божьих коровок", "ladybug"),
        ("грецкого ореха", "walnut"),
        ("летучие мыши", "bat"),
        ("белого медведя", "polar bear"),
        ("морским коньком", "seahorse"),
        ("морской конёк", "seahorse"),
        ("подводную лодку", "submarine"),
        ("мыльных пузырей", "soap bubbles"),
        ("цветком лотоса", "lotus flower"),
    ],
)
def test_two_words_that_are_one_term(pair: str, english: str, glossary: Glossary) -> None:
    assert glossary.english_of_pair(*pair.split()) == english


@pytest.mark.parametrize("pair", ["детская одежда", "белый сад", "сад детский", "лётный мышь"])
def test_neighbours_alone_are_no_term(pair: str, glossary: Glossary) -> None:
    english = glossary.english_of_pair(*pair.split())
    assert english not in {"kindergarten", "bat", "polar bear"}


# Each line: the English, then forms of a word that mean it.
FORMS = """
    wheat: колос колоса колосом колосья колосьев колосками колосок
    sheaf of wheat: сноп снопы снопом
    horseshoe: подкова подковы подковой подков
    ship wheel: штурвал штурвала штурвалом
    compass: компас компаса компасом
    seagull: чайка чайки чайкой чаек
    goose: гусь гуся гусём гуси
    bird: дятел дятла птица птиц
    badger: барсук барсука барсуком
    cap: кепка кепки кепок
    forklift: погрузчик погрузчика
    engineer: инженер инженеры
    singer: певец певца певица певицы
    sheep: баран барана бараны барашек барашком овца овцы овец
    wolf: волк волка волчий волчьего волчьей
    squirrel: белка белки белок белочек белочкой
    puppy: щенок щенка щенки щенят
    baby chick: цыплёнок цыпленка цыплята
    dove: голубь голубя голубем голуби голубей
    sky blue: голубой голубая голубого голубые
    donkey: осёл осла ослы ослик
    dragonfly: стрекоза стрекозы стрекозой стрекоз
    pine tree: сосна сосны сосен шишка шишек кедр
    poppy flower: мак мака маки маком
    spaghetti: макароны макарон
    sprout: росток ростка ростки
    campfire: костёр костра костром
    onion: лук лука луком луковица
    meadow: луг луга лугом
    cucumber: огурец огурца огурцы
    pumpkin: тыква тыквы тыкв тыквенный
    gingerbread: пряник пряника пряники
    cookie: печенье печенья печеньки
    liver: печень
    cheese: сыр сыра сыры
    raw materials: сырьё сырья
    honey: мёд мёда медовый
    copper: медь меди медный
    teapot: чайник чайника самовар самовара
    wine glass: бокал бокалы бокалом
    spoon: ложка ложки ложек ложкой
    tower crane: кран крана краном
    anvil: наковальня наковальни наковальней
    screwdriver: отвёртка отвертки отвёрток
    window frame: окно окна окон окном
    bicycle: велосипед велосипеда велосипеды
    braid: коса косы косой косичка косичек
    knitting: спицы спицами вязание вязаный
    plumber: сантехник сантехника сантехнику
    electrician: электрик электрика электрики
    carpentry: столярная столярной столярку
    blacksmith: кузница кузницы кузнец кузнеца
    greenhouse: теплица теплицы теплиц
    garden centre: питомник питомника
    burger restaurant: бургерная бургерной
    barbecue restaurant: шашлычная шашлычной
    diner: столовая столовой
    tutor: репетитор репетитора репетиторы
    driving school: автошкола автошколы автошкол
    car wash: автомойка автомойки автомоек
    tire service: шиномонтаж шиномонтажа
    dry cleaning: химчистка химчистки химчисток
    travel agency: турагентство турагентства турфирма
    printing press: типография типографии
    taxi: такси таксист
    ice cream: мороженое мороженого мороженщик
    calm: спокойный спокойная спокойного спокойно тихий
    minimalist: сдержанный лаконичный лаконичного
    refined: изысканный благородная утончённые
    sleek: стильный стильная стильного
    bold: дерзкий дерзкая дерзкое
    luxury: дорогой дорогая дорогие роскошный
    road: дорога дороги дорогу дорожный
    serious: солидный солидного серьёзный
    reliable: надёжный надежная надёжного
    vibrant: яркий яркая ярких сочный
    delicate: нежный нежная нежного воздушный
    cozy: уютный уютная уютно
    quite: почти столь
    mail: почта почты
    school: школа лицей лицея гимназия
    face: лицо лица лице
    soul: душа души душой
    shower: душ душем
"""


@pytest.mark.parametrize(
    ("word", "english"),
    [
        (form, english)
        for english, _, forms in (
            line.strip().partition(": ") for line in FORMS.strip().split("\n")
        )
        for form in forms.split()
    ],
)
def test_every_form_of_a_word_is_understood(word: str, english: str, glossary: Glossary) -> None:
    assert glossary.english(word) == english


# Words that begin like others of the glossary, or differ from them in a letter in the middle.
OTHER_WORDS = """
    барабанщик баржа макет маковка карета болото почёт майка рисует косить костюмер лосины китай
    китайка крановщик лукавство мелодия мыслить пенсия пенал стоить столб столица дубль домна
    медлить словарь ослабить парник пароль шарм горечь горсть сотня солома солист мордва рогожа
    голландия лампасы котлета такт тактика самбо заметка ходок корт кортик лавина ладья
    нотация кубизм роман розыгрыш листинг лодырь печатать
"""


@pytest.mark.parametrize("word", OTHER_WORDS.split())
def test_a_stem_swallows_no_other_word(word: str, glossary: Glossary) -> None:
    assert glossary.english(word) is None


@pytest.mark.parametrize(
    ("text", "content", "name"),
    [
        ("Пекарня на углу, тёплая и уютная, логотип с колосом", "wheat, bakery", ""),
        ("Детский сад «Солнышко»", "kindergarten", "Солнышко"),
        ("логотип для детского сада с белым медведем", "polar bear, kindergarten", ""),
        ("ДЕТСКИЙ САД", "kindergarten", ""),
        ("Детский сад с садом и детьми", "garden, children, kindergarten", ""),
        ("Белый медведь — кафе, айсберг", "iceberg, cafe", "Белый медведь"),
        ("Кафе «Морской Конёк», логотип с якорем", "anchor, cafe", "Морской Конёк"),
        ("магазин для Детского Мира", "shop", "Детского Мира"),
    ],
)
def test_terms_in_briefs(text: str, content: str, name: str, reader: SpacyBriefReader) -> None:
    brief = reader.read(LogoRequest(text))
    assert (brief.content, brief.name, brief.warnings) == (content, name, ())


@pytest.mark.parametrize(
    ("text", "content", "styles", "colours"),
    [
        ("Кофейня, спокойный и сдержанный стиль", "coffee shop", "calm, minimalist", 0),
        ("Сантехник, надёжный логотип, труба и капля", "pipe, drop, plumber", "reliable", 0),
        ("Кузница, наковальня, чёрный и медный", "blacksmith, anvil", "", 2),
        ("Чайная с самоваром", "teapot, tea house", "", 0),
        ("Шашлычная у дороги, мангал", "barbecue, barbecue restaurant, road", "", 0),
        ("Автошкола, руль, яркий логотип", "steering wheel, driving school", "vibrant", 0),
        ("Турагентство, пальма и самолёт", "palm tree, airplane, travel agency", "", 0),
        ("Доставка еды, рюкзак", "backpack, food delivery", "", 0),
        ("Салон штор", "curtains salon", "", 0),
        ("Интернет-магазин косметики, лепестки", "flower petals, cosmetics shop", "", 0),
        ("Спа-салон, лотос", "lotus, spa-salon", "", 0),
        ("Суши-бар в стиле поп-арт, рыба", "fish, sushi bar", "pop art", 0),
        ("Логотип в виде подсолнуха", "sunflower", "", 0),
        ("логотип в форме щита, лев", "lion", "", 0),
        ("Чёрно-белый логотип волка", "wolf", "", 2),
        ("на терракотовом фоне, цапля", "heron", "", 1),
        ("Лиса вокруг луны, сверху звёзды", "fox, moon, star", "", 0),
        ("Логотип для сети кофеен, вместо букв — зерно кофе", "coffee bean, coffee shop", "", 0),
        ("Никаких черепов, только цветы", "flower", "", 0),
        ("дорогой стильный логотип, корона", "crown", "luxury, sleek", 0),
        (
            "Здравствуйте! Хотелось бы логотип для нашей небольшой пекарни, чтобы он был тёплым и "
            "уютным, можно с колосьями пшеницы.",
            "wheat, bakery",
            "warm, cozy",
            0,
        ),
    ],
)
def test_briefs_as_people_write_them(
    text: str, content: str, styles: str, colours: int, reader: SpacyBriefReader
) -> None:
    brief = reader.read(LogoRequest(text))
    assert (brief.content, brief.styles) == (content, tuple(filter(None, styles.split(", "))))
    assert len(brief.colours) == colours
    assert brief.warnings == ()
