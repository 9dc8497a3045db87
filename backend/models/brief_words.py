"""From raw text to known words: cleaning, spelling, a Russian glossary, tables of the rules."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from html import unescape
from types import MappingProxyType

from backend.domain.brief import Colour
from backend.domain.generation import LIMITS
from backend.vector.finishes import FACTS as FINISH_FACTS


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.split(",") if part.strip())


# --- Colours -------------------------------------------------------------------------------------
# Every colour name that is in neither of the next two tables is sure: it is a colour wherever it
# stands. The names in them are things as well and need evidence (see `_is_meant_as_colour`).

# Mostly colours: directly before a noun they colour it ("gold crown"), unless PROTECTED says that
# the two words are one thing ("gold mine"); also after "in" or "with", or alone between commas.
LEANS_COLOUR = _words("""
    amber aqua azure bronze charcoal cobalt copper coral cream emerald gold ivory jade orange ruby
    sapphire silver tan violet
""")
# Mostly things: colours only beside a word like "background" or "shades of", in a list with sure
# colours, or after a bare "in" ("a logo in sage").
LEANS_THING = _words("""
    blues oranges apricot aubergine blush brick butter camel canary caramel champagne cherry
    chestnut chocolate cocoa coffee cornsilk denim espresso firebrick forest grape graphite honey
    honeydew lavender lemon lilac lime linen mahogany midnight milk mint mocha moccasin moss mustard
    olive onyx orchid peach peacock pearl peru pine pistachio plum raspberry rose rust saffron sage
    salmon sand seafoam seashell sienna sky slate snow strawberry sunflower tangerine thistle tomato
    vanilla walnut watermelon wheat wine
""") | {
    "sea shell",
    "corn silk",
    "fire brick",
    "burly wood",
    "old lace",
    "papaya whip",
    "floral white",
}
# Places where a subject stands: "a fox in snow" is no white fox, "a logo in snow" is.
SCENERY = _words("forest midnight sand seashell sky snow")
# Beside one of these an orange is a fruit.
FRUIT = _words("""
    apple apples banana bananas fruit fruits lemons grapes kiwi juice citrus mango pear
""")
# After or before a colour name they say that it is one; they are never what to draw.
COLOUR_NOUNS = _words("""
    accent accents background backgrounds color colors colored coloring colorway colour colours
    coloured hue hues palette scheme shade shades tint tints tone tones
""")
# Say so only directly after the name: "gold letters".
COLOUR_BEARERS = _words("""
    foil details font highlights ink letter lettering letters text typography
""")
# Dropped before a colour; the colour itself is what can be followed.
COLOUR_MODIFIERS = _words("""
    bright cool dark deep light muted pale pure rich solid sunny vivid
""")
AMBIGUOUS = LEANS_COLOUR | LEANS_THING
COLOUR_ALIASES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "b&w": ("black", "white"),
        "blues": ("blue",),
        "bluish": ("blue",),
        "browns": ("brown",),
        "cornflower blue": ("cornflowerblue",),
        "dark goldenrod": ("darkgoldenrod",),
        "emerald green": ("emerald",),
        "golden": ("gold",),
        "greenish": ("green",),
        "greens": ("green",),
        "light goldenrod yellow": ("lightgoldenrodyellow",),
        "medium violet red": ("mediumvioletred",),
        "pale goldenrod": ("palegoldenrod",),
        "pale violet red": ("palevioletred",),
        "oranges": ("orange",),
        "pinks": ("pink",),
        "purples": ("purple",),
        "reddish": ("red",),
        "reds": ("red",),
    }
)

# Two words that are one thing: no colour, no style and no filler is read out of them.
PROTECTED = _phrases("""
    orange juice, orange tree, orange grove, orange peel, orange slice, orange blossom, orange
    fruit, gold mine, gold mining, gold miner, gold rush, gold coin, gold coins, gold medal, gold
    bar, gold bars, gold bullion, gold jewelry, gold jewellery, golden retriever, golden hour,
    golden ratio, golden gate, silver lake, silver coin, silver coins, silver spoon, silver jewelry,
    silver jewellery, silver birch, coral reef, copper mine, copper wire, copper pipe, cobalt mine,
    bronze age, bronze medal, ivory tower, violet flower, emerald isle, amber alert, charcoal grill,
    tan salon, ice cream, cream cheese, whipped cream, sour cream, hand cream, face cream, cream
    puff, flat white, flat tire, soft drink, soft drinks, soft toy, soft toys, soft serve, soft
    play, white gold, blackboard, black hole, 3d printer, 3d printing, 3d print, 3d modelling, 3d
    modeling, family friendly, pet friendly, eco friendly, kid friendly, clean energy, clean water,
    dry cleaning, vintage clothing, building material, interior design, web design, graphic design,
    fashion design, game design, landscape design, design studio, design agency, creative agency,
    creative studio, web designer, paper plane, paper bag, paper airplane, chalk board, wedding
    ring, ring road, boxing ring, bed and breakfast, fish and chips, rock and roll, arts and crafts,
    food and drink, life style, photo studio, brand agency, business consulting, business school,
    business coach, logo design agency, round table, police badge, letter box, fun fair, comic book,
    comic books, sports bar, sports club, natural history, flash light, neon sign, cartoon network,
    shadow theatre, shadow theater, service dog, project management, product design, home style,
    hair style, free style
