"""Russian words of logo briefs with their English: what logos show, trades, looks, sentences."""

from __future__ import annotations

from backend.models.brief_russian_things import THINGS

# English, then Russian stems, all without the dots of "ё"; a word matches a stem when the rest is a
# case ending. A stem ending in "." matches only itself. Longer stems win. Stems joined by "_" are
# two words in a row that mean something else together: "детск_сад" is no garden.
_BUSINESSES = """
    shop: интернет_магазин магазин магазинчик лавк лавочк шоп | party host: тамад аниматор | truck
    driver: дальнобойщик | roofer: кровельщик | construction worker: каменщик штукатур плиточник |
    stock exchange: бирж | maternity hospital: роддом | college: колледж | poultry farm: птицефабрик
    птицеферм | meat factory: мясокомбинат | sanatorium: санатори пансионат | craft: разливн |
    lovers: любител любитель | laboratory: лаборатори | resort: курорт | elderly: престарел пожил |
    nanny: нян | installation: установк монтаж | translation: перевод переводчик | boutique: бутик |
    grocery store: продуктов_магазин бакале гастроном | supermarket: супермаркет | market: рынк
    ярмарк | warehouse: склад складск | workshop: мастерск | factory: завод фабрик | manufacturing:
    производств производствен | restaurant: ресторан ресторанчик трактир | cafe: кафе. | ice cream
    cafe: кафе._морожен | bar: бар | hotel: отел отель гостиниц | hostel: хостел | guest house:
    гостев_дом | sauna: саун | bathhouse: бан банн банный | spa: спа. | salon: салон | beauty salon:
    салон_красот бьюти. | beauty: красот косметическ | cosmetics: косметолог косметологи косметик |
    hair salon: парикмахерск парикмахер | barbershop: барбершоп барбер | manicure: маникюр маникюрн
    | nail salon: ногтев_студи ногтев_салон студи_маникюр салон_маникюр | eyelash salon:
    наращивани_ресниц | tattoo: тату. татуиров татуировк | tanning salon: соляри | massage: массаж
    массажн массажист | pharmacy: аптек аптеч | clinic: клиник медцентр медицинск_центр поликлиник |
    medicine: медицин медицинск | ambulance: скор_помощ скор_помощь | doctor: врач доктор | nurse:
    медсестр | hospital: больниц | dental clinic: стоматологи | dentist: стоматолог дантист |
    optician: оптик | veterinary clinic: ветклиник ветеринарн_клиник | veterinarian: ветеринар |
    veterinary: ветеринарн | pet shop: зоомагазин | pet grooming: груминг грумер | animal shelter:
    приют приют_животн приют_собак приют_кошек | garden centre: питомник | greenhouse: теплиц |
    beekeeper: пчеловод | beekeeping: пчеловодств | apiary beehive: пасек пасеч | farm: рыбн_ферм
    ферм фермерск | farmer: фермер агроном | agriculture: агро. | psychology: психологи
    психологическ | psychologist: психолог | school: гимнази школ школьн лицей. лице | driving
    school: автошкол школ_вождени | language school: языков_школ школ_язык | music school:
    музыкальн_школ | kindergarten: детск_сад детск_садик детсад детсадик садик | nursery: ясл |
    tutor: репетитор репетиторств | teacher: учител учитель преподавател преподаватель | university:
    университет институт | courses: курс курсов. | education: образовани образовательн | training:
    обучени тренировк | trainer: тренер тренерск | language: язык языков | library: библиотек |
    museum: музе музей | gallery: галере | flower shop: цветочн_магазин цветочн_лавк магазин_цвет.
    магазин_цветов. салон_цветов. | bookstore: книжн_магазин книжн_лавк | children's shop:
    детск_магазин | clothing store: магазин_одежд | shoe repair: ремонт_обув ремонт_обувь сапожник
    сапожн_мастерск | tailor: портн пошив | sewing: швейн ателье. шить шитье | sewing machine:
    швейн_машин швейн_машинк | dry cleaning: химчистк | laundry: прачечн | cleaning: уборк клининг
    клинингов | car repair: автосервис автомастерск авторемонт | car wash: автомойк автомоек
    мойк_машин мойк_автомобил | tire service: шиномонтаж | car dealership: автосалон | car parts:
    автозапчаст запчаст запчасть | car rental: каршеринг прокат_автомобил аренд_автомобил
    прокат_машин аренд_машин | parking: парковк автостоянк | taxi: такси. таксист таксопарк |
    driver: водител водитель | delivery: доставк служб_доставк | courier: курьер курьерск | food
    delivery: доставк_еды. доставк_питани | logistics: логистик логистическ грузоперевозк |
    transport: транспорт транспортн перевозк | moving truck: переезд | cargo: груз грузов | mail:
    почт почтов | travel agency: турагентств турфирм тураген туроператор | tour: экскурси
    экскурсионн | construction: строительств строительн стройк строек | building materials:
    стройматериал строительн_материал | builder: строител строитель | architect: архитектор |
    architecture: архитектур архитектурн | interior design: интерьер дизайн_интерьер | design:
    дизайн | designer: дизайнер | landscape gardening: ландшафт ландшафтн ландшафтн_дизайн |
    plumber: сантехник сантехническ | electrician: электрик | electrical wiring: электромонтаж
    проводк | carpenter: плотник столяр | carpentry: плотницк столярн столярн_мастерск столярк |
    wood: древесин деревянн | blacksmith: кузнец кузнечн кузн кузниц | locksmith: слесар слесарь |
    welding: сварк сварщик | gardener: садовник | pottery: гончар керамик керамическ гончарн |
    ceramics workshop: гончарн_мастерск | glassblower: стеклодув | jeweller: ювелир | watchmaker:
    часовщик | photographer: фотограф | photography: фотографи фото. фотостуди фотосъемк | video:
    видео. видеосъемк | printing press: типографи полиграфи | 3d printing: 3d_печат 3d_печать | book
    publisher: издательств | bank: банк банков банковск | accounting: бухгалтери бухгалтерск |
    accountant: бухгалтер | finance: финанс финансов | investment: инвестици инвестиционн |
    insurance: страховани страхов | law: юридическ юрист правов | lawyer: адвокат адвокатск |
    document signature: нотариус нотариальн | real estate: недвижимост недвижимость | realtor:
    риелтор риэлтор | real estate agency: агентств_недвижимост | advertising: реклам рекламн |
    marketing: маркетинг маркетингов | consulting: консалтинг консультаци | coaching: коуч |
    recruitment: кадров | technology: технологи технологическ | software: софт приложени |
    programmer: программист | programming: программировани | web development: веб_разработк | web:
    веб. | website: сайт | robotics: робототехник | data: данн | security: безопасност безопасность
    охран охранн | security guard: охранник | repair: ремонт чиним. чинить. чиню. ремонтируем. |
    apartment renovation: ремонт_квартир | rental: аренд прокат | event agency: ивент. | party:
    вечеринк | disco club: ночн_клуб | karaoke: караоке. | maze: квест | charity: благотворительн
    фонд_помощ | funeral: ритуальн | company: компани сеть сети. сетью. сетей. групп | brand: бренд
    | firm: фирм | startup: стартап | studio: студи кабинет | agency: агентств | team: команд |
    club: клуб кружок. секци | channel: канал | center: центр | service: служб сервис пункт |
    office: офис | oil industry: нефт нефть нефтян | energy: энергетик энерги топлив | recycling:
    переработк вторсырь | wood saw: лесопилк пилорам | gas: газ газов
"""
_LOOKS = """
    red: красн алый. алая. алое. алые. алого. алой. алым. | blue: син | sky blue: голуб | light:
    светл | dark: темн | green: зелен | yellow: желт | orange colored: оранжев рыж | purple:
    фиолетов пурпурн | pink: розов | black: черн | white: бел | grey: сер серый. | brown: коричнев |
    gold colored: золот золотист | silver colored: серебр серебрист серебрян | turquoise colored:
    бирюзов | beige: бежев | burgundy: бордов | mint colored: мятн | russian: русск росси российск |
    english: английск | french: французск | italian: итальянск | chinese: китайск | japanese: японск
    | oriental: восточн | charcoal colored: угольн | indigo colored: индиго. | mustard colored:
    горчичн | sand colored: песочн | bronze colored: бронзов | cream colored: кремов | cherry
    colored: вишнев | crimson colored: малинов | emerald colored: изумрудн | azure colored: лазурн |
    khaki colored: хаки. | lime colored: салатов | amber colored: янтарн | coral colored:
    коралловый. коралловом. кораллового. коралловым. | terracotta colored: терракотов | pistachio
    colored: фисташков | peach colored: персиков | olive colored: оливков | lavender colored:
    лавандов | cornflower blue colored: васильков | lilac colored: сиренев | modern: современн
    модерн | minimalist: минимализм минималистичн минималистск минималистическ лаконичн сдержанн
    сдержан | vintage: винтаж винтажн старомодн | retro: ретро. | elegant: элегантн изящн грациозн |
    simple: прост | bold: смел дерзк решительн уверенн | 90s: девяност | 80s: восьмидесят | street
    art: стрит_арт | art nouveau: арт_нуво. | art deco: арт_деко. | pop art: поп_арт | loud: громк
    кричащ | whimsical: причудлив чудн | contemporary: актуальн | sophisticated: искушенн |
    welcoming: гостеприимн радушн | earthy: землист | dainty: хрупк миниатюрн | hipster: хипстерск |
    isometric: изометри изометрическ | smooth: гладк | kawaii: каваи. каваий | origami: оригами. |
    stained glass: витраж | mosaic: мозаик | woodcut: гравюр линогравюр | comic: комикс | cyberpunk:
    киберпанк | steampunk: стимпанк | calligraphic: каллиграфи каллиграфическ | graffiti: граффити.
    | grunge: гранж | psychedelic: психоделическ | rugged: груб | mystical: мистическ | moody: мрачн
    атмосферн | formal: официальн торжественн | sleek: стильн | refined: изысканн утонченн благородн
    | luxury: роскошн люксов дорогой. дорогая. дорогое. дорогие. дорогого. дорогим. дорогих.
    дорогую. шикарн дорогому. дорогими. дорогом. | premium: премиальн премиум. статусн | exclusive:
    эксклюзивн элитн | geometric: геометрическ геометричн геометри | abstract: абстрактн абстракц
    абстракци | playful: игрив весел озорн задорн | cute: мил симпатичн миленьк | strict: строг |
    serious: серьезн солидн | professional: профессиональн | corporate: корпоративн делов |
    futuristic: футуристичн футуристическ | flat: плоск | gradient: градиент градиентн | neon: неон
    неонов | hand drawn: рисованн нарисованн рукописн | 3d: объемн | cozy: уютн ламповый. ламповая.
    ламповое. | trustworthy: честн | reliable: надежн | friendly: дружелюбн приветлив добр добродушн
    дружеск | warm: тепл душевн | cold: холодн | fresh: свеж | natural: натуральн природн естественн
    | organic: органическ | calm: спокойн умиротворен умиротворяющ тих | peaceful: мирн | delicate:
    легк воздушн нежн тонк | soft: мягк | romantic: романтическ романтичн романтик | feminine:
    женственн девчач девичь | masculine: мужественн брутальн | aggressive: агрессивн злой. свиреп
    злая. | dynamic: динамичн | energetic: энергичн бодр | powerful: мощн могуч | magical: волшебн
    магическ сказочн | mysterious: загадочн таинственн | trendy: модн трендов молодежн | classic:
    классическ классик | traditional: традиционн народн | timeless: вечн | rustic: деревенск_стил
    рустик | royal: королевск царск имперск величественн | vibrant: ярк сочн | colorful: цветн
    красочн разноцветн | pastel: пастельн | metallic: металлическ | shiny: блестящ | glossy: глянцев
    лаков | watercolor: акварел акварель акварельн | cartoon: мультяшн мультипликационн | fun:
    прикольн | monochrome: монохромн чб. однотонн | symmetrical: симметричн | high tech:
    высокотехнологичн технологичн хай_тек | innovative: инновационн передов новаторск | gothic:
    готическ | industrial: промышленн индустриальн лофт | bohemian: бохо. | scandinavian:
    скандинавск | magic: магия. магии. магию. магией. | herbal: травян травянист | happy: счастлив
    радостн | sad: грустн | strong: сильн крепк | old: стар старинн | new: нов новый. | sweet: сладк
    | wild: дик | electric: электрическ | smart: умн | tasty: вкусн аппетитн | proud: горд | funny:
    смешн забавн | handmade: ручн самодельн ручн_работ | homemade: домашн | local: местн | private:
    частн | fast: быстр скор скорост | small: маленьк мал небольш | big: больш крупн | beautiful:
    красив | worker: рабоч работник | 24 hours: круглосуточн | joy: радость радости. радостью. |
    happiness: счастье счастья счастьем | dream: мечт | world: мир | hot: горяч | smiling:
    улыбающийся. улыбающимся. улыбающаяся. улыбающейся. улыбающееся. | healthy: здоров полезн |
    health: здоровь | summer: лет летн | winter: зим зимн | spring: весн весенн | autumn: осен осенн
    осень | city: город городск | northern: северн | night: ноч ночн ночь | morning: утр утренн
    утро. | evening: вечер вечерн | kitchen: кухн кухонн кухонь | round: кругл | square: квадрат
    квадратн | triangle: треугольник треугольн | love: любов любви. | infinity: бесконечност
    бесконечность | yin yang: инь_ян | cross: крест крестик | spiral: спирал спираль | pattern: узор
    орнамент | pixel art: пиксельн пиксель_арт пиксел_арт
"""
_BRIEF_WORDS = """
    logo: логотип лого. логотипчик эмблем знак | called: называется. назван названием. | name:
    названи имя. имени. именем. | style: стил стиль | colours: цвет. цвета. цвете. цветом. цветов.
    цветах. цветами. | background: фон | color scheme: палитр цветов_гамм гамм | circle: круг |
    ring: кольц колец | hexagon: шестиугольник | outline: контур контурн линейн | text: текст надпис
    надпись | letter: букв | personal: на_заказ. индивидуальн | enterprise: предприяти организаци |
    services: услуг | things: товар издели продукци элемент | transparent: прозрачн | sticker:
    стикер наклейк | slogan: слоган девиз | mascot: маскот талисман персонаж | icon: иконк | symbol:
    символ | silhouette: силуэт | lines: лини | frame: рамк | initials: инициал | monogram:
    монограмм | coat of arms: герб гербов | tones: тона. тонах. тонами. оттенк | please: пожалуйста.
    | use: использовать. используйте. | need: нужен. нужн надо. | want: хочу. хотим. хочется.
    хотелось. хотелось_бы. | create: создай. создать. создайте. сделай. сделайте. сделать. нарисуй.
    нарисуйте. придумай. придумайте. разработать. открываю. открываем. | avoid: избегай. избегать.
    избегайте. | for: для. по. | with: с. со. | without: без. | not: не. ни. | no: нет. никак | in:
    в. во. в._форме. | near: у. возле. рядом. около. | on: на. | here: на_углу. с._собой. | and: и.
    | or: или. | of: из. в._виде. | but: но. а. | under: под. | our: наш мо мой. моя. мою. мне. нам.
    нас. я. мы. меня. мной. | that: чтобы. котор что. чтоб. тот. та. то. те. того. тому. теми. тех.
    ту. той. | is: это. | very: очень. | too: слишком. | shadow: тен тень | many: много. | always:
    всегда. | there: там. тут. здесь. | even: даже. | in the middle: посередине. посредине. | on the
    left: слева. | on the right: справа. | at the bottom: снизу. внизу. | at the top: сверху.
    вверху. | details: детал | accent: акцент | font: шрифт | feeling: ощущени | vibe: атмосфер |
    mood: настроени | theme: тематик тем | concept: иде идей. концепци | possibly: возможно. | for
    example: например. | preferably: желательно. | long: длинн | high: высок | any: люб | each: кажд
    | some: разн несколько. как | recognizable: узнаваем | memorable: запоминающийся.
    запоминающимся. запоминающаяся. запоминающееся. запоминается. | perfect: идеальн | unique:
    уникальн оригинальн необычн | creative: креативн творческ | interesting: интересн | quality:
    качеств качественн | best: лучш | good: хорош хороший. | main: главн основн | located:
    находится. | offer: предлагаем. | make: делаем. делаю. делает. производим. выпускаем. готовим.
    занимаемся. печем. шьем. | sell: продаем. продаю. продает. продаж | project: проект | business:
    бизнес | image: изображени картинк | two colour: двухцветн | three: три. трех. тремя. | two:
    два. две. двух. двумя. | a: один. одн | hello: привет. здравствуйте. | thanks: спасибо. | like:
    нравится. люблю. любим. | most: сам | more: более. больше. | except: кроме. | instead of:
    вместо. | then: потом. затем. после. | over: поверх. | inside: внутри. | around: вокруг. |
    before: перед. | above: над. | between: между. среди. | through: через. | at: при. | from: от. |
    about: о. об. про. | to: к. ко. до. | behind: за. | because: потому. поэтому. | if: если. |
    when: когда. | where: где. | all: весь. все. вся. всю. всех. всем. всего. всему. всей. всеми. |
    this: этот. эт | such: так такой. | just: уже. же. ли. ну. вот. ведь. сейчас. | only: только.
    лишь. | also: еще. также. тоже. | would: бы. | must: долж должен. | can: можно. может. могут. |
    be: быть. был. была. было. были. будет. будут. есть. является. | own: сво свой. собой. себя.
    себе. собственн | your: ты. тебя. тебе. вы. вас. вам. вами. ваш тво твой. | their: он. она. оно.
    они. его. ее. их. ему. им. ей. нем. ней. ним. ними. них. него. нее. | as: как. | quite: почти.
    столь. | years: лет. | seven: семь. | series: сери серий.
"""
RUSSIAN = " | ".join((THINGS, _BUSINESSES, _LOOKS, _BRIEF_WORDS))
