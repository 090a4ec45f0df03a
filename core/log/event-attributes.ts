/** The attributes of an event that say what it is, as they stand in its headers (CloudEvents 1.0, and our own). */
export const EVENT_ATTRIBUTES = [
  'ce-specversion',
  'ce-type',
  'ce-id',
  'ce-source',
  'ce-time',
  'ce-dataschema',
  'ce-correlationid',
  'ce-causationid',
  'traceparent',
] as const;
