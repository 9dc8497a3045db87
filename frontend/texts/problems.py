"""What can go wrong: the cause, then the next step."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, tuple[str, str]] = {
    "error.retry": ("Try again", "Попробовать снова"),
    "error.details": ("Details", "Подробности"),
    "error.request_id": ("Request id", "Номер запроса"),
    "error.job_id": ("Job id", "Номер задания"),
    "error.unreachable": (
        "The logo service does not answer. Wait a few seconds and try again; nothing is lost.",
        "Сервис не отвечает. Подождите несколько секунд и попробуйте снова; ничего не потеряно.",
    ),
    "error.timeout": (
        "The logo service takes too long to answer. Try again in a moment; nothing is lost.",
        "Сервис слишком долго не отвечает. Попробуйте снова чуть позже; ничего не потеряно.",
    ),
    "error.garbage": (
        "The logo service gave an answer that cannot be understood. Try again; if it stays so, "
        "check that the address and version of the service are right.",
        "Сервис дал непонятный ответ. Попробуйте снова; если не поможет, "
        "проверьте адрес и версию сервиса.",
    ),
    "error.queue-full": (
        "Too many jobs are waiting right now. Try again in {seconds} s.",
        "Сейчас слишком много заданий в очереди. Попробуйте снова через {seconds} с.",
    ),
    "error.too-many-jobs": (
        "As many of your jobs are waiting as one key may have. Wait for some of them, or cancel "
        "some; then try again.",
        "В очереди уже столько ваших заданий, сколько допускает один ключ. Дождитесь некоторых "
        "из них или отмените лишние и попробуйте снова.",
    ),
    "error.too-many-requests": (
        "That was too much at once for the service. Try again in {seconds} s; nothing is lost.",
        "Слишком много запросов сразу. Попробуйте снова через {seconds} с; ничего не потеряно.",
    ),
    "error.key-missing": (
        "The service asks for an API key, and these pages have none. Put one into the setting "
        "LOGO_UI__API_KEY and start the pages again, or ask your administrator.",
        "Сервис требует ключ API, а у этих страниц его нет. Укажите ключ в настройке "
        "LOGO_UI__API_KEY и перезапустите страницы или обратитесь к администратору.",
    ),
    "error.key-invalid": (
        "The service does not accept the API key of these pages: it is wrong, was revoked or has "
        "expired. Put a valid one into the setting LOGO_UI__API_KEY and start the pages again, or "
        "ask your administrator.",
        "Сервис не принимает ключ API этих страниц: он неверен, отозван или истёк. Укажите "
        "действующий в настройке LOGO_UI__API_KEY и перезапустите страницы или обратитесь "
        "к администратору.",
    ),
    "error.scope-missing": (
        "The API key of these pages is not for this. The details name the scope that it lacks; "
        "ask your administrator for a key that has it.",
        "Ключ API этих страниц для этого не подходит. Недостающее право названо в подробностях; "
        "попросите у администратора ключ с этим правом.",
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
        "A step of this job failed. Try again; for pictures, other drafts or a lower intensity "
        "often help.",
        "Один из шагов задания не удался. Попробуйте снова; для картинок часто помогают "
        "другие эскизы или меньшая интенсивность.",
    ),
    "error.invalid-output": (
        "The model gave an unusable picture twice. Try again with another seed.",
        "Модель дважды дала негодную картинку. Попробуйте снова с другим зерном.",
    ),
    "error.crashed-worker": (
        "The process that does the work stopped twice on this request. Change it a little and "
        "try again.",
        "Рабочий процесс дважды остановился на этом запросе. Измените его немного "
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
    "error.no-recipe": (
        "This file carries no settings of a logo. Choose a PNG that was made and downloaded here "
        "and not changed since; screenshots and messengers take the settings out.",
        "В этом файле нет настроек логотипа. Выберите PNG, который создан и скачан здесь "
        "и не менялся с тех пор; снимки экрана и мессенджеры настройки удаляют.",
    ),
    "error.unknown-lora": (
        "This adapter is no longer there. Choose another one and try again.",
        "Этого адаптера больше нет. Выберите другой и попробуйте снова.",
    ),
    "error.lora-incompatible": (
        "This adapter (LoRA) cannot be used here. The details say why; choose another file or "
        "take it out.",
        "Этот адаптер (LoRA) здесь не подходит. Причина указана в подробностях; выберите другой "
        "файл или уберите его.",
    ),
    "error.text-not-settable": (
        "These letters cannot be set in type. The details name them; write the name without them.",
        "Эти буквы нельзя набрать шрифтом. Они названы в подробностях; напишите название без них.",
    ),
    "error.no-vector-form": (
        "This picture is too intricate for a clean vector file. Take the PNG, or choose flat "
        "colours.",
        "Картинка слишком сложна для чистого векторного файла. Возьмите PNG или выберите плоские "
        "цвета.",
    ),
    "error.kit-not-found": (
        "This brand kit is no longer on the server. Make it again.",
        "Этого комплекта больше нет на сервере. Соберите его снова.",
    ),
    "error.name-taken": (
        "Something else has this name already. Choose another name and try again.",
        "Такое название уже занято. Выберите другое и попробуйте снова.",
    ),
    "error.in-use": (
        "It is in use right now. Stop what uses it, or wait for its end, then try again.",
        "Сейчас это занято. Остановите то, что его использует, или дождитесь конца, "
        "и попробуйте снова.",
    ),
    "error.set-not-found": (
        "This set of pictures is no longer on the server. Choose or create another one.",
        "Этого набора картинок больше нет на сервере. Выберите или создайте другой.",
    ),
    "error.picture-not-found": (
        "This picture is no longer in the set. Reload the page.",
        "Этой картинки больше нет в наборе. Обновите страницу.",
    ),
    "error.run-not-found": (
        "This training is no longer on the server. Open another one or start a new one.",
        "Этого обучения больше нет на сервере. Откройте другое или начните новое.",
    ),
    "error.tryout-not-found": (
        "This adapter was not tried on yet. Press the button to start.",
        "Этот адаптер ещё не примеряли. Нажмите кнопку, чтобы начать.",
    ),
    "error.set-unready": (
        "The pictures cannot be trained on yet. The details say what is missing; mend it and "
        "check them again.",
        "По этим картинкам пока нельзя обучать. Чего не хватает, сказано в подробностях; "
        "исправьте и проверьте их снова.",
    ),
    "error.payload-too-large": (
        "The file is too large. Choose a smaller one or send fewer at once.",
        "Файл слишком велик. Выберите поменьше или отправьте меньше файлов за раз.",
    ),
    "error.job-not-found": (
        "This job is no longer on the server. Start again; nothing else is lost.",
        "Этого задания больше нет на сервере. Начните заново; остальное на месте.",
    ),
    "error.image-not-found": (
        "This picture is no longer on the server. Choose or create another one.",
        "Этой картинки больше нет на сервере. Выберите или создайте другую.",
    ),
    "error.unreadable-image": (
        "This file cannot be used as a picture. Choose a PNG, JPEG or WEBP of at most 10 MB and "
        "16 million pixels.",
        "Этот файл не годится как картинка. Выберите PNG, JPEG или WEBP до 10 МБ и 16 миллионов "
        "пикселей.",
    ),
    "error.dataset-not-found": (
        "This data set is no longer on the server. Reload the list and choose another one.",
        "Этого набора данных больше нет на сервере. Обновите список и выберите другой.",
    ),
    "error.dataset-schema-mismatch": (
        "The file lacks the columns a data set needs: `image` with the pictures and `text` with "
        "the captions. The details say what was found; correct the file and upload it again.",
        "В файле нет нужных столбцов: `image` с картинками и `text` с подписями. В подробностях "
        "сказано, что найдено; исправьте файл и загрузите его снова.",
    ),
    "error.dataset-unreadable": (
        "The file cannot be read as a data set. The details say why; save it anew as a whole, "
        "unencrypted parquet file and upload it again.",
        "Файл не удаётся прочитать как набор данных. Причина указана в подробностях; сохраните его "
        "заново целым незашифрованным файлом parquet и загрузите снова.",
    ),
    "error.upload-offset-mismatch": (
        "The upload lost its place. Choose the same file again; it goes on where it stopped.",
        "Загрузка сбилась. Выберите тот же файл ещё раз: она продолжится с места остановки.",
    ),
    "error.report-not-found": (
        "This data set has not been analysed yet. Start the analysis.",
        "Этот набор данных ещё не проанализирован. Запустите анализ.",
    ),
    "error.history-not-found": (
        "There are no training curves for this model. Choose another model.",
        "Для этой модели нет кривых обучения. Выберите другую модель.",
    ),
    "error.not-removable": (
        "This lies in a folder of the server that the page leaves alone. Remove its file there.",
        "Это лежит в папке сервера, которую страница не трогает. Удалите файл там.",
    ),
    "error.already-present": (
        "This model is already installed. Reload the page to see it.",
        "Эта модель уже установлена. Обновите страницу, чтобы увидеть её.",
    ),
    "error.network-unavailable": (
        "The download failed. Check the server's connection and try again; it goes on where it "
        "stopped.",
        "Скачать не удалось. Проверьте соединение сервера и попробуйте снова: загрузка "
        "продолжится с места остановки.",
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
