/** So many milliseconds after an instant, as the log writes instants. */
export const later = (from: Date | string, ms: number): string =>
  new Date(new Date(from).getTime() + ms).toISOString();
