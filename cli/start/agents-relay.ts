import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * Passes connections to an address on to a port of this machine's loopback: agents in containers
 * reach the machine by the gateway of their network, and the embedded NATS listens on loopback
 * alone. Resolves when it listens, at a free port for the port 0.
 *
 * @throws where the address is none of this machine's, or its port is taken
 */
export async function startRelay(
  host: string,
  port: number,
  target: number,
): Promise<{ port: number; close(): Promise<void> }> {
  const open = new Set<Socket>();
  const server = createServer((inbound) => {
    const outbound = connect(target, '127.0.0.1');
    for (const [one, other] of [
      [inbound, outbound],
      [outbound, inbound],
    ] as const) {
      open.add(one);
      one.setNoDelay(true);
      // An error is followed by the close, which ends the other side.
      one.on('error', () => undefined);
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    // It listens at an address, so that it has one of a port.
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
