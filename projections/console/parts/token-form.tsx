import { useState } from 'preact/hooks';
import type { Api } from '../api.ts';

/** Asks for the token that the API wants. */
export function TokenForm({ api }: { api: Api }) {
  const [token, setToken] = useState('');
  const given = (event: Event) => {
    event.preventDefault();
    if (token.trim() !== '') api.setToken(token.trim());
  };
  return (
    <form class="token" onSubmit={given}>
      <h1>This API wants a token</h1>
      <label>
        Token
        <input
          type="password"
          autocomplete="off"
          data-write
          value={token}
          onInput={({ currentTarget }) => setToken(currentTarget.value)}
        />
      </label>
      <p>
        One of <code>orchestrator token create</code>, <code>ORCHESTRATOR_HTTP_TOKEN</code>, or what{' '}
        <code>auth/http.token</code> of the data folder holds. This tab keeps it until it is closed.
      </p>
      <button type="submit">Use it</button>
    </form>
  );
}
