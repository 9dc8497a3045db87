"""Texts of the page about the models."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, tuple[str, str]] = {
    "models.lead": (
        "Which neural networks draw your logos, what they learned from, and how good they are.",
        "Какие нейросети рисуют ваши логотипы, на чём они обучены и насколько хороши.",
    ),
    "models.summary": (
        "Installed: {present} of {total}, {size}",
        "Установлено: {present} из {total}, {size}",
    ),
    "models.stages": ("How a logo comes about", "Как получается логотип"),
    "models.curves": ("Training curves", "Кривые обучения"),
    "models.figures": ("Measured quality", "Измеренное качество"),
    "models.sheets": ("Contact sheets", "Листы с примерами"),
    "models.licences": ("Licences and sources", "Лицензии и источники"),
    "models.licences_lead": (
        "Symbols under CC-BY ask you to name their author; the details of each picture say whose "
        "symbol it uses.",
        "Знаки под лицензией CC-BY требуют указать автора; чей знак использован, сказано "
        "в подробностях каждой картинки.",
    ),
    "models.model": ("Model", "Модель"),
    "models.licence": ("Licence", "Лицензия"),
    "models.source": ("Source", "Источник"),
    "models.trained": ("Training data", "Данные обучения"),
    "models.version": ("Version", "Версия"),
    "models.profile": ("Profile", "Профиль"),
    "models.files": ("Files", "Файлы"),
    "models.details": ("Licence, data, files", "Лицензия, данные, файлы"),
    "models.present": ("Installed", "Установлена"),
    "models.missing": ("Not installed", "Не установлена"),
    "models.get": ("Get it", "Скачать"),
    "models.pull_waits": (
        "Waits until the download before it ends.",
        "Ждёт окончания предыдущей загрузки.",
    ),
    "models.pull_cancelled": (
        "Stopped. What was already downloaded is used next time.",
        "Остановлено. Уже скачанное пригодится в следующий раз.",
    ),
    "models.pull_failed": (
        "The download did not work. Check that the server can reach the internet, then press the "
        "button again, or run this on the server:",
        "Скачать не удалось. Проверьте, есть ли у сервера доступ в интернет, и нажмите кнопку "
        "ещё раз или выполните на сервере:",
    ),
    "progress.megabytes": ("{step} of {total} MB", "{step} из {total} МБ"),
    # Stages
    "model_stage.draft": ("1. Drafts", "1. Эскизы"),
    "model_stage.draft_plain": (
        "Reads your words, finds fitting symbols, and draws several small flat logos to choose "
        "from.",
        "Читает ваши слова, находит подходящие знаки и рисует несколько простых плоских "
        "логотипов на выбор.",
    ),
    "model_stage.draft_precise": (
        "For engineers: sentence embeddings retrieve glyphs; a conditional GAN in the latent grid "
        "of a layer codec varies them; a dual encoder ranks the drafts against the phrase.",
        "Для инженеров: эмбеддинги фраз находят глифы; условная GAN варьирует их в латентной "
        "сетке кодека слоёв; двойной энкодер ранжирует эскизы по соответствию фразе.",
    ),
    "model_stage.upscale": ("2. Enlarging", "2. Увеличение"),
    "model_stage.upscale_plain": (
        "Makes a small picture large without blurring its edges.",
        "Увеличивает картинку, не размывая края.",
    ),
    "model_stage.upscale_precise": (
        "For engineers: Real-ESRGAN, four times per side; small video network by default on CPU.",
        "Для инженеров: Real-ESRGAN, вчетверо по стороне; на CPU по умолчанию малая видеосеть.",
    ),
    "model_stage.restyle": ("3. Restyling", "3. Перерисовка"),
    "model_stage.restyle_plain": (
        "Repaints a chosen draft in another look, as freely as the intensity allows.",
        "Перерисовывает выбранный эскиз в другом стиле настолько свободно, насколько позволяет "
        "интенсивность.",
    ),
    "model_stage.restyle_precise": (
        "For engineers: img2img with a latent diffusion model of the Stable Diffusion "
        "architecture, classifier-free guidance and LoRA adapters.",
        "Для инженеров: img2img латентной диффузией архитектуры Stable Diffusion, "
        "classifier-free guidance и адаптеры LoRA.",
    ),
    "model_stage.measure": ("Measuring", "Измерение"),
    "model_stage.measure_plain": (
        "Judges that took no part in drawing. They are needed only to measure quality.",
        "Судьи, которые не участвуют в рисовании. Нужны только для измерения качества.",
    ),
    "model_stage.measure_precise": (
        "For engineers: an independent dual encoder of another seed and split; CLIP, DINOv2, "
        "Inception v3 and AlexNet for FID, KID, LPIPS and similarity.",
        "Для инженеров: независимый двойной энкодер с другим зерном и разбиением; CLIP, DINOv2, "
        "Inception v3 и AlexNet для FID, KID, LPIPS и сходства.",
    ),
    "model.text-encoder": (
        "Turns a phrase into numbers that tell its meaning.",
        "Превращает фразу в числа, передающие её смысл.",
    ),
    "model.glyphs": (
        "A library of openly licensed symbols with their names. Everything drawn starts there.",
        "Библиотека знаков под открытыми лицензиями с названиями. С неё начинается рисунок.",
    ),
    "model.layer-codec": (
        "Packs a drawing made of flat layers into a small grid and back.",
        "Сжимает рисунок из плоских слоёв в маленькую сетку и разворачивает обратно.",
    ),
    "model.cgan": (
        "Draws a new mark for your words from symbols that are near to them. Learned from drawings "
        "of the library, each in several layouts.",
        "Рисует новый знак по вашим словам на основе близких к ним знаков. Обучена на рисунках "
        "библиотеки в разных компоновках.",
    ),
    "model.matcher": (
        "Tells how well a drawing fits a phrase; the best drafts come first because of it.",
        "Оценивает, насколько рисунок подходит к фразе; благодаря ей лучшие эскизы идут первыми.",
    ),
    "model.matcher-evaluation": (
        "Another judge that never ranks drafts, so that figures are not measured with the network "
        "that chose.",
        "Другой судья, который не выбирает эскизы: качество измеряет не та сеть, что выбирала.",
    ),
    "model.realesr-animevideov3-x4": (
        "The fast one, used unless another is asked for.",
        "Быстрая, используется по умолчанию.",
    ),
    "model.realesrgan-x4plus-anime": (
        "Slower, with crisper outlines.",
        "Медленнее, зато контуры чётче.",
    ),
    "model.realesrgan-x4plus-ncnn": (
        "For photographs more than for drawings.",
        "Больше для фотографий, чем для рисунков.",
    ),
    "model.realesrgan-x4plus": ("For computers with a GPU.", "Для компьютеров с видеокартой."),
    "model.sd-embedded": (
        "A small model that runs on any computer. Learned from captioned drawings of the library; "
        "its restyled pictures are rougher than drafts.",
        "Маленькая модель для любого компьютера. Обучена на подписанных рисунках библиотеки; "
        "её перерисовки грубее эскизов.",
    ),
    "model.sd15": (
        "The large, well-known model for computers with a GPU.",
        "Большая известная модель для компьютеров с видеокартой.",
    ),
    "model.sd15-few-step": (
        "Lets the large model finish in a few steps. It comes with that model.",
        "Позволяет большой модели рисовать за несколько шагов. Приходит вместе с ней.",
    ),
    "model.sd15-tiny-decoder": (
        "Turns the large model's sketches into pictures quickly. It comes with that model.",
        "Быстро превращает наброски большой модели в картинки. Приходит вместе с ней.",
    ),
    "model.sdxl": (
        "A larger, newer model for computers with a strong GPU.",
        "Модель больше и новее, для компьютеров с мощной видеокартой.",
    ),
    "model.metrics": (
        "Known networks that pictures are compared with.",
        "Известные сети, с помощью которых сравнивают картинки.",
    ),
    # Curves
    "curves.lead": (
        "How training went. Falling losses mean that a network was still learning; the faint line "
        "is what was measured, the strong one is smoothed.",
        "Как шло обучение. Если потери падают, сеть ещё учится; бледная линия показывает "
        "измерения, яркая сглажена.",
    ),
    "curves.none": (
        "No training history lies beside the models of this server.",
        "Рядом с моделями этого сервера нет истории обучения.",
    ),
    "curves.model": ("Model", "Модель"),
    "curves.network": ("Networks", "Сети"),
    "curves.measures": ("Measures", "Показатели"),
    "curves.choose": (
        "Choose at least one network and one measure.",
        "Выберите хотя бы одну сеть и один показатель.",
    ),
    "curves.axis": ("Horizontal axis", "Ось X"),
    "curves.axis_step": ("Steps", "Шаги"),
    "curves.axis_images": ("Pictures seen", "Просмотрено картинок"),
    "curves.axis_seconds": ("Minutes", "Минуты"),
    "curves.smoothing": ("Smoothing", "Сглаживание"),
    "curves.smoothing_help": (
        "Weight of what came before in an exponential average; 0 shows only what was measured.",
        "Вес предыдущих значений в экспоненциальном среднем; 0 показывает только измерения.",
    ),
    "curves.logarithmic": ("Logarithmic axis", "Логарифмическая ось"),
    "curves.alt": ("Training curves of {model}", "Кривые обучения модели {model}"),
    "curves.meaning": ("What the curves mean", "Что значат кривые"),
    "network.gan": ("Generator and critic", "Генератор и критик"),
    "network.ranking": ("Ranks drafts", "Выбирает эскизы"),
    "network.evaluation": ("Judges evaluations", "Судит при измерении"),
    "network.unet": ("Denoiser (UNet)", "Шумоподавитель (UNet)"),
    "network.vae": ("Autoencoder", "Автокодировщик"),
    "network.codec": ("Layer codec", "Кодек слоёв"),
    "metric.loss": ("Loss", "Потери"),
    "metric.loss_note": (
        "What training makes small: the error of the network on its task.",
        "То, что обучение уменьшает: ошибка сети в её задаче.",
    ),
    "metric.hits": ("Right at first try", "Верно с первого раза"),
    "metric.hits_note": (
        "Share of drawings whose own phrase was ranked first among all phrases of a batch.",
        "Доля рисунков, для которых их фраза оказалась первой среди всех фраз набора.",
    ),
    "metric.rate": ("Learning rate", "Скорость обучения"),
    "metric.rate_note": (
        "How large the corrections are; planned beforehand.",
        "Насколько велики поправки; задаётся заранее.",
    ),
    "metric.d_loss": ("Critic's loss", "Потери критика"),
    "metric.d_loss_note": (
        "How badly the critic tells real drawings from generated ones.",
        "Насколько плохо критик отличает настоящие рисунки от созданных.",
    ),
    "metric.g_loss": ("Generator's loss", "Потери генератора"),
    "metric.g_loss_note": (
        "How badly the generator persuades the critic. Neither falls to zero while both learn.",
        "Насколько плохо генератор убеждает критика. Пока учатся оба, до нуля не падает.",
    ),
    "metric.penalty": ("Gradient penalty", "Штраф на градиент"),
    "metric.penalty_note": (
        "Keeps the critic smooth (R1 and R2).",
        "Не даёт критику быть слишком резким (R1 и R2).",
    ),
    "metric.d_right": ("Critic is right", "Критик прав"),
    "metric.d_right_note": (
        "Share of pairs in which the critic prefers the real drawing; one half is guessing.",
        "Доля пар, где критик предпочёл настоящий рисунок; половина означает угадывание.",
    ),
    "metric.d_right_words": ("Critic reads the words", "Критик читает слова"),
    "metric.d_right_words_note": (
        "Share of pairs in which the critic prefers a drawing with its own words to the same with "
        "wrong ones.",
        "Доля пар, где критик предпочёл рисунок со своими словами тому же рисунку с чужими.",
    ),
    "metric.redraw": ("Redrawing error", "Ошибка перерисовки"),
    "metric.redraw_note": (
        "How far the generator is from a drawing that it was shown in code.",
        "Насколько генератор далёк от рисунка, который ему показали в виде кода.",
    ),
    "metric.kl": ("Code length (KL)", "Длина кода (KL)"),
    "metric.kl_note": (
        "How much the code tells about a drawing beyond words and layout.",
        "Сколько код сообщает о рисунке сверх слов и компоновки.",
    ),
    "metric.fooled": ("Critic is fooled", "Критик обманут"),
    "metric.fooled_note": (
        "Share of pairs in which the critic prefers the generated drawing.",
        "Доля пар, где критик предпочёл созданный рисунок.",
    ),
    "metric.guide": ("Mismatch with the phrase", "Несоответствие фразе"),
    "metric.guide_note": (
        "Loss of the matcher on what the generator draws: smaller fits the words better.",
        "Потери сети соответствия на рисунках генератора: чем меньше, тем ближе к словам.",
    ),
    "metric.fid": ("FID", "FID"),
    "metric.fid_note": (
        "Distance between sets of generated and real pictures; smaller is better.",
        "Расстояние между наборами созданных и настоящих картинок; меньше лучше.",
    ),
    "metric.kid": ("KID", "KID"),
    "metric.kid_note": (
        "Like FID, without bias on few pictures; smaller is better.",
        "Как FID, но без смещения на малом числе картинок; меньше лучше.",
    ),
    # Figures
    "figures.lead": (
        "Every source drew the same subjects; a judge that took no part in drawing tried to name "
        "them. *Real* are human-made symbols: what can be reached at best. *Held out* are subjects "
        "that no network saw in training.",
        "Все источники рисовали одни и те же предметы; судья, не участвовавший в рисовании, "
        "пытался их назвать. *Настоящие* нарисованы людьми: это лучший достижимый результат. "
        "*Новые* предметы не встречались сетям при обучении.",
    ),
    "figures.none": (
        "No evaluation lies beside the models of this server.",
        "Рядом с моделями этого сервера нет результатов измерений.",
    ),
    "figures.no_sheets": ("There are no sheets on this server.", "На этом сервере нет листов."),
    "figures.who": ("Pictures", "Картинки"),
    "figures.samples": ("Number", "Число"),
    "figures.samples_help": (
        "How many pictures were measured.",
        "Сколько картинок измерено.",
    ),
    "figures.alt": (
        "Measured quality: sources in rows, measures in columns",
        "Измеренное качество: источники в строках, показатели в столбцах",
    ),
    "figures.one": ("One measure in full", "Один показатель подробно"),
    "figures.one_alt": ("{measure} with floor and ceiling", "{measure} с границами"),
    "figures.chart_alt": (
        "Bar chart of {measure} with floor and ceiling",
        "Столбчатая диаграмма: {measure}, с нижней и верхней границей",
    ),
    "figures.higher": ("Higher is better.", "Чем больше, тем лучше."),
    "figures.lower": ("Lower is better.", "Чем меньше, тем лучше."),
    "figures.value": ("Value", "Значение"),
    "figures.sd": ("± deviation", "± отклонение"),
    "figures.floor": ("Floor (chance)", "Нижняя граница (случай)"),
    "figures.ceiling": ("Ceiling (real)", "Верхняя граница (настоящие)"),
    "figures.meaning": ("What is measured and what is compared", "Что измерено и что сравнивается"),
    "figures.weights": ("Which files were measured", "Какие файлы измерены"),
    "figures.seed": ("Seed {seed}", "Зерно {seed}"),
    "figures.took": ("{seconds} s", "{seconds} с"),
    "figure.r-1": ("Named first", "Назван первым"),
    "figure.r-1_note": (
        "R@1: how often the judge put the right subject first of all subjects.",
        "R@1: как часто судья ставил верный предмет на первое место среди всех.",
    ),
    "figure.r-5": ("Among 5", "Среди 5"),
    "figure.r-5_note": (
        "R@5: how often the right subject was among the judge's first five.",
        "R@5: как часто верный предмет был среди первых пяти ответов судьи.",
    ),
    "figure.r-10": ("Among 10", "Среди 10"),
    "figure.r-10_note": (
        "R@10: how often the right subject was among the judge's first ten.",
        "R@10: как часто верный предмет был среди первых десяти ответов судьи.",
    ),
    "figure.r-10-trained": ("Among 10, trained", "Среди 10, знакомые"),
    "figure.r-10-trained_note": (
        "R@10 on subjects that the networks saw in training.",
        "R@10 на предметах, которые сети видели при обучении.",
    ),
    "figure.r-10-held-out": ("Among 10, held out", "Среди 10, новые"),
    "figure.r-10-held-out_note": (
        "R@10 on subjects that no network saw in training: what counts for your words.",
        "R@10 на предметах, не встречавшихся при обучении: это важно для ваших слов.",
    ),
    "figure.kid": ("KID × 1000", "KID × 1000"),
    "figure.kid_note": (
        "How far the pictures as a whole are from real ones, times 1000. Around zero they cannot "
        "be told apart; below zero is chance.",
        "Насколько картинки в целом далеки от настоящих, умножено на 1000. Около нуля их не "
        "отличить; ниже нуля бывает случайно.",
    ),
    "figure.colour-recall": ("Colours kept", "Цвета соблюдены"),
    "figure.colour-recall_note": (
        "Share of the colours asked for that are visible in the picture.",
        "Доля заказанных цветов, которые видны на картинке.",
    ),
    "figure.flatness": ("Flat", "Плоскость"),
    "figure.flatness_note": (
        "Share of pixels that wear one of four colours: clean flat areas, no noise.",
        "Доля пикселей одного из четырёх цветов: чистые плоские области без шума.",
    ),
    "figure.diversity": ("Diversity", "Разнообразие"),
    "figure.diversity_note": (
        "How different pictures of the same phrase are from each other.",
        "Насколько различаются картинки по одной и той же фразе.",
    ),
    "figure.copies": ("Copies", "Копии"),
    "figure.copies_note": (
        "Share of marks that overlap a symbol of the library nearly completely.",
        "Доля знаков, почти полностью совпадающих со знаком библиотеки.",
    ),
    "figure.overlap-with-the-nearest-glyph-median": (
        "Overlap with the nearest symbol",
        "Совпадение с ближайшим знаком",
    ),
    "figure.overlap-with-the-nearest-glyph-median_note": (
        "Median share of a mark that coincides with the nearest symbol of the library; the floor "
        "is that of symbols nobody trained on.",
        "Медиана доли знака, совпадающей с ближайшим знаком библиотеки; нижняя граница взята "
        "по знакам, не участвовавшим в обучении.",
    ),
    "subject.real": ("Real", "Настоящие"),
    "subject.real_note": (
        "Symbols drawn by people, in the layouts and colours of drafts.",
        "Знаки, нарисованные людьми, в компоновках и цветах эскизов.",
    ),
    "subject.real-new-to-the-judge": ("Real, new to the judge", "Настоящие, новые для судьи"),
    "subject.real-new-to-the-judge_note": (
        "Real ones that the judge never saw: the gap to real is what it remembers.",
        "Настоящие, которых судья не видел: разница с настоящими показывает, что он запомнил.",
    ),
    "subject.composer": ("Composed", "Композиция"),
    "subject.composer_note": (
        "Drafts put together from library symbols.",
        "Эскизы, собранные из знаков библиотеки.",
    ),
    "subject.cgan": ("Drawn by AI", "Нарисовано ИИ"),
    "subject.cgan_note": (
        "Drafts of the GAN as delivered: the best of four by the matcher.",
        "Эскизы GAN в том виде, в каком они выдаются: лучший из четырёх по сети соответствия.",
    ),
    "subject.cgan-first-of-4": ("AI, first of four", "ИИ, первый из четырёх"),
    "subject.cgan-first-of-4_note": (
        "The GAN without any choice.",
        "GAN без всякого выбора.",
    ),
    "subject.cgan-best-of-4-by-drawing": ("AI, chosen by drawing", "ИИ, выбор по рисунку"),
    "subject.cgan-best-of-4-by-drawing_note": (
        "The best of four chosen by clean drawing alone, without the matcher.",
        "Лучший из четырёх только по чистоте рисунка, без сети соответствия.",
    ),
    "subject.composer-restyled": ("Composed, restyled", "Композиция, перерисована"),
    "subject.cgan-restyled": ("AI, restyled", "ИИ, перерисовано"),
    "sheet.card-trained": (
        "Subjects known from training: four drafts each, and the same restyled",
        "Знакомые по обучению предметы: по четыре эскиза и они же после перерисовки",
    ),
    "sheet.card-held-out": (
        "Subjects never seen in training: four drafts each, and the same restyled",
        "Предметы, не встречавшиеся при обучении: по четыре эскиза и они же после перерисовки",
    ),
}
