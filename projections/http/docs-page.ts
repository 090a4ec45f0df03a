import type { HttpRoute } from '../../schemas/http/http-route.ts';
import { HTTP_ROUTES } from '../../schemas/http/http-routes.ts';
import { openApi, problemCodes } from '../../schemas/http/openapi.ts';

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
h2{margin-top:2.5rem;font-size:1rem}code,pre{font:13px ui-monospace,monospace}
pre{background:#8882;padding:.7rem;overflow:auto}table{border-collapse:collapse}
td,th{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0}:root{color-scheme:light dark}`;

/** The API as a page to read: of one piece, it asks nobody for anything. Pure. */
export function docsPage(): string {
  // As `openApi` makes it, of these very routes.
  const paths = openApi().paths as Record<string, Record<string, Record<string, unknown>>>;
  const routes = Object.entries<HttpRoute>(HTTP_ROUTES).map(([name, route]) =>
    section(name, route, paths[route.path]?.[route.method.toLowerCase()] ?? {}),
  );
  const codes = problemCodes().map(
    ({ code, status, meaning, cure }) =>
      `<tr id="${code}"><td><code>${code}</code><td>${status}<td>${html(meaning)}<td>${html(cure)}`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Orchestrator: HTTP API</title>
<style>${STYLE}</style><h1>Orchestrator: HTTP API</h1>
<p>Also as <a href="/openapi.json">OpenAPI 3.1</a>. Errors are problems (RFC 9457) with a code and a cure.
A token comes as <code>Authorization: Bearer …</code>.</p>
${routes.join('\n')}
<h2>Problems</h2><table><tr><th>code<th>status<th>meaning<th>cure${codes.join('\n')}</table></html>`;
}

function section(name: string, route: HttpRoute, operation: Record<string, unknown>): string {
  const { method, path, scope, summary, details, other = [] } = route;
  const parameters = (operation.parameters ?? []) as {
    name: string;
    in: string;
    description?: string;
  }[];
  const rows = parameters.map(
    (each) => `<tr><td><code>${each.name}</code><td>${each.in}<td>${html(each.description ?? '')}`,
  );
  const body = route.body && `<pre>${html(JSON.stringify(operation.requestBody, null, 1))}</pre>`;
  return `<h2 id="${name}"><code>${method} ${html(path)}</code></h2>
<p>${html(summary)} ${html(details ?? '')} <small>scope: ${scope}</small></p>
${rows.length > 0 ? `<table>${rows.join('')}</table>` : ''}
${other.map(({ type, when }) => `<p><code>${type}</code> ${html(when)}</p>`).join('')}${body ?? ''}`;
}

const html = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
