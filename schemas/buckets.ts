import { NODES_BUCKET } from './node-lease.ts';

/** How far agents' output is stored: `spawner/output-marks.ts`. */
export const OUTPUT_MARKS_BUCKET = 'output-marks';

/** The stream in which NATS keeps a bucket (ADR-8). */
export const bucketStream = (bucket: string): string => `KV_${bucket}`;

/** The streams of all buckets of the system; each is made by who needs it first. */
export const BUCKET_STREAMS = [NODES_BUCKET, OUTPUT_MARKS_BUCKET].map(bucketStream);
