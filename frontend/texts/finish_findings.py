"""What the service finds about a lockup, in Russian, by code and verdict: (sentence, advice).

Figures stand in braces by the names that the service gives them. Where one code says different
things, the figure that tells them apart follows the verdict. A share `x` is `x_percent`, too.
"""

from __future__ import annotations

from collections.abc import Mapping

_ICON = (
    "Значок {size_px} px сохраняет {kept_percent} % рисунка.",
    "Значок {size_px} px сохраняет лишь {kept_percent} % рисунка; легко узнать от "
    "{limit_percent} %.",
)
_SIMPLER_ICON = (
    "Для мелких значков возьмите знак попроще: меньше фигур, толще линии, больше просветов."
)
_OFF_CENTRE = (
    "Вес знака смещён {side} на {off_percent} % размера: по краям он выглядит не по центру."
)
_MOVE = "В квадрате и круге сдвиньте его чуть {side}, пока не покажется, что он по центру."

RUSSIAN_FINDINGS: Mapping[str, tuple[str, str]] = {
    "legible-16 pass": (_ICON[0], ""),
    "legible-32 pass": (_ICON[0], ""),
    "legible-16 warn": (_ICON[1], _SIMPLER_ICON),
    "legible-32 warn": (_ICON[1], _SIMPLER_ICON),
    "one-colour pass": (
        "В один цвет теряется {lost_percent} % внутренних контуров знака: годится для штампов, "
        "гравировки и чёрно-белой печати.",
        "",
    ),
    "one-colour warn": (
        "В один цвет теряется {lost_percent} % внутренних контуров знака: соседние цвета "
        "сливаются; до {limit_percent} % знак ещё выглядит целым.",
        "Для штампов, гравировки и чёрно-белой печати выберите цвета, заметно разные по светлоте, "
        "или одно название.",
    ),
    "ink-exchanged note": (
        "На фоне {ground} цвет {ink} не виден: вместо него взят {instead}, фон самой картинки.",
        "",
    ),
    "contrast-white pass": (
        "На белом видно всё: контраст самого слабого цвета, {colour}, {contrast}:1.",
        "",
    ),
    "contrast-white warn": (
        "На белом плохо виден {colour}: контраст {contrast}:1, нужно {limit}:1.",
        "На белом берите чёрный вариант.",
    ),
    "contrast-black pass": (
        "На чёрном видно всё: контраст самого слабого цвета, {colour}, {contrast}:1.",
        "",
    ),
    "contrast-black warn": (
        "На чёрном плохо виден {colour}: контраст {contrast}:1, нужно {limit}:1.",
        "На чёрном берите вариант для тёмного фона или белый.",
    ),
    "margins pass": (
        "Всему хватает места. При печати шириной {print_width_mm} мм оставьте вокруг "
        "{clear_space_mm} мм.",
        "",
    ),
    "margins warn tile": (
        "Рисунок подходит к краю плашки на {room_percent} %; нужно {limit_percent} %.",
        "Уберите фон или выберите картинку, где вокруг рисунка больше места.",
    ),
    "margins warn lettering": (
        "Между знаком и надписью {room_percent} % размера знака; нужно {limit_percent} %.",
        "Выберите другую компоновку.",
    ),
    "centring pass": (
        "Знак уравновешен: смещение от середины не больше {off_percent} %.",
        "",
    ),
    "centring warn right": (
        _OFF_CENTRE.replace("{side}", "вправо"),
        _MOVE.replace("{side}", "влево"),
    ),
    "centring warn left": (
        _OFF_CENTRE.replace("{side}", "влево"),
        _MOVE.replace("{side}", "вправо"),
    ),
    "centring warn low": (
        _OFF_CENTRE.replace("{side}", "вниз"),
        _MOVE.replace("{side}", "вверх"),
    ),
    "centring warn high": (
        _OFF_CENTRE.replace("{side}", "вверх"),
        _MOVE.replace("{side}", "вниз"),
    ),
    "complexity pass": (
        "Знак достаточно прост, чтобы его запомнить и нарисовать: фигур {paths}, точек {nodes}, "
        "цветов {colours}.",
        "",
    ),
    "complexity warn": (
        "Знак перегружен: фигур {paths}, точек {nodes}, цветов {colours}. В запоминающихся знаках "
        "до {paths_limit}, {nodes_limit} и {colours_limit}.",
        "Знак из меньшего числа фигур легче запомнить, дешевле вышить и выгравировать.",
    ),
    "complexity warn pixels": (
        "Знак состоит из пикселей: его нельзя чётко увеличить, вырезать или вышить.",
        "Включите плоские точные цвета или выберите картинку попроще.",
    ),
    "minimum-stroke pass": (
        "При ширине {print_width_mm} мм самые тонкие линии {stroke_mm} мм: для печати (0,25 мм) "
        "достаточно; вышивке (около 1 мм) нужна ширина {embroidery_needs_mm} мм.",
        "",
    ),
    "minimum-stroke warn": (
        "При ширине {print_width_mm} мм самые тонкие линии {stroke_mm} мм; для печати нужно около "
        "{limit} мм.",
        "Печатайте шириной от {print_needs_mm} мм или возьмите насыщенность побольше "
        "и уберите мелкие буквы.",
    ),
    "colour-blind pass": ("Люди с цветовой слепотой различают все соседние цвета.", ""),
    "colour-blind warn protanopia": (
        "Кто не видит красного (протанопия), не отличит соседние {first} и {second}: разница "
        "{difference}, нужно {limit}.",
        "Сделайте один из них заметно светлее или темнее.",
    ),
    "colour-blind warn deuteranopia": (
        "Кто не видит зелёного (дейтеранопия), не отличит соседние {first} и {second}: разница "
        "{difference}, нужно {limit}.",
        "Сделайте один из них заметно светлее или темнее.",
    ),
    "colour-blind warn tritanopia": (
        "Кто не видит синего (тританопия), не отличит соседние {first} и {second}: разница "
        "{difference}, нужно {limit}.",
        "Сделайте один из них заметно светлее или темнее.",
    ),
    # Of the mark
    "finish-removed note": (
        "Градиенты, тени и свечение сняты: каждая область одного цвета.",
        "",
    ),
    "ground-uneven warn": (
        "Фон неровный: его цвет плывёт на {drift} (CIELAB), и он занимает {edge} % края картинки.",
        "Посмотрите на края выреза на тёмном и на светлом; если нужно, измените долю фона.",
    ),
    "colours-merged note": (
        "Цветов на картинке {found}, они сведены к {kept} цветам палитры.",
        "Если пропала важная разница, добавьте цвета в палитру.",
    ),
    "too-complex warn": (
        "Картинка слишком сложна для хорошего вектора: областей {paths} (не больше {paths_most}), "
        "сходство {similarity} (нужно {similarity_least}). Она остаётся растровой.",
        "Перерисуйте её в более плоском стиле или с меньшей интенсивностью либо берите PNG.",
    ),
    "shades-kept note": (
        "Оттенки сохранены, поэтому векторного файла нет.",
        "Включите плоские точные цвета, чтобы получить SVG, PDF и EPS.",
    ),
    # Of the lettering
    "no-name note": (
        "Названия нет, поэтому в логотипе только знак.",
        "Введите название бренда.",
    ),
    "tagline-alone note": (
        "Названия нет, поэтому на его месте слоган.",
        "Введите название бренда, и слоган встанет под ним.",
    ),
    "no-mark note": (
        "Знака нет, поэтому в логотипе только название.",
        "Выберите картинку со знаком.",
    ),
    "script-spaced warn": (
        "Буквы этого шрифта соединены; межбуквенный интервал их разрывает.",
        "Поставьте межбуквенный интервал 0.",
    ),
    "script-capitals warn": (
        "Это рукописный шрифт; слова из одних прописных в нём плохо читаются.",
        "Оставьте прописными только первые буквы.",
    ),
    "tagline-limits-size note": (
        "Слоган читается до ширины {with_tagline_mm} мм, остальное до {without_tagline_mm} мм.",
        "При ширине меньше {with_tagline_mm} мм берите логотип без слогана.",
    ),
    "invisible-characters note": (
        "Из текста убраны невидимые знаки: {characters}.",
        "",
    ),
    "long-tagline warn": (
        "Слоган длинный ({characters} знаков, строк: {lines}).",
        "Сократите его до пяти или шести слов.",
    ),
    "long-name warn": (
        "Название длинное ({characters} знаков, строк: {lines}) и мелкое рядом со знаком.",
        "Возьмите компоновку «Столбиком», узкий шрифт, например Oswald, или название покороче.",
    ),
}
