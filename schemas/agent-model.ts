/**
 * A model as its provider or CLI names it: `gpt-5.4`, `opus[1m]`, `custom:mine`, `anthropic/claude-opus`.
 * It becomes an argument of the CLI, so it begins with no dash.
 */
const MODEL = /^[A-Za-z0-9][A-Za-z0-9._:/@+[\]-]{0,99}$/;

export const NO_MODEL_NAME =
  'a model is 1 to 100 letters, digits or . _ : / @ + - [ ] and begins with a letter or digit';

export const isModelName = (text: string): boolean => MODEL.test(text);

/** How hard a model is to think: each CLI takes some of these, and says which. */
const EFFORT = /^[a-z]{1,20}$/;

export const NO_EFFORT = 'an effort is one word of small letters, such as low, medium or high';

export const isEffort = (text: string): boolean => EFFORT.test(text);
