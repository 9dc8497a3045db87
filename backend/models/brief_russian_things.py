"""Russian words of what logos show: animals, plants, food, things, people, with their English."""

from __future__ import annotations

# Written as in `brief_russian`.
_ANIMALS = """
    fox: лис лиса. лисичк лисиц лисят лисенк песец песц | stingray: скат. ската. скаты. | hyena:
    гиен | armadillo: броненосец броненосц | llama: лама. ламы. ламой. альпак | mule: мул | kid
    goat: козленк козлят | porcupine: дикобраз | chipmunk: бурундук | weasel: куниц хорек хорьк
    соболь соболя. норка. норки. | sturgeon: осетр осетрин стерлядь стерляд | vulture: кондор гриф |
    cat: кот кошк котик котят котенк | dog: собак собач собачк пес пес. пса. псу. хаски. корги.
    овчарк бульдог псом. псы. псов. псам. псами. пудел пудель | puppy: щенк щенят | wolf: волк волч
    волчиц шакал койот | bear: медвед медвеж медвежат мишк медвежонк | polar bear: бел_медвед
    бел_мишк | lion: лев. льв львиц львенк | tiger: тигр тигренк | eagle: орл орлин беркут | hawk:
    ястреб коршун | owl: сов совушк филин сыч | bird: дятл птиц птичк птич пташк соловей соловь
    снегир синиц синичк сорока. сорокой. сороку. скворец скворц кукушк жаворонок жаворонк иволг
    стриж фазан перепел куропатк тетерев глухар глухарь грач галк | fish: рыб рыбк щук сом. сома.
    сомом. карась карас карп окунь окун лещ судак треск скумбри | whale: нарвал кит. кита. киты.
    китом. киту. ките. китов. китам. китами. китах. касатк кашалот | dolphin: дельфин | horse: лошад
    лошадк конь коня кон конн конюшн жеребенк жеребят | pony: пони. | deer: олень олен | moose: лось
    лос | hare: заяц зайц зайчик | rabbit: кролик крол | elephant: слон слоник слоненк | bee: пчел
    пчелк шмел | wasp: оса. осы. осу. осой. осами. осе. | butterfly: бабочк мотыл мотылек мотыльк |
    dragon: дракон дракончик | unicorn: единорог | phoenix bird: феникс | pegasus: пегас | snake:
    зме змей змеин кобр | turtle: черепах черепашк | hedgehog: ежик еж | squirrel: белк белочк |
    raven: ворон | panda: панд | monkey: обезьян обезьянк | gorilla: горилл | cow: телят коров
    коровк теленк | bull: бык | bison: бизон зубр | rooster: петух петушк | chicken: куриц курин
    курочк кур. кура. куры. курами. | baby chick: цыплят цыпленк | duck: утк уточк утят утенк |
    goose: гусь гус | turkey bird: индюк индейк индеек | ostrich: страус | penguin: пингвин |
    octopus: осьминог | squid: кальмар каракатиц | jellyfish: медуз | starfish: морск_звезд |
    seahorse: морск_конек морск_коньк | shell: ракушк устриц мидий мидии. мидия. | coral reef:
    коралл_риф коралл | shark: акул | seal animal: тюлень тюлен | walrus: морж | lobster: рак омар
    лобстер | crab: краб | falcon: сокол | swan: лебед лебедь | sparrow: воробей воробь | crane
    bird: журавл | heron: цапл цапель | dove: голубь голубк голубей. голубя. голуби. голубю.
    голубем. голубям. голубями. голубе. голубях. | seagull: чайк чаек альбатрос | swallow bird:
    ласточк | hummingbird: колибри. | pelican: пеликан | toucan: тукан | giraffe: жираф | zebra:
    зебр | kangaroo: кенгуру. | crocodile: крокодил | chameleon: хамелеон | lizard: ящериц | gecko:
    геккон | dinosaur: динозавр динозаврик | mammoth: мамонт | frog: лягушк лягуш | koala: коал |
    sloth: ленивц | snail: улитк | spider: паук | spider web: паутин | ant: мурав муравей | ladybug:
    божь_коровк божь_коровок | dragonfly: стрекоз | beetle: жук жучк | caterpillar: гусениц |
    firefly: светлячк | scorpion: скорпион | mouse: мыш мышк мышонк мышат | bat: летуч_мыш
    летуч_мышк | hamster: хомяк хомячк | raccoon: енот | badger: барсук | mole: крот | goat: коз
    козл козлик | sheep: овц овеч овечк баран барашк | lamb: ягнят ягненк | pig: свин свинь поросят
    поросенк | boar: кабан | donkey: осел осла. ослы. ослов. ослик ослом. ослами. ослам. | camel:
    верблюд | rhinoceros: носорог | hippopotamus: бегемот | lynx: рыс | panther: пантер | leopard:
    пум ягуар гепард леопард | beaver: утконос бобр бобрик | otter: выдр | parrot: попугай попуга
    попугайчик | stork: аист | peacock: павлин | flamingo: фламинго. | goldfish: золот_рыбк
    золот_рыбок | salmon: лосос семг форел | wing: крыл крыль | paw: лап лапк | tail: хвост хвостик
    | horns: рога. рогов. рогами. рогам. рогах. | claw: коготь когт | fangs: клык | beak: клюв |
    feather: перо. пера. перь перышк пером. пере. | bird nest: гнезд гнездышк | beehive: улей. улья.
    ульи. ульев. ульем. ульями. улье. | honeycomb: соты. сотами. пчелин_соты. сотах. сотов. |
    footprints: следы. следов. следами. следах. | animals: животн звер зверь зверушк | pet: питомц
    питомцев. | egg: яйц яич яиц
"""
_PLANTS = """
    tree: дерев древ деревц осин ольх тополь топол пихт лиственниц черемух эвкалипт баобаб секвой |
    water lily: кувшинк | jasmine: жасмин | lilac flower: сирень сирени. сиренью. | hyacinth:
    гиацинт | iris flower: ирис | chestnut: каштан | oak: дуб дубов ясен ясень вяз | acorn: желуд
    желудь | pine tree: кедр кедров шишк сосн соснов | evergreen tree: можжевельник кипарис елк елоч
    елочк елов ель. ели. елью. елей. | palm tree: пальм пальмов | maple: клен кленов | birch: берез
    березк березов | willow: ива. ивы. иву. ивой. иве. ивами. | bamboo: бамбук бамбуков | linden:
    лип липов | leaf: лист листв листик листоч листь листочк лепест | flower petals: лепестк | tree
    branch: ветк веточк ветв ветвь | tree roots: корн корень | sprout: ростк | seed: семена.
    семенами. семя. семян. семечк семени. | shrub: куст кустик кустарник | grass: мох. мха. мхом.
    трав травк газон | plant: растени | flower: нарцисс цветок. цветочн цветк цветы. цветочк флорист
    флористик флористическ васильк астр георгин хризантем незабудк ландыш подснежник гвоздика.
    гвоздики. гвоздик. гвоздикой. | rose flower: роз | tulip: тюльпан | lily flower: лили | peony
    flower: пион пионов | daisy: ромашк ромашков | dandelion: одуванчик | sunflower: подсолнух
    подсолнечн подсолнечник | lavender: лаванд | violet flower: фиалк | poppy flower: мак маков |
    orchid flower: орхиде | cherry blossom: сакур | magnolia flower: магноли | lotus: лотос | lotus
    flower: цветок_лотос цветк_лотос | bouquet: букет букетик | bud: бутон | wreath: венк веночек |
    garland: гирлянд | clover: клевер | thistle: чертополох | fern: папоротник | cactus: кактус
    суккулент | aloe: алоэ. | reed: камыш тростник | seaweed: водоросл | mushroom: гриб грибн грибк
    | wheat: пшениц пшеничн колос колось колоск колос_пшениц колось_пшениц колоск_пшениц
    колосок_пшениц пшеничн_колос пшеничн_колосок пшеничн_колоск пшеничн_колось | rye: рожь рожью
    ржан ржи. колос_ржи. колосок_ржи. | sheaf of wheat: сноп сноп_пшениц | oats: овс овсян | barley:
    ячмен | hops: хмел хмель | cotton flower: хлопк хлопков | flax: лен. льна. льном. льнян | vine:
    лоз виноградн_лоз | forest: лес лесн | garden: сад садов | garden bed: грядк огород
"""
_NATURE = """
    mountain: гор горн вершин | hill: холм | rock: камень камн каменн камуш скал камушк | cave:
    пещер | volcano: вулкан | island: остров | beach: пляж пляжн | shore: берег побереж | lake: озер
    озерн | river: рек речк речн | waterfall: водопад | sea: мор морск | ocean: океан | wave: волн |
    water: вод водн водичк | water spring: родник родников ключев_вод | drop: капл капель капельк
    капелек | bubbles: пузыр пузырьк пузырек | soap bubbles: мыльн_пузыр | desert: пустын | sand:
    песк песч | field: поле. поля. полей. полям. полем. полев полю. полями. полях. | meadow: луг
    лугов | village: деревн деревенск село. сельск деревень села. селе. селом. | sun: солнц солнеч
    солнечн солнышк солнышек | sunbeam: луч лучик | moon: лун лунн | crescent moon: полумесяц |
    star: звезд звездоч звездочк | comet: комет | meteor: метеор метеорит | galaxy: галактик |
    saturn: сатурн | sky: неб небес небесн | cloud: облак облач облачк тучк | rain: дожд дождь
    дождлив | rainbow: радуг радужн | thunderstorm: гроз | lightning: молни | wind: ветр ветерк |
    tornado: торнадо. вихр вихрь смерч ураган | fog: туман туманн | fire: огонь огн огоньк огонек |
    flame: плам пламен | spark: искр искорк | campfire: костр | smoke: дым дымк | snow: снег снеж
    снежн | snowflake: снежинк | snowman: снеговик | ice: лед. льда. льду. льдом. льдин ледян льде.
    | frost: мороз морозн иней | iceberg: айсберг | sunset: закат | sunrise: рассвет восход | earth:
    земл земель | planet: планет | space: космос косм космическ | nature: природ | ecology: эколог
    экологи экологическ экологичн эко.
"""
_FOOD = """
    coffee: кофе. кофейн. кофейный. | khachapuri bread: хачапур | rum: ром. рома. ромом. | vodka:
    водк | kvass mug: квас | fruit drink: компот морс | kefir bottle: кефир | cocoa: какао. |
    soybean: соя сои. сою. соев | lentils: чечевиц | chickpeas: нут. нута. нутом. | broccoli:
    брокколи. | asparagus: спарж | herb: шпинат крапив укроп петрушк кинз щавел щавель зелень. |
    raisins: изюм | napkin: салфетк | tray: поднос | thermos: термос | coffee pot: турка. турки.
    турку. туркой. джезв | ladle: поварешк половник | coffee shop: кофейн кофеен кафетери | coffee
    bean: кофейн_зерн кофейн_боб зерн_кофе. зернышк_кофе. | coffee machine: кофемашин кофеварк |
    coffee grinder: кофемолк | coffee roastery: обжарк_кофе. обжарщик_кофе. | cup: чашк чашечк |
    mug: кружк | tea: чай чая чаем чайн чаю. чае. чаев. | tea house: чайхан чайн_дом чайн_клуб
    чайная. | teapot: самовар чайник | bread: тесто. булк булочк хлеб хлебн хлебушк каравай карава
    теста. тестом. | bread loaf: буханк батон | baguette: багет | bakery: пекарн булочн хлебопекарн
    хлебозавод | baker: пекарь пекар | flour: мука. муки. муку. мукой. муке. | pastry: выпечк |
    croissant: круассан | pretzel: крендел крендель кренделек | bagel: бублик баранк | pie: чебурек
    самса. самсы. самсу. пирог пирож пирожк кулебяк ватрушк | cake: эклер торт тортик пирожн десерт
    | confectionery: кондитерск кондитер | cupcake: капкейк кекс маффин | donut: пончик донат |
    waffle: вафл вафель вафельн | cookie: макарун печень печеньк печенюшк | liver: печень. печени. |
    gingerbread: пряник пряничн имбирн_пряник | marshmallow: зефир маршмеллоу. | jelly: желе.
    мармелад | jar: банкой. баночк | jam jar: варень джем | lollipop: леденц | candy: конфет конфетк
    карамел карамельк | chocolate: шоколад шоколадн шоколадк | cotton candy: сахарн_ват | popcorn:
    попкорн | sweets: сладост пастил халв | ice cream: морожен мороженк мороженщик пломбир | honey:
    мед мед. меда. медов | honey jar: банк_мед | pizza: пицц | pizzeria: пиццери | burger: бургер
    гамбургер чизбургер | burger restaurant: бургерн | hot dog: хотдог хот_дог | sandwich: бутерброд
    сэндвич сендвич | fries: фри. картош_фри. картошк_фри. | shish kebab: шашлык | barbecue
    restaurant: шашлычн | doner kebab: шаурм шаверм шаурмичн | barbecue: барбекю. мангал | grill:
    гриль грил | spaghetti: спагетти. макарон | pasta: паста. пасты. пасту. пастой. пасте. |
    noodles: лапш рамен вок. | soup: суп супов супчик борщ | porridge: каш кашк | salad: салат |
    dumplings: пельмен вареник хинкал манты. | dumpling house: пельменн вареничн хинкальн |
    pancakes: блин блинчик оладь оладий сырник | pancake house: блинн | sushi: суши. ролл | sushi
    bar: суши_бар сушибар | chopsticks: палочк | shrimp: креветк | steak: стейк | meat: мяс мясн |
    butcher shop: мясн_лавк мясн_магазин | fish shop: рыбн_лавк рыбн_магазин | sausage: колбас
    колбаск колбасн сосиск | bacon: бекон | cheese: сыр сырн | raw materials: сырь | raw: сырой.
    сырая. сырое. сырые. | ground: молотый. молотого. молотым. молотой. | cheese dairy: сыроварн |
    milk: молок молоч | cream: сливк сливочн | butter: сливочн_масл | oil: масл | olive oil:
    оливков_масл | cottage cheese: творог творож творожн | fried egg: яичниц | vegetables: сельдере
    сельдерей кабачк овощ овощн | potato: картофел картофель картошк | carrot: морков морковк |
    tomato: помидор помидорк томат томатн | cucumber: огурц огурчик | pepper: перц перчик | onion:
    лук луков луковиц | bow and arrow: лук_стрел стрельб_лук | garlic: чеснок чесноч чесночн |
    cabbage: капуст капустн | beet: репа. репы. репу. репой. редьк свекл | pumpkin: тыкв тыквен
    тыквенн | eggplant: баклажан | radish: редис редиск | peas: горох горош горошин | beans: фасол
    фасоль бобов боб | corn: кукуруз | spices: специ пряност | cinnamon: кориц | vanilla: ванил
    ваниль ванильн | ginger: имбир имбирь имбирн | basil: базилик | rosemary: розмарин | salt: соль
    соли. солью. солонк | sugar: сахар сахарн | fruit: инжир хурм фрукт фруктов | apple: яблок яблоч
    яблочн | apple tree: яблон яблонев | lemon: лимон лимонн | lime fruit: лайм | orange fruit:
    апельсин апельсинов цитрус цитрусов | tangerine: мандарин мандаринк | strawberry: клубник
    клубничн клубничк земляник | raspberry: ежевик малин малинк | blueberry: черник голубик |
    cranberry: клюкв | cherry: вишн вишенк черешн | berry: смородин рябин рябинов ягод ягодк ягодн
    брусник облепих | grapes: виноград виноградн грозд гроздь виноградн_грозд виноградн_гроздь
    грозд_виноград гроздь_виноград | banana: банан | pear: груш грушев | peach: персик | plum:
    слива. сливы. сливу. сливой. сливе. | apricot: абрикос | pineapple: ананас | watermelon: арбуз
    арбузн | melon: дын дынь | mango: манго. | kiwi fruit: киви. | coconut: кокос кокосов | avocado:
    авокадо. | pomegranate: гранат гранатов | olive branch: олива. оливы. оливой. оливк | dried
    fruit: сухофрукт кураг чернослив | nut: орех орешк орехов | walnut: грецк_орех | almond: миндал
    миндальн | peanut: арахис | hazelnut: фундук лесн_орех | grain: гречк гречнев зерн зернышк
    крупа. крупы. крупу. крупой. | rice: плов рис. риса. рисом. рисов рисе. | wine: вин винн | wine
    glass: бокал фужер | winery: винодельн винодел | vineyard: виноградник | beer: пив пивн | beer
    mug: пивн_кружк кружк_пив | brewery: пивоварн | pub: паб паба. пивная. | whiskey: коньяк виски.
    | champagne bottle: шампанск | cocktail: бармен бариста. коктейл коктейль | smoothie: смузи. |
    juice: сок. сока. соки. соков. соком. соке. | lemonade: лимонад | bottle: бутыл бутылк бутылочк
    | barrel: бочк бочонк | jug: кувшин | glass: стакан | plate: тарелк блюдц | dish: блюд | bowl:
    миск пиал чаш | spoon: ложк ложечк | fork: вилк | knife: нож ножик | cooking pot: кастрюл
    кастрюль казан. казана. казане. казаном. казаны. казанов. казанах. | frying pan: сковород
    сковородк | rolling pin: скалк | whisk: венчик | oven: печк духовк печ | apron: фартук |
    tableware: посуд посудн | chef: повар поварск шеф_повар шеф | chef hat: поварск_колпак колпак |
    menu: меню. | food: еда. еды. еду. едой. еде. питани продукты. продуктов. продуктами. |
    breakfast: завтрак | lunch: обед обеден ланч | snack: закуск закусочн | diner: столов столовк |
    catering: кейтеринг | vegan: веганск веган вегетарианск | picnic: пикник | tobacco pipe:
    курительн_трубк | tobacco bar: кальянная. кальянной. кальянную. кальянные.
"""
_THINGS = """
    rocket: ракет | airplane: самолет самолетик авиа. | helicopter: вертолет | paper plane:
    бумажн_самолетик бумажн_самолет | hot air balloon: воздушн_шар | balloon: шар шарик
    воздушн_шарик | parachute: парашют | drone: дрон квадрокоптер | ufo: нло. тарелк_нло. |
    satellite: спутник | ship: корабл корабль кораблик теплоход | boat: лодк лодочк катер | paper
    boat: бумажн_кораблик | yacht: яхт яхтен | sailboat: парус парусн парусник | submarine:
    подводн_лодк подводн_лодок субмарин | anchor: якор якорь | ship wheel: штурвал | lifebuoy:
    спасательн_круг буй | paddle: весло. весла. веслом. веслами. весле. | car: машин машинк
    автомобил автомобиль авто. | car wheel: колес | tire: шин покрышк | motorcycle: мотоцикл |
    scooter: самокат скутер мопед | bicycle: велосипед | bus: автобус | tram: трамва трамвай |
    train: поезд паровоз электричк | truck: грузовик фура. фуры. фуру. эвакуатор фуре. фурой. фур. |
    tractor: трактор | excavator: экскаватор | tower crane: кран | road: дорог дорожн | traffic
    light: светофор | gas station: заправк автозаправк азс. | house: дом домик избушк изб коттедж |
    apartment building: многоэтажк небоскреб | roof: крыш кровл кровель | brick: кирпич кирпичн |
    brick wall: стен | window frame: окошк оконн окн | door: двер дверь дверн | gate: ворота. ворот.
    воротами. воротам. воротах. | fence: забор | stairs: лестниц | fireplace: камин | castle: замк
    крепост крепость дворец дворц | tower: башн | bridge: мост | church: церкв церковь | mosque:
    мечет | temple: храм | key: ключ ключик | lock: замочек. дверн_замк дверн_замок навесн_замк
    навесн_замок | crown: корон | sword: меч | shield: щит | helmet: шлем | knight: рыцар рыцарь
    богатыр рыцарск | axe: топор секир | arrow: стрел стрелк стрелочк | heart: сердц сердеч сердечк
    | diamond: алмаз бриллиант | gemstone: самоцвет изумруд рубин | pearl: жемчуг жемчужин | book:
    книг книжк книжн книж | open book: открыт_книг раскрыт_книг | newspaper: газет | quill pen:
    гусин_пер | pen: ручк | pencil: карандаш | paintbrush: реставратор кист кисть кисточк | palette:
    палитра_художник палитр_красок | camera: камер фотоаппарат объектив | film reel: кинолент
    киноплен | film: фильм | music: музык музыкальн | musical note: нот нотк | guitar: гитар |
    violin: скрипк скрипичн | treble clef: скрипичн_ключ | piano: пианино. рояль роял фортепиано. |
    drum: барабан | trumpet: трубач духов_оркестр | flute: флейт | accordion: гармошк баян аккордеон
    гармонь гармони. гармонью. | saxophone: саксофон | harp: гусли. гуслей. гуслями. арф |
    headphones: наушник | microphone: микрофон | vinyl record: винил пластинк | phone: телефон
    смартфон | computer: компьютер компьютерн | laptop: ноутбук | robot: робот | circuit chip:
    микросхем чип | gear: шестерн шестеренк механизм | lamp: ламп светильник | light bulb: лампоч
    лампочк | lantern: фонар фонарь фонарик | candle: свеч свечк | clock: час. часы. часов. часик
    часам. часами. часах. | hourglass: песочн_час | alarm clock: будильник | umbrella: зонт зонтик |
    gift: подар подарк | bow ribbon: бант бантик | ribbon: лент ленточк | suitcase: чемодан |
    backpack: рюкзак | bag: сумк сумочк | shopping cart: тележк корзин_покупк | basket: корзин
    корзинк | box: коробк коробочк ящик | envelope: конверт | glasses: очк очков очками. | mirror:
    зеркал | comb: расческ гребень гребн | lipstick: помад | perfume: духи. духов. духами. парфюм
    парфюмер парфюмерн | soap: мыл мыло. мыловарн | towel: полотенц | broom: метл веник | bucket:
    ведр ведро. | sponge: губк | desk: стол столик | chair: стул стуль | armchair: кресл | sofa:
    диван | bed: кровать кроват | pillow: подушк | blanket: одеял плед | carpet: ковр | bathtub:
    ванн | shower: душ. душем. душев | faucet: смесител смеситель водопроводн_кран кран_вод | pipe:
    труб | fan: вентилятор | air conditioner: кондиционер | dress: плать платье. | shirt: рубашк
    сорочк | t-shirt: футболк | trousers: брюк джинс | hat: шляп шляпк шапк шапочк | scarf: шарф
    платк | gloves: перчатк варежк рукавиц | sock: носк | shoe: туфл ботин ботинк башмак башмачк
    туфель | sneaker: кроссов кроссовк кед | boot: сапог сапож валенк | tuxedo: костюм | tie:
    галстук | wedding dress: свадебн_плать | button: пуговиц | needle and thread: иголк игл нитк нит
    | knitting: вязани вязан вязальн спиц | thread spool: катушк | yarn: пряж клубк | cloth: ткан
    ткань | lingerie: бель нижн_бель | clothes: одежд | children's clothes: детск_одежд | shoes:
    обув обувь | jewellery: ювелирн украшени бижутери | earrings: серьг сережк серег | necklace:
    ожерель бусы. бус. бусами. | wedding rings: обручальн_кольц | furniture: мебел мебель мебельн |
    hammer: молот молотк | oval: овал овальн | rhombus: ромб | pyramid: пирамид | spear: копье копья
    копьем | floor lamp: торшер | blender: блендер миксер | toaster: тостер | microwave:
    микроволновк | stove: плита. плиты. плиту. плитой. | speaker: колонка. колонки. колонок. |
    printer: принтер | keyboard: клавиатур | monitor: монитор | tablet: планшет | stomach: желудок
    желудк | barn: сарай сарая. амбар | garage: гараж | attic: чердак | belt: ремень ремн | cap:
    кепк | sweater: свитер | jacket: куртк | coat: пальто. шуб | skirt: юбк | tambourine: бубен бубн
    | clarinet: кларнет | cello: виолончел виолончель контрабас | hoop: обруч | jump rope: скакалк |
    baseball bat: бита. биты. битой. | sled: сани. саней. санях. санк | roller skates: ролики.
    роликов. роликах. роликовы | kayak: байдарк каноэ. каяк | raft: плот. плоты. плота. плоте. |
    glider: планер | airship: дирижабль дирижабл | trolleybus: троллейбус | minibus: микроавтобус |
    van: фургон | forklift: погрузчик | bulldozer: бульдозер | combine harvester: комбайн | hard
    hat: каск | trowel: шпатель шпател мастерок мастерк | pruning shears: секатор | hoe: тяпк |
    pitchfork: вилы. вилами. вил. | drawing compass: циркул циркуль | tape measure: рулетк |
    electric screwdriver: шуруповерт | chisel: стамеск долот | graduate: выпускник | ice rink: каток
    катк | houseplant: комнатн_растени | country house: дач | room: комнат | razor: бритв | beads:
    бисер | log house: сруб | wooden log: бревн бревен | balcony: балкон | piston: поршен поршень |
    megaphone: рупор мегафон | anvil: наковальн | wrench: гаечн гаечн_ключ | screwdriver: отвертк |
    pliers: плоскогубц клещи. клещей. клещами. кусачк | drill: сверл дрел | saw: пила. пилы. пилу.
    пилой. пилами. пиле. | shovel: лопат | rake: грабл грабел | nail: гвозд гвоздь | screw bolt:
    болт шуруп гайк гаек | ruler: линейк линеек | paint roller: маляр малярн_валик | ladder:
    стремянк | tools: инструмент | armour: доспех | military: военн арми армейск | european:
    европейск | american: американск | caucasian: кавказск | thai: тайск | georgian: грузинск |
    plastic bag: пакет | paper: бумаг бумажн | air: воздух | universe: вселенн | chain: цеп цепь
    цепочк | takeaway cup: стаканчик | ice cream cone: рожок. рожк | facade: фасад | pistol:
    пистолет | rifle: ружь винтовк ружей страйкбол страйкбольн | master: мастер | help: помощь помощ
    | neural network: нейросет нейросеть | online: онлайн. | internet: интернет | speech therapist:
    логопед логопедическ | blog: блог блогер | podcast: подкаст | academy: академи | festival:
    фестивал фестиваль | exhibition: выставк | history: истори историческ | mathematics: математик |
    physics: физик | chemistry: хими химическ | science: наук научн | art: искусств арт. | radio:
    радио. | magazine: журнал | station: вокзал | airport: аэропорт аэродром | subway: метро. |
    street: улиц | apartment: квартир | appliances: бытов_техник | electronics: электроник |
    wheelbarrow: тачк | watering can: лейк | rattle: погремушк | cradle: колыбел колыбель люльк |
    pregnant woman: беременн | zoo: зоопарк | park: парк | flight: полет | water park: аквапарк |
    chili pepper: перец_чили. перц_чили. чили. | leather: кож кожан | wool: шерст шерсть | high
    heel: каблук каблучк | race car: гоночн_машин гоночн_автомобил | fountain: фонтан | gift box:
    подарочн_коробк | passport: паспорт | ticket: билет | kite: воздушн_зме воздушн_змей |
    fireworks: фейерверк салют | monument: памятник | statue: стату | vase: ваз | knot: узел. узлы.
    узлом. | rope: веревк канат | engine: двигател двигатель мотор | concrete: бетон бетонн |
    boiler: котл котельн | heating: отоплени | water pump: насос | ceiling light: потолк
    натяжн_потолк люстр | tile: плитк кафел кафель | wallpaper: обои. обоев. обоями. | curtains:
    штор занавеск | mattress: матрас матрац | television: телевизор | iron: утюг | vacuum cleaner:
    пылесос | washing machine: стиральн_машин стиральн_машинк | refrigerator: холодильник | steam:
    пар. паром. парилк | calculator: калькулятор | hockey stick: клюшк | hook: крючк | foam: пена.
    пены. пеной. пену. | hanger: вешалк | paint: краск | stamp: печать. печатью. печати. штамп |
    steering wheel: руль рул | toolbox: ящик_инструмент | scissors: ножниц | scales: весы. весов.
    весами. весам. | compass: компас | map: карт | globe: глобус | safety pin: булавк | telescope:
    телескоп | binoculars: бинокл бинокль | magnifying glass: луп | microscope: микроскоп | flask:
    колб | atom: атом | molecule: молекул | dna: днк. | battery: батарейк аккумулятор батареек |
    socket plug: розетк вилк_розетк | solar panel: солнечн_батаре солнечн_панел солнечн_панель |
    lighthouse: маяк | tent: палатк шатр | windmill: мельниц ветрян_мельниц | bell: колокол
    колокольчик | flag: флаг флажк | trophy cup: кубк | medal: медал медаль | target: мишень мишен |
    puzzle: пазл | dice: кубик | toy: игрушк игрушечн | plush: плюшев | teddy bear: плюшев_мишк
    плюшев_медвед плюшев_медвеж | doll: кукл кукольн | matryoshka: матрешк | baby stroller: коляск
    детск_коляск | pacifier: соск пустышк | carousel: карусел карусель | ferris wheel:
    колес_обозрени чертов_колес | swing: качел | horseshoe: подков | mask: маск | magic wand:
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
    child: ребенк малыш | stadium: стадион | writer: писател писатель | journalist: журналист |
    sculptor: скульптор | seamstress: швея швеи. швей. | loader: грузчик | educator: воспитател
    воспитатель | dog trainer: кинолог | waiter: официант | magician: фокусник | dj: диджей диджея.
    диджеи. | musician: музыкант | singer: певец певц певиц | actor: актер актрис | film director:
    режиссер | videographer: видеограф | stylist: стилист | makeup artist: визажист |
    ophthalmologist: окулист офтальмолог | pediatrician: педиатр | surgeon: хирург | engineer:
    инженер | football fan: болельщик | triathlon: триатлон | cycling: велоспорт велопрогулк |
    racing: гонк гоночн | kiss: поцелу поцелуй | leg: ног | soul: душа. души. душу. душой. | lady:
    леди. | song: песн | firefighter: пожарн | police officer: полици полицейск | soldier: солдат |
    superhero: супергеро супергерой геро герой | prince: принц | princess: принцесс | queen: королев
    | king: король корол царь цар | friends: друзь друг. друга. другу. друзей. другом. | people: люд
    людьми. | person: человек человеч | baby: младенц новорожден | children: дет детск детишк | boy:
    мальчик | girl: девочк девушк | man: мужчин мужск | woman: женщин женск | mother: мам |
    grandmother: бабушк | grandfather: дедушк | family: семь семейн семей. | hand: рук ладонь ладон
    | handshake: рукопожати | eye: глаз | eyelashes: ресниц | eyebrow: бров бровь | lips: губы. губ.
    губами. губк_бант губах. | nail polish: ногт ногть ноготь лак | hair: волос локон | braid:
    косичк коса. косы. косой. косу. косе. косами. | beard: бород борода | mustache: усы. усами.
    усов. | face: лиц лице. мордочк морд | head: голов | ear: ухо. уха. ушк уши. ушей. ушами. |
    nose: носик нос | brain: мозг | bone: кость. кости. костью. костей. костями. костям. | spine:
    позвоночник спин | tooth: зуб зубик | smile: улыбк | foot: стопа. стопы. стопу. стопой. ступн
    стопе. | angel wings: крыль_ангел | music band: музыкальн_групп рок_групп | sport: спорт
    спортивн | stretching: растяжк | tournament: турнир | football: футбол футбольн | football ball:
    футбольн_мяч | ball: мяч мячик | basketball: баскетбол баскетбольн | volleyball: волейбол
    волейбольн | tennis: теннис теннисн | tennis racket: ракетк | hockey: хокке хоккей хоккейн |
    puck: шайб | ice skates: коньк | figure skating: фигурн_катани | skis: лыж лыжн | skiing:
    горн_лыж горнолыжн | snowboard: сноуборд | skateboard: скейт скейтборд | surfing: серф серфинг |
    diving: дайвинг | swimming pool: бассейн | swimming: плавани | running: бегун бег | boxing: бокс
    боксерск | boxing gloves: боксерск_перчатк | karate: карате. каратэ. | wrestling: борьб | judo:
    дзюдо. | archer: лучник | hunting: охот охотнич охотник | fishing: рыбалк рыболовн рыбак рыбац |
    climbing: скалолазани скалодром альпинизм | gymnastics: гимнастик гимнастич | golf: гольф |
    chess: шахмат шахматн | horse riding: верхов_езд конн_спорт конн_клуб | dumbbell: гантел гантель
    | kettlebell: гир гирь | barbell: штанг | yoga: йог | pilates: пилатес | fitness: фитнес | gym:
    спортзал тренажерк тренажерн тренажерн_зал качалк | sports club: спортклуб | dance: танц
    танцевальн | ballet: балет балетн балерин | theatre: театр театральн | circus: цирк цирков |
    clown: клоун | cinema: кино. кинотеатр | painting: живопис живопись картин | artist: художник
    художниц художествен | drawing: рисовани рисун рисунк | sculpture: скульптур | singing: вокал
    пени | choir: хор хоров | sound recording: звукозапис звукозапись | game: игр | board games:
    настольн_игр настолк | travel: турист путешестви туризм туристическ путешественник | camping:
    кемпинг турбаз | hiking: поход походн | holiday: праздник праздничн | birthday: день_рождени
    дня_рождени | wedding: свадьб свадеб свадебн | bride: невест | school graduation: выпускн |
    christmas tree: новогодн_елк рождественск_елк | halloween: хэллоуин | peace dove: голубь_мир
"""
THINGS = " | ".join((_ANIMALS, _PLANTS, _NATURE, _FOOD, _THINGS, _PEOPLE))
