import { NODES_BUCKET } from './node-lease.ts';

/** How far agents' output is stored: `spawner/output-marks.ts`. */
export const OUTPUT_MARKS_BUCKET = 'output-marks';

/** Credentials of workers: `platform/nats/worker-register.ts`. */
export const WORKERS_BUCKET = 'workers';

/** What was archived of EVENTS: `core/log/archive-bucket.ts`. */
export const EVENTS_ARCHIVE = 'EVENTS_ARCHIVE';

/** The stream in which NATS keeps an object store (ADR-20). */
export const objectStream = (bucket: string): string => `OBJ_${bucket}`;

/** The stream in which NATS keeps a bucket (ADR-8). */
export const bucketStream = (bucket: string): string => `KV_${bucket}`;

/** The streams of all buckets of the system; each is made by who needs it first. */
export const BUCKET_STREAMS = [
  ...[NODES_BUCKET, OUTPUT_MARKS_BUCKET, WORKERS_BUCKET].map(bucketStream),
  objectStream(EVENTS_ARCHIVE),
];