""")

# --- Styles --------------------------------------------------------------------------------------
STYLES = tuple(
    dict.fromkeys(word.replace("-", " ") for facts in FINISH_FACTS.values() for word in facts.words)
) + _phrases("""
    typographic, secure, fun, strict, austere, serif, sans serif, handwritten, cursive, 8 bit,
    abstract, aggressive, art deco, art nouveau, bauhaus, bohemian, boho, bold, brutalist,
    calligraphic, cartoon, cartoonish, classic, classical, classy, comic, contemporary, corporate,
    cosy, cozy, cute, dainty, delicate, dynamic, earthy, edgy, elegant, energetic, exclusive,
    feminine, formal, fresh, friendly, funky, futuristic, geometric, gothic, graffiti, grunge,
    handmade, high end, high tech, hipster, industrial, isometric, kawaii, loud, low poly,
    luxurious, magical, masculine, mid century, monochrome, mosaic, mystical, natural, organic,
    pixel art, playful, pop art, premium, professional, psychedelic, refined, retro, romantic,
    serious, sleek, sophisticated, sporty, stained glass, steampunk, street art, stylised, stylized,
    surreal, swiss, symmetrical, techy, timeless, traditional, trendy, warm, whimsical, woodcut,
    pastel, royal, 50s, 60s, 70s, 80s, 90s, outdoorsy, rugged, dark, moody, peaceful, calm,
    mysterious, powerful, trustworthy, reliable, innovative, welcoming, inviting, approachable
""")
# Things too: styles only beside STYLE_NOUNS or alone between commas.
STYLES_NEED_CUE = _words("""
    fun chalk comic dark fresh glow layered material mosaic natural organic paper shadow smooth soft
    sticker swiss industrial classical
""")
STYLE_NOUNS = _words("""
    aesthetic aesthetics art design drawing effect effects feel feeling finish forms illustration
    lines logo look lettering mood shapes style styled styles texture theme typography vibe vibes
""")

# --- Layouts -------------------------------------------------------------------------------------
# Nouns of frames, by name of `backend.vector.layouts.Layout`; read as frames by position.
SHAPES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "disc": _words("circle disc disk roundel round badge medallion"),
        "ring": _words("ring"),
        "shield": _words("shield crest emblem escutcheon"),
        "hexagon": _words("hexagon"),
        "rounded-square": _words("square"),
    }
)
# Frames when something is "with" or "around" them; of the others that is no sign.
HOLDERS = _words("""
    circle disc disk roundel badge medallion shield crest escutcheon hexagon square
""")
FRAME_WORDS = _words("""
    background badge border crest emblem form frame icon label layout logo logotype mark seal shape
    shaped sign silhouette stamp style
""")
FRAME_ADJECTIVES = _words("""
    solid simple thin thick bold big small large filled round double heraldic medieval classic dark
    light rounded geometric
""")
# Always a layout, wherever they stand.
LAYOUT_PHRASES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "disc": ("badge", "roundel", "circular", "round shape", "rounded badge"),
        "shield": ("coat of arms", "heraldic"),
        "hexagon": ("hexagon", "hexagonal"),
        "outline": _phrases("""
    outline, outlined, outlines, line art, lineart, line drawing, line style, linework, monoline,
    line icon, thin lines, single line, one line, continuous line, contour, wireframe, line logo
