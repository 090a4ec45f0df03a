import { ApiProblem } from '../api.ts';

/** What went wrong, and what can be done. */
export function Trouble({ error }: { error: Error | undefined }) {
  if (error === undefined) return null;
  return (
    <p role="alert" class="trouble">
      {error.message} {error instanceof ApiProblem ? error.cure : ''}
    </p>
  );
}
