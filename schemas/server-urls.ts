/**
 * The servers of a setting that names one, or several of one cluster separated by commas: whoever
 * connects goes to one that answers.
 *
 * @example serverUrls('nats://a:4222, nats://b:4222'); // ['nats://a:4222', 'nats://b:4222']
 */
export const serverUrls = (text: string): string[] =>
  text
    .split(',')
    .map((url) => url.trim())
    .filter((url) => url !== '');