"""),
        "negative": ("negative space", "figure ground"),
        "rounded-square": ("app icon", "rounded square", "squircle", "ios icon", "square icon"),
        "two-colour": _phrases("""
    two colour, two color, two colours, two colors, 2 colour, 2 color, 2 colours, 2 colors, duotone,
    duo tone, two tone, bicolour, bicolor, two coloured, two colored
"""),
        "letter": _phrases("""
    monogram, lettermark, letter mark, letter logo, letterform, initials, initial letter, first
    letter, letter icon
"""),
    }
)  # fmt: skip
# Left alone in a description, these are subjects rather than frames.
FRAME_SUBJECTS = _words("shield crest hexagon")

# --- Names ---------------------------------------------------------------------------------------
BUSINESSES = _words("""
    kitchen illustrator academy agency airline app apps association bakery band bank bar barbershop
    bistro blog bookshop bookstore boutique brand brewery business butchery cafe café carpentry
    catering center centre channel charity choir church cinema clinic club coaching coffeehouse
    college community company conference consultancy consulting contractor cooperative corporation
    daycare dealership delivery diner distillery eatery enterprise event events factory farm
    festival fest firm foundation gallery game garage gym hospital hostel hotel institute insurance
    kindergarten lab laboratory label landscaping library lounge magazine manufacturer market
    marketplace museum newspaper ngo nursery orchestra organisation organization osteria pharmacy
    photographer photography pizzeria platform plumbing podcast pub publisher producer radio resort
    restaurant retailer roastery salon school server service services shelter shop software spa
    startup start-up store studio supermarket supplier taxi team theater theatre trattoria truck
    union university vineyard website wholesaler winery workshop zoo dentist lawyer attorney
    photographer plumber electrician architect florist tailor veterinarian therapist trainer tutor
    youtuber blogger streamer accountant realtor wash
""")
BUSINESS_PHRASES = _phrases("""
    tea house, coffee house, steak house, publishing house, bed and breakfast, real estate, law
    office, interior design, web design, graphic design
""")
# Businesses that say nothing of what is done; dropped from the end of a phrase.
GENERIC_BUSINESSES = _words("""
    brand business company corporation enterprise enterprises firm industry niche organisation
    organization project service services startup start-up inc ltd llc gmbh
""")
# Labels of a filled-in form: "Industry: coffee".
LABELS = _words("""
    avoid brand business client color colors colour colours company description domain field icon
    idea industry logo name niche palette slogan style styles subject symbol tagline theme title
    type image mood motto concept notes background text font audience
""")
# Capitalised words that begin no name: sentence openers, peoples, months, platforms, abbreviations.
NOT_NAMES = _words("""
    a add ai all also an and any android app april arabic art asian august australian austrian avoid
    b2b belgian brazilian british build can canadian ceo chinese christmas colors colours could
    create cto czech danish december design discord dj do don't draw dutch easter english etsy eu
    european facebook february finnish for french friday generate german give google greek halloween
    hello help hey hi hindi hr hungarian i i'd i'm i've icon if image in indian instagram ios irish
    it it's italian iphone january japanese july june just korean latin let linux logo logotype mac
    make march maximum may mediterranean mexican middle minecraft monday my need new nft ngo no
    norwegian not november october our persian picture please polish portuguese russian saas
    saturday scandinavian scottish september shopify should show simple some spanish steam style
    sunday swedish swiss symbol telegram thai thank thanks that the there these this those thursday
    tiktok tuesday turkish twitch twitter uk ukrainian us usa use vietnamese vr want we we're web
    wednesday welsh what whatsapp windows with would xmas you your youtube american african dear
    draft something it'll vector
""")
NAME_JOINERS = _words("""
    & + and of the de la le les du del di da von van der und y et и n' 'n
""")
DOTTED = _words("dr st mr mrs ms jr sr prof no")
SLOGAN_WORDS = _words("slogan tagline motto subtitle strapline")

# --- What must not appear ------------------------------------------------------------------------
AVOID_SKIPPED = _words("""
    a an and any anything at be been do for have having include including is it its kind like look
    looking looks make my need of or please put resemble show the them to too too-much use using
    very want much overly in nor add appear appearing
""")
AVOID_ENDS = _words("""
    and&but because but for from however in instead just make maybe on only please since so that
    then though which while with use keep add prefer rather
