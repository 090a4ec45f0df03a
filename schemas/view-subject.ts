import type { ViewName } from './views.ts';

/** The subject on which a view is asked for. */
export const viewSubject = (name: ViewName): string => `views.${name}`;
