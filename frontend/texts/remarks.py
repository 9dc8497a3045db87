"""Remarks that the service makes in English, each with its translation.

`{name}` stands for what the service fills in, which may be a remark itself.
"""

from __future__ import annotations

from frontend.texts.training_remarks import TRAINING_REMARKS

REMARKS: tuple[tuple[str, str], ...] = (
    (
        "The key lacks the scope `{scope}`; ask for a key that has it.",
        "Этому ключу не хватает права `{scope}`; попросите ключ с ним.",
    ),
    (
        "Send your key as `Authorization: Bearer KEY`, or as `X-API-Key: KEY`.",
        "Ключ передаётся так: `Authorization: Bearer KEY` или `X-API-Key: KEY`.",
    ),
    (
        "It is unknown, was revoked, or has expired; ask for another one.",
        "Он неизвестен, отозван или истёк; попросите другой.",
    ),
    (
        "You have asked for more than your share; wait as long as Retry-After says.",
        "Запросов больше, чем вам отведено; подождите, сколько сказано в Retry-After.",
    ),
    (
        "Words that were not understood were left out: {words}. "
        "Write them in English for best results.",
        "Непонятные слова пропущены: {words}. Напишите их по-английски, так будет точнее.",
    ),
    (
        "The models were trained on English words and may miss the subject. "
        "Write the description in English for best results.",
        "Модели учились на английских словах и могут не понять сюжет. "
        "Напишите описание по-английски, так будет точнее.",
    ),
    (
        "Only the first {count} words of what to draw were used.",
        "Учтены только первые {count} слов того, что нарисовать.",
    ),
    (
        "Both asked for and to be avoided, so left out: {names}.",
        "И названо, и запрещено, поэтому пропущено: {names}.",
    ),
    (
        "The chosen palette was used; the described colours were not.",
        "Взята выбранная палитра; цвета из описания не учтены.",
    ),
    (
        "A logo takes at most {limit} colours; the first {first} were used.",
        "В логотипе не больше {limit} цветов; взяты первые {first}.",
    ),
    (
        "The slogan is not drawn; add it beside the finished logo.",
        "Слоган не рисуется; добавьте его рядом с готовым логотипом.",
    ),
    (
        "No subject was found. Say what to draw, such as a fox or a coffee cup.",
        "Сюжет не найден. Скажите, что нарисовать: например, лису или чашку кофе.",
    ),
    (
        "The description is long; only its first {limit} characters were read.",
        "Описание длинное; прочитаны только первые {limit} знаков.",
    ),
    (
        "{count} of the pictures were deleted since.",
        "С тех пор удалено картинок: {count}.",
    ),
    *TRAINING_REMARKS,
)
