/**
 * CloudEvents 1.0 over NATS in binary mode: the attributes are headers, the payload is the data
 * (CloudEvents NATS protocol binding, section 3.1). This file needs no zod: an agent's `answer`
 * builds its event with it.
 */
export interface EventAttributes {
  /** `ce-id`, and what `Nats-Msg-Id` is made of: derived from the cause wherever one is known. */
  id: string;
  type: string;
  /** Who states it, such as `orchestrator/spawner` or `orchestrator/agent/agent-…`. */
  source: string;
  /** RFC 3339, UTC, milliseconds. */
  time: string;
  /** The user message that it all began with. */
  correlationId?: string | undefined;
  /** The event that directly led to this one. */
  causationId?: string | undefined;
  traceparent?: string | undefined;
}

/** The version of an event's data, the last part of `ce-dataschema`. */
export const SCHEMA_VERSION = 1;

export const dataSchemaUri = (type: string, version = SCHEMA_VERSION): string =>
  `urn:orchestrator:${type}:v${version}`;

/** The version in a `ce-dataschema`, 1 where there is none. */
export function schemaVersion(uri: string | undefined): number {
  const version = /:v(\d+)$/.exec(uri ?? '')?.[1];
  return version === undefined ? 1 : Number(version);
}

/** The attributes as header name and value, in the order in which a reader wants to see them. */
export function toHeaders(event: EventAttributes): [string, string][] {
  const pairs: [string, string | undefined][] = [
    ['ce-specversion', '1.0'],
    ['ce-type', event.type],
    ['ce-id', event.id],
    ['ce-source', event.source],
    ['ce-time', event.time],
    ['ce-dataschema', dataSchemaUri(event.type)],
    ['ce-correlationid', event.correlationId],
    ['ce-causationid', event.causationId],
    ['traceparent', event.traceparent],
  ];
  return pairs.filter((pair): pair is [string, string] => pair[1] !== undefined);
}
