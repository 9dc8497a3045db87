"""Texts of the page with data sets."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, tuple[str, str]] = {
    "dataset.lead": (
        "Open a set of logos with captions, look at its rows and see what is in it: "
        "words, sizes, colours and what is wrong.",
        "Откройте набор логотипов с подписями, посмотрите его строки и узнайте, что в нём: "
        "слова, размеры, цвета и ошибки.",
    ),
    # Choosing
    "dataset.choose": ("Data set", "Набор данных"),
    "dataset.choose_placeholder": ("Choose a data set", "Выберите набор данных"),
    "dataset.open": ("Open", "Открыть"),
    "dataset.close": ("All data sets", "Все наборы"),
    "dataset.none": (
        "There is no data set yet. Upload a parquet file, or put one into the folder `data` "
        "of the server and reload this page.",
        "Наборов данных пока нет. Загрузите файл parquet или положите его в папку `data` "
        "на сервере и обновите страницу.",
    ),
    "dataset.rows": ("rows: {count}", "строк: {count}"),
    "dataset.files": ("files: {count}", "файлов: {count}"),
    "dataset.origin_folder": ("on the server", "на сервере"),
    "dataset.origin_upload": ("uploaded", "загружен"),
    "dataset.state_uploading": ("Upload not finished", "Загружен не весь"),
    "dataset.state_ready": ("Ready", "Готов"),
    "dataset.state_unusable": ("Cannot be used", "Не подходит"),
    "dataset.unusable": (
        "This data set cannot be used.",
        "Этот набор данных не подходит.",
    ),
    "dataset.unusable_next": (
        "Expected are the columns `image`, with the picture's file in its field `bytes`, and "
        "`text`. Correct the file and upload it again. What was found:",
        "Нужны столбцы `image`, где файл картинки лежит в поле `bytes`, и `text`. Исправьте файл "
        "и загрузите его снова. Что найдено:",
    ),
    "dataset.found_columns": ("Columns of the file: {count}", "Столбцов в файле: {count}"),
    "dataset.uploading": (
        "{received} of {total} have arrived ({share}). While it is being sent, just wait. If it "
        "has stopped, choose the same file again and the upload goes on from there.",
        "Получено {received} из {total} ({share}). Пока файл отправляется, просто подождите. Если "
        "загрузка прервалась, выберите тот же файл ещё раз, и она продолжится с этого места.",
    ),
    "dataset.delete": ("Delete", "Удалить"),
    "dataset.delete_sure": (
        "The file and its analysis will be removed from the server for good.",
        "Файл и его анализ будут удалены с сервера безвозвратно.",
    ),
    "dataset.delete_yes": ("Delete for good", "Удалить навсегда"),
    # What is expected
    "expected.heading": ("What a file should look like", "Каким должен быть файл"),
    "expected.columns": (
        "A **parquet** file with at least two columns:\n"
        "- `image`: a structure with the picture's file in `bytes` (PNG, JPEG, WebP, GIF or BMP) "
        "and, if you like, its name in `path`;\n"
        "- `text`: the caption.\n\n"
        "Other columns are left alone. One row:",
        "Файл **parquet** хотя бы с двумя столбцами:\n"
        "- `image`: структура, где в `bytes` лежит файл картинки (PNG, JPEG, WebP, GIF или BMP), "
        "а в `path` при желании её имя;\n"
        "- `text`: подпись.\n\n"
        "Остальные столбцы не мешают. Одна строка:",
    ),
    "expected.code": ("How to write such a file", "Как записать такой файл"),
    # Upload
    "upload.title": ("Drop a parquet file here", "Перетащите сюда файл parquet"),
    "upload.hint": (
        "Up to 64 GB. It can be paused and goes on after a break.",
        "До 64 ГБ. Загрузку можно прервать и продолжить.",
    ),
    "upload.choose": ("Choose a file", "Выбрать файл"),
    "upload.pause": ("Pause", "Пауза"),
    "upload.resume": ("Go on", "Продолжить"),
    "upload.cancel": ("Cancel", "Отменить"),
    "upload.amount": (
        "{sent} of {total} MB · {percent}%",
        "{sent} из {total} МБ · {percent} %",
    ),
    "upload.seconds_left": ("about {value} s left", "осталось около {value} с"),
    "upload.minutes_left": ("about {value} min left", "осталось около {value} мин"),
    "upload.waiting": (
        "The connection is lost. Trying again; what has arrived is kept.",
        "Связь потеряна. Пробуем снова; загруженное сохранено.",
    ),
    "upload.paused": (
        "Paused. What has arrived is kept.",
        "Приостановлено. Загруженное сохранено.",
    ),
    "upload.done": ("The file has arrived.", "Файл загружен."),
    "upload.unfinished": (
        "“{name}” was not sent to the end. Choose it again and the upload goes on.",
        "Файл «{name}» загружен не до конца. Выберите его снова, и загрузка продолжится.",
    ),
    "upload.dismiss": ("Forget this file", "Забыть этот файл"),
    "upload.not_parquet": (
        "This is not a parquet file. Choose a file that ends in .parquet; its first four bytes "
        "must be PAR1.",
        "Это не файл parquet. Выберите файл с расширением .parquet; его первые четыре байта "
        "должны быть PAR1.",
    ),
    "upload.cut_short": (
        "This parquet file is cut short: its end is missing. Copy or download it again.",
        "Файл parquet обрезан: у него нет конца. Скопируйте или скачайте его заново.",
    ),
    "upload.unreadable": (
        "The browser cannot read this file. Check that it is still there and try again.",
        "Браузер не может прочитать этот файл. Проверьте, что он на месте, и попробуйте снова.",
    ),
    "upload.refused": (
        "The service did not take the file.",
        "Сервис не принял файл.",
    ),
    "upload.locked": (
        "The service did not let this upload in: its permit, which is good for an hour, has ended, "
        "or the page has no right to upload. Reload the page and choose the same file again; it "
        "goes on where it stopped. If that does not help, ask your administrator.",
        "Сервис не пропустил загрузку: её пропуск, который действует час, истёк, или у страницы "
        "нет права загружать. Обновите страницу и выберите тот же файл снова: загрузка продолжится "
        "с места остановки. Если не поможет, обратитесь к администратору.",
    ),
    "upload.closed": (
        "The service at {api} does not take files from this page. Its administrator has to add "
        "{origin} to LOGO_API__ALLOWED_ORIGINS.",
        "Сервис {api} не принимает файлы с этой страницы. Администратору нужно добавить "
        "{origin} в LOGO_API__ALLOWED_ORIGINS.",
    ),
    # One row
    "element.heading": ("Look at the rows", "Посмотреть строки"),
    "element.another": ("Another one at random", "Ещё один случайный"),
    "element.number": ("Number of the row", "Номер строки"),
    "element.place": (
        "Row {index} of {rows}, counted from 0",
        "Строка {index} из {rows}, счёт с 0",
    ),
    "element.alt": ("Picture of row {index}", "Картинка строки {index}"),
    "element.no_picture": (
        "The picture of this row cannot be shown.",
        "Картинку этой строки нельзя показать.",
    ),
    "element.no_text": ("This row has no caption.", "У этой строки нет подписи."),
    "element.problem": ("Something is wrong with this row:", "С этой строкой что-то не так:"),
    # The analysis
    "analysis.heading": ("Analysis", "Анализ"),
    "analysis.what": (
        "Reads all rows once: words and lengths of the captions, sizes, formats and colours of "
        "the pictures, broken rows and duplicates. A few thousand rows take about a second, "
        "hundreds of thousands a few minutes. The result is kept.",
        "Один раз читает все строки: слова и длины подписей, размеры, форматы и цвета картинок, "
        "повреждённые строки и повторы. Несколько тысяч строк занимают около секунды, "
        "сотни тысяч несколько минут. Результат сохраняется.",
    ),
    "analysis.start": ("Analyse", "Анализировать"),
    "analysis.working": ("Reading the data set", "Читаем набор данных"),
    "analysis.cancelled": ("Stopped. Nothing was changed.", "Остановлено. Ничего не изменилось."),
    "analysis.took": ("Computed in {seconds} s", "Посчитано за {seconds} с"),
    "analysis.download": ("Report as JSON", "Отчёт в JSON"),
    "analysis.computed_on": (
        "Computed on {rows} of {of} rows",
        "Посчитано по {rows} из {of} строк",
    ),
    "analysis.computed_on_part": (
        "Computed on {rows} of {of} rows ({share})",
        "Посчитано по {rows} из {of} строк ({share})",
    ),
    "analysis.no_values": ("There is nothing to show here.", "Здесь нечего показать."),
    "analysis.no_words": ("There are no words to show.", "Слов для показа нет."),
    "analysis.bins": ("Bins, up to", "Столбцов, до"),
    "analysis.outliers": ("Outliers ({count})", "Выбросы ({count})"),
    "analysis.how_many": ("How many", "Сколько"),
    "analysis.in_words": (
        "Median {median} · half lie between {q1} and {q3} · from {low} to {high}",
        "Медиана {median} · половина от {q1} до {q3} · от {low} до {high}",
    ),
    "analysis.all_equal": ("In every row: {value}", "Во всех строках: {value}"),
    "analysis.axis_rows": ("Rows", "Строк"),
    "analysis.axis_times": ("Times", "Раз"),
    "analysis.hover_rows": ("rows: {count}", "строк: {count}"),
    "analysis.hover_times": ("times: {count}", "раз: {count}"),
    "analysis.low": ("Least", "Минимум"),
    "analysis.lower_fence": ("Lower whisker", "Нижний ус"),
    "analysis.q1": ("Lower quartile", "Нижний квартиль"),
    "analysis.median": ("Median", "Медиана"),
    "analysis.q3": ("Upper quartile", "Верхний квартиль"),
    "analysis.upper_fence": ("Upper whisker", "Верхний ус"),
    "analysis.high": ("Greatest", "Максимум"),
    "analysis.mean": ("Mean", "Среднее"),
    # Captions
    "analysis.text": ("Captions", "Подписи"),
    "analysis.captions": ("Captions", "Подписей"),
    "analysis.vocabulary": ("Different words", "Разных слов"),
    "analysis.mean_words": ("Words in a caption", "Слов в подписи"),
    "analysis.without_text": ("Without caption", "Без подписи"),
    "analysis.cloud": ("Word cloud", "Облако слов"),
    "analysis.cloud_alt": (
        "Word cloud, most frequent: {words}",
        "Облако слов, чаще всего: {words}",
    ),
    "analysis.cloud_download": ("Word cloud as PNG", "Облако слов в PNG"),
    "analysis.characters": ("Caption length, characters", "Длина подписи в символах"),
    "analysis.axis_characters": ("Characters in a caption", "Символов в подписи"),
    "analysis.words": ("Caption length, words", "Длина подписи в словах"),
    "analysis.axis_words": ("Words in a caption", "Слов в подписи"),
    "analysis.epithets": ("Epithets in a caption", "Эпитеты в подписи"),
    "analysis.axis_epithets": ("Epithets in a caption", "Эпитетов в подписи"),
    "analysis.top_words": ("Most frequent words", "Самые частые слова"),
    "analysis.top_pairs": ("Word pairs", "Пары слов"),
    "analysis.top_epithets": ("Most frequent epithets", "Самые частые эпитеты"),
    # Pictures
    "analysis.images": ("Pictures", "Картинки"),
    "analysis.width": ("Width", "Ширина"),
    "analysis.axis_width": ("Width, px", "Ширина, пикс."),
    "analysis.height": ("Height", "Высота"),
    "analysis.axis_height": ("Height, px", "Высота, пикс."),
    "analysis.aspect": ("Aspect ratio", "Соотношение сторон"),
    "analysis.aspect_other": ("Aspect ratio, no squares", "Соотношение, без квадратов"),
    "analysis.axis_aspect": ("Width ÷ height", "Ширина ÷ высота"),
    "analysis.squares": (
        "Square pictures left out: {count} ({share})",
        "Не учтены квадратные: {count} ({share})",
    ),
    "analysis.pixels": ("Pixels", "Количество пикселей"),
    "analysis.axis_pixels": ("Pixels, thousands", "Пикселей, тыс."),
    "analysis.file": ("File size", "Размер файла"),
    "analysis.axis_file": ("File size, KB", "Размер файла, КБ"),
    "analysis.formats": ("File formats", "Форматы файлов"),
    "analysis.format_other": ("Other", "Другой"),
    "analysis.modes": ("Colour modes", "Цветовые режимы"),
    "analysis.mode_grey": ("Grey", "Оттенки серого"),
    "analysis.mode_grey_alpha": ("Grey with alpha", "Серый с прозрачностью"),
    "analysis.mode_palette": ("Palette", "Палитра"),
    "analysis.mode_unknown": ("Unknown", "Неизвестен"),
    # Colours
    "analysis.colours": ("Colours", "Цвета"),
    "analysis.colour_or_not": ("RGB against black-and-white", "RGB и чёрно-белые"),
    "analysis.colourful": ("In colour (RGB)", "Цветные (RGB)"),
    "analysis.black_and_white": ("Black-and-white", "Чёрно-белые"),
    "analysis.black_and_white_share": (
        "Black-and-white by content, whatever the file's mode: {share}",
        "Чёрно-белых по содержанию, каким бы ни был режим файла: {share}",
    ),
    "analysis.black_and_white_interval": (
        "Black-and-white by content, whatever the file's mode: {share}, "
        "give or take {half} percentage points (95 % interval)",
        "Чёрно-белых по содержанию, каким бы ни был режим файла: {share}, "
        "плюс-минус {half} п. п. (интервал 95 %)",
    ),
    "analysis.dominant": ("Dominant colours", "Преобладающие цвета"),
    "analysis.dominant_note": (
        "An area is the share of all pixels near a colour.",
        "Площадь показывает долю пикселей, близких к цвету.",
    ),
    "colour.black": ("Black", "Чёрный"),
    "colour.white": ("White", "Белый"),
    "colour.grey": ("Grey", "Серый"),
    "colour.charcoal": ("Charcoal", "Угольный"),
    "colour.red": ("Red", "Красный"),
    "colour.burgundy": ("Burgundy", "Бордовый"),
    "colour.orange": ("Orange", "Оранжевый"),
    "colour.terracotta": ("Terracotta", "Терракотовый"),
    "colour.yellow": ("Yellow", "Жёлтый"),
    "colour.mustard": ("Mustard", "Горчичный"),
    "colour.cream": ("Cream", "Кремовый"),
    "colour.brown": ("Brown", "Коричневый"),
    "colour.beige": ("Beige", "Бежевый"),
    "colour.green": ("Green", "Зелёный"),
    "colour.mint": ("Mint", "Мятный"),
    "colour.olive": ("Olive", "Оливковый"),
    "colour.emerald": ("Emerald", "Изумрудный"),
    "colour.teal": ("Teal", "Сине-зелёный"),
    "colour.turquoise": ("Turquoise", "Бирюзовый"),
    "colour.blue": ("Blue", "Синий"),
    "colour.navy": ("Navy", "Тёмно-синий"),
    "colour.sky_blue": ("Sky blue", "Небесный"),
    "colour.purple": ("Purple", "Фиолетовый"),
    "colour.lavender": ("Lavender", "Лавандовый"),
    "colour.pink": ("Pink", "Розовый"),
    "colour.magenta": ("Magenta", "Пурпурный"),
    "colour.gold": ("Gold", "Золотой"),
    "colour.coral": ("Coral", "Коралловый"),
    # Quality
    "quality.heading": ("Quality", "Качество"),
    "quality.all_well": (
        "No broken rows and no pictures that repeat.",
        "Повреждённых строк и повторяющихся картинок нет.",
    ),
    "quality.missing_text": ("Rows without caption", "Строки без подписи"),
    "quality.missing_image": ("Rows without picture", "Строки без картинки"),
    "quality.not_an_image": ("Bytes that are no picture", "Байты, которые не картинка"),
    "quality.truncated_image": ("Pictures cut short", "Обрезанные картинки"),
    "quality.undecodable": ("Pictures that cannot be decoded", "Картинки, которые не открываются"),
    "quality.huge_image": ("Pictures too large to open", "Слишком большие картинки"),
    "quality.unreadable_rows": ("Rows that could not be read", "Строки, которые не читаются"),
    "quality.exact": ("Pictures that repeat exactly", "Картинки, повторённые точь-в-точь"),
    "quality.near": ("Pictures that look alike", "Похожие картинки"),
    "quality.texts": ("Captions that repeat", "Повторяющиеся подписи"),
    "quality.examples": ("Open an example", "Открыть пример"),
    "quality.row": ("Row {index}", "Строка {index}"),
    "quality.groups": (
        "Groups: {count}, shown here: {shown}",
        "Групп: {count}, показано здесь: {shown}",
    ),
    "quality.side_by_side": ("Show side by side", "Показать рядом"),
    "quality.text": ("Caption", "Подпись"),
    "quality.times": ("Times", "Раз"),
}
