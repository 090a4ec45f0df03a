import { render } from 'preact';
import { Api } from './api.ts';
import { App } from './app.tsx';

const root = document.getElementById('console');
if (root !== null) render(<App api={new Api()} />, root);