""")
# "no idea" and the like exclude nothing.
AVOID_NOTHING = _words("""
    idea ideas preference preferences problem limit limits doubt matter longer worries only just
    sure yet know care mind more less rush necessarily hurry restrictions budget one else
""")

# --- Token patterns ------------------------------------------------------------------------------
# Words apart by spaces match one token each: "a|b" either word, "?" and "*" and "{0,2}" how often,
# BUSINESS, SHAPE and the like a word of that table. Rules for names end where the name begins.
RULES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "called": (
            "called|named|titled|dubbed",
            "name is|:|=|-|–|—",
            "brand|company|client|startup|business :",
        ),
        "letters": (
            "letter|letters|initial|initials|monogram CAPITALS",
            "letter|letters|initials|monogram CAPITALS and|&|, CAPITALS",
        ),
        "introduced": (
            "we|i are|am",
            "we're|i'm|it's",
            "this|it is",
            "saying|says|reads|reading|word|text|wordmark|name",
        ),
        "business": ("BUSINESS", "BUSINESS is"),
        "addressed": ("for the|my|our?", "logo|logotype of"),
        "avoid": (
            "no|without|avoid|avoiding|exclude|excluding|except|nothing|never|not|nor|don't|dont",
            "do not",
            "free of|from",
            "instead|rather of|than",
        ),
        "free of": (
            "text|gradient|gradients|clutter|shadow|noise|colour|color|letter|word|people -? free",
        ),
        "style of": ("in a|the? style|spirit|manner of",),
        "year": ("since|est|established|founded in|.* YEAR",),
        "layout letter": ("letter|letters|initial|initials|monogram CAPITALS",),
    }
)
FRAME_RULES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "layout": (
            "in|inside|within|on|into a|an|the? ADJECTIVE{0,2} SHAPE",
            "surrounded|framed|enclosed|encircled by|in|with a|an|the? ADJECTIVE{0,2} SHAPE",
            "SHAPE -? FRAME",
            "SHAPE around|behind",
            "shape|form|frame|layout|container :|is a|an? ADJECTIVE{0,2} SHAPE",
        ),
        "holder": ("HOLDER with|containing|surrounding",),
    }
)

# --- Filler --------------------------------------------------------------------------------------
# Dropped; the phrase goes on.
DROPPED = _words("""
    am personal think keep going works a about actually all also always an any are as basically be
    beautiful been being best both can cool could creative definitely do does doing each either etc
    exactly excellent fancy few good gorgeous great he her here his how i i'd i'm i've if incredible
    interesting into is it it's its just kind kinda kindly lot main mainly many maybe me memorable
    more most my need needed needs new nice off our ours out own perfect perhaps please possible
    possibly preferably quite rather really she should simply some something sort stuff stunning
    such super than thank thanks that that's the their them then there these they thing things this
    those to too totally ur us very want wanted was we we're we've were what when where who whole
    will would you your yours amazing awesome catchy eye unique u im recognizable recognisable
    relatable meaningful impressive themed shaped inspired asap styled looking feeling
    thought-provoking other another one's first second overall strong subtle quality high resolution
    hd 4k only must never ever even still svg png jpg transparent shows
""")
# Dropped; a new phrase begins.
BREAKS = _words("""
    have has had must about above across against also and around at background backgrounds because
    before behind below beneath beside between but by combine combined combining concept containing
    contains create created creating depict depicting depicts describe design designed designs
    develop draw drawing drawn during emblem featuring features feature font from generate give has
    hello help hey hi icon icons illustration image images include included includes including
    inside instead invent like located mascot logo logos logotype logotypes make making mark near
    nor on onto or over picture plus produce represent representing represents reflect reflecting
    reflects resemble sell selling sells show showcasing showing since so specialised specialising
    specialized specializing style styles symbol symbolising symbolizing text that theme through
    toward towards under use uses using vs want when where which while who with within without
    aesthetic vibe vibes look looks feel mood graphic render focused focusing based offering offers
    offer provides provide providing builds helps delivers serves teaches produces called named name
    titled makes make like likes build building design's called tagline slogan motto brandmark
    wordmark
""") - {"drawing", "building"} | {"in", "for", "&", "+", "surrounded", "framed", "enclosed"}
DOMAIN_OPENERS = _words("""
    for sell sells selling offer offers offering provide provides providing makes industry builds
    helps delivers serves teaches produces niche field business specialised specialising specialized
    specializing focused
