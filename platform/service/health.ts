/** One thing that a service needs or does, and whether it is well. */
export interface HealthCheck {
  name: string;
  ok: boolean;
  /** For people: what is the case, and where it is not well what to do. */
  detail: string;
  /** When this last changed, RFC 3339; the detail alone does not count. */
  since: string;
  /** The service is well; an operator is to see the reason all the same. */
  notable?: true;
}

/** What a service says of its own parts. In memory: it is about now, and the log about the past. */
export class Health {
  readonly #checks = new Map<string, HealthCheck>();
  readonly #clock: () => Date;

  constructor(clock: () => Date = () => new Date()) {
    this.#clock = clock;
  }

  /** States how a part is; cheap enough to be called at every change. */
  report(name: string, ok: boolean, detail: string, notable = false): void {
    const known = this.#checks.get(name);
    const isAsBefore = known?.ok === ok && (known.notable ?? false) === notable;
    const since = isAsBefore ? known.since : this.#clock().toISOString();
    this.#checks.set(name, { name, ok, detail, since, ...(notable && { notable }) });
  }

  /** How many parts are not well. */
  get failing(): number {
    return [...this.#checks.values()].filter(({ ok }) => !ok).length;
  }

  /** Every part, by name. */
  checks(): HealthCheck[] {
    return [...this.#checks.values()].toSorted((a, b) => a.name.localeCompare(b.name));
  }
}
