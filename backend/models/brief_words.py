"""The words that the rules for briefs know: colours, styles, layouts, businesses, filler."""

from __future__ import annotations

from collections.abc import Mapping

from backend.vector.finishes import FACTS as FINISH_FACTS


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.split(",") if part.strip())


# --- Signs and joiners ---------------------------------------------------------------------------
DASHES = frozenset("-–—")
SENTENCE_ENDS = frozenset(".;!?。")
CLAUSE_ENDS = SENTENCE_ENDS | DASHES | frozenset(",:()|")
JOINERS = _words("and or nor & / +")
ARTICLES = _words("a an the our one")

# --- Colours -------------------------------------------------------------------------------------
# Every colour name that is in neither of the next two tables is sure: it is a colour wherever it
# stands. The names in them are things as well and need evidence (see `brief_colours`).

# Mostly colours: directly before a noun they colour it ("gold crown"), unless PROTECTED says that
# the two words are one thing ("gold mine"); also after "in" or "with", or alone between commas.
LEANS_COLOUR = _words("""
    amber aqua azure bronze charcoal cobalt copper coral cream emerald gold ivory jade orange ruby
    sapphire silver tan violet
""")
# Mostly things: colours only beside a word like "background" or "shades of", in a list with sure
# colours, or after a bare "in" ("a logo in sage").
LEANS_THING = _words("""
    apricot aubergine blues blush brick butter camel canary caramel champagne cherry chestnut
    chocolate cocoa coffee cornsilk denim espresso firebrick forest grape graphite honey honeydew
    lavender lemon lilac lime linen mahogany midnight milk mint moccasin mocha moss mustard olive
    onyx oranges orchid peach peacock pearl peru pine pistachio plum raspberry rose rust saffron
    sage salmon sand seafoam seashell sienna sky slate snow strawberry sunflower tangerine thistle
    tomato vanilla walnut watermelon wheat wine
""").union(
    _phrases("burly wood, corn silk, fire brick, floral white, old lace, papaya whip, sea shell")
)
# Places where a subject stands: "a fox in snow" is no white fox, "a logo in snow" is.
SCENERY = _words("forest midnight sand seashell sky snow")
# Beside one of these an orange is a fruit.
FRUIT = _words("""
    apple apples banana bananas citrus fruit fruits grapes juice kiwi lemons mango pear
""")
# After or before a colour name they say that it is one; they are never what to draw.
COLOUR_NOUNS = _words("""
    accent accents background backgrounds color colored coloring colors colorway colour coloured
    colours hue hues palette scheme shade shades tint tints tone tones
""")
# Of these, what says that the colour lies behind everything.
GROUNDS = _words("backdrop background backgrounds")
# Say so only directly after the name: "gold letters".
COLOUR_BEARERS = _words("""
    details foil font highlights ink letter lettering letters text typography
""")
# Dropped before a colour; the colour itself is what can be followed.
COLOUR_MODIFIERS = _words("""
    bright cool dark deep light muted pale pure rich solid sunny vivid
""")
AMBIGUOUS = LEANS_COLOUR | LEANS_THING
COLOUR_ALIASES: Mapping[str, tuple[str, ...]] = {
    "b & w": ("black", "white"),
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
    mysterious, powerful, trustworthy, reliable, innovative, welcoming, inviting, approachable,
    bright, sturdy, cheerful, lively, bubbly, quirky, gentle, tender, soothing, relaxing, relaxed,
    airy, crisp, strong, solid, robust, durable, tough, dependable, honest, humble, modest,
    confident, daring, adventurous, optimistic, happy, joyful, festive, homely, homey, homemade,
    light, sweet, quiet, restrained, understated, laconic, stylish, smart, chic, posh, upscale,
    expensive, glamorous, opulent, luxe, noble, proud, neon lights, neon light, majestic, epic,
    heroic, brave, sharp, angular, rounded, fluid, flowing, loose, spontaneous, expressive,
    artistic, creative, imaginative, dreamy, magic, fairy tale, childlike, childish, youthful,
    young, mature, witty, humorous, funny, silly, sarcastic, cheeky, rebellious, provocative, punk,
    alternative, indie, nostalgic, old school, old fashioned, heritage, historic, ancient, exotic,
    tropical, nordic, scandinavian, zen, meditative, spiritual, ethereal, celestial, cosmic,
    intimate, personal, sincere, caring, safe, stable, established, credible, authoritative, expert,
    competent, efficient, precise, technical, scientific, clever, ambitious, progressive, visionary,
    disruptive, fast, speedy, active, passionate, fiery, intense, dramatic, cinematic, melancholic,
    spooky, scary, creepy, eerie, fierce, brutal, raw, rough, gritty, clear, clean lines, balanced,
    harmonious, uncluttered, memorable, unique, eye catching, recognisable, recognizable,
    distinctive, versatile, scalable, tasteful, polished, neat, tidy
""")
# Things too: styles only beside STYLE_NOUNS or alone between commas.
STYLES_NEED_CUE = _words("""
    active alternative ancient artistic brave bright celestial chalk childish classical clear clever
    comic cosmic creative dark exotic expert fast fierce fiery fresh fun funny glow happy heritage
    heroic historic homemade honest industrial intimate layered light loose magic material mature
    modest mosaic natural noble nordic organic paper personal precise progressive proud quiet
    raw rough rounded safe scandinavian scary scientific shadow sharp silly smart smooth soft solid
    speedy spiritual spooky stable sticker strong sweet swiss technical tidy tough tropical unique
    young youthful zen
""")
# Of these the ones that are no adjectives: "magic and bright" is about magic.
STYLES_THAT_ARE_THINGS = _words("""
    chalk comic expert glow heritage light magic material mosaic paper shadow sticker
""")
STYLE_NOUNS = _words("""
    aesthetic aesthetics art design drawing effect effects feel feeling finish forms illustration
    lettering lines logo look mood shapes style styled styles texture theme typography vibe vibes
""")

# --- Layouts -------------------------------------------------------------------------------------
# Nouns of frames, by name of `backend.vector.layouts.Layout`; read as frames by position.
SHAPES: Mapping[str, frozenset[str]] = {
    "disc": _words("circle disc disk roundel round badge medallion"),
    "ring": _words("ring"),
    "shield": _words("shield crest emblem escutcheon"),
    "hexagon": _words("hexagon"),
    "rounded-square": _words("square"),
}
# Frames when something is "with" or "around" them; of the others that is no sign.
HOLDERS = _words("""
    badge circle crest disc disk escutcheon hexagon medallion roundel shield square
""")
FRAME_WORDS = _words("""
    background badge border crest emblem form frame icon label layout logo logotype mark seal shape
    shaped sign silhouette stamp style
""")
FRAME_ADJECTIVES = _words("""
    big bold classic dark double filled geometric heraldic large light medieval round rounded simple
    small solid thick thin
""")
# Always a layout, wherever they stand.
LAYOUT_PHRASES: Mapping[str, tuple[str, ...]] = {
    "disc": ("badge", "roundel", "circular", "round shape", "rounded badge"),
    "shield": ("coat of arms", "heraldic"),
    "hexagon": ("hexagon", "hexagonal"),
    "outline": _phrases("""
        outline, outlined, outlines, line art, lineart, line drawing, line style, linework,
        monoline, line icon, thin lines, single line, one line, continuous line, contour, wireframe,
        line logo
    """),
    "negative": ("negative space", "figure ground"),
    "rounded-square": ("app icon", "rounded square", "squircle", "ios icon", "square icon"),
    "two-colour": _phrases("""
        two colour, two color, two colours, two colors, 2 colour, 2 color, 2 colours, 2 colors,
        duotone, duo tone, two tone, bicolour, bicolor, two coloured, two colored
    """),
    "letter": _phrases("""
        monogram, lettermark, letter mark, letter logo, letterform, initials, initial letter, first
        letter, letter icon
    """),
}  # fmt: skip
# What a layout brings into a picture beside the subject: who wants none of it does without them.
_FRAMES = _words("frame border container")
_CIRCLES = _words("circle circular disc disk round roundel")
LAYOUT_SHOWS: Mapping[str, frozenset[str]] = {
    "disc": SHAPES["disc"] | _CIRCLES | _FRAMES,
    "ring": SHAPES["ring"] | _CIRCLES | _FRAMES,
    "backdrop": _CIRCLES,
    "shield": SHAPES["shield"] | _FRAMES,
    "hexagon": SHAPES["hexagon"] | _FRAMES,
    "rounded-square": SHAPES["rounded-square"] | _FRAMES,
    "echo": _words("shadow"),
    "outline": _words("outline contour"),
    "letter": _words("initial letter lettering lettermark monogram text typography"),
}
# Left alone in a description, these are subjects rather than frames.
FRAME_SUBJECTS = _words("shield crest hexagon")

# --- Names ---------------------------------------------------------------------------------------
BUSINESSES = _words("""
    academy accountant agency airline app apps architect association attorney bakery band bank bar
    barbershop bistro blog blogger bookshop bookstore boutique brand brewery business butchery cafe
    café carpentry catering center centre channel charity choir church cinema clinic club coaching
    coffeehouse college community company conference consultancy consulting contractor cooperative
    corporation daycare dealership delivery dentist diner distillery eatery electrician enterprise
    event events factory farm fest festival firm florist foundation gallery game garage gym hospital
    hostel hotel illustrator institute insurance kindergarten kitchen lab label laboratory
    landscaping lawyer library lounge magazine manufacturer market marketplace museum newspaper ngo
    nursery orchestra organisation organization osteria pharmacy photographer photography pizzeria
    platform plumber plumbing podcast producer pub publisher radio realtor resort restaurant
    retailer roastery salon school server service services shelter shop software spa start-up
    startup store streamer studio supermarket supplier tailor taxi team theater theatre therapist
    trainer trattoria truck tutor union university veterinarian vineyard wash website wholesaler
    winery workshop youtuber zoo
""")
BUSINESS_PHRASES = _phrases("""
    tea house, coffee house, steak house, publishing house, bed and breakfast, real estate, law
    office, interior design, web design, graphic design
""")
# Businesses that say nothing of what is done; dropped from the end of a phrase.
GENERIC_BUSINESSES = _words("""
    brand business company corporation enterprise enterprises firm gmbh inc industry llc ltd niche
    organisation organization project service services start-up startup
""")
# What a business is, as the last word of a phrase: people want to see what it is for.
VENUES = _words("""
    academy agency bar boutique business cafe café center centre classes clinic club company
    cooperative course courses daycare factory gym hostel hotel kindergarten lab lessons
    library market museum office parlour practice rental restaurant roastery salon school service
    services shop startup store studio tours university workshop
""")
# Which view of a thing is wanted, as the last word: a cow's face is no answer to a fox's.
VIEWS = _words("""
    bust close-up contour face figure head outline portrait profile shape silhouette
""")
# Of Three Horseshoes the horseshoes are what to draw.
NUMBERS = _words("one two three four five six seven eight nine ten twelve")
# Labels of a filled-in form: "Industry: coffee".
LABELS = _words("""
    audience avoid background brand business client color colors colour colours company concept
    description domain field font icon idea image industry logo mood motto name niche notes palette
    slogan style styles subject symbol tagline text theme title type
""")
# Capitalised words that begin no name: sentence openers, peoples, months, platforms, abbreviations.
NOT_NAMES = _words("""
    a add african ai all also american an and android any app april arabic art asian august
    australian austrian avoid b2b belgian brazilian british build can canadian ceo chinese christmas
    colors colours could create cto czech danish dear december design discord dj do don't draft draw
    dutch easter english etsy eu european facebook february finnish for french friday generate
    german give google greek halloween hello help hey hi hindi hr hungarian i i'd i'm i've icon if
    image in indian instagram ios iphone irish it it'll it's italian january japanese july june just
    korean latin let linux logo logotype mac make march maximum may mediterranean mexican middle
    minecraft monday my need new nft ngo no norwegian not november october our persian picture
    please polish portuguese russian saas saturday scandinavian scottish september shopify should
    show simple some something spanish steam style sunday swedish swiss symbol telegram thai thank
    thanks that the there these this those thursday tiktok tuesday turkish twitch twitter uk
    ukrainian us usa use vector vietnamese vr want we we're web wednesday welsh what whatsapp
    windows with would xmas you your youtube
""")
NAME_JOINERS = _words("""
    & 'n + and da de del der di du et la le les n' of the und van von y и
""")
DOTTED = _words("dr st mr mrs ms jr sr prof no")
SLOGAN_WORDS = _words("slogan tagline motto subtitle strapline")

# --- What must not appear ------------------------------------------------------------------------
AVOID_SKIPPED = _words("""
    a add an and any anything appear appearing at be been do for have having in include including is
    it its kind like look looking looks make much my need nor of or overly please put resemble show
    the them to too too-much use using very want
""")
AVOID_ENDS = _words("""
    add because but for from however in instead just keep make maybe on only please prefer
    rather since so that then though use which while with
""")
# "no idea" and the like exclude nothing.
AVOID_NOTHING = _words("""
    budget care doubt else hurry idea ideas just know less limit limits longer matter mind more
    necessarily one only preference preferences problem restrictions rush sure worries yet
""")

# --- Filler --------------------------------------------------------------------------------------
# Dropped; the phrase goes on.
DROPPED = _words("""
    4k a about actually all also always am amazing an another any are as asap awesome basically be
    beautiful been being best both can catchy cool could creative definitely do does doing each
    either etc even ever exactly excellent eye fancy feeling few first going good gorgeous great hd
    he her here high his how i i'd i'm i've if im impressive incredible inspired interesting into is
    it it's its jpg just keep kind kinda kindly looking lot main mainly many maybe me meaningful
    memorable more most must my need needed needs never new nice off one's only other our ours out
    overall own perfect perhaps personal please png possible possibly preferably quality quite
    rather really recognisable recognizable relatable resolution second shaped she should shows
    simply some something sort still strong stuff stunning styled subtle such super svg than thank
    thanks that that's the their them themed then there these they thing things think this those
    thought-provoking to too totally transparent u unique ur us very want wanted was we we're we've
    were what when where who whole will works would you your yours
""")
# Dropped; a new phrase begins.
BREAKS = _words("""
    & + about above across aesthetic against also and around at background backgrounds based because
    before behind below beneath beside between brandmark build builds but by called combine combined
    combining concept containing contains create created creating delivers depict depicting depicts
    describe design design's designed designs develop draw drawn during emblem enclosed feature
    features featuring feel feels focused focusing font for framed from generate give graphic had
    has have hello help helps hey hi icon icons illustration image images in include included
    includes including inside instead invent like likes located logo logos logotype logotypes look
    looks make makes making mark mascot mood motto must name named near nor offer offering offers on
    onto or over picture plus produce produces provide provides providing reflect reflecting
    reflects render represent representing represents resemble sell selling sells serves show
    showcasing showing since slogan so specialised specialising specialized specializing style
    styles surrounded symbol symbolising symbolizing tagline teaches text that theme through titled
    toward towards under use uses using vibe vibes vs want when where which while who with within
    without wordmark
""")
DOMAIN_OPENERS = _words("""
    builds business delivers field focused for helps industry makes niche offer offering offers
    produces provide provides providing sell selling sells serves specialised specialising
    specialized specializing teaches
""")  # fmt: skip
SUBJECT_OPENERS = _words("""
    containing depicting depicts feature features featuring including of showing shows with
""")
LOGO_NOUNS = _words("""
    design emblem icon image it lettering letters logo logos logotype mark symbol text wordmark
""")
DOMAIN_ADJECTIVES = _words("""
    big freelance growing little local modern new own small upcoming young
""")
# How good a thing is, before it; not what it looks like.
QUALITIES = _words("""
    affordable artisan artisanal authentic best certified craft delicious fine fresh gourmet
    handcrafted handmade healthy homemade local natural organic premium quality sustainable tasty
    traditional
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
    can be, should be, must be, could be, text logo, white space, run by, owned by, led by,
    founded by, made by
"""),
)
# After a hyphen these join nothing: "heart-shaped", "fox-like".
COMPOUND_SUFFIXES = COLOUR_NOUNS | _words("""
    based feel feeling inspired like look looking shaped style styled themed toned type
""")
# Of these and of businesses Russian says the kind first: "a cup of coffee" without the "of".
RUSSIAN_HEADS = BUSINESSES | _words("""
    barrel branch cleaning construction courses cup drop eye face hand head leaf manufacturing paw
    production rental repair shore silhouette slice wing
""")
# After these and after kinds of business the Russian word for colours means flowers.
FLOWER_HEADS = BUSINESSES | _words("bouquet delivery")
# Two of these in one text say that it is not English.
FOREIGN_WORDS = _words("""
    avec con das de der des dla een ein eine el et für het il ist les los met mit oraz para per pour
    un una und une voor y z
""")
