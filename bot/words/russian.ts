import type { Words } from './words.ts';

export const russian: Words = {
  commands: {
    help: 'Что я умею',
    status: 'Чем занят ваш агент',
    new: 'Запустить нового агента',
    agents: 'Ваши агенты и переключение между ними',
    mode: 'Что делает сообщение, пока агент занят',
    logs: 'Последние строки, которые напечатал агент',
    interrupt: 'Прервать то, что делает агент',
    stop: 'Остановить агента',
    extend: 'Продлить жизнь агента',
    users: 'Кто может со мной говорить',
    allow: 'Разрешить кому-то говорить со мной',
    deny: 'Запретить кому-то говорить со мной',
    broadcast: 'Сказать что-то всем',
  },
  welcome:
    'Здравствуйте! Напишите, что нужно сделать, и ваш агент возьмётся за работу. Файлы и фотографии попадают в его рабочую папку.\n\n/help покажет остальное.',
  help: (lines) => `**Что я умею**\n\n${lines}`,
  perhapsRepeated: '🔁 Возможно, повтор:',
  otherAgent: (agentId) => `[${agentId}]`,
  failed: (reason, cure) => `⚠️ ${reason}. ${cure}`,
  notTaken: (reason, cure) => `⚠️ Сообщение не принято: ${reason}. ${cure}`,
  newAgent: (previous) =>
    `🆕 ${previous} завершился; сообщение принял новый агент, он не знает, что было раньше.`,
  tooFast: (perMinute) =>
    `⏱ Слишком быстро: я принимаю ${perMinute} сообщений в минуту. Остальное, что вы пришлёте в эту минуту, не принимается.`,
  notHandled: (reason) => `⚠️ Не получилось: ${reason}`,
  onlyText: 'Я понимаю текст, файлы, фото, голос и видео. Это передать не могу.',
  nobodyKnown:
    'Вы пишете от имени группы или канала, и я не знаю, кто вы. Напишите от своего имени.',
  unknownCommand: (name) =>
    `У меня нет команды /${name}; мои — в /help. Если она для агента, отправьте её с двумя косыми чертами: \`//${name}\``,
  editedCommand: (name) =>
    `Исправленные команды я не выполняю. Отправьте \`/${name}\` новым сообщением.`,
  fileNotFetched: (names) =>
    `⚠️ ${names} не удалось получить из Telegram (боту доступны файлы до 20 МБ). Пришлите ещё раз или меньше.`,
  filesArrived: (paths) =>
    paths.length === 1
      ? `Пользователь прислал файл. Он в рабочей папке: ${paths[0]}`
      : `Пользователь прислал файлы (${paths.length}). Они в рабочей папке:\n${paths.map((path) => `- ${path}`).join('\n')}`,
  filesMissing: (names) =>
    `Файл от пользователя не удалось получить, и он об этом знает: ${names.join(', ')}`,
  inReplyTo: (name) => `В ответ на сообщение от ${name}:`,
  inReplyToBot: 'В ответ на это сообщение бота:',
  forwardedFrom: (name) => `Переслано от ${name}:`,
  fileNotSent: (name) => `⚠️ Telegram не принял файл ${name}.`,
  fileNotKept: (name) => `⚠️ Файл ${name} больше не хранится.`,
  notShown: (reason) => `⚠️ Сообщение для вас не удалось показать: ${reason}.`,
  noAgent: 'Сейчас у вас нет агента. Следующее сообщение запустит его.',
  created: (agentId, kind) =>
    `🆕 ${agentId} (${kind}) запускается; ваши сообщения теперь идут ему.`,
  unknownKind: (kind, kinds) => `Нет вида «${kind}». Виды: ${kinds}.`,
  agentsTitle: '**Ваши агенты** — нажмите, чтобы говорить с ним:',
  switched: (agentId) => `Ваши сообщения теперь идут ${agentId}.`,
  alreadyAnswered: 'На это уже отвечено.',
  chosen: (choice) => `✅ ${choice}`,
  noQuestion: 'Этого вопроса я больше не знаю.',
  modeIs: (mode) => `Пока агент работает, ваше сообщение: **${mode}**. Выберите:`,
  modes: {
    join: 'присоединяется к его работе',
    wait: 'ждёт, пока он закончит',
    interrupt: 'прерывает его работу',
  },
  interrupting: '✋ Прерываю.',
  stopping: '⏹ Останавливаю.',
  extended: (ttl) => `⏳ Продлено: ещё ${ttl}.`,
  usage: (line) => `Использование: \`${line}\``,
  noLogs: 'Пока он ничего не напечатал.',
  status: {
    idle: 'свободен',
    working: (since) => `работает ${since}`,
    phase: (phase) => PHASES[phase] ?? phase,
    queued: (count) => `в очереди: ${count}`,
    left: (ttl) => `осталось жить ${ttl}`,
  },
  usersTitle: '**Кто может со мной говорить**',
  knocked: '**Отказано с момента запуска**',
  allowed: (id) => `✅ ${id} может со мной говорить.`,
  denied: (id) => `🚫 ${id} больше не может со мной говорить.`,
  cannotDeny: 'Администраторы заданы в настройках, здесь их не убрать.',
  broadcastSent: (count) => `📣 Отправляю: ${count}.`,
  adminsOnly: 'Это могут только администраторы.',
};

const PHASES: Record<string, string> = {
  requested: 'запрошен',
  starting: 'запускается',
  ready: 'готов',
  stopping: 'останавливается',
  ended: 'завершён',
};
