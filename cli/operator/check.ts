/** What `doctor` found out about one thing. */
export interface Check {
  name: string;
  /** `missing`: less works without it. `wrong`: the system does not work so. */
  state: 'ok' | 'missing' | 'wrong';
  detail: string;
}

export const ok = (name: string, detail: string): Check => ({ name, state: 'ok', detail });
export const missing = (name: string, detail: string): Check => ({
  name,
  state: 'missing',
  detail,
});
export const wrong = (name: string, detail: string): Check => ({ name, state: 'wrong', detail });
