import { type Counted, CountedReader } from './counted-reader.ts';

/** What the bench asks: `report`, or that the last reader does nothing for a while. */
export type Asked = 'report' | 'stall' | 'go-on';

// The readers of a bench in a process of their own, so that what they take is not the API's.
const [urlFile = '', path = '', readers = '0', after = '0'] = process.argv.slice(2);
const all = Array.from(
  { length: Number(readers) },
  () => new CountedReader(urlFile, path, Number(after)),
);
for (const reader of all) void reader.run();

process.on('message', (asked: Asked) => {
  if (asked === 'stall') all.at(-1)?.stall();
  if (asked === 'go-on') all.at(-1)?.goOn();
  const report: Counted[] = all.map(({ counted }) => counted);
  process.send?.(report);
});
process.once('disconnect', () => process.exit());
