"""Words that are not plain English to English ones: common misspellings, Russian."""

from __future__ import annotations

from collections.abc import Mapping

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
    алмаз бриллиант | book: книг книжк книжн книж | pen: ручк | pencil: карандаш | camera: камер
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
    зелен зелён | yellow: жёлт желт | orange colored: оранжев рыж | purple: фиолетов пурпурн | pink:
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
    избегать. избегайте. | color scheme: палитр | friendly: дружелюбн приветлив добр добродушн |
    fast: быстр скор скорост | small: маленьк мал небольш | big: больш крупн | beautiful: красив |
    warm: тёпл тепл | cold: холодн | fresh: свеж | natural: натуральн природн | organic: органическ
    | herbal: травян травянист | happy: счастлив радостн | strong: сильн мощн | gentle: нежн |
    magic: волшебн магическ магия. магии. | old: стар старинн | new: нов новый. | sweet: сладк |
    city: город городск | village: деревн деревенск | family: семь семейн | homemade: домашн | wild:
    дик | royal: королевск | night: ноч ночн | morning: утр утренн | electric: электрическ | smart:
    умн | bright: ярк | tasty: вкусн | quiet: тих спокойн | proud: горд | funny: смешн забавн |
    handmade: ручн самодельн | local: местн | summer: лет летн | winter: зим зимн | spring: весн
    весенн | autumn: осен осенн | pastry: выпечк | shore: берег | kitchen: кухн | law: юридическ
    юрист правов | lawyer: адвокат адвокатск | accounting: бухгалтери бухгалтерск | sound recording:
    звукозапис | repair: ремонт чиним. чинить. чиню. ремонтируем. | trustworthy: честн | for: по. |
    scales: весы. весов. весами. | wheat: пшениц | bouquet: букет | clothes: одежд | shoes: обув |
    jewellery: ювелирн украшени | furniture: мебел мебельн | photographer: фотограф | dance: танц
    танцевальн | veterinary clinic: ветклиник | veterinary: ветеринар ветеринарн | animals: животн |
    pet: питомц питомец питомцев. | chocolate: шоколад шоколадн | candy: конфет | cheese: сыр сырн |
    meat: мяс мясн | vegetables: овощ овощн | fruit: фрукт фруктов | grain: зерн | grass: трав |
    plant: растени | garden: сад садов | beach: пляж пляжн | island: остров | desert: пустын |
    sunset: закат | sunrise: рассвет | technology: технологи | data: данн | security: безопасност
    охран охранн | education: образовани | training: обучени тренировк | courses: курс курсов. |
    language: язык языков | psychology: психологи | massage: массаж массажн | swimming pool: бассейн
    | swimming: плавани | running: бег. бега. | boxing: бокс боксёрск | chess: шахмат шахматн |
    theatre: театр театральн | cinema: кино. кинотеатр | painting: живопис | drawing: рисовани |
    pottery: керамик керамическ гончарн | knitting: вязани | yarn: пряж | sewing: шитьё. ателье. |
    advertising: реклам рекламн | marketing: маркетинг | finance: финанс финансов | insurance:
    страховани страхов | rental: аренд прокат | cleaning: уборк клининг клинингов | laundry:
    прачечн | logistics: логистик логистическ | cargo: груз грузов | mail: почт почтов |
    falcon: сокол | swan: лебед | sparrow: воробей воробь | giraffe: жираф | crocodile: крокодил |
    frog: лягушк лягуш | koala: коал | crab: краб | snail: улитк | spider: паук | ant: мурав муравей
    | mouse: мыш мышк | goat: коз козёл козел | sheep: овц овеч баран | pig: свин свинь | camel:
    верблюд | rhinoceros: носорог | hippopotamus: бегемот | lynx: рыс | beaver: бобр бобёр бобер |
    otter: выдр | parrot: попугай попуга | stork: аист | peacock: павлин | flamingo: фламинго. |
    mushroom: гриб грибн | maple: клён клен клёнов | birch: берёз берез берёзк березк | cactus:
    кактус | helmet: шлем | knight: рыцар | mermaid: русалк | lighthouse: маяк | tent: палатк |
    compass: компас | volcano: вулкан | windmill: мельниц | bell: колокол колокольчик | feather:
    перо. пера. | brain: мозг | egg: яйц | potato: картофел картошк | carrot: морков | tomato:
    помидор томат | corn: кукуруз | grapes: виноград | banana: банан | pear: груш | peach: персик |
    pineapple: ананас | watermelon: арбуз | nut: орех | dumplings: пельмен вареник | pancake: блин |
    noodles: лапш | shrimp: креветк | steak: стейк
"""
_ENDINGS = """
    а я ы и у ю е ё о й ь ой ей ою ею ом ем ём ам ям ами ями ах ях ов ев ёв ый ий ая яя ое ее ые ие
    ого его ому ему ым им ых их ую юю ыми ими ью ья ье ьи ьев ьям ьями ьях ию ии ия ией иями
"""


def spelling_table() -> Mapping[str, str]:
    """Common misspellings to what was meant, all lower case."""
    entries = " ".join(_SPELLINGS.split()).split(", ")
    return dict(entry.split(" ", 1) for entry in entries)


class Glossary:
    """Russian words about logos, in any grammatical case, to English."""

    def __init__(self) -> None:
        self._stems: dict[str, str] = {}
        self._whole: dict[str, str] = {}
        for entry in " ".join(_RUSSIAN.split()).split(" | "):
            english, _, russian = entry.partition(": ")
            for stem in russian.split():
                table = self._whole if stem.endswith(".") else self._stems
                table.setdefault(stem.rstrip("."), english)
        self._longest = max(map(len, self._stems))
        self._endings = {"", *_ENDINGS.split()}

    def english(self, word: str) -> str | None:
        """The English for a lower-case Russian word, or None when the glossary lacks it."""
        if word in self._whole:
            return self._whole[word]
        for length in range(min(len(word), self._longest), 1, -1):
            if word[length:] in self._endings and word[:length] in self._stems:
                return self._stems[word[:length]]
        return None