""")  # fmt: skip
SUBJECT_OPENERS = _words("""
    with featuring showing depicting of shows depicts feature features including containing
""")
LOGO_NOUNS = _words("""
    logo logos logotype icon mark emblem symbol design it image letters lettering text wordmark
""")
DOMAIN_ADJECTIVES = _words("""
    freelance new small little big local young growing modern upcoming own
""")
FILLER_PHRASES = (
    "relatable, sharp",
    *_phrases("""
    successful vibe, thought provoking, vector art, even edges, high quality, high resolution, eye
    catching, look and feel, in the middle, in the center, in the centre, at the center, at the top,
    on the left, on the right, at the bottom, based in, looking for, look like, looks like, that is,
    which is, transparent background, as well as, such as, for example, a lot of, brand identity,
    visual identity, in mind, to be, has to, have to, going to, would like, i like, we like, i love,
    we love, would love, i'd love, i imagine, we imagine, in front of, i think, color scheme, colour
    scheme, color palette, colour palette, thank you, and so on, main colors, main colours, brand
    colors, brand colours, picture of, image of, photo of, symbol of, drawing of, logo design, some
    kind of, kind of, type of, sort of, thanks in advance, made of, made up of, be used, in profile,
    on top, i run, we run, i own, we own, i'm opening, am opening, are opening, we're opening,
    opening a, i'm starting, starting a, launching a, i have, we have, earth tones, earthy tones,
    can be, should be, must be, could be, text logo, white space
"""),
)
# After a hyphen these join nothing: "heart-shaped", "fox-like".
COMPOUND_SUFFIXES = (
    _words("""
    based feel feeling inspired like look looking shaped style styled themed toned type
""")
    | COLOUR_NOUNS
)
# Two of these in one text say that it is not English.
FOREIGN_WORDS = _words("""
    für und mit ein eine der das ist pour avec une et les des para con una el los un voor een met
    het y de il per dla z oraz
""")

# --- Misspellings, then Russian ------------------------------------------------------------------
_SPELLINGS = """
    n and, minimilist minimalist, minimalistic minimalist, minamalist minimalist, minimalism
    minimalist, minimlist minimalist, minimalst minimalist, elegent elegant, elagant elegant, moderm
    modern, modren modern, vintige vintage, vintge vintage, proffesional professional, profesional
    professional, professionel professional, geometrical geometric, futurstic futuristic, abstrct
    abstract, colorfull colorful, cofee coffee, coffe coffee, coffie coffee, resturant restaurant,
    restaraunt restaurant, restarant restaurant, compnay company, comapny company, buisness
    business, bussiness business, bakary bakery, brwon brown, yelow yellow, yello yellow, purpel
    purple, organge orange, ornage orange, turqoise turquoise, turquiose turquoise, burgandy
    burgundy, fuschia fuchsia, lavendar lavender, biege beige, lgoo logo, loog logo, lgo logo, loggo
    logo, sheild shield, hexagone hexagon, circel circle, montain mountain, moutain mountain,
    elefant elephant, girafe giraffe, rokcet rocket, pls please, plz please, wanna want, backround
    background, backgroud background, withought without, whithout without, styl style, stlye style,
    collor color, colur colour, luxery luxury, playfull playful, frendly friendly, freindly
    friendly, retrostyle retro, cartoony cartoon, handdrawn hand drawn, hexagons hexagon
