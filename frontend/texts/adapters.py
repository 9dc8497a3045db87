"""Texts of the page with adapters."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, tuple[str, str]] = {
    "adapter.lead": (
        "An adapter (LoRA) is a small file that teaches the restyle stage one more look or thing. "
        "Use several at once, each as strongly as you like.",
        "Адаптер (LoRA) - небольшой файл, который учит перерисовку ещё одному стилю или предмету. "
        "Можно брать сразу несколько, каждый с нужной силой.",
    ),
    # Looking for something
    "adapter.search": ("Search", "Поиск"),
    "adapter.search_placeholder": ("Title, words, licence", "Название, слова, лицензия"),
    "adapter.origin": ("Origin", "Происхождение"),
    "adapter_origin.any": ("Any origin", "Любое"),
    "adapter_origin.trained": ("Trained here", "Обучены здесь"),
    "adapter_origin.file": ("From a file", "Из файла"),
    "adapter.only_fitting": ("Only those that fit", "Только подходящие"),
    "adapter.total": ("Adapters: {count}", "Адаптеров: {count}"),
    "adapter.none": ("No adapters yet", "Адаптеров пока нет"),
    "adapter.none_next": (
        "Add a file above, or train your own from a few pictures.",
        "Добавьте файл выше или обучите свой на нескольких картинках.",
    ),
    "adapter.train": ("Train one", "Обучить свой"),
    "adapter.no_match": ("Nothing matches", "Ничего не нашлось"),
    "adapter.no_match_next": (
        "Try fewer words or another filter.",
        "Попробуйте меньше слов или другой фильтр.",
    ),
    "adapter.show_all": ("Show all", "Показать все"),
    # Adding
    "adapter.add": ("Add an adapter", "Добавить адаптер"),
    "adapter.add_lead": (
        "A LoRA as .safetensors, as kohya, diffusers or PEFT write it. It is checked before it is "
        "stored, and opened as data only.",
        "LoRA в формате .safetensors от kohya, diffusers или PEFT. Файл проверяется до "
        "сохранения и открывается только как данные.",
    ),
    "adapter.file": ("Adapter file", "Файл адаптера"),
    "adapter.name": ("Store it under another name", "Сохранить под другим именем"),
    "adapter.added": ("Added: {title}", "Добавлен: {title}"),
    "adapter.known": (
        "This file is here already: {title}",
        "Такой файл здесь уже есть: {title}",
    ),
    # One adapter
    "adapter.misfit": ("Does not fit", "Не подходит"),
    "adapter.words": ("Words: {words}", "Слова: {words}"),
    "adapter.no_words": ("Works without trigger words", "Работает без особых слов"),
    "adapter.rank": ("rank {rank}", "ранг {rank}"),
    "adapter.licence": ("Licence: {licence}", "Лицензия: {licence}"),
    "adapter.no_licence": ("Licence not told", "Лицензия не указана"),
    "adapter.trained": (
        "Trained here: {goal}, steps: {steps}, pictures: {pictures}",
        "Обучен здесь: {goal}, шагов: {steps}, картинок: {pictures}",
    ),
    "adapter.from_file": ("From a file ({layout})", "Из файла ({layout})"),
    "adapter.alt": ("What {title} looks like", "Как выглядит {title}"),
    "adapter.use": ("Use", "Взять"),
    "adapter.try": ("Try on", "Примерить"),
    "adapter.open_grid": ("See it tried on", "Как сидит"),
    "adapter.delete": ("Delete", "Удалить"),
    "adapter.delete_sure": (
        "The file is removed for good; pictures made with it stay.",
        "Файл удаляется навсегда; сделанные с ним картинки останутся.",
    ),
    "adapter.delete_yes": ("Delete for good", "Удалить навсегда"),
    "adapter.back": ("All adapters", "Все адаптеры"),
    "base.sd-embedded": ("Built-in model", "Встроенная модель"),
    "base.sd15": ("Stable Diffusion 1.5", "Stable Diffusion 1.5"),
    "base.sdxl": ("Stable Diffusion XL", "Stable Diffusion XL"),
    "base.sd2": ("Stable Diffusion 2", "Stable Diffusion 2"),
    "base.sd3": ("Stable Diffusion 3", "Stable Diffusion 3"),
    "base.flux": ("FLUX", "FLUX"),
    "base.": ("Unknown base", "Основа неизвестна"),
    # Trying on
    "tryout.heading": ("How it looks at which weight", "Как он действует при разном весе"),
    "tryout.lead": (
        "The same drafts and the same noise, restyled with the adapter at several weights. "
        "Weight 0 is without it.",
        "Одни и те же эскизы и один и тот же шум, перерисованные с адаптером при разном весе. "
        "Вес 0 - без него.",
    ),
    "tryout.start": ("Try it on", "Примерить"),
    "tryout.again": ("Draw again", "Нарисовать заново"),
    "tryout.weight": ("Weight {weight}", "Вес {weight}"),
    "tryout.without": ("without it", "без него"),
    "tryout.suggested": ("suggested", "советуем"),
    "tryout.prompt": ("Prompt", "Запрос"),
    "tryout.cell": ("{prompt}, weight {weight}", "{prompt}, вес {weight}"),
    "tryout.gone": ("not drawn", "не нарисовано"),
    "tryout.told": (
        "Intensity {strength}, seed {seed}, drawn in {time}.",
        "Интенсивность {strength}, зерно {seed}, нарисовано за {time}.",
    ),
    "tryout.took": ("Drawn in {time}.", "Нарисовано за {time}."),
    "tryout.choose": ("Weight to use", "Какой вес взять"),
    "tryout.use": ("Use weight {weight}", "Взять вес {weight}"),
    "tryout.no_suggestion": (
        "No weight stands out; choose by eye.",
        "Ни один вес не выделяется; выберите на глаз.",
    ),
    "tryout.cancelled": ("Stopped before the end.", "Остановлено до конца."),
}
