import type { RouteName } from '../../../../schemas/http/http-routes.ts';
import type { ApiClient, Asked } from './api-client.ts';

export interface HeardEvent {
  id: string;
  event: string;
  data: unknown;
}

/** What a server-sent stream says, parsed as EventSource does, until whoever reads it leaves. */
export async function* eventsOf(response: Response): AsyncGenerator<HeardEvent> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const fields = new Map(
        text
          .slice(0, end)
          .split('\n')
          .map((line): [string, string] => {
            const colon = line.indexOf(': ');
            return [line.slice(0, colon), line.slice(colon + 2)];
          }),
      );
      text = text.slice(end + 2);
      const data = fields.get('data');
      const [id = '', event = 'message'] = [fields.get('id'), fields.get('event')];
      if (data !== undefined) yield { id, event, data: JSON.parse(data) };
    }
  }
}

/** The events of a followed route until `isLast`, that one included; it leaves then. */
export async function followed(
  api: ApiClient,
  name: RouteName,
  asked: Asked & { isLast: (data: unknown, count: number) => boolean; lastEventId?: string },
): Promise<HeardEvent[]> {
  const { isLast, lastEventId, ...rest } = asked;
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  const response = await api.fetch(name, {
    ...rest,
    query: { ...rest.query, follow: 'true' },
    headers,
  });
  const heard: HeardEvent[] = [];
  for await (const event of eventsOf(response)) {
    heard.push(event);
    if (isLast(event.data, heard.length)) break;
  }
  return heard;
}