"""
# English, then Russian stems; a word matches a stem when the rest is a case ending. A stem ending
# in "." matches only itself. Longer stems win.
_RUSSIAN = """
    fox: лис лиса. лисичк лисиц лисён лисенок лисёнок | cat: кот кошк кошек котик котён котенок
    котёнок | dog: собак пёс пес. пса. псу. щенок щенк | wolf: волк | bear: медвед медвеж мишк |
    lion: лев. льв | tiger: тигр | eagle: орёл орел орл | owl: сов совушк | bird: птиц птичк | fish:
    рыб рыбк | whale: кит. кита. киты. | dolphin: дельфин | horse: лошад конь коня кон | deer: олень
    олен | hare: заяц зайц зайчик | rabbit: кролик | elephant: слон | bee: пчел пчёл пчёлк пчелк |
    butterfly: бабочк бабочек | dragon: дракон | unicorn: единорог | phoenix: феникс | snake: зме
    змей | turtle: черепах | hedgehog: ёж. еж. ёжик ежик | squirrel: белк белок | raven: ворон.
    ворона. | panda: панд | monkey: обезьян | cow: коров | bull: бык | rooster: петух | chicken:
    куриц кур. | duck: утк уток | penguin: пингвин | octopus: осьминог | shark: акул | tree: дерев
    древ | oak: дуб | pine tree: сосн | fir tree: ёлк елк ель. | leaf: лист листв листик листоч
    листь | flower: цветок. цветочн цветк цветы. цветочек цветочк | rose flower: роз | forest: лес
    лесн | mountain: гор горн | sea: мор морск | wave: волн | river: рек речк | sun: солнц солнеч |
    moon: лун лунн | star: звезд звёзд звездоч | sky: неб небес | cloud: облак облач | fire: огонь
    огн | flame: плам | water: вод водн | drop: капл капель | snow: снег снеж | snowflake: снежинк
    снежинок | lightning: молни | earth: земл | planet: планет | space: космос косм | rocket: ракет
    | airplane: самолёт самолет | ship: корабл корабль | boat: лодк лодок | sailboat: парус парусник
    | anchor: якор якорь | car: машин автомобил авто. | bicycle: велосипед | train: поезд | truck:
    грузовик | house: дом домик | castle: замок замк | tower: башн | bridge: мост | key: ключ |
    lock: замочек. | crown: корон | sword: меч | shield: щит | heart: сердц сердеч сердец | diamond:
    алмаз бриллиант | book: книг книжк книж | pen: ручк | pencil: карандаш | camera: камер
    фотоаппарат | music: музык музыкальн | guitar: гитар | note: нот | microphone: микрофон | phone:
    телефон | computer: компьютер | robot: робот | gear: шестерён шестерен шестеренк | lamp: ламп
    лампоч | clock: час. часы. часов. | coffee: кофе. кофейн. кофейный. | coffee shop: кофейн кофеен
    кафетери | cup: чашк чашек чашечк | tea: чай чая чаем чайн | teapot: чайник | bread: хлеб |
    bakery: пекарн пекарен булочн | croissant: круассан | cake: торт тортик | confectionery:
    кондитерск | cupcake: капкейк кекс | pizza: пицц | burger: бургер | ice cream: морожен | apple:
    яблок яблоч | lemon: лимон | orange fruit: апельсин | strawberry: клубник | cherry: вишн вишен |
    berry: ягод | honey: мёд мед. мёда. меда. | wine: вин винн | beer: пив пивн | restaurant:
    ресторан | cafe: кафе. | bar: бар. бара. баре. | shop: магазин лавк лавок | wrench: гаечн | car
    repair: автосервис | cozy: уютн | pharmacy: аптек аптеч | hotel: отел отель гостиниц | school:
    школ | gym: спортзал тренажёрк тренажерк | fitness: фитнес. | sport: спорт спортивн | football:
    футбол футбольн | yoga: йог | dental clinic: стоматолог стоматологи | clinic: клиник | tooth:
    зуб | hospital: больниц | beauty salon: салон | hair salon: парикмахерск | barbershop: барбершоп
    | scissors: ножниц | bank: банк | construction: строительств строительн | real estate:
    недвижимост | travel: путешестви туризм турист | farm: ферм | toy: игрушк игрушек | game: игр |
    child: ребён ребенок ребенк | children: дет детск | man: мужчин | woman: женщин | hand: рук |
    eye: глаз | wing: крыл крыль | paw: лап лапк | head: голов | smile: улыбк | tools: инструмент |
    delivery: доставк | service: служб | sushi: суши. | chopsticks: палочк палочек | plush: плюшев |
    dumbbell: гантел | use: использовать. используйте. | lotus: лотос | candle: свеч | soap: мыл
    мыло. | hammer: молот молоток молотк | umbrella: зонт зонтик | gift: подар подарок подарк |
    balloon: шар шарик | red: красн | blue: син голуб | light: светл | dark: тёмн темн | green:
    зелен зелён | yellow: жёлт желт | orange colored: оранжев | purple: фиолетов пурпурн | pink:
    розов | black: чёрн черн | white: бел | grey: сер серый. | brown: коричнев | gold colored: золот
    золотист | silver colored: серебр серебрист | turquoise colored: бирюзов | beige: бежев |
    burgundy: бордов | mint colored: мятн | modern: современн модерн | minimalist: минимализм
    минималистичн минималистск | vintage: винтаж винтажн | retro: ретро. | elegant: элегантн изящн |
    simple: прост | bold: смел | luxury: роскошн люксов премиальн | geometric: геометрическ
    геометричн | abstract: абстрактн абстракц | playful: игрив весел весёл | cute: мил | strict:
    строг | professional: профессиональн | futuristic: футуристичн футуристическ | flat: плоск |
    gradient: градиент | neon: неон неонов | hand drawn: рисованн нарисованн | 3d: объёмн объемн |
    logo: логотип лого. логотипчик эмблем знак | company: компани | brand: бренд | firm: фирм |
    startup: стартап | studio: студи | agency: агентств | team: команд | club: клуб | called:
    называется. назван названием. | name: названи имя. | style: стил стиль | colours: цвет. цвета.
    цвете. цветом. цветов. цветах. цветами. | background: фон | circle: круг | ring: кольц |
    hexagon: шестиугольник | outline: контур контурн | text: текст надпис надпись | letter: букв |
    please: пожалуйста. | need: нужен. нужн надо. | want: хочу. хотим. | create: создай. создать.
    создайте. сделай. сделайте. сделать. нарисуй. нарисуйте. придумай. придумайте. разработать. |
    for: для. | with: с. со. | without: без. | not: не. ни. | no: нет. | in: в. во. | on: на. | and:
    и. | or: или. | of: из. | but: но. а. | our: наш мо мой. моя. мою. мне. нам. нас. я. мы. | that:
    который которая которое чтобы. | is: это. | very: очень. | under: под. | avoid: избегай.
    избегать. избегайте. | color scheme: палитр
