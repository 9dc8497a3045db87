"""What a brand kit says, in Russian."""

from __future__ import annotations

from collections.abc import Mapping

RUSSIAN: Mapping[str, str] = {
    "title": "{name}: фирменный комплект",
    "title.nameless": "Фирменный комплект",
    # README: what lies where
    "readme.start": "С ЧЕГО НАЧАТЬ",
    "readme.sheet": "всё главное на одной странице; прикладывайте к заказам",
    "readme.main": "ваш основной логотип",
    "readme.logos": "КАКОЙ ЛОГОТИП",
    "use.left": "знак слева от названия: шапки сайтов, бланки, вывески",
    "use.stacked": "знак над названием: обложки, плакаты, квадратные места",
    "use.badge": "название и знак единой эмблемой: печати, наклейки, упаковка",
    "use.mark": "только знак: где название и так рядом и где мало места",
    "use.wordmark": "только название: колонтитулы, списки партнёров",
    "readme.variants": "КАКОЙ ЦВЕТ",
    "use.colour": "на белом и светлом фоне",
    "use.colour.unseen": "на своём тёмном фоне и похожих на него; на белом берите black",
    "use.reversed": "на тёмном фоне",
    "use.black": "одной краской: штампы, гравировка, газеты (печатать как 100 % K)",
    "use.white": "одной краской на тёмном или цветном фоне",
    "use.on-background": "логотип на вашем цвете фона",
    "readme.transparent": "Фон вокруг логотипа у всех прозрачный.",
    "readme.formats": "КАКОЙ ФОРМАТ",
    "use.svg": "сайты и программы для дизайна; чёткий в любом размере",
    "use.pdf": "типографии и офисные программы; чёткий в любом размере",
    "use.eps": "старое оборудование для печати, резки и вышивки",
    "use.png": "документы и слайды; @4x вчетверо крупнее",
    "readme.pixels": (
        "Компоновки со знаком ({lockups}) есть только в PNG: в знаке оттенки или\n"
        "мелкие детали, которых не передать ровными заливками, а SVG, PDF и EPS нужны они."
    ),
    "readme.all_pixels": (
        "Все компоновки со знаком ({lockups}) есть только в PNG: в знаке оттенки или\n"
        "мелкие детали, которых не передать ровными заливками, а SVG, PDF и EPS нужны они."
    ),
    "readme.web": "САЙТ",
    "readme.web_how": (
        "Скопируйте icons/, social/ и site.webmanifest в корень сайта\nи добавьте в <head>:"
    ),
    "readme.your_site": "ВАШ-САЙТ",
    "readme.social": "СОЦСЕТИ",
    "use.open-graph": "картинка к ссылке на сайт",
    "use.header": "шапка профиля",
    "use.avatar": "аватар; можно обрезать по кругу",
    "readme.colours": "ЦВЕТА",
    "readme.colours_how": (
        "Все цвета в colors.json: HEX и RGB (sRGB) для экранов, CMYK для печати.\n"
        "CMYK рассчитан для профиля {profile}.\n"
        "Спросите профиль у своей типографии; если цвет в печати должен быть точным,\n"
        "попросите подобрать плашечную краску."
    ),
    "readme.fonts": "ШРИФТЫ",
    "readme.fonts_how": (
        "В fonts/ шрифты названия и слогана: установите их, чтобы писать теми же буквами.\n"
        "Они бесплатны для печати, сайтов и товаров; лицензия лежит рядом с каждым."
    ),
    "readme.licences": "ЛИЦЕНЗИИ",
    "credit.font": "Шрифт: {name}, автор {author}, {licence}. {copyright}",
    "credit.drawing": "Рисунок: {name}, автор {author}, {licence}",
    "credit.unknown": "не указан",
    "readme.note": "ОБРАТИТЕ ВНИМАНИЕ",
    "readme.clearance": (
        "Этот комплект не заменяет проверку товарного знака. Никто не проверял, не похожи ли\n"
        "название и знак на чужие: закажите проверку, прежде чем вкладывать деньги."
    ),
    "readme.manifest": (
        "В manifest.json перечислены все файлы с их SHA-256 и рецепт, по которому они сделаны."
    ),
    # The brand sheet
    "sheet": "Лист бренда",
    "sheet.title": "{name}: лист бренда",
    "sheet.clearance": "Этот лист не заменяет проверку товарного знака.",
    "variant.black": "Чёрный",
    "variant.white": "Белый",
    "variant.reversed": "На тёмном",
    "colours": "Цвета",
    "colours.note": "CMYK в процентах для {profile}. Контраст по WCAG на белом / на чёрном.",
    "colours.dull": "* В печати тусклее: для точного цвета берите плашечную краску.",
    "colours.contrast": "Контраст",
    "profile": "Coated FOGRA39L, сумма красок до 300 %",
    "role.Primary": "Основной",
    "role.Secondary": "Дополнительный",
    "role.Accent": "Акцент",
    "role.Background": "Фон",
    "space": "Охранное поле",
    "space.mark": "Оставляйте x со всех сторон; x равен четверти знака.",
    "space.letters": "Оставляйте x со всех сторон; x равен высоте букв.",
    "lockups": "Компоновки",
    "lockup.left": "В строку",
    "lockup.stacked": "Столбиком",
    "lockup.badge": "Эмблема",
    "lockup.mark": "Знак",
    "lockup.wordmark": "Название",
    "smallest": "Наименьший размер",
    "smallest.real": "Наименьший размер, 1:1",
    "smallest.mm": "{width} мм",
    "smallest.px": "{width} px",
    "typeface": "Шрифт",
    "typeface.tagline": "Слоган: {name}",
    "typeface.terms": "Автор: {author}. Лицензия {licence}.",
}
