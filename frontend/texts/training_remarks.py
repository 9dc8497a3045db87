"""Reasons that the service gives in English for adapters and training pictures; see `remarks`."""

from __future__ import annotations

TRAINING_REMARKS: tuple[tuple[str, str], ...] = (
    ("{file} cannot be used: {reason}", "{file} нельзя использовать: {reason}"),
    # Adapters that do not fit
    (
        "it was made for {base}; the loaded model is {loaded}",
        "сделан для другой модели: {base}; загружена {loaded}",
    ),
    (
        "it was made for {base}; pipelines here are {known}",
        "сделан для другой модели: {base}; здесь есть {known}",
    ),
    ("the embedded pipeline", "встроенная модель"),
    ("a model of another architecture", "модель другой архитектуры"),
    ("an unknown model", "неизвестная модель"),
    (
        "it has words for a text encoder that the loaded model lacks",
        "в нём слова для текстового кодировщика, которого нет у загруженной модели",
    ),
    (
        "its words have {count} features; those of the loaded model's {network} have {features}",
        "у его слов {count} признаков, а у загруженной модели ({network}) {features}",
    ),
    (
        "it changes the network {network}, which the loaded model does not have",
        "он меняет сеть {network}, которой нет у загруженной модели",
    ),
    (
        "it also changes a CLIP text encoder, which the embedded pipeline does not have; "
        "use it with the sd15 profile",
        "он меняет и текстовый кодировщик CLIP, которого нет у встроенной модели; берите его "
        "с профилем sd15",
    ),
    (
        "it changes {network}.{layer}, a layer that the loaded model does not have",
        "он меняет слой {network}.{layer}, которого нет у загруженной модели",
    ),
    (
        "its matrices for {network}.{layer} make {made}, but that layer has the shape {shape}",
        "его матрицы для {network}.{layer} дают {made}, а форма этого слоя {shape}",
    ),
    (
        "it numbers layers of a network that the loaded model does not have",
        "он нумерует слои сети, которой нет у загруженной модели",
    ),
    # Files that are no adapters
    ("it is empty", "файл пуст"),
    ("it cannot be read", "файл не читается"),
    (
        "checking it took longer than {limit} seconds",
        "проверка заняла больше {limit} с",
    ),
    (
        "it has {size} bytes; at most {limit} are allowed",
        "в нём {size} байт, а можно не больше {limit}",
    ),
    (
        "it is cut off: its header claims {size} bytes, of which {have} are there",
        "файл оборван: заголовок обещает {size} байт, есть {have}",
    ),
    (
        "it is cut off: its tensors need {size} bytes, of which {have} are there",
        "файл оборван: тензорам нужно {size} байт, есть {have}",
    ),
    (
        "its header claims {size} bytes; at most {limit} are allowed",
        "его заголовок обещает {size} байт, а можно не больше {limit}",
    ),
    ("it is no safetensors file but {kind}", "это не файл safetensors, а {kind}"),
    ("its header is not JSON", "его заголовок не в формате JSON"),
    ("it is {kind}; only plain LoRA can be used", "это {kind}; подходит только обычная LoRA"),
    ("it is {kind} and no LoRA", "это {kind}, а не LoRA"),
    (
        "it holds no LoRA layers; its first tensor is {name}",
        "в нём нет слоёв LoRA; первый тензор: {name}",
    ),
    (
        "the tensor {name} holds values that are not finite",
        "в тензоре {name} есть бесконечные или неопределённые числа",
    ),
    # Pictures that cannot be trained on
    ("it is neither a picture nor captions", "это не картинка и не подписи"),
    ("it is not a PNG, JPEG, WebP or HEIC picture", "это не картинка PNG, JPEG, WebP или HEIC"),
    (
        "it is damaged: it ends early or its data are broken",
        "файл повреждён: обрывается или испорчен",
    ),
    ("it is a HEIC file that cannot be decoded", "файл HEIC не удалось открыть"),
    (
        "it has more than {limit} million pixels; make it smaller first",
        "в нём больше {limit} млн пикселей; сначала уменьшите его",
    ),
    ("it is larger than {limit} MB", "файл больше {limit} МБ"),
    (
        "there are {limit} pictures already, which is the most",
        "картинок уже {limit}, больше нельзя",
    ),
    (
        "{name} is no zip file that can be read; pack it again",
        "{name} не читается как архив zip; упакуйте заново",
    ),
    (
        "{name} holds {count} files; send at most {limit} in one zip",
        "в {name} файлов: {count}; в одном архиве можно не больше {limit}",
    ),
    (
        "{name} holds more than 2 GB of pictures; send fewer",
        "в {name} больше 2 ГБ картинок; пришлите меньше",
    ),
    ("it is encrypted; pack it without a password", "файл с паролем; упакуйте без пароля"),
    (
        "its place in the zip is damaged; pack it again",
        "это место архива повреждено; упакуйте заново",
    ),
    ("and {count} more", "и ещё {count}"),
    # What a finished training says
    (
        "From step {step} on, {share} of the samples nearly repeat a training picture.{kept} "
        "More pictures, a lower rank or fewer steps help.",
        "С шага {step} {share} образцов почти повторяют картинку из набора.{kept} "
        "Помогут новые картинки, меньший ранг или меньше шагов.",
    ),
    (
        " The adapter of step {step}, from before that, is kept.",
        " Оставлен адаптер шага {step}, до этого.",
    ),
)
