import type { ErrorCode } from '../../schemas/errors.ts';

/** What to do about an error, where it is met in a chat. Codes that are not here keep their own cure. */
export type Cures = Partial<Record<ErrorCode, string>>;

export const englishCures: Cures = {
  ORC_AGENT_CRASHED: 'Send the message again; /logs shows what it said last.',
  ORC_QUEUE_FULL:
    'Send it again when the agent has done some of it; /interrupt ends what it does now.',
  ORC_NO_ANSWER: 'Ask again in other words; /logs shows what it did.',
  ORC_MODEL_ERROR: 'Send the message again; /logs shows what the model said.',
  ORC_MODEL_LOGIN:
    'Whoever runs this bot has to renew the login of the agent; then /new starts one with it.',
  ORC_START_FAILED: 'Try /new once more; if it stays so, tell whoever runs this bot.',
  ORC_UNKNOWN_KIND: '/new with a name that is none lists the kinds.',
  ORC_AGENT_NOT_FOUND: '/agents lists yours.',
  ORC_TURN_DEADLINE: 'An answer that still comes is delivered; /interrupt ends what it does.',
  ORC_TTL: 'Send the message again: the agent goes on with it. /extend gives one more time.',
  ORC_AGENT_ENDED: 'Send the message again: the agent goes on with it.',
  ORC_NOT_RESUMABLE: '/new begins another one, /resume lists yours.',
  ORC_NOT_FORKABLE: 'Wait until the agent is done, or reply with /fork to an earlier message.',
  ORC_TURN_NOT_FOUND: 'Wait until the agent has taken the message, or reply to another one.',
  ORC_TIMED_OUT: 'Try again in a moment; /status says what your agent does.',
  ORC_NOT_REACHABLE: 'Try again in a moment; if it stays so, tell whoever runs this bot.',
  ORC_TOO_LARGE: 'Shorten it, or send it as a file.',
  ORC_EMPTY: 'Write what is to be done.',
  ORC_AGENT_BUSY: 'Wait until it is done, or /interrupt it.',
  ORC_NO_CHANGES: 'There is something after the agent’s first turn in a project.',
  ORC_PROJECT_NOT_READY: '/projects says how it is with it.',
};

export const russianCures: Cures = {
  ORC_AGENT_CRASHED: 'Отправьте сообщение ещё раз; /logs покажет, что агент напечатал последним.',
  ORC_QUEUE_FULL:
    'Отправьте ещё раз, когда агент справится с частью; /interrupt прервёт то, что он делает сейчас.',
  ORC_NO_ANSWER: 'Спросите другими словами; /logs покажет, что он делал.',
  ORC_MODEL_ERROR: 'Отправьте сообщение ещё раз; /logs покажет, что ответила модель.',
  ORC_MODEL_LOGIN:
    'Вход агента должен обновить тот, у кого работает этот бот; затем /new запустит нового.',
  ORC_START_FAILED:
    'Попробуйте /new ещё раз; если не поможет, сообщите тому, у кого работает этот бот.',
  ORC_UNKNOWN_KIND: '/new с неизвестным именем покажет виды.',
  ORC_AGENT_NOT_FOUND: '/agents покажет ваших.',
  ORC_TURN_DEADLINE: 'Ответ, который ещё придёт, будет доставлен; /interrupt прервёт работу.',
  ORC_AGENT_ENDED: 'Отправьте сообщение ещё раз: агент продолжит с ним.',
  ORC_NOT_RESUMABLE: '/new начнёт другую, /resume покажет ваши.',
  ORC_TTL: 'Отправьте сообщение ещё раз: агент продолжит с ним. /extend продлевает жизнь.',
  ORC_NOT_FORKABLE: 'Подождите, пока агент закончит, или ответьте /fork на более раннее сообщение.',
  ORC_TURN_NOT_FOUND: 'Подождите, пока агент возьмёт сообщение, или ответьте на другое.',
  ORC_TIMED_OUT: 'Попробуйте чуть позже; /status покажет, чем занят агент.',
  ORC_NOT_REACHABLE:
    'Попробуйте чуть позже; если не поможет, сообщите тому, у кого работает этот бот.',
  ORC_TOO_LARGE: 'Сократите или отправьте файлом.',
  ORC_EMPTY: 'Напишите, что нужно сделать.',
  ORC_AGENT_BUSY: 'Подождите, пока он закончит, или прервите: /interrupt.',
  ORC_NO_CHANGES: 'Появится после первого хода агента в проекте.',
  ORC_UNKNOWN_CHANGES: 'Напишите агенту: в конце его хода они сохранятся; затем /undo.',
  ORC_PROJECT_NOT_READY: '/projects покажет, что с ним.',
};
