export function renderInstructions(_allowedTools: readonly string[] | undefined): string {
  return '';
}
