import { useEffect, useRef, useState } from 'preact/hooks';
import type { Api } from './api.ts';
import { followKeys } from './keys.ts';
import { KeysHelp } from './parts/keys-help.tsx';
import { TokenForm } from './parts/token-form.tsx';
import { addressOf, type Place, placeOf } from './place.ts';
import { useStore } from './store.ts';
import { AgentsView } from './views/agents-view.tsx';
import { ConversationView } from './views/conversation-view.tsx';
import { DeliveriesView } from './views/deliveries-view.tsx';
import { LogView } from './views/log-view.tsx';
import { OverviewView } from './views/overview-view.tsx';
import { WaterfallView } from './views/waterfall-view.tsx';

const SECTIONS: readonly { name: string; key: string; place: Place; views: Place['view'][] }[] = [
  {
    name: 'Agents',
    key: 'a',
    place: { view: 'agents' },
    views: ['agents', 'conversation', 'waterfall'],
  },
  { name: 'Overview', key: 'o', place: { view: 'overview', hours: 3 }, views: ['overview'] },
  {
    name: 'Deliveries',
    key: 'd',
    place: { view: 'deliveries', which: 'owed' },
    views: ['deliveries'],
  },
  { name: 'Log', key: 'l', place: { view: 'log' }, views: ['log'] },
];

/** The whole page: where one is, what the keys do, and whether the API is reached. */
export function App({ api }: { api: Api }) {
  const place = usePlace();
  const link = useStore(api.link);
  const [hasHelp, setHelp] = useState(false);
  useEffect(() => {
    const addresses = new Map(SECTIONS.map((each) => [each.key, addressOf(each.place)]));
    return followKeys({
      go: (key) => {
        const address = addresses.get(key);
        if (address !== undefined) location.hash = address;
      },
      help: () => setHelp(true),
    });
  }, []);
  const main = useRef<HTMLElement>(null);
  const was = useRef(place.view);
  useEffect(() => {
    const section = SECTIONS.find(({ views }) => views.includes(place.view));
    document.title = `${section?.name} · Orchestrator`;
    // Whoever does not see the page hears that there is another view, and goes on from its beginning.
    if (was.current !== place.view) main.current?.focus();
    was.current = place.view;
  }, [place.view]);
  return (
    <>
      <header>
        <button type="button" class="skip" onClick={() => main.current?.focus()}>
          To the content
        </button>
        <nav aria-label="Views">
          {SECTIONS.map(({ name, place: to, views }) => (
            <a
              key={name}
              href={addressOf(to)}
              {...(views.includes(place.view) && { 'aria-current': 'page' as const })}
            >
              {name}
            </a>
          ))}
        </nav>
        <p role="status" class={`link ${link}`}>
          {LINK_WORDS[link]}
        </p>
        <button type="button" class="plain" onClick={() => setHelp(true)}>
          Keys
        </button>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        {link === 'token' ? <TokenForm api={api} /> : <View api={api} place={place} />}
      </main>
      {hasHelp && <KeysHelp close={() => setHelp(false)} />}
    </>
  );
}

const LINK_WORDS = { well: '', lost: 'Connection lost; it is tried again', token: '' } as const;

function View({ api, place }: { api: Api; place: Place }) {
  switch (place.view) {
    case 'agents':
      return <AgentsView api={api} />;
    case 'conversation':
      return <ConversationView key={place.agent} api={api} agent={place.agent} at={place.at} />;
    case 'waterfall':
      return <WaterfallView key={place.sequence} api={api} sequence={place.sequence} />;
    case 'deliveries':
      return <DeliveriesView api={api} which={place.which} />;
    case 'overview':
      return <OverviewView api={api} hours={place.hours} />;
    case 'log':
      return <LogView api={api} at={place.at} />;
  }
}

function usePlace(): Place {
  const [place, setPlace] = useState(() => placeOf(location.hash));
  useEffect(() => {
    const moved = () => setPlace(placeOf(location.hash));
    window.addEventListener('hashchange', moved);
    return () => window.removeEventListener('hashchange', moved);
  }, []);
  return place;
}
