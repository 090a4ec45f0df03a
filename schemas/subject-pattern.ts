/** Where events of a type stand, with what differs in angle brackets: `agents.<agentId>.turn.started`. Pure. */
export function subjectPattern(type: string): string {
  const [family = '', ...rest] = type.split('.');
  if (family === 'user') return `users.<channel>.<userId>.${rest.join('.')}`;
  if (family === 'project') return `projects.<projectId>.${rest.join('.')}`;
  if (family === 'job') return `jobs.<jobId>.${rest.join('.')}`;
  if (family === 'job-timer') return `jobs.<jobId>.timer.${rest.join('.')}`;
  if (family === 'node') return `nodes.<node>.${rest.join('.')}`;
  if (family === 'token') return `tokens.<tokenId>.${rest.join('.')}`;
  if (family === 'log') return `streams.<stream>.${rest.join('.')}`;
  if (family === 'delivery') return `deliveries.<channel>.<deliveryId>.${rest.join('.')}`;
  if (family === 'result') return 'agents.<agentId>.result.<callId>';
  if (type === 'tool.declared') return 'agents.<agentId>.tool.<tool>.<verb>';
  return `agents.<agentId>.${type}`;
}
