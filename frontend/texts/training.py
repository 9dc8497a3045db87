"""Texts of the page of trainings."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, tuple[str, str]] = {
    "training.lead": (
        "Teach the restyle stage your own look or thing from a handful of pictures. "
        "Nothing leaves this server.",
        "Научите перерисовку вашему стилю или предмету по нескольким картинкам. "
        "Данные не покидают этот сервер.",
    ),
    "training.runs": ("Trainings", "Обучения"),
    "training.runs_all": ("Show all", "Показать все"),
    "training.run_open": ("Open", "Открыть"),
    "training.back": ("Pictures and other trainings", "Картинки и другие обучения"),
    "training.delete_yes": ("Delete for good", "Удалить навсегда"),
    # 1. Pictures
    "training.pictures": ("Pictures", "Картинки"),
    "training.pictures_lead": (
        "From 3 to 200 pictures that show what is to be learnt; 8 to 20 good ones are better "
        "than many mixed ones.",
        "От 3 до 200 картинок с тем, чему надо научить; 8-20 хороших лучше множества разнородных.",
    ),
    "training.set_name": ("Name of the set", "Название набора"),
    "training.set_placeholder": ("Our brand pictures", "Картинки нашего бренда"),
    "training.set_unnamed": ("My pictures", "Мои картинки"),
    "training.set_create": ("Create the set", "Создать набор"),
    "training.sets_lead": ("Or go on with a set:", "Или продолжите с готовым набором:"),
    "training.set_open": ("Open", "Открыть"),
    "training.set_other": ("Another set", "Другой набор"),
    "training.set_delete": ("Delete the set", "Удалить набор"),
    "training.set_delete_sure": (
        "Its pictures and captions are removed for good; trained adapters stay.",
        "Картинки и подписи удаляются навсегда; обученные адаптеры останутся.",
    ),
    "training.file_count": ("Files: {count}", "Файлов: {count}"),
    "training.files": ("Pictures, ZIP or captions.txt", "Картинки, ZIP или captions.txt"),
    "training.formats": (
        "PNG, JPEG, WEBP, HEIC, ZIP, captions.txt",
        "PNG, JPEG, WEBP, HEIC, ZIP, captions.txt",
    ),
    "training.sending": ("Sending files: {count}", "Отправляем файлы: {count}"),
    "set_state.empty": ("Empty", "Пусто"),
    "set_state.uploaded": ("Not checked", "Не проверен"),
    "set_state.inspecting": ("Being checked", "Проверяется"),
    "set_state.ready": ("Ready", "Готов"),
    "set_state.unready": ("Needs work", "Нужны правки"),
    "set_state.failed": ("Check failed", "Проверка не удалась"),
    # 2. Check
    "training.check": ("Check", "Проверка"),
    "training.check_lead": (
        "What could spoil the result, and a caption for each picture.",
        "Что может испортить результат и подпись к каждой картинке.",
    ),
    "training.check_first": ("Add pictures first.", "Сначала добавьте картинки."),
    "training.check_start": ("Check the pictures", "Проверить картинки"),
    "training.check_ready": ("Pictures ready: {count}", "Картинок готово: {count}"),
    "training.check_unready": (
        "Pictures: {count}. Not enough for a training yet",
        "Картинок: {count}. Для обучения пока не годится",
    ),
    "training.refused": ("Files left out: {count}", "Пропущено файлов: {count}"),
    "training.and_more": ("and {count} more", "и ещё {count}"),
    "training.captions": ("Pictures and captions", "Картинки и подписи"),
    "training.captions_lead": (
        "Describe what differs between the pictures, in English; what they share is learnt. "
        "Captions marked as proposed were written by the machine: read them once. "
        "Changes are kept at once.",
        "Опишите по-английски, чем картинки различаются; общее выучится само. "
        "Подписи с пометкой «предложено» придумала машина: прочтите их. "
        "Изменения сохраняются сразу.",
    ),
    "training.only_remarked": (
        "Only pictures with remarks ({count})",
        "Только с замечаниями ({count})",
    ),
    "training.caption": ("Caption of picture {number}", "Подпись к картинке {number}"),
    "training.caption_placeholder": ("What is on it?", "Что на ней?"),
    "training.proposed": ("Proposed", "Предложено"),
    "training.remove": ("Remove", "Убрать"),
    "training.previous": ("Previous", "Назад"),
    "training.next": ("Next", "Дальше"),
    "remark.blurred": ("Blurred", "Размыта"),
    "remark.small": ("Small", "Мала"),
    "remark.long": ("Long", "Вытянута"),
    "remark.transparent": ("Was transparent", "Была прозрачной"),
    "remark.duplicate": ("Repeated", "Повтор"),
    "remark.near-duplicate": ("Nearly repeated", "Почти повтор"),
    "finding.too-few": (
        "There are too few different pictures: at least 3 are needed, 8 are better. Add more.",
        "Слишком мало разных картинок: нужно не меньше 3, лучше 8. Добавьте ещё.",
    ),
    "finding.few": (
        "The pictures are few, so the adapter may repeat them. With 8 or more it learns what "
        "they share.",
        "Картинок немного, и адаптер может их повторять. С 8 и более он выучит общее.",
    ),
    "finding.refused": (
        "Files that could not be used: {count}. The list below says why; the others are taken.",
        "Не удалось взять файлов: {count}. Причины в списке ниже; остальные взяты.",
    ),
    "finding.blurred": (
        "Blurred pictures: {count}. The adapter would learn the blur: replace or remove them.",
        "Размытых картинок: {count}. Адаптер выучит размытость: замените или уберите их.",
    ),
    "finding.small": (
        "Very small pictures: {count}. They have to be enlarged; send larger ones if you can.",
        "Очень маленьких картинок: {count}. Их придётся увеличить; пришлите побольше, если есть.",
    ),
    "finding.modest": (
        "Pictures under 512 pixels: {count}. Enough for the built-in model, enlarged for Stable "
        "Diffusion.",
        "Картинок меньше 512 пикселей: {count}. Для встроенной модели хватит, для Stable "
        "Diffusion они увеличиваются.",
    ),
    "finding.long": (
        "Very long pictures: {count}. Their ends will be cut off: crop them to what matters.",
        "Сильно вытянутых картинок: {count}. Края обрежутся: кадрируйте главное заранее.",
    ),
    "finding.transparent": (
        "Pictures with transparent parts: {count}. Those became white; put them on another "
        "ground first if that is wrong.",
        "Картинок с прозрачностью: {count}. Прозрачное стало белым; если это неверно, "
        "положите их на другой фон.",
    ),
    "finding.duplicate": (
        "Exact repeats: {count}. They are left out of the training; nothing needs to be done.",
        "Точных повторов: {count}. Они не участвуют в обучении, делать ничего не нужно.",
    ),
    "finding.near-duplicate": (
        "Nearly the same pictures: {count}. They make copying likelier: keep the better one of "
        "each pair.",
        "Почти одинаковых картинок: {count}. С ними адаптер чаще копирует: оставьте лучшую "
        "из каждой пары.",
    ),
    "finding.proposed-captions": (
        "Captions that are proposals: {count}. Read them: say what each picture shows, and leave "
        "out what all shall share.",
        "Подписей-предложений: {count}. Прочтите их: пишите, что на картинке, и опускайте общее.",
    ),
    "finding.captions-not-english": (
        "Captions that are not in Latin letters: {count}. The models hardly understand them: "
        "write them in English.",
        "Подписей не латиницей: {count}. Модели их почти не понимают: пишите по-английски.",
    ),
    # 3. Goal
    "training.goal": ("Goal", "Цель"),
    "training.goal_lead": (
        "What should the adapter learn from these pictures?",
        "Чему адаптер должен научиться по этим картинкам?",
    ),
    "training.goal_first": (
        "First the pictures must pass the check.",
        "Сначала картинки должны пройти проверку.",
    ),
    "goal.style": ("A style", "Стиль"),
    "goal.style_plain": (
        "The look of all the pictures: lines, colours, material. Everything you draw with it "
        "will look like this.",
        "Вид всех картинок: линии, цвета, материал. Всё, что вы нарисуете с ним, будет "
        "выглядеть так же.",
    ),
    "goal.object": ("A thing", "Предмет"),
    "goal.object_plain": (
        "One particular thing that all pictures show: a mascot, a product, a building. You call "
        "it by a word of your own.",
        "Одна определённая вещь на всех картинках: талисман, товар, здание. Вы зовёте её "
        "своим словом.",
    ),
    "goal.trigger": ("A word", "Слово"),
    "goal.trigger_plain": (
        "A new word for what the pictures share. Gentle: it changes nothing unless the word is "
        "used.",
        "Новое слово для того, что общего у картинок. Бережно: без этого слова ничего не меняется.",
    ),
    "training.suits": ("Good with {low} to {high} pictures", "Хорошо при {low}-{high} картинках"),
    "training.choose": ("Choose", "Выбрать"),
    "training.chosen": ("Chosen", "Выбрано"),
    "training.too_few": (
        "Your set has fewer pictures than suit this goal: {count}. It works, but copies sooner.",
        "В наборе меньше картинок, чем нужно для этой цели: {count}. Получится, но адаптер "
        "раньше начнёт копировать.",
    ),
    "training.too_many": (
        "Your set has more pictures than this goal needs: {count}. It works, but takes longer "
        "to learn them all.",
        "В наборе больше картинок, чем нужно для этой цели: {count}. Получится, но учиться "
        "придётся дольше.",
    ),
    "training.title": ("Name of the adapter", "Название адаптера"),
    "training.title_placeholder": ("Harbour style", "Портовый стиль"),
    "training.licence": ("Licence (optional)", "Лицензия (необязательно)"),
    "training.licence_placeholder": ("CC-BY-4.0", "CC-BY-4.0"),
    "training.licence_help": (
        "Under which terms others may use it; it is written into the file.",
        "На каких условиях им могут пользоваться другие; записывается в файл.",
    ),
    "training.trigger": ("Word to call it by", "Слово для вызова"),
    "training.trigger_maybe": ("Word to call it by (optional)", "Слово для вызова (необязательно)"),
    "training.trigger_placeholder": ("zorvex", "zorvex"),
    "training.trigger_help": (
        "A made-up word in Latin letters. In a description it calls what was learnt.",
        "Придуманное слово латиницей. В описании оно вызывает выученное.",
    ),
    "training.class": ("What kind of thing is it?", "Что это за предмет?"),
    "training.class_placeholder": ("a backpack", "a backpack"),
    "training.class_help": (
        "A plain English word for its kind, so that the model does not forget all others.",
        "Обычное английское слово для его вида, чтобы модель не забыла все остальные.",
    ),
    "training.base": ("Model to train for", "Для какой модели"),
    "training.base_help": (
        "An adapter works only with the model it was trained for.",
        "Адаптер работает только с той моделью, для которой обучен.",
    ),
    "training.needs_gpu": (
        "Without a graphics card this model trains for many hours.",
        "Без видеокарты эта модель обучается много часов.",
    ),
    "training.absent": (
        "Not installed: {names}. The Models page brings them.",
        "Не установлено: {names}. Их можно получить на странице «Модели».",
    ),
    "training.no_base": (
        "No model that could be trained is installed. The Models page brings one.",
        "Не установлена ни одна модель для обучения. Получите её на странице «Модели».",
    ),
    "training.expert": ("Expert settings", "Настройки для знатоков"),
    "training.expert_lead": (
        "Empty fields are filled in by the goal.",
        "Пустые поля заполняет цель.",
    ),
    "training.steps": ("Steps", "Шаги"),
    "training.rank": ("Rank", "Ранг"),
    "training.rate": ("Learning rate", "Скорость обучения"),
    "training.resolution": ("Picture side, px", "Сторона картинки, px"),
    "training.batch": ("Pictures per step", "Картинок за шаг"),
    "training.text_encoder": ("Train the text encoder too", "Обучать и текстовый энкодер"),
    "training.text_encoder_help": (
        "Learns words better, forgets others sooner.",
        "Лучше учит слова, но быстрее забывает другие.",
    ),
    "training.auto": ("As the goal says", "Как велит цель"),
    "training.yes": ("Yes", "Да"),
    "training.no": ("No", "Нет"),
    "training.takes": (
        "About **{time}** on this machine ({steps} steps, {pace} s each).",
        "Около **{time}** на этой машине (шагов: {steps}, по {pace} с).",
    ),
    "training.unmeasured": (
        "How long it takes is not measured on this machine yet ({steps} steps); the first "
        "training measures it.",
        "Время на этой машине ещё не измерено (шагов: {steps}); его измерит первое обучение.",
    ),
    "training.missing_title": (
        "Give the adapter a name to start.",
        "Чтобы начать, назовите адаптер.",
    ),
    "training.missing_trigger": (
        "Choose a word to call it by to start.",
        "Чтобы начать, выберите слово для вызова.",
    ),
    "training.start": ("Start the training", "Начать обучение"),
    "training.file_name": ("File: {name}.safetensors", "Файл: {name}.safetensors"),
    # 4. The training itself
    "training.live": ("Progress", "Ход обучения"),
    "training.live_lead": (
        "It goes on while the page is closed, and can be stopped and resumed.",
        "Идёт и при закрытой странице; можно остановить и продолжить.",
    ),
    "training.live_first": (
        "Starts with the button of step 3.",
        "Начнётся по кнопке третьего шага.",
    ),
    "run_state.queued": ("Waiting", "В очереди"),
    "run_state.running": ("Training", "Обучается"),
    "run_state.stopping": ("Stopping", "Останавливается"),
    "run_state.stopped": ("Stopped", "Остановлено"),
    "run_state.finished": ("Finished", "Готово"),
    "run_state.failed": ("Failed", "Не удалось"),
    "phase.": ("Starting", "Начинаем"),
    "phase.unpack": ("Unpacking the pictures", "Распаковываем картинки"),
    "phase.pictures": ("Reading the pictures", "Читаем картинки"),
    "phase.captions": ("Proposing captions", "Предлагаем подписи"),
    "phase.load": ("Loading the model", "Загружаем модель"),
    "phase.cache": ("Preparing the pictures", "Готовим картинки"),
    "phase.train": ("Learning", "Учимся"),
    "phase.samples": ("Drawing samples", "Рисуем образцы"),
    "phase.save": ("Saving the adapter", "Сохраняем адаптер"),
    "training.queued": (
        "Waiting for another training to end.",
        "Ждём, пока закончится другое обучение.",
    ),
    "training.so_far": ("running for {time}", "идёт {time}"),
    "training.took": ("trained for {time}", "обучалось {time}"),
    "training.stop": ("Stop", "Остановить"),
    "training.stop_help": (
        "Stops after the step it is at; nothing is lost, it can be resumed.",
        "Останавливается после текущего шага; ничего не теряется, можно продолжить.",
    ),
    "training.stopping": ("Stopping", "Останавливаем"),
    "training.resume": ("Resume", "Продолжить"),
    "training.try": ("Try it", "Примерить"),
    "training.delete": ("Delete", "Удалить"),
    "training.delete_sure": (
        "Curves and samples are removed for good; a finished adapter stays.",
        "Кривые и образцы удаляются навсегда; готовый адаптер останется.",
    ),
    "training.samples": ("Samples", "Образцы"),
    "training.sample_step": ("After step", "После шага"),
    "training.sample_rows": (
        "From the top: your pictures, drawn without the adapter, drawn with it.",
        "Сверху вниз: ваши картинки, рисунки без адаптера, рисунки с ним.",
    ),
    "training.sample_alt": ("Samples after step {step}", "Образцы после шага {step}"),
    "training.losses": ("Losses", "Потери"),
    "training.losses_note": (
        "Falling is good. When the held-out line rises while the other falls, the adapter learns "
        "the pictures by heart: stop, or use an earlier step.",
        "Падение - это хорошо. Если линия отложенных картинок растёт, а другая падает, адаптер "
        "зубрит картинки: остановите обучение или возьмите более ранний шаг.",
    ),
    "training.metrics": ("Measures", "Показатели"),
    "training.no_copies": (
        "It draws new pictures and does not repeat yours.",
        "Он рисует новое и не повторяет ваши картинки.",
    ),
    "training.nearly_copies": (
        "A few samples come close to your pictures. If they should differ more, stop here.",
        "Некоторые образцы близки к вашим картинкам. Если нужно больше нового, остановитесь.",
    ),
    "training.copies": (
        "It has begun to copy your pictures. Stop, and use fewer steps or more pictures.",
        "Он начал копировать ваши картинки. Остановите и возьмите меньше шагов или больше "
        "картинок.",
    ),
    "training.copied": (
        "It copies your pictures. Use it at a lower weight, or train again with fewer steps or "
        "more pictures.",
        "Он копирует ваши картинки. Берите его с меньшим весом или обучите заново: меньше шагов "
        "или больше картинок.",
    ),
    "training.settings": ("Settings of this training", "Настройки этого обучения"),
    "metric.held_out_loss": ("Loss on held-out pictures", "Потери на отложенных картинках"),
    "metric.gradient_norm": ("Gradient norm", "Норма градиента"),
    "metric.weight_norm": ("Weight norm", "Норма весов"),
    "metric.image_similarity": ("Likeness to your pictures", "Сходство с вашими картинками"),
    "metric.image_similarity_note": (
        "How near the samples are to the set, by a network that took no part; more is nearer.",
        "Насколько образцы близки к набору, по сети, не участвовавшей в обучении; больше - ближе.",
    ),
    "metric.text_similarity": ("Follows the words", "Следует словам"),
    "metric.text_similarity_note": (
        "How well the samples show what the captions say; it should not fall much.",
        "Насколько образцы показывают сказанное в подписях; сильно падать не должно.",
    ),
    "metric.palette_overlap": ("Shared colours", "Общие цвета"),
    "metric.palette_overlap_note": (
        "How much of the samples' colours your pictures have too, 0 to 1.",
        "Какая доля цветов образцов есть и на ваших картинках, от 0 до 1.",
    ),
    "metric.copying": ("Copying", "Копирование"),
    "metric.copying_note": (
        "Share of the samples that nearly repeat one of your pictures; above 0.25 it copies.",
        "Доля образцов, почти повторяющих ваши картинки; выше 0,25 - копирование.",
    ),
    "metric.copy_overlap": ("Nearest shape", "Ближайшая форма"),
    "metric.copy_overlap_note": (
        "How far the samples' shapes coincide with those of the nearest pictures, on average.",
        "Насколько формы образцов в среднем совпадают с формами ближайших картинок.",
    ),
    "metric.dino": ("Likeness by DINO", "Сходство по DINO"),
    "metric.clip_i": ("Likeness by CLIP", "Сходство по CLIP"),
    "metric.clip_t": ("Follows the words, by CLIP", "Следует словам, по CLIP"),
    "metric.prior_loss": ("Loss on things of its kind", "Потери на предметах того же вида"),
    "metric.text_gradient_norm": (
        "Gradient norm of the text encoder",
        "Норма градиента текстового энкодера",
    ),
    "training.now": ("now {value}", "сейчас {value}"),
    "training.base_value": ("without the adapter {value}", "без адаптера {value}"),
}
