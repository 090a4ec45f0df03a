import { useState } from 'preact/hooks';
import type { Api } from '../api.ts';
import { AgentControls } from '../parts/agent-controls.tsx';
import { Entries } from '../parts/entries.tsx';
import { Jobs } from '../parts/jobs.tsx';
import { LogPane } from '../parts/log-pane.tsx';
import { Said } from '../parts/said.tsx';
import { Share } from '../parts/share.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { WriteForm } from '../parts/write-form.tsx';
import { sharedConversation } from '../shared-page.ts';
import { useConversation } from '../use-conversation.ts';
import { usePolled } from '../use-polled.ts';

const EVERY_MS = 3_000;

/** What is said between an agent and people, beside what it prints; and what one can do about it. */
export function ConversationView(props: { api: Api; agent: string; at: number | undefined }) {
  const { api, agent, at } = props;
  const path = `/agents/${encodeURIComponent(agent)}` as const;
  const { value, error } = usePolled(path, EVERY_MS, (signal) =>
    api.get('getAgent', path, { signal }),
  );
  const { conversation, version, lost } = useConversation(api, agent);
  const [hasLog, setLog] = useState(true);
  const name = value?.names?.[0] ?? agent;
  return (
    <div class={hasLog ? 'conversation with-log' : 'conversation'}>
      <section aria-labelledby="title" class="talk">
        <h1 id="title">
          <Said text={name} /> <small>{value?.phase}</small>
        </h1>
        <div class="bar">
          <AgentControls api={api} path={path} agent={value} />
          <Share
            name={`conversation-${agent}`}
            page={(what) => sharedConversation(name, conversation.entries, what)}
          />
          <button type="button" aria-pressed={hasLog} onClick={() => setLog(!hasLog)}>
            Log
          </button>
        </div>
        <Trouble error={error} />
        <p role="status" class="lost">
          {lost === undefined ? '' : `Nothing comes at the moment: ${lost}`}
        </p>
        <Entries api={api} path={path} conversation={conversation} version={version} at={at} />
        <Jobs api={api} agentId={value?.agentId} version={version} />
        <WriteForm api={api} path={path} />
      </section>
      {hasLog && <LogPane api={api} agent={agent} />}
    </div>
  );
}
