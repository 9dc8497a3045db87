"""Texts of the page that makes a picture ready for use."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, tuple[str, str]] = {
    "finish.start": ("Finish this logo", "Оформить логотип"),
    "finish.go_on": ("Go on finishing", "Продолжить оформление"),
    "finish.badge": ("Finished", "Оформлено"),
    "finish.lead": (
        "From a picture to files for a designer, a printer and a web page: the name in real type, "
        "exact colours, no background.",
        "От картинки к файлам для дизайнера, типографии и сайта: название настоящим шрифтом, "
        "точные цвета, без фона.",
    ),
    # Choosing a picture
    "finish.choose": ("Which picture shall it be?", "Какую картинку оформить?"),
    "finish.take": ("Finish picture {number}", "Оформить картинку {number}"),
    "finish.all_pictures": ("All pictures in History", "Все картинки в истории"),
    "finish.empty_next": (
        "Create a logo first; then it can be finished here.",
        "Сначала создайте логотип, затем его можно оформить здесь.",
    ),
    "finish.source": ("The picture that is being finished", "Картинка, которая оформляется"),
    "finish.other": ("Another picture", "Другая картинка"),
    "finish.anew": ("Start anew", "Начать заново"),
    "finish.anew_help": (
        "Forgets the name, colours and everything else that was set here.",
        "Забыть название, цвета и всё остальное, что здесь настроено.",
    ),
    "finish.saved": ("Saved", "Сохранено"),
    "finish.not_saved": ("Not saved", "Не сохранено"),
    # The preview
    "finish.preview_alt": ("The logo of {name}", "Логотип {name}"),
    "finish.variant": ("Colours of the logo", "Цвета логотипа"),
    "variant.colour": ("Colour", "Цветной"),
    "variant.black": ("Black", "Чёрный"),
    "variant.white": ("White", "Белый"),
    "variant.reversed": ("Reversed", "На тёмном"),
    "finish.ground": ("Try it on", "На чём показать"),
    "finish.ground_own": ("Its own ground", "Свой фон"),
    "finish.ground_help": (
        "Only to look at it on another colour; the files stay as they are.",
        "Только посмотреть на другом цвете; файлы от этого не меняются.",
    ),
    "finish.is_clear": ("transparent", "прозрачный фон"),
    "finish.form_native": ("Clean vector, {paths} shapes", "Чистый вектор, фигур: {paths}"),
    "finish.form_traced": (
        "Traced vector, {paths} shapes, {alike} % true",
        "Вектор по контуру, фигур: {paths}, сходство {alike} %",
    ),
    "finish.form_pixels": ("Picture of pixels, no vector", "Растровая картинка, без вектора"),
    "finish.smallest": (
        "at least {mm} mm or {px} px wide",
        "ширина от {mm} мм или {px} px",
    ),
    "finish.clear_space": (
        "clear space {share} % of the width",
        "поле вокруг {share} % ширины",
    ),
    "lockup.left": ("Horizontal", "В строку"),
    "lockup.stacked": ("Stacked", "Столбиком"),
    "lockup.badge": ("Badge", "Эмблема"),
    "lockup.mark": ("Mark", "Знак"),
    "lockup.wordmark": ("Name", "Название"),
    "lockup.choose": ("Choose the lockup: {name}", "Выбрать компоновку: {name}"),
    # Name and type
    "tab.type": ("Name and type", "Название и шрифт"),
    "tab.colours": ("Colours", "Цвета"),
    "tab.cutout": ("Cut-out", "Вырезание"),
    "tab.background": ("Background", "Фон"),
    "words.name": ("Name", "Название"),
    "words.name_placeholder": ("Foxy", "Лисёнок"),
    "words.tagline": ("Tagline", "Слоган"),
    "words.tagline_placeholder": ("Same-day delivery", "Доставка за день"),
    "finish.font": ("Typeface", "Шрифт"),
    "finish.font_choose": ("Choose the typeface {name}", "Выбрать шрифт {name}"),
    "finish.font_lacks": ("{name}: lacks these letters", "{name}: нет таких букв"),
    "finish.weight": ("Weight", "Насыщенность"),
    "weight.300": ("Light", "Светлый"),
    "weight.400": ("Regular", "Обычный"),
    "weight.500": ("Medium", "Средний"),
    "weight.600": ("Semi-bold", "Полужирный"),
    "weight.700": ("Bold", "Жирный"),
    "weight.800": ("Extra bold", "Очень жирный"),
    "weight.900": ("Black", "Чёрный"),
    "finish.case": ("Letters", "Буквы"),
    "finish.case_help": (
        "As typed, all capitals, all small, or each word with a capital.",
        "Как набрано, все прописные, все строчные или каждое слово с прописной.",
    ),
    "case.typed": ("As typed", "Как есть"),
    "case.upper": ("AA", "АА"),
    "case.lower": ("aa", "аа"),
    "case.title": ("Aa", "Аа"),
    "finish.tracking": ("Letter-spacing", "Межбуквенный интервал"),
    "finish.tracking_help": (
        "In thousandths of the type size; short names in capitals like 50 to 150.",
        "В тысячных долях кегля; коротким названиям прописными идёт от 50 до 150.",
    ),
    # Colours
    "finish.colours_none": (
        "The colours of this picture are not known yet.",
        "Цвета этой картинки пока неизвестны.",
    ),
    "finish.colour_ground": ("Ground", "Фон"),
    "finish.colour": ("Colour {number}", "Цвет {number}"),
    "finish.ground_unseen": (
        "The ground is cut away; its colour shows only where it is kept.",
        "Фон вырезан; его цвет виден только там, где он оставлен.",
    ),
    "finish.ink": ("A colour of its own for the lettering", "Отдельный цвет для надписи"),
    "finish.ink_help": (
        "Otherwise it takes a colour of the mark that is easy to read.",
        "Иначе берётся хорошо читаемый цвет знака.",
    ),
    "finish.ink_colour": ("Colour of the lettering", "Цвет надписи"),
    "finish.palettes": ("Try a palette", "Примерить палитру"),
    "finish.colours_reset": ("Back to its own colours", "Вернуть свои цвета"),
    "finish.from_picture": ("Take colours from a picture", "Взять цвета с картинки"),
    "finish.from_picture_file": (
        "A photo, a mood board, an old logo",
        "Фотография, мудборд, старый логотип",
    ),
    "finish.wear": ("Use these colours", "Взять эти цвета"),
    # Cut-out and background
    "cut.cutout": ("Remove the background", "Убрать фон"),
    "cut.cutout_help": (
        "Otherwise the mark stands in a square of its ground.",
        "Иначе знак останется в квадрате своего фона.",
    ),
    "finish.tolerance": ("How much counts as background", "Что считать фоном"),
    "finish.tolerance_help": (
        "More takes away colours that are further from the background's. Less keeps pale parts of "
        "the mark.",
        "Больше: уйдут и цвета, далёкие от фона. Меньше: сохранятся бледные части знака.",
    ),
    "cut.keep_holes": ("Keep enclosed areas painted", "Не вырезать внутри знака"),
    "cut.keep_holes_help": (
        "Eyes, windows and inner rings keep the background's colour instead of becoming holes.",
        "Глаза, окна и внутренние кольца сохранят цвет фона, а не станут отверстиями.",
    ),
    "cut.flat": ("Flat, exact colours", "Плоские точные цвета"),
    "cut.flat_help": (
        "Every area wears exactly one colour, which vector files need. Without it shades stay, and "
        "there are only PNG files.",
        "Каждая область ровно одного цвета, как нужно для вектора. Без этого останутся оттенки, "
        "но будут только файлы PNG.",
    ),
    "finish.background": ("Files come on", "Фон в файлах"),
    "finish.background_help": (
        "Transparent fits everywhere. Choose a colour if the logo always stands on it.",
        "Прозрачный подходит везде. Выберите цвет, если логотип всегда стоит на нём.",
    ),
    "finish.clear": ("Transparent", "Прозрачный"),
    "finish.own_background": ("Another colour", "Другой цвет"),
    # Checks and mock-ups
    "finish.gates": ("Ready for use?", "Готов ли он к работе?"),
    "finish.gates_passed": (
        "{passed} of {of} checks passed",
        "Проверок пройдено: {passed} из {of}",
    ),
    "finish.mockups": ("In use", "В деле"),
    "mockup.light-header": ("Light page", "Светлый сайт"),
    "mockup.dark-header": ("Dark page", "Тёмный сайт"),
    "mockup.browser-tab": ("Browser tab", "Вкладка браузера"),
    "mockup.app-icon": ("App icon", "Значок приложения"),
    "mockup.business-card": ("Business card", "Визитка"),
    "mockup.t-shirt": ("T-shirt", "Футболка"),
    "mockup.sign": ("Sign", "Вывеска"),
    # Files
    "finish.files": ("Download", "Скачать"),
    "finish.kit_make": ("Pack the brand kit", "Собрать фирменный комплект"),
    "finish.kit_holds": (
        "All lockups in colour, black, white and reversed as PNG, SVG and PDF; icons, social "
        "pictures, colours and a brand sheet.",
        "Все компоновки в цвете, чёрным, белым и на тёмном: PNG, SVG, PDF; значки, картинки для "
        "соцсетей, цвета и лист бренда.",
    ),
    "finish.kit_save": ("Save the brand kit ({size})", "Скачать комплект ({size})"),
    "finish.kit_ready": (
        "{count} files, each opened again and checked.",
        "Файлов: {count}, каждый открыт заново и проверен.",
    ),
    "finish.kit_outdated": (
        "The logo has changed since the kit was packed.",
        "С тех пор как комплект собран, логотип изменился.",
    ),
    "finish.kit_other_language": (
        "Its brand sheet and README are in Russian.",
        "Лист бренда и README в нём на английском.",
    ),
    "finish.kit_cancelled": ("Packing was cancelled.", "Сборка отменена."),
    "finish.format": ("Format", "Формат"),
    "finish.size": ("Width", "Ширина"),
    "finish.save": ("Save as {format}", "Скачать {format}"),
    "finish.as_shown": (
        "This lockup, as shown: {lockup}, {variant}.",
        "Логотип как на экране: {lockup}, {variant}.",
    ),
    "finish.no_vector": (
        "This mark consists of pixels, so there is no vector file. Turn on “Flat, exact colours” "
        "under Cut-out, or take the PNG.",
        "Этот знак состоит из пикселей, поэтому векторного файла нет. Включите «Плоские точные "
        "цвета» на вкладке «Вырезание» или возьмите PNG.",
    ),
    "finish.save_cutout": ("The picture without its background", "Картинка без фона"),
    "finish.save_cutout_help": (
        "The picture itself at its size as PNG, really transparent.",
        "Сама картинка в своём размере: PNG с настоящей прозрачностью.",
    ),
}
