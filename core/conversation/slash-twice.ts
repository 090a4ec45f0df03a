/**
 * `//cost` is how one says `/cost` to an agent, whose CLI may have such a command: with one slash it is for
 * the channel itself. Any other text stays as it is. Pure.
 */
export const withoutSecondSlash = (text: string): string =>
  /^\/\/\w/.test(text) ? text.slice(1) : text;
