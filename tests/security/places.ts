import { STREAM_SUBJECTS } from '../../schemas/subjects.ts';
import type { Aim } from './server-headers.ts';

/** Where an agent's own result stands, and where it looks one up. */
export const ownResult = (agentId: string): string => `agents.${agentId}.result.call-1`;

/** Subjects on which something listens, or which something obeys: an agent may reach none of them. */
export function foreignSubjects({ own, other }: Aim): string[] {
  const streams = Object.keys(STREAM_SUBJECTS);
  return [
    ...streams.flatMap((stream) => [
      `$JS.API.STREAM.DELETE.${stream}`,
      `$JS.API.STREAM.PURGE.${stream}`,
      `$JS.API.STREAM.UPDATE.${stream}`,
      `$JS.API.STREAM.MSG.DELETE.${stream}`,
      `$JS.API.STREAM.LEADER.STEPDOWN.${stream}`,
    ]),
    '$JS.API.INFO',
    '$JS.API.STREAM.NAMES',
    '$JS.API.STREAM.LIST',
    '$JS.API.STREAM.CREATE.EVIL',
    '$JS.API.STREAM.SNAPSHOT.EVENTS',
    '$JS.API.STREAM.RESTORE.EVENTS',
    '$JS.API.STREAM.MSG.GET.EVENTS',
    '$JS.API.STREAM.DELETE.KV_nodes',
    '$JS.API.CONSUMER.CREATE.EVENTS',
    '$JS.API.CONSUMER.CREATE.EVENTS.spy.users.>',
    '$JS.API.CONSUMER.DURABLE.CREATE.EVENTS.spy',
    '$JS.API.CONSUMER.DELETE.EVENTS.placement',
    '$JS.API.CONSUMER.MSG.NEXT.EVENTS.placement',
    '$JS.API.DIRECT.GET.EVENTS',
    `$JS.API.DIRECT.GET.EVENTS.agents.${other}.result.call-1`,
    `$JS.API.DIRECT.GET.EVENTS.agents.${own}.command.send`,
    '$JS.API.ACCOUNT.PURGE.orchestrator',
    '$JS.API.SERVER.REMOVE',
    '$JS.API.META.LEADER.STEPDOWN',
    '$JS.ACK.EVENTS.placement.1.1.1.1.1',
    '$JS.FC.EVENTS.placement.x',
    '$KV.nodes.node-1',
    '$O.files.C.x',
    `agents.${other}.command.run`,
    `agents.${other}.command.send`,
    `agents.${other}.process.exited`,
    `agents.${other}.response.answer`,
    `agents.${other}.turn.signalled`,
    `agents.${other}.tool.project.create`,
    `agents.${other}.file.file-1`,
    `agents.${other}.timer.ttl`,
    `agents.${other}.log.stdout`,
    `agents.${other}.result.call-1`,
    `agents.${other}.result.awaited`,
    `agents.${own}.command.run`,
    `agents.${own}.process.stopping`,
    `agents.${own}.turn.ended`,
    `agents.${own}.timer.ttl`,
    `agents.${own}.log.stdout`,
    'users.telegram.666.allowed',
    'deliveries.telegram.notice-1.confirmed',
    'projects.p.created',
    'jobs.j.completed',
    'nodes.node-1.drained',
    `schedules.${other}.ttl.run`,
    'dlq.events.1',
    'ids.0123456789abcdef0123456789abcdef',
    'views.agents',
    'health',
    '$SRV.PING',
    '$SYS.REQ.SERVER.PING',
    '$SYS.REQ.CLAIMS.UPDATE',
    '$SYS.REQ.CLAIMS.DELETE',
    '$SYS.REQ.USER.INFO',
    '_INBOX.victim.1',
    `_INBOX_${other}.victim`,
    '_INBOX_revoker.x',
    '_R_.x',
    '_GR_.x',
  ];
}

/** Reply subjects that the server itself reads something from. */
export const oddReplies = ({ own }: Aim): string[] => [
  // Fast ingest (ADR-50): flow, gap mode, sequence and operation stand in the reply.
  `_INBOX_${own}.batch.10.ok.1.0.$FI`,
  `_INBOX_${own}.batch.10.ok.99999999.2.$FI`,
  `_INBOX_${own}.>`,
  '>',
  '*',
];

/** What is asked of a look-up, and what streams, consumers and buckets are made or purged with. */
export const hostileBodies = ({ other }: Aim): string[] => [
  '',
  '{}',
  `{"last_by_subj":"agents.${other}.command.send"}`,
  '{"last_by_subj":">"}',
  '{"next_by_subj":">","seq":1,"batch":1000}',
  '{"multi_last":[">"]}',
  '{"seq":1}',
  '{"seq":1,"batch":1000,"max_bytes":1000000}',
  '{"start_time":"1970-01-01T00:00:00Z","batch":1000}',
  '{"filter":">"}',
  '{"name":"EVIL","subjects":["users.>"],"max_msgs":1}',
  '{"name":"EVENTS","subjects":["nowhere"],"retention":"limits","max_msgs":1}',
  `{"stream_name":"EVENTS","config":{"deliver_subject":"_INBOX_${other}.x","ack_policy":"none"}}`,
  '+TERM',
  '\u0000\r\n\r\nPUB users.telegram.666.allowed 2\r\n{}\r\n',
];