"""
# Of these and of businesses Russian says the kind first: "a cup of coffee" without the "of".
RUSSIAN_HEADS = BUSINESSES | _words("""
    head cup leaf eye paw wing hand slice drop branch silhouette
""")
_ENDINGS = _words("""
    а я ы и у ю е ё о й ь ой ей ою ею ом ем ём ам ям ами ями ах ях ов ев ёв ый ий ая яя ое ее ые ие
    ого его ому ему ым им ых их ую юю ыми ими ью ья ье ьи ьев ьям ьями ьях ию ии ия ией иями
""") | {""}


def spelling_table() -> Mapping[str, str]:
    """Common misspellings to what was meant, all lower case."""
    entries = (entry.partition(" ") for entry in _phrases(_SPELLINGS))
    return {wrong: right for wrong, _, right in entries}


class Glossary:
    """Russian words about logos, in any grammatical case, to English."""

    def __init__(self) -> None:
        self._stems: dict[str, str] = {}
        self._whole: dict[str, str] = {}
        for entry in _RUSSIAN.replace("\n", " ").split("|"):
            english, _, russian = entry.partition(":")
            for stem in russian.split():
                table = self._whole if stem.endswith(".") else self._stems
                table.setdefault(stem.rstrip("."), " ".join(english.split()))
        self._longest = max(map(len, self._stems))

    def english(self, word: str) -> str | None:
        """The English for a lower-case Russian word, or None when the glossary lacks it."""
        if word in self._whole:
            return self._whole[word]
        for length in range(min(len(word), self._longest), 1, -1):
            if word[length:] in _ENDINGS and word[:length] in self._stems:
                return self._stems[word[:length]]
        return None


# --- Cleaning ------------------------------------------------------------------------------------
# Markup can be much longer than its text; what is beyond is not even cleaned.
_RAW_CHARACTERS = 10 * LIMITS.description_characters

_MARKUP = re.compile(
    r"<(script|style)\b[^<>]*>.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)|</?[a-z!?][^<>]*>", re.I | re.S
)
_LINK_TARGET = re.compile(r"\]\([^()\s]*\)")
_ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+|[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,63}|\b[\w-]{1,63}(?:\.[\w-]{1,63}){1,3}/\S*",
    re.I,
)
_BULLET = re.compile(r"^[ \t]{0,20}(?:[-*+•·–—]|\d{1,2}[.)])[ \t]+", re.M)
_RGB = re.compile(
    r"\brgba?\(\s{0,5}(\d{1,3})[\s,]{1,5}(\d{1,3})[\s,]{1,5}(\d{1,3})[^()]{0,12}\)", re.I
)
_JOINS_PICTURE = re.compile(
    r"(?:^|\s)(?:a|an|the|no|not|without|with|of|and|for|in|on|my|our)\s*$", re.I
)


def _tidy(raw: str) -> str:
    """Compatibility forms folded; controls, invisible characters and surrogates removed."""
    folded = unicodedata.normalize("NFKC", re.sub("[©®™℠\ud800-\udfff]", " ", raw))
    folded = folded[:_RAW_CHARACTERS]  # one character can fold into eighteen
    kept = []
    for character in folded.replace("’", "'").replace("‘", "'").replace("`", "'"):
        category = unicodedata.category(character)
        if character in "\t\n\r\v\f\x85\u2028\u2029":
            kept.append("\n" if character != "\t" else " ")
        elif category[0] == "Z":
            kept.append(" ")
        elif category[0] != "C" and not "\ufe00" <= character <= "\ufe0f" and character != "\u20e3":
            kept.append(character)
    return "".join(kept)


def _emoji_name(character: str) -> str:
    """The picture's name in words, or "" for symbols that picture nothing."""
    code = ord(character)
    skin_tone = 0x1F3FB <= code <= 0x1F3FF
    if unicodedata.category(character) != "So" or skin_tone or 0x1F100 <= code <= 0x1F2FF:
        return ""
    if not (0x2600 <= code <= 0x27BF or 0x2B50 <= code <= 0x2B55 or code >= 0x1F300):
        return ""
    name = unicodedata.name(character, "").lower()
    if code < 0x1F000:
        # There "black" and "heavy" tell how the sign is printed, not what it shows.
        name = re.sub(r"\b(black|white|heavy|medium|small)\b", " ", name)
        if re.search(r"\b(check|ballot|mark|multiplication|exclamation|question|dingbat)\b", name):
            return ""
    name = name.partition(" without ")[0].partition(" no ")[0]
    return " ".join(re.sub(r"\b(sign|symbol|suit|ornament)\b", " ", name).split())


