import { isVisible } from '../../schemas/visible-text.ts';

/** Whether there are 1 to 100 characters of it, blanks around it aside, and all can be seen. */
export function isProjectName(text: string): boolean {
  const { length } = text.trim();
  return length >= 1 && length <= 100 && isVisible(text.trim());
}
