"""Russian words of logo briefs with their English."""

from __future__ import annotations

# English, then Russian stems, all without the dots of "ё"; a word matches a stem when the rest is a
# case ending. A stem ending in "." matches only itself. Longer stems win. Stems joined by "_" are
# two words in a row that mean something else together: "детск_сад" is no garden.
_ANIMALS = """
    fox: лис лиса. лисичк лисиц лисят лисенк | cat: кот кошк котик котят котенк | dog: собак собач
    собачк пес пес. пса. псу. хаски. корги. овчарк бульдог псом. псы. псов. псам. псами. | puppy:
    щенк щенят | wolf: волк волч волчиц | bear: медвед медвеж медвежат мишк медвежонк | polar bear:
    бел_медвед бел_мишк | lion: лев. льв львиц львенк | tiger: тигр тигренк | eagle: орл орлин |
    hawk: ястреб коршун | owl: сов совушк филин | bird: дятл птиц птичк птич пташк соловей соловь
    снегир синиц синичк | fish: рыб рыбк | whale: кит. кита. киты. китом. киту. ките. китов. китам.
    китами. китах. | dolphin: дельфин | horse: лошад лошадк конь коня кон конн конюшн | pony: пони.
    | deer: олень олен | moose: лось лос | hare: заяц зайц зайчик | rabbit: кролик крол | elephant:
    слон слоник слоненк | bee: пчел пчелк шмел | wasp: оса. осы. осу. осой. осами. осе. | butterfly:
    бабочк мотыл мотылек мотыльк | dragon: дракон дракончик | unicorn: единорог | phoenix bird:
    феникс | pegasus: пегас | snake: зме змей змеин кобр | turtle: черепах черепашк | hedgehog: ежик
    еж | squirrel: белк белочк | raven: ворон | panda: панд | monkey: обезьян обезьянк | gorilla:
    горилл | cow: телят коров коровк теленк | bull: бык | bison: бизон зубр | rooster: петух петушк
    | chicken: куриц курин курочк кур. кура. куры. курами. | baby chick: цыплят цыпленк | duck: утк
    уточк утят утенк | goose: гусь гус | turkey bird: индюк индейк индеек | ostrich: страус |
    penguin: пингвин | octopus: осьминог | squid: кальмар | jellyfish: медуз | starfish: морск_звезд
    | seahorse: морск_конек морск_коньк | shell: ракушк | coral reef: коралл_риф коралл | shark:
    акул | seal animal: тюлень тюлен | walrus: морж | lobster: рак омар лобстер | crab: краб |
    falcon: сокол | swan: лебед лебедь | sparrow: воробей воробь | crane bird: журавл | heron: цапл
    цапель | dove: голубь голубк голубей. голубя. голуби. голубю. голубем. голубям. голубями.
    голубе. голубях. | seagull: чайк чаек | swallow bird: ласточк | hummingbird: колибри. | pelican:
    пеликан | toucan: тукан | giraffe: жираф | zebra: зебр | kangaroo: кенгуру. | crocodile:
    крокодил | chameleon: хамелеон | lizard: ящериц | gecko: геккон | dinosaur: динозавр динозаврик
    | mammoth: мамонт | frog: лягушк лягуш | koala: коал | sloth: ленивц | snail: улитк | spider:
    паук | spider web: паутин | ant: мурав муравей | ladybug: божь_коровк божь_коровок | dragonfly:
    стрекоз | beetle: жук жучк | caterpillar: гусениц | firefly: светлячк | scorpion: скорпион |
    mouse: мыш мышк мышонк мышат | bat: летуч_мыш летуч_мышк | hamster: хомяк хомячк | raccoon: енот
    | badger: барсук | mole: крот | goat: коз козл козлик | sheep: овц овеч овечк баран барашк |
    lamb: ягнят ягненк | pig: свин свинь поросят поросенк | boar: кабан | donkey: осел осла. ослы.
    ослов. ослик ослом. ослами. ослам. | camel: верблюд | rhinoceros: носорог | hippopotamus:
    бегемот | lynx: рыс | panther: пантер | leopard: ягуар гепард леопард | beaver: бобр бобрик |
    otter: выдр | parrot: попугай попуга попугайчик | stork: аист | peacock: павлин | flamingo:
    фламинго. | goldfish: золот_рыбк золот_рыбок | salmon: лосос семг форел | wing: крыл крыль |
    paw: лап лапк | tail: хвост хвостик | horns: рога. рогов. рогами. рогам. рогах. | claw: коготь
    когт | fangs: клык | beak: клюв | feather: перо. пера. перь перышк пером. пере. | bird nest:
    гнезд гнездышк | beehive: улей. улья. ульи. ульев. ульем. ульями. улье. | honeycomb: соты.
    сотами. пчелин_соты. сотах. сотов. | footprints: следы. следов. следами. следах. | animals:
    животн звер зверь зверушк | pet: питомц питомцев. | egg: яйц яич яиц
"""
_PLANTS = """
    tree: дерев древ деревц | oak: дуб дубов | acorn: желуд желудь | pine tree: кедр кедров шишк
    сосн соснов | evergreen tree: елк елоч елочк елов ель. ели. елью. елей. | palm tree: пальм
    пальмов | maple: клен кленов | birch: берез березк березов | willow: ива. ивы. иву. ивой. иве.
    ивами. | bamboo: бамбук бамбуков | linden: лип липов | leaf: лист листв листик листоч листь
    листочк лепест | flower petals: лепестк | tree branch: ветк веточк ветв ветвь | tree roots: корн
    корень | sprout: ростк | seed: семена. семенами. семя. семян. семечк семени. | shrub: куст
    кустик кустарник | grass: трав травк газон | plant: растени | flower: василек васильк васильков
    цветок. цветочн цветк цветы. цветочк флорист флористик флористическ | rose flower: роз | tulip:
    тюльпан | lily flower: лили | peony flower: пион пионов | daisy: ромашк ромашков | dandelion:
    одуванчик | sunflower: подсолнух подсолнечн подсолнечник | lavender: лаванд лавандов | violet
    flower: фиалк | poppy flower: мак маков | orchid flower: орхиде | cherry blossom: сакур |
    magnolia flower: магноли | lotus: лотос | lotus flower: цветок_лотос цветк_лотос | bouquet:
    букет букетик | bud: бутон | wreath: венк веночек | garland: гирлянд | clover: клевер | thistle:
    чертополох | fern: папоротник | cactus: кактус суккулент | aloe: алоэ. | reed: камыш тростник |
    seaweed: водоросл | mushroom: гриб грибн грибк | wheat: пшениц пшеничн колос колось колоск
    колос_пшениц колось_пшениц колоск_пшениц колосок_пшениц пшеничн_колос пшеничн_колосок
    пшеничн_колоск пшеничн_колось | rye: рожь рожью ржан ржи. колос_ржи. колосок_ржи. | sheaf of
    wheat: сноп сноп_пшениц | oats: овс овсян | barley: ячмен | hops: хмел хмель | cotton flower:
    хлопк хлопков | flax: лен. льна. льном. льнян | vine: лоз виноградн_лоз | forest: лес лесн |
    garden: сад садов | garden bed: грядк огород
"""
_NATURE = """
    mountain: гор горн вершин | hill: холм | rock: камень камн каменн камуш скал камушк | cave:
    пещер | volcano: вулкан | island: остров | beach: пляж пляжн | shore: берег побереж | lake: озер
    озерн | river: рек речк речн | waterfall: водопад | sea: мор морск | ocean: океан | wave: волн |
    water: вод водн водичк | water spring: родник родников | drop: капл капель капельк капелек |
    bubbles: пузыр пузырьк пузырек | soap bubbles: мыльн_пузыр | desert: пустын | sand: песк песч |
    field: поле. поля. полей. полям. полем. полев полю. полями. полях. | meadow: луг лугов |
    village: деревн деревенск село. сельск деревень села. селе. селом. | sun: солнц солнеч солнечн
    солнышк | sunbeam: луч лучик | moon: лун лунн | crescent moon: полумесяц | star: звезд звездоч
    звездочк | comet: комет | meteor: метеор метеорит | galaxy: галактик | saturn: сатурн | sky: неб
    небес небесн | cloud: облак облач облачк тучк | rain: дожд дождь дождлив | rainbow: радуг радужн
    | thunderstorm: гроз | lightning: молни | wind: ветр ветерк | tornado: торнадо. вихр вихрь смерч
    | fog: туман туманн | fire: огонь огн огоньк огонек | flame: плам пламен | spark: искр искорк |
    campfire: костр | smoke: дым дымк | snow: снег снеж снежн | snowflake: снежинк | snowman:
    снеговик | ice: лед. льда. льду. льдом. льдин ледян льде. | frost: мороз морозн иней | iceberg:
    айсберг | sunset: закат | sunrise: рассвет восход | earth: земл земель | planet: планет | space:
    космос косм космическ | nature: природ | ecology: эколог экологи экологическ экологичн эко.
"""
_FOOD = """
    coffee: кофе. кофейн. кофейный. | coffee shop: кофейн кофеен кафетери | coffee bean: кофейн_зерн
    кофейн_боб зерн_кофе. зернышк_кофе. | coffee machine: кофемашин кофеварк | coffee grinder:
    кофемолк | coffee roastery: обжарк_кофе. обжарщик_кофе. | cup: чашк чашечк | mug: кружк | tea:
    чай чая чаем чайн чаю. чае. чаев. | tea house: чайхан чайн_дом чайн_клуб чайная. | teapot:
    самовар чайник | bread: тесто. булк булочк хлеб хлебн хлебушк каравай карава теста. тестом. |
    bread loaf: буханк батон | baguette: багет | bakery: пекарн булочн хлебопекарн | baker: пекарь
    пекар | flour: мука. муки. муку. мукой. муке. | pastry: выпечк | croissant: круассан | pretzel:
    крендел крендель кренделек | bagel: бублик баранк | pie: пирог пирож пирожк | cake: торт тортик
    пирожн | confectionery: кондитерск кондитер | cupcake: капкейк кекс маффин | donut: пончик донат
    | waffle: вафл вафель вафельн | cookie: макарун печень печеньк печенюшк | liver: печень. печени.
    | gingerbread: пряник пряничн имбирн_пряник | marshmallow: зефир маршмеллоу. | jelly: желе.
    мармелад | jar: банкой. баночк | jam jar: варень джем | lollipop: леденц | candy: конфет конфетк
    карамел карамельк | chocolate: шоколад шоколадн шоколадк | cotton candy: сахарн_ват | popcorn:
    попкорн | sweets: сладост | ice cream: морожен мороженк мороженщик пломбир | honey: мед мед.
    меда. медов | honey jar: банк_мед | pizza: пицц | pizzeria: пиццери | burger: бургер гамбургер
    чизбургер | burger restaurant: бургерн | hot dog: хотдог хот_дог | sandwich: бутерброд сэндвич
    сендвич | fries: фри. картош_фри. картошк_фри. | shish kebab: шашлык | barbecue restaurant:
    шашлычн | doner kebab: шаурм шаверм шаурмичн | barbecue: барбекю. мангал | grill: гриль грил |
    spaghetti: спагетти. макарон | pasta: паста. пасты. пасту. пастой. пасте. | noodles: лапш рамен
    вок. | soup: суп супов супчик борщ | porridge: каш кашк | salad: салат | dumplings: пельмен
    вареник хинкал манты. | dumpling house: пельменн вареничн хинкальн | pancakes: блин блинчик
    оладь оладий | pancake house: блинн | sushi: суши. ролл | sushi bar: суши_бар сушибар |
    chopsticks: палочк | shrimp: креветк | steak: стейк | meat: мяс мясн | butcher shop: мясн_лавк
    мясн_магазин | fish shop: рыбн_лавк рыбн_магазин | fish: рыбн | sausage: колбас колбаск колбасн
    сосиск | bacon: бекон | cheese: сыр сырн | raw materials: сырь | raw: сырой. сырая. сырое.
    сырые. | ground: молотый. молотого. молотым. молотой. | cheese dairy: сыроварн | milk: молок
    молоч | cream: сливк сливочн | butter: сливочн_масл | oil: масл | olive oil: оливков_масл |
    cottage cheese: творог творож творожн | fried egg: яичниц | vegetables: овощ овощн | potato:
    картофел картофель картошк | carrot: морков морковк | tomato: помидор помидорк томат томатн |
    cucumber: огурц огурчик | pepper: перц перчик | onion: лук луков | bow and arrow: лук_стрел
    стрельб_лук | garlic: чеснок чесноч чесночн | cabbage: капуст капустн | beet: свекл | pumpkin:
    тыкв тыквен | eggplant: баклажан | radish: редис редиск | peas: горох горош горошин | beans:
    фасол фасоль бобов боб | corn: кукуруз | spices: специ пряност | cinnamon: кориц | vanilla:
    ванил ваниль ванильн | ginger: имбир имбирь имбирн | basil: базилик | rosemary: розмарин | salt:
    соль соли. солью. солонк | sugar: сахар сахарн | fruit: фрукт фруктов | apple: яблок яблоч
    яблочн | apple tree: яблон | lemon: лимон лимонн | lime fruit: лайм | orange fruit: апельсин
    апельсинов цитрус цитрусов | tangerine: мандарин мандаринк | strawberry: клубник клубничн
    клубничк земляник | raspberry: ежевик малин малинк | blueberry: черник голубик | cranberry:
    клюкв | cherry: вишн вишенк черешн | berry: смородин рябин рябинов ягод ягодк ягодн брусник
    облепих | grapes: виноград виноградн | banana: банан | pear: груш грушев | peach: персик
    персиков | plum: слива. сливы. сливу. сливой. сливе. | apricot: абрикос | pineapple: ананас |
    watermelon: арбуз арбузн | melon: дын дынь | mango: манго. | kiwi fruit: киви. | coconut: кокос
    кокосов | avocado: авокадо. | pomegranate: гранат гранатов | olive branch: олива. оливы. оливой.
    оливк оливков | dried fruit: сухофрукт | nut: орех орешк орехов | walnut: грецк_орех | almond:
    миндал миндальн | peanut: арахис | hazelnut: фундук лесн_орех | grain: зерн зернышк крупа.
    крупы. крупу. крупой. | rice: рис. риса. рисом. рисов рисе. | wine: вин винн | wine glass: бокал
    фужер | winery: винодельн винодел | vineyard: виноградник | beer: пив пивн | beer mug:
    пивн_кружк кружк_пив | brewery: пивоварн | pub: паб паба. пивная. | whiskey: виски. | champagne
    bottle: шампанск | cocktail: коктейл коктейль | smoothie: смузи. | juice: сок. сока. соки.
    соков. соком. соке. | lemonade: лимонад | bottle: бутыл бутылк бутылочк | barrel: бочк бочонк |
    jug: кувшин | glass: стакан | plate: тарелк блюдц | dish: блюд | bowl: миск пиал чаш | spoon:
    ложк ложечк | fork: вилк | knife: нож ножик | cooking pot: кастрюл кастрюль казан. казана.
    казане. казаном. казаны. казанов. казанах. | frying pan: сковород сковородк | rolling pin: скалк
    | whisk: венчик | oven: печк духовк печ | apron: фартук | tableware: посуд посудн | chef: повар
    поварск шеф_повар шеф | chef hat: поварск_колпак колпак | menu: меню. | food: еда. еды. еду.
    едой. еде. питани | breakfast: завтрак | lunch: обед обеден ланч | snack: закуск закусочн |
    diner: столов столовк | catering: кейтеринг | vegan: веганск веган вегетарианск | picnic: пикник
    | tobacco pipe: курительн_трубк | tobacco bar: кальянная. кальянной. кальянную. кальянные.
"""
_THINGS = """
    rocket: ракет | airplane: самолет самолетик авиа. | helicopter: вертолет | paper plane:
    бумажн_самолетик бумажн_самолет | hot air balloon: воздушн_шар | balloon: шар шарик
    воздушн_шарик | parachute: парашют | drone: дрон квадрокоптер | ufo: нло. тарелк_нло. |
    satellite: спутник | ship: корабл корабль кораблик теплоход | boat: лодк лодочк катер | paper
    boat: бумажн_кораблик | yacht: яхт яхтен | sailboat: парус парусн парусник | submarine:
    подводн_лодк подводн_лодок субмарин | anchor: якор якорь | ship wheel: штурвал | lifebuoy:
    спасательн_круг | paddle: весло. весла. веслом. веслами. весле. | car: машин машинк автомобил
    автомобиль авто. | car wheel: колес | tire: шин покрышк | motorcycle: мотоцикл | scooter:
    самокат скутер мопед | bicycle: велосипед | bus: автобус | tram: трамва трамвай | train: поезд
    паровоз | truck: грузовик фура. фуры. фуру. эвакуатор фуре. фурой. фур. | tractor: трактор |
    excavator: экскаватор | tower crane: кран | road: дорог дорожн | traffic light: светофор | gas
    station: заправк автозаправк азс. | house: дом домик избушк изб коттедж | apartment building:
    многоэтажк небоскреб | roof: крыш кровл кровель | brick: кирпич кирпичн | brick wall: стен |
    window frame: окошк оконн окн | door: двер дверь дверн | gate: ворота. ворот. воротами. воротам.
    воротах. | fence: забор | stairs: лестниц | fireplace: камин | castle: замк крепост крепость |
    tower: башн | bridge: мост | church: церкв церковь | mosque: мечет | temple: храм | key: ключ
    ключик | lock: замочек. | crown: корон | sword: меч | shield: щит | helmet: шлем | knight: рыцар
    рыцарь богатыр | axe: топор секир | arrow: стрел стрелк стрелочк | heart: сердц сердеч сердечк |
    diamond: алмаз бриллиант | gemstone: самоцвет изумруд рубин | pearl: жемчуг жемчужин | book:
    книг книжк книжн книж | open book: открыт_книг раскрыт_книг | newspaper: газет | quill pen:
    гусин_пер | pen: ручк | pencil: карандаш | paintbrush: кист кисть кисточк | palette:
    палитра_художник палитр_красок | camera: камер фотоаппарат объектив | film reel: кинолент
    киноплен | film: фильм | music: музык музыкальн | musical note: нот нотк | guitar: гитар |
    violin: скрипк скрипичн | treble clef: скрипичн_ключ | piano: пианино. рояль роял фортепиано. |
    drum: барабан | trumpet: трубач духов_оркестр | flute: флейт | accordion: гармошк баян аккордеон
    гармонь гармони. гармонью. | saxophone: саксофон | harp: арф | headphones: наушник | microphone:
    микрофон | vinyl record: винил пластинк | phone: телефон смартфон | computer: компьютер |
    laptop: ноутбук | robot: робот | circuit chip: микросхем чип | gear: шестерн шестеренк | lamp:
    ламп светильник | light bulb: лампоч лампочк | lantern: фонар фонарь фонарик | candle: свеч
    свечк | clock: час. часы. часов. часик часам. часами. часах. | hourglass: песочн_час | alarm
    clock: будильник | umbrella: зонт зонтик | gift: подар подарк | bow ribbon: бант бантик |
    ribbon: лент ленточк | suitcase: чемодан | backpack: рюкзак | bag: сумк сумочк | shopping cart:
    тележк корзин_покупк | basket: корзин корзинк | box: коробк коробочк ящик | envelope: конверт |
    glasses: очк очков очками. | mirror: зеркал | comb: расческ гребень гребн | lipstick: помад |
    perfume: духи. духов. духами. парфюм парфюмер парфюмерн | soap: мыл мыло. мыловарн | towel:
    полотенц | broom: метл веник | bucket: ведр ведро. | sponge: губк | desk: стол столик | chair:
    стул стуль | armchair: кресл | sofa: диван | bed: кровать кроват | pillow: подушк | blanket:
    одеял плед | carpet: ковр | bathtub: ванн | shower: душ. душем. душев | faucet: смесител
    смеситель | pipe: труб | fan: вентилятор | air conditioner: кондиционер | dress: плать платье. |
    shirt: рубашк сорочк | t-shirt: футболк | trousers: брюк джинс | hat: шляп шляпк шапк | scarf:
    шарф платк | gloves: перчатк варежк рукавиц | sock: носк | shoe: туфл ботин ботинк башмак
    башмачк туфель | sneaker: кроссов кроссовк кед | boot: сапог сапож валенк | tuxedo: костюм |
    tie: галстук | wedding dress: свадебн_плать | button: пуговиц | needle and thread: иголк игл
    нитк нит | knitting: вязани вязан вязальн спиц | thread spool: катушк | yarn: пряж клубк |
    cloth: ткан ткань | lingerie: бель нижн_бель | clothes: одежд | children's clothes: детск_одежд
    | shoes: обув обувь | jewellery: ювелирн украшени бижутери | earrings: серьг сережк серег |
    necklace: ожерель бусы. бус. бусами. | wedding rings: обручальн_кольц | furniture: мебел мебель
    мебельн | hammer: молот молотк | anvil: наковальн | wrench: гаечн гаечн_ключ | screwdriver:
    отвертк | pliers: плоскогубц клещи. клещей. клещами. | drill: сверл дрел | saw: пила. пилы.
    пилу. пилой. пилами. пиле. | shovel: лопат | rake: грабл грабел | nail: гвозд гвоздь | screw
    bolt: болт шуруп гайк гаек | ruler: линейк линеек | paint roller: маляр малярн_валик | ladder:
    стремянк | tools: инструмент | toolbox: ящик_инструмент | scissors: ножниц | scales: весы.
    весов. весами. весам. | compass: компас | map: карт | globe: глобус | safety pin: булавк |
    telescope: телескоп | binoculars: бинокл бинокль | magnifying glass: луп | microscope: микроскоп
    | flask: колб | atom: атом | molecule: молекул | dna: днк. | battery: батарейк аккумулятор
    батареек | socket plug: розетк вилк_розетк | solar panel: солнечн_батаре солнечн_панел
    солнечн_панель | lighthouse: маяк | tent: палатк шатр | windmill: мельниц ветрян_мельниц | bell:
    колокол колокольчик | flag: флаг флажк | trophy cup: кубк | medal: медал медаль | target: мишень
    мишен | puzzle: пазл | dice: кубик | toy: игрушк игрушечн | plush: плюшев | teddy bear:
    плюшев_мишк плюшев_медвед плюшев_медвеж | doll: кукл кукольн | matryoshka: матрешк | baby
    stroller: коляск детск_коляск | pacifier: соск пустышк | carousel: карусел карусель | ferris
    wheel: колес_обозрени чертов_колес | swing: качел | horseshoe: подков | mask: маск | magic wand:
    волшебн_палочк | fairy: фе фея | mermaid: русалк | angel: ангел ангелок ангелочк | wizard:
    волшебник чародей маг. мага. маги. магом. магов. чародея. чародеи. чародеев. чародеем. | witch:
    ведьм | ghost: привидени призрак | skull: череп | pirate: пират пиратск | viking: викинг |
    samurai: самура самурай | ninja: ниндзя. | astronaut: космонавт астронавт | santa claus:
    дед_мороз | fishing rod: удочк | fishing hook: рыболовн_крючок рыболовн_крючк | tobacco: кальян
    кальянн табак табач | money: деньг денег | coin: монет монетк | wallet: кошельк кошелек | piggy
    bank: копилк свинь_копилк | chest: сундук сундучок | treasure: сокровищ | copper: медь. меди.
    медью. медн | gold bar: слитк
"""
_PEOPLE = """
    child: ребенк малыш | baby: младенц новорожден | children: дет детск детишк | boy: мальчик |
    girl: девочк девушк | man: мужчин мужск | woman: женщин женск | mother: мам | grandmother:
    бабушк | grandfather: дедушк | family: семь семейн семей. | hand: рук ладонь ладон | handshake:
    рукопожати | eye: глаз | eyelashes: ресниц | eyebrow: бров бровь | lips: губы. губ. губами.
    губк_бант губах. | nail polish: ногт ногть ноготь | hair: волос локон | braid: косичк коса.
    косы. косой. косу. косе. косами. | beard: бород борода | mustache: усы. усами. усов. | face: лиц
    лице. | head: голов | ear: ухо. уха. ушк уши. ушей. ушами. | nose: носик нос | brain: мозг |
    bone: кость. кости. костью. костей. костями. костям. | spine: позвоночник спин | tooth: зуб
    зубик | smile: улыбк | foot: стопа. стопы. стопу. стопой. ступн стопе. | angel wings:
    крыль_ангел | music band: музыкальн_групп рок_групп | sport: спорт спортивн | football: футбол
    футбольн | football ball: футбольн_мяч | ball: мяч мячик | basketball: баскетбол баскетбольн |
    volleyball: волейбол волейбольн | tennis: теннис теннисн | tennis racket: ракетк | hockey: хокке
    хоккей хоккейн | puck: шайб | ice skates: коньк | figure skating: фигурн_катани | skis: лыж лыжн
    | skiing: горн_лыж горнолыжн | snowboard: сноуборд | skateboard: скейт скейтборд | surfing: серф
    серфинг | diving: дайвинг | swimming pool: бассейн | swimming: плавани | running: бегун бег |
    boxing: бокс боксерск | boxing gloves: боксерск_перчатк | karate: карате. каратэ. | wrestling:
    борьб | judo: дзюдо. | archer: лучник | hunting: охот охотнич охотник | fishing: рыбалк рыболовн
    рыбак рыбац | climbing: скалолазани скалодром альпинизм | gymnastics: гимнастик гимнастич |
    golf: гольф | chess: шахмат шахматн | horse riding: верхов_езд конн_спорт конн_клуб | dumbbell:
    гантел гантель | kettlebell: гир гирь | barbell: штанг | yoga: йог | pilates: пилатес | fitness:
    фитнес | gym: спортзал тренажерк тренажерн тренажерн_зал качалк | sports club: спортклуб |
    dance: танц танцевальн | ballet: балет балетн балерин | theatre: театр театральн | circus: цирк
    цирков | clown: клоун | cinema: кино. кинотеатр | painting: живопис живопись картин | artist:
    художник художниц художествен | drawing: рисовани рисун рисунк | sculpture: скульптур | singing:
    вокал пени | choir: хор хоров | sound recording: звукозапис звукозапись | game: игр | board
    games: настольн_игр настолк | travel: турист путешестви туризм туристическ | camping: кемпинг |
    hiking: поход походн | holiday: праздник праздничн | birthday: день_рождени дня_рождени |
    wedding: свадьб свадеб свадебн | bride: невест | school graduation: выпускн | christmas tree:
    новогодн_елк рождественск_елк | halloween: хэллоуин | peace dove: голубь_мир
"""
_BUSINESSES = """
    shop: магазин магазинчик лавк лавочк | shopping cart shop: интернет_магазин | grocery store:
    продуктов_магазин бакале гастроном | supermarket: супермаркет | market: рынк ярмарк | warehouse:
    склад складск | workshop: мастерск | factory: завод фабрик | manufacturing: производств
    производствен | restaurant: ресторан ресторанчик трактир | cafe: кафе. | bar: бар | hotel: отел
    отель гостиниц | hostel: хостел | guest house: гостев_дом | sauna: саун | bathhouse: бан банн
    банный | spa: спа. | beauty salon: салон салон_красот бьюти. | beauty: красот косметическ |
    cosmetics: косметолог косметологи косметик | hair salon: парикмахерск парикмахер | barbershop:
    барбершоп барбер | manicure: маникюр маникюрн | nail salon: ногтев_студи ногтев_салон
    студи_маникюр салон_маникюр | eyelash salon: наращивани_ресниц | tattoo: тату. татуиров
    татуировк | tanning salon: соляри | massage: массаж массажн массажист | pharmacy: аптек аптеч |
    clinic: клиник медцентр медицинск_центр | medicine: медицин медицинск | ambulance: скор_помощ
    скор_помощь | doctor: врач доктор | nurse: медсестр | hospital: больниц | dental clinic:
    стоматологи | dentist: стоматолог дантист | optician: оптик | veterinary clinic: ветклиник
    ветеринарн_клиник | veterinarian: ветеринар | veterinary: ветеринарн | pet shop: зоомагазин |
    pet grooming: груминг грумер | animal shelter: приют приют_животн приют_собак приют_кошек |
    garden centre: питомник | greenhouse: теплиц | beekeeper: пчеловод | beekeeping: пчеловодств |
    apiary beehive: пасек пасеч | farm: рыбн_ферм ферм фермерск | farmer: фермер | agriculture:
    агро. | psychology: психологи психологическ | psychologist: психолог | school: гимнази школ
    школьн лицей. лице | driving school: автошкол школ_вождени | language school: языков_школ
    школ_язык | music school: музыкальн_школ | kindergarten: детск_сад детск_садик детсад детсадик
    садик | nursery: ясл | tutor: репетитор репетиторств | teacher: учител учитель преподавател
    преподаватель | university: университет институт | courses: курс курсов. | education: образовани
    образовательн | training: обучени тренировк | trainer: тренер тренерск | language: язык языков |
    library: библиотек | museum: музе музей | gallery: галере | flower shop: цветочн_магазин
    цветочн_лавк магазин_цвет. магазин_цветов. салон_цветов. | bookstore: книжн_магазин книжн_лавк |
    children's shop: детск_магазин | clothing store: магазин_одежд | shoe repair: ремонт_обув
    ремонт_обувь сапожник сапожн_мастерск | tailor: портн пошив | sewing: швейн ателье. шить шитье |
    sewing machine: швейн_машин швейн_машинк | dry cleaning: химчистк | laundry: прачечн | cleaning:
    уборк клининг клинингов | car repair: автосервис автомастерск авторемонт | car wash: автомойк
    автомоек мойк_машин мойк_автомобил | tire service: шиномонтаж | car dealership: автосалон | car
    parts: автозапчаст запчаст запчасть | car rental: каршеринг прокат_автомобил аренд_автомобил
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
    wood: древесин деревянн | blacksmith: кузнец кузнечн кузн | locksmith: слесар слесарь | welding:
    сварк сварщик | gardener: садовник | pottery: гончар керамик керамическ гончарн | ceramics
    workshop: гончарн_мастерск | glassblower: стеклодув | jeweller: ювелир | watchmaker: часовщик |
    photographer: фотограф | photography: фотографи фото. фотостуди фотосъемк | video: видео.
    видеосъемк | printing press: типографи полиграфи | 3d printing: 3d_печат 3d_печать | book
    publisher: издательств | bank: банк банков банковск | accounting: бухгалтери бухгалтерск |
    accountant: бухгалтер | finance: финанс финансов | investment: инвестици инвестиционн |
    insurance: страховани страхов | law: юридическ юрист правов | lawyer: адвокат адвокатск |
    document signature: нотариус нотариальн | real estate: недвижимост недвижимость | realtor:
    риелтор риэлтор | real estate agency: агентств_недвижимост | advertising: реклам рекламн |
    marketing: маркетинг маркетингов | consulting: консалтинг консультаци | coaching: коуч |
    recruitment: кадров | technology: технологи технологическ | software: софт приложени |
    programmer: программист | programming: программировани | web development: веб_разработк |
    robotics: робототехник | data: данн | security: безопасност безопасность охран охранн | security
    guard: охранник | repair: ремонт чиним. чинить. чиню. ремонтируем. | apartment renovation:
    ремонт_квартир | rental: аренд прокат | event agency: ивент. | party: вечеринк | disco club:
    ночн_клуб | karaoke: караоке. | maze: квест | charity: благотворительн фонд_помощ | funeral:
    ритуальн | company: компани | brand: бренд | firm: фирм | startup: стартап | studio: студи |
    agency: агентств | team: команд | club: клуб кружок. | center: центр | service: служб сервис |
    office: офис | oil industry: нефт нефть нефтян | energy: энергетик энерги | recycling:
    переработк вторсырь | wood saw: лесопилк пилорам | gas: газ газов
"""
_LOOKS = """
    red: красн алый. алая. алое. алые. алого. алой. алым. | blue: син голуб | light: светл | dark:
    темн | green: зелен | yellow: желт | orange colored: оранжев рыж | purple: фиолетов пурпурн |
    pink: розов | black: черн | white: бел | grey: сер серый. | brown: коричнев | gold colored:
    золот золотист | silver colored: серебр серебрист серебрян | turquoise colored: бирюзов | beige:
    бежев | burgundy: бордов | mint colored: мятн | lilac colored: сиренев | modern: современн
    модерн | minimalist: минимализм минималистичн минималистск минималистическ лаконичн | minimal:
    сдержан | vintage: винтаж винтажн | retro: ретро. | elegant: элегантн изящн стильн изысканн
    грациозн | simple: прост | bold: смел дерзк решительн | luxury: роскошн люксов дорогой. дорогая.
    дорогое. дорогие. дорогого. дорогим. дорогих. дорогую. шикарн дорогому. дорогими. дорогом. |
    premium: премиальн премиум. | exclusive: эксклюзивн элитн | geometric: геометрическ геометричн
    геометри | abstract: абстрактн абстракц абстракци | playful: игрив весел озорн | cute: мил
    симпатичн миленьк | strict: строг | serious: серьезн солидн | professional: профессиональн |
    corporate: корпоративн делов | futuristic: футуристичн футуристическ | flat: плоск | gradient:
    градиент | neon: неон неонов | hand drawn: рисованн нарисованн рукописн | 3d: объемн | cozy:
    уютн | trustworthy: честн | reliable: надежн | friendly: дружелюбн приветлив добр добродушн
    дружеск | warm: тепл душевн | cold: холодн | fresh: свеж | natural: натуральн природн естественн
    | organic: органическ | calm: спокойн умиротворен умиротворяющ | peaceful: мирн | delicate: легк
    воздушн нежн тонк | soft: мягк | romantic: романтическ романтичн | feminine: женственн |
    masculine: мужественн брутальн | aggressive: агрессивн | dynamic: динамичн | energetic: энергичн
    бодр | powerful: мощн | magical: волшебн магическ сказочн | mysterious: загадочн таинственн |
    trendy: модн трендов | classic: классическ классик | traditional: традиционн | timeless: вечн |
    rustic: деревенск_стил | royal: королевск царск | vibrant: ярк сочн | colorful: цветн красочн
    разноцветн | pastel: пастельн | metallic: металлическ | shiny: блестящ | glossy: глянцев |
    watercolor: акварел акварель акварельн | cartoon: мультяшн мультипликационн | fun: прикольн |
    monochrome: монохромн чб. | symmetrical: симметричн | high tech: высокотехнологичн | innovative:
    инновационн | noble: благородн | gothic: готическ | industrial: промышленн индустриальн лофт |
    bohemian: бохо. | scandinavian: скандинавск | magic: магия. магии. магию. магией. | herbal:
    травян травянист | happy: счастлив радостн | sad: грустн | strong: сильн крепк | old: стар
    старинн | new: нов новый. | sweet: сладк | wild: дик | electric: электрическ | smart: умн |
    tasty: вкусн аппетитн | quiet: тих | proud: горд | funny: смешн забавн | handmade: ручн
    самодельн ручн_работ | homemade: домашн | local: местн | fast: быстр скор скорост | small:
    маленьк мал небольш | big: больш крупн | beautiful: красив | healthy: здоров полезн | health:
    здоровь | summer: лет летн | winter: зим зимн | spring: весн весенн | autumn: осен осенн осень |
    city: город городск | northern: северн | night: ноч ночн ночь | morning: утр утренн утро. |
    evening: вечер вечерн | kitchen: кухн кухонн кухонь | round: кругл | square: квадрат квадратн |
    triangle: треугольник треугольн | love: любов любви. | infinity: бесконечност бесконечность |
    yin yang: инь_ян | cross: крест крестик | spiral: спирал спираль | pattern: узор орнамент |
    pixel art: пиксельн
"""
_BRIEF_WORDS = """
    logo: логотип лого. логотипчик эмблем знак | called: называется. назван названием. | name:
    названи имя. имени. именем. | style: стил стиль | colours: цвет. цвета. цвете. цветом. цветов.
    цветах. цветами. | background: фон | color scheme: палитр | circle: круг | ring: кольц колец |
    hexagon: шестиугольник | outline: контур контурн | text: текст надпис надпись | letter: букв |
    please: пожалуйста. | use: использовать. используйте. | need: нужен. нужн надо. | want: хочу.
    хотим. | create: создай. создать. создайте. сделай. сделайте. сделать. нарисуй. нарисуйте.
    придумай. придумайте. разработать. | avoid: избегай. избегать. избегайте. | for: для. по. |
    with: с. со. | without: без. | not: не. ни. | no: нет. | in: в. во. | on: на. | here: на_углу. |
    and: и. | or: или. | of: из. | but: но. а. | under: под. | our: наш мо мой. моя. мою. мне. нам.
    нас. я. мы. | that: чтобы. котор | is: это. | very: очень. | quite: почти. столь. | years: лет.
    | seven: семь. | series: сери серий.
"""
RUSSIAN = " | ".join(
    (
        _ANIMALS,
        _PLANTS,
        _NATURE,
        _FOOD,
        _THINGS,
        _PEOPLE,
        _BUSINESSES,
        _LOOKS,
        _BRIEF_WORDS,
    )
)