def _is_gesture(character: str) -> bool:
    """Whether an emoji is a mood or a gesture, which beside words decorates and says nothing."""
    return (
        "\U0001f600" <= character <= "\U0001f64f"
        or "\U0001f440" < character <= "\U0001f450"
        or "\U0001f90c" <= character <= "\U0001f92f"
        or "\U0001f970" <= character <= "\U0001f97a"
    )


def plain_text(raw: str) -> str:
    """A description as one line of words: no markup, links or controls, pictures as their names."""
    text = _tidy(unescape(_MARKUP.sub(" ", unescape(raw[:_RAW_CHARACTERS]))))
    text = _ADDRESS.sub(" ", _LINK_TARGET.sub(" ", text))
    lines = (line.strip() for line in _BULLET.sub("", text).splitlines())
    text = "; ".join(line for line in lines if line)[: 2 * LIMITS.description_characters]
    text = re.sub(r"(?<!\w)w/(o\b)?", lambda match: "without " if match[1] else "with ", text)
    text = _RGB.sub(_rgb_as_hex, text)
    if re.match(r"\s*1[.)]\s", raw[:10]):
        text = re.sub(r"\s\d{1,2}[.)]\s", "; ", text)
    has_words = any(character.isalnum() for character in text)
    pieces = []
    for character in re.sub(r"[*_~\[\]\\<>{}^]", " ", text):
        if character < "\u2100" or unicodedata.category(character)[0] not in "SM":
            pieces.append(character)
        elif (name := _emoji_name(character)) and not (has_words and _is_gesture(character)):
            joins = _JOINS_PICTURE.search("".join(pieces[-10:]))
            pieces.append(f" {name}, " if joins else f", {name}, ")
        elif unicodedata.category(character)[0] == "M":
            pieces.append(character)
        else:
            pieces.append(", ")
    return " ".join("".join(pieces).split())


def plain_name(raw: str) -> str:
    """A name as one line: as written, but without markup, controls and invisible characters."""
    return " ".join(_tidy(_MARKUP.sub(" ", raw[:_RAW_CHARACTERS])).split())


def _rgb_as_hex(match: re.Match[str]) -> str:
    channels = [int(channel) for channel in match.groups()]
    return Colour(*channels).hex if max(channels) <= 255 else " "


def clipped(text: str, limit: int) -> str:
    """At most `limit` characters, cut between words if there are any."""
    if len(text) <= limit:
        return text
    return (text[: limit + 1].rpartition(" ")[0] or text[:limit]).rstrip()
