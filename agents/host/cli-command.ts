/** Whether a message calls a command of the CLI itself, such as `/cost`; a path is none. Pure. */
export const isCliCommand = (text: string): boolean => /^\/[a-z][\w:-]*(\s|$)/i.test(text);
