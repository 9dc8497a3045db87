"""Every text of the interface, in English and Russian side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """The interface's languages."""

    ENGLISH = "en"
    RUSSIAN = "ru"

    @classmethod
    def choose(cls, wish: str, locale: str | None) -> Language:
        """The language wished for, else the browser's, else English."""
        for candidate in (wish, (locale or "")[:2]):
            if candidate.lower() in set(cls):
                return cls(candidate.lower())
        return cls.ENGLISH


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language."""

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key with its placeholders filled.

        Raises:
            KeyError: there is no such text, or a placeholder has no value.
        """
        return TEXTS[key][self.language is Language.RUSSIAN].format(**values)

    def named(self, group: str, name: str) -> str:
        """The text of `group.name`, or the name itself in readable form when there is none."""
        key = f"{group}.{name}"
        return self(key) if key in TEXTS else name.replace("-", " ").replace("_", " ").capitalize()


TEXTS: Mapping[str, tuple[str, str]] = {
    "app.title": ("Text to Logo", "Text to Logo"),
    "app.language": ("Language", "Язык"),
    "app.footer": (
        "Generated logos are not checked against registered trademarks.",
        "Логотипы не проверяются на сходство с зарегистрированными товарными знаками.",
    ),
    "hero.title": ("A logo from one sentence", "Логотип из одной фразы"),
    "hero.lead": (
        "Tell us the name and what the brand does. Drafts appear in about a second; "
        "restyle the ones you like and download the files.",
        "Напишите название и чем занимается бренд. Эскизы появятся примерно за секунду; "
        "понравившиеся можно перерисовать в нужном стиле и скачать.",
    ),
    # The brief
    "brief.heading": ("Your brand", "Ваш бренд"),
    "brief.lead": ("A name alone is enough.", "Достаточно одного названия."),
    "brief.name": ("Brand name", "Название"),
    "brief.name_placeholder": ("Foxy", "Лисёнок"),
    "brief.description": ("What should it show?", "Что изобразить?"),
    "brief.description_placeholder": (
        "A friendly fox for a same-day delivery service, orange and white",
        "Дружелюбная лиса для службы быстрой доставки, оранжевый и белый",
    ),
    "brief.style": ("Style", "Стиль"),
    "brief.style_help": (
        "Drafts are flat drawings; the style comes in when you restyle them.",
        "Эскизы рисуются плоскими; стиль проявится, когда вы их перерисуете.",
    ),
    "style.flat": ("Flat", "Плоский"),
    "style.gradient": ("Gradient", "Градиент"),
    "style.soft-shadow": ("Soft shadow", "Мягкая тень"),
    "style.long-shadow": ("Long shadow", "Длинная тень"),
    "style.glossy": ("Glossy 3D", "Глянцевый 3D"),
    "style.neon": ("Neon", "Неон"),
    "style.paper-cut": ("Paper cut", "Из бумаги"),
    "style.hand-drawn": ("Hand-drawn", "От руки"),
    "brief.palette": ("Colours", "Цвета"),
    "palette.auto": ("Let the idea decide", "На усмотрение идеи"),
    "palette.own": ("My colours", "Свои цвета"),
    "palette.ember": ("Ember", "Угли"),
    "palette.forest": ("Forest", "Лес"),
    "palette.ocean": ("Ocean", "Океан"),
    "palette.berry": ("Berry", "Ягода"),
    "palette.night": ("Night", "Ночь"),
    "palette.ink": ("Ink", "Чернила"),
    "palette.colour_1": ("Background", "Фон"),
    "palette.colour_2": ("Main", "Основной"),
    "palette.colour_3": ("Accent", "Акцент"),
    "brief.more": ("Advanced", "Дополнительно"),
    "brief.avoid": ("Leave out", "Чего не должно быть"),
    "brief.avoid_placeholder": ("text, people", "текст, люди"),
    "brief.count": ("Number of drafts", "Сколько эскизов"),
    "brief.seed": ("Seed", "Зерно (seed)"),
    "brief.seed_placeholder": ("Surprise me", "Случайное"),
    "brief.seed_help": (
        "The same brief and seed draw the same drafts. Empty means new ideas each time.",
        "Тот же запрос с тем же числом даёт те же эскизы. Пусто: каждый раз новые идеи.",
    ),
    "brief.submit": ("Create logos", "Создать логотипы"),
    "brief.empty": (
        "Type a name or a sentence about the brand, then press the button again.",
        "Введите название или пару слов о бренде и нажмите кнопку ещё раз.",
    ),
    "example.fox.name": ("Foxy", "Лисёнок"),
    "example.fox.description": (
        "A friendly fox for a same-day delivery service",
        "Дружелюбная лиса для службы быстрой доставки",
    ),
    "example.wren.name": ("Wren", "Крапивник"),
    "example.wren.description": (
        "A small green bird for a shop with organic tea",
        "Маленькая зелёная птица для магазина травяного чая",
    ),
    "example.orbit.name": ("Little Orbit", "Орбита"),
    "example.orbit.description": (
        "A ringed planet for a space school for children, dark blue and gold",
        "Планета с кольцами для детской школы космоса, тёмно-синий и золотой",
    ),
    "example.use": ("Try it", "Попробовать"),
    "empty.heading": ("Ideas to start with", "С чего начать"),
    "empty.lead": (
        "Press one to see its drafts at once, or describe your own brand.",
        "Нажмите на любую, и эскизы появятся сразу. Или опишите свой бренд.",
    ),
    # Drafts
    "drafts.heading": ("Drafts", "Эскизы"),
    "drafts.read_as": ("We understood", "Мы поняли так"),
    "drafts.new": ("New ideas", "Новые идеи"),
    "drafts.start_over": ("Start over", "Начать заново"),
    "drafts.hint": (
        "Download a draft as it is, or choose one or more to restyle.",
        "Скачайте эскиз как есть или выберите один или несколько, чтобы перерисовать.",
    ),
    "draft.alt": ("Draft {number}", "Эскиз {number}"),
    "draft.choose": ("Choose", "Выбрать"),
    "draft.details": ("Details", "Подробности"),
    "draft.gone": ("This picture could not be loaded.", "Не удалось загрузить картинку."),
    "origin.cgan": ("Drawn by AI", "Нарисовано ИИ"),
    "origin.composer": ("Composed", "Композиция"),
    "origin.upload": ("Uploaded", "Загружено"),
    "origin.cgan_note": (
        "Drawn by a neural network as a variation of the symbols named below. Where it stays close "
        "to one, that symbol's licence applies.",
        "Нарисовано нейросетью по мотивам перечисленных ниже знаков. Если результат близок "
        "к знаку, действует лицензия знака.",
    ),
    "origin.composer_note": (
        "Composed from an open symbol library. The symbol is a starting point, not a unique mark: "
        "restyle it to make it yours. CC-BY licences ask you to name the author.",
        "Собрано из открытой библиотеки знаков. Знак служит отправной точкой и не уникален: "
        "перерисуйте его. Лицензии CC-BY просят указать автора.",
    ),
    "details.concept": ("Shows", "Изображено"),
    "details.layout": ("Layout", "Компоновка"),
    "details.seed": ("Seed", "Зерно"),
    "details.size": ("Size", "Размер"),
    "details.palette": ("Colours", "Цвета"),
    "details.glyph": ("Symbol", "Знак"),
    "scores.title": ("Why it was chosen", "Почему он выбран"),
    "scores.text_match": ("Shows what you asked for", "Показывает то, что вы просили"),
    "scores.legibility": ("Still clear at icon size", "Различим в размере иконки"),
    "scores.one_colour": ("Works in one colour", "Работает в одном цвете"),
    "scores.clarity": ("Clean edges", "Чистые края"),
    "scores.balance": ("Balanced", "Уравновешен"),
    "scores.calm": ("Simple", "Прост"),
    "layout.mark": ("Simple mark", "Просто знак"),
    "layout.disc": ("In a circle", "В круге"),
    "layout.ring": ("In a ring", "В кольце"),
    "layout.rounded-square": ("In a rounded square", "В скруглённом квадрате"),
    "layout.shield": ("On a shield", "На щите"),
    "layout.hexagon": ("In a hexagon", "В шестиугольнике"),
    "layout.negative": ("Negative space", "Негативное пространство"),
    "layout.two-colour": ("Split in two colours", "Разделён на два цвета"),
    "layout.backdrop": ("Over a disc", "На фоне круга"),
    "layout.echo": ("With a flat shadow", "С плоской тенью"),
    "layout.outline": ("Outline", "Контур"),
    "layout.pair": ("Pair of symbols", "Пара знаков"),
    "layout.letter": ("Letter with a symbol", "Буква со знаком"),
    "download.png": ("PNG", "PNG"),
    "download.svg": ("SVG", "SVG"),
    "download.png_result": ("Download PNG", "Скачать PNG"),
    # Restyle
    "restyle.heading": ("Restyle", "Перерисовать"),
    "restyle.chosen": ("Drafts chosen: {count}", "Выбрано эскизов: {count}"),
    "restyle.strength": ("Intensity", "Интенсивность"),
    "restyle.strength_help": (
        "Low values stay close to the draft, high values redraw it freely.",
        "Малые значения держатся эскиза, большие рисуют свободно.",
    ),
    "restyle.speed": ("Speed", "Скорость"),
    "speed.draft": ("Fast", "Быстро"),
    "speed.balanced": ("Balanced", "Баланс"),
    "speed.quality": ("Best quality", "Качество"),
    "restyle.style": ("Look", "Стиль"),
    "restyle.loras": ("Style add-ons (LoRA)", "Дополнения стиля (LoRA)"),
    "restyle.loras_placeholder": ("None", "Нет"),
    "restyle.weight": ("Weight", "Вес"),
    "restyle.guidance": ("How closely to follow the words", "Насколько точно следовать словам"),
    "restyle.rough": (
        "With the built-in model restyled pictures are rougher than drafts.",
        "Со встроенной моделью перерисованные картинки грубее эскизов.",
    ),
    "restyle.submit": ("Restyle ({count})", "Перерисовать ({count})"),
    "restyle.none": ("Choose a draft first", "Сначала выберите эскиз"),
    "results.heading": ("Restyled", "Перерисовано"),
    "results.before": ("Draft", "Эскиз"),
    "results.after": ("Restyled", "Результат"),
    # Progress
    "progress.queued": (
        "Waiting for a free place, ahead of you: {ahead}",
        "В очереди, впереди: {ahead}",
    ),
    "progress.next": ("Starting", "Начинаем"),
    "progress.step": ("Step {step} of {total}", "Шаг {step} из {total}"),
    "progress.eta": ("about {seconds} s left", "осталось около {seconds} с"),
    "progress.cancel": ("Cancel", "Отменить"),
    "progress.cancelling": ("Stopping", "Останавливаем"),
    "progress.lost": (
        "The connection to the service is lost. Still trying; the work goes on there.",
        "Связь с сервисом потеряна. Пробуем снова; работа там продолжается.",
    ),
    "progress.preview_alt": ("Preview of the unfinished picture", "Предпросмотр"),
    "stage.": ("Preparing", "Подготовка"),
    "stage.brief": ("Reading the brief", "Читаем описание"),
    "stage.draft": ("Drawing drafts", "Рисуем эскизы"),
    "stage.upscale": ("Enlarging", "Увеличиваем"),
    "stage.restyle": ("Restyling", "Перерисовываем"),
    "stage.finish": ("Finishing", "Завершаем"),
    # What can go wrong: the cause, then the next step
    "error.retry": ("Try again", "Попробовать снова"),
    "error.details": ("Details", "Подробности"),
    "error.request_id": ("Request id", "Номер запроса"),
    "error.job_id": ("Job id", "Номер задания"),
    "cancelled.drafts": (
        "Stopped. Your brief is unchanged.",
        "Остановлено. Ваше описание на месте.",
    ),
    "cancelled.restyle": (
        "Stopped. Your drafts are still here.",
        "Остановлено. Ваши эскизы на месте.",
    ),
    "error.unreachable": (
        "The logo service does not answer. Wait a few seconds and try again; your brief is kept.",
        "Сервис не отвечает. Подождите несколько секунд и попробуйте снова; описание сохранено.",
    ),
    "error.timeout": (
        "The logo service takes too long to answer. Try again in a moment; your brief is kept.",
        "Сервис слишком долго не отвечает. Попробуйте снова чуть позже; описание сохранено.",
    ),
    "error.garbage": (
        "The logo service gave an answer that cannot be understood. Try again; if it stays so, "
        "check that the address and version of the service are right.",
        "Сервис дал непонятный ответ. Попробуйте снова; если не поможет, "
        "проверьте адрес и версию сервиса.",
    ),
    "error.queue-full": (
        "Too many people are creating logos right now. Try again in {seconds} s.",
        "Сейчас слишком много запросов. Попробуйте снова через {seconds} с.",
    ),
    "error.worker-unavailable": (
        "The drawing process is not running. Start it with `make run` or ask your administrator, "
        "then try again.",
        "Процесс рисования не запущен. Запустите его командой `make run` или обратитесь "
        "к администратору и попробуйте снова.",
    ),
    "error.weights-missing": (
        "A model is not installed on the server. The details name the command that brings it; "
        "run it, then try again.",
        "На сервере не установлена модель. Нужная команда указана в подробностях; "
        "выполните её и попробуйте снова.",
    ),
    "error.weights-corrupt": (
        "A model file on the server is damaged. The details say how to bring it back.",
        "Файл модели на сервере повреждён. В подробностях сказано, как его восстановить.",
    ),
    "error.out-of-memory": (
        "The server ran out of memory. Choose fewer drafts or a faster speed and try again.",
        "Серверу не хватило памяти. Выберите меньше эскизов или скорость повыше "
        "и попробуйте снова.",
    ),
    "error.storage-full": (
        "The server's disk is full. Ask your administrator to free some space, then try again.",
        "На сервере закончилось место. Попросите администратора освободить его и попробуйте снова.",
    ),
    "error.stage-failed": (
        "One of the models failed on this request. Try again; other drafts or a lower intensity "
        "often help.",
        "Одна из моделей не справилась с запросом. Попробуйте снова; часто помогают другие "
        "эскизы или меньшая интенсивность.",
    ),
    "error.invalid-output": (
        "The model gave an unusable picture twice. Try again with another seed.",
        "Модель дважды дала негодную картинку. Попробуйте снова с другим зерном.",
    ),
    "error.crashed-worker": (
        "The drawing process stopped twice on this request. Change it a little and try again.",
        "Процесс рисования дважды остановился на этом запросе. Измените его немного "
        "и попробуйте снова.",
    ),
    "error.invalid-request": (
        "Some of the values cannot be used. The details name them; change them and try again.",
        "Некоторые значения не подходят. Они названы в подробностях; измените их "
        "и попробуйте снова.",
    ),
    "error.invalid-brief": (
        "There is nothing to draw in this description. Name a thing, an animal or a shape.",
        "В описании нечего нарисовать. Назовите предмет, животное или фигуру.",
    ),
    "error.unknown-lora": (
        "The chosen style add-on (LoRA) is no longer there. Take it out and try again.",
        "Выбранного дополнения стиля (LoRA) больше нет. Уберите его и попробуйте снова.",
    ),
    "error.lora-incompatible": (
        "The chosen style add-on (LoRA) does not fit this model. Take it out and try again.",
        "Выбранное дополнение стиля (LoRA) не подходит к этой модели. Уберите его "
        "и попробуйте снова.",
    ),
    "error.job-not-found": (
        "These results are no longer on the server. Start over; it takes a second.",
        "Этих результатов больше нет на сервере. Начните заново, это быстро.",
    ),
    "error.image-not-found": (
        "A chosen draft is no longer on the server. Create new drafts and try again.",
        "Выбранного эскиза больше нет на сервере. Создайте новые и попробуйте снова.",
    ),
    "error.other-request": (
        "The service could not accept this request. Change it a little and try again.",
        "Сервис не принял запрос. Измените его немного и попробуйте снова.",
    ),
    "error.other-server": (
        "Something went wrong on the server. Try again; if it stays so, pass on the details.",
        "На сервере что-то пошло не так. Попробуйте снова; если не поможет, сообщите подробности.",
    ),
    "error.interface": (
        "Something went wrong on this page. Reload it; your work is kept on the server.",
        "На странице что-то пошло не так. Обновите её; работа сохранена на сервере.",
    ),
}
