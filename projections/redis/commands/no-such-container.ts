/** What `docker exec`, `docker logs` said of an agent that is not there, line end included. */
export const noSuchContainer = (agentId: string): string =>
  `Error response from daemon: No such container: ${agentId}\n`;

export const notRunning = (agentId: string): string =>
  `Error response from daemon: container ${agentId} is not running\n`;
