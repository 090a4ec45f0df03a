import { createHash, randomBytes } from 'node:crypto';
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createAccount,
  createOperator,
  createUser,
  encodeAccount,
  encodeOperator,
  encodeUser,
  fmtCreds,
  type KeyPair,
  type Permissions,
  type User,
} from '@nats-io/jwt';
import { Prefix } from '@nats-io/nkeys';
import { isSystemError } from '../../schemas/system-error.ts';
import { makeFolder } from '../files/make-folder.ts';
import { replaceFile } from '../files/replace-file.ts';
import { ACCOUNT_LIMITS, agentsAccountJwt, servicesAccountJwt } from './account-claims.ts';
import { keyPair } from './key-pair.ts';
import { verifiedClaims } from './verified-claims.ts';

/**
 * Who may vouch for whom (NATS decentralised JWT auth): operator → account → user. Two accounts, so
 * that nothing that an agent sends can reach what only services may do
 * (docs/decisions/0042-three-streams.md).
 */
export interface Trust {
  operator: KeyPair;
  /** Signs the agents' account anew when credentials are revoked; the operator vouches for it. */
  signing: KeyPair;
  /** Holds the streams; its users are services and operators. */
  account: KeyPair;
  /** Its users are agents. */
  agents: KeyPair;
  /** Mints the credentials of agents. */
  agentsSeed: string;
  /** The server wants an account of its own for its `$SYS` subjects. */
  system: KeyPair;
  /** Path of the credentials of services and of the operator: everything within the account. */
  operatorCreds: string;
  /** The claims of operator and accounts, as the server's configuration has them. */
  claims: { operator: string; account: string; agents: string; system: string };
}

/** What a spawner needs to give agents their credentials and to take them away. */
export interface AgentKeys {
  /** Seed of the agents' account: mints. */
  agentsSeed: string;
  /** Seed that signs the agents' account. */
  signingSeed: string;
  /** Path of credentials that may look up and replace the agents' account, count its connections, and nothing else. */
  revokerCreds: string;
}

const AGENTS_SEED = 'agents.seed';
const SIGNING_SEED = 'signing.seed';
const AGENTS_PUBLIC = 'agents.pub';
const OPERATOR_CREDS = 'operator.creds';
const REVOKER_CREDS = 'revoker.creds';

/** Inboxes of the connection that revokes: its credentials allow no other. */
export const REVOKER_INBOX = '_INBOX_revoker';

/**
 * The keys of a data folder, made on first use in `<authDir>` (0700, files 0600) and then kept:
 * agents that outlive the system hold credentials made with them.
 */
export async function ensureTrust(authDir: string): Promise<Trust> {
  await makeFolder(authDir, 0o700);
  await chmod(authDir, 0o700);
  const keys = {
    operator: await key(join(authDir, 'operator.seed'), createOperator),
    signing: await key(join(authDir, SIGNING_SEED), createOperator),
    account: await key(join(authDir, 'account.seed'), createAccount),
    agents: await key(join(authDir, AGENTS_SEED), createAccount),
    system: await key(join(authDir, 'system.seed'), createAccount),
  };
  const operatorCreds = join(authDir, OPERATOR_CREDS);
  await keep(operatorCreds, () => credentials('operator', keys.account));
  await keep(join(authDir, AGENTS_PUBLIC), async () => `${keys.agents.getPublicKey()}\n`);
  await ensureRevoker(join(authDir, REVOKER_CREDS), keys);
  const agentsSeed = new TextDecoder().decode(keys.agents.getSeed());
  const claims = await ensureClaims(join(authDir, 'claims.json'), keys);
  return { ...keys, agentsSeed, operatorCreds, claims };
}

/** Kept, and made anew where an earlier version made it, that gave it other rights. */
async function ensureRevoker(file: string, { system, agents }: Keys): Promise<void> {
  const wanted = revokerPermissions(agents);
  const kept = await readIfThere(file);
  if (kept !== undefined && allows(kept, wanted)) return;
  await replaceFile(file, await credentials('revoker', system, wanted), { durable: true });
}

function allows(creds: string, { pub, sub }: Permissions): boolean {
  const [, jwt = ''] = /-{3,}BEGIN[^\n]*\n\s*(\S+)/.exec(creds) ?? [];
  const { nats } = verifiedClaims<User>(jwt, Prefix.Account);
  const rights = [nats.pub?.allow, nats.sub?.allow];
  return JSON.stringify(rights) === JSON.stringify([pub?.allow, sub?.allow]);
}

type Keys = Pick<Trust, 'operator' | 'signing' | 'account' | 'agents' | 'system'>;

/**
 * Kept, and made anew only where their content is another: the server takes the newer of two claims
 * of an account, and those that it holds may have revocations that these do not know.
 */
async function ensureClaims(file: string, keys: Keys): Promise<Trust['claims']> {
  const { operator, signing, system } = keys;
  const claims = {
    operator: await encodeOperator('orchestrator', operator, {
      system_account: system.getPublicKey(),
      signing_keys: [signing.getPublicKey()],
    }),
    account: await servicesAccountJwt(keys),
    agents: await agentsAccountJwt(keys),
    system: await encodeAccount('SYS', system, { limits: ACCOUNT_LIMITS }, { signer: operator }),
  };
  const content = contentOf(claims);
  const kept = await readClaims(file);
  if (kept?.content === content) return kept.claims;
  await replaceFile(file, JSON.stringify({ content, claims }), { durable: true });
  return claims;
}

/** What the claims say, without the time at which they were made. */
function contentOf(claims: Trust['claims']): string {
  const bodies = Object.values(claims).map((jwt) => {
    const body = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
    return { iss: body.iss, sub: body.sub, nats: body.nats };
  });
  return createHash('sha256').update(JSON.stringify(bodies)).digest('hex');
}

async function readClaims(
  file: string,
): Promise<{ content: string; claims: Trust['claims'] } | undefined> {
  const text = await readIfThere(file);
  // The file has the shape that `ensureClaims` wrote, whole or not at all.
  return text === undefined ? undefined : JSON.parse(text);
}

/**
 * The keys for agents' credentials, of those that {@link ensureTrust} made; undefined where there
 * are none, and NATS somebody else's. The other keys need not be there.
 */
export async function readAgentKeys(authDir: string): Promise<AgentKeys | undefined> {
  const agentsSeed = (await readIfThere(join(authDir, AGENTS_SEED)))?.trim();
  const signingSeed = (await readIfThere(join(authDir, SIGNING_SEED)))?.trim();
  if (agentsSeed === undefined || signingSeed === undefined) return undefined;
  return { agentsSeed, signingSeed, revokerCreds: join(authDir, REVOKER_CREDS) };
}

/**
 * The public key of the agents' account, by which an agent's credential is known for one of this system;
 * undefined where NATS is somebody else's.
 *
 * @param authDir where {@link ensureTrust} or {@link shareTrust} put it
 */
export async function readAgentsAccount(authDir: string): Promise<string | undefined> {
  return (await readIfThere(join(authDir, AGENTS_PUBLIC)))?.trim();
}

/**
 * The password by which the servers of a cluster know each other, made on first use and kept in
 * `<authDir>` beside the keys.
 */
export async function ensureRoutePassword(authDir: string): Promise<string> {
  const make = async () => `${randomBytes(32).toString('base64url')}\n`;
  return (await keep(join(authDir, 'routes.password'), make)).trim();
}

/** What {@link shareTrust} gives away. */
export interface TrustShares {
  /** Folders that get the credentials of services. */
  services: readonly string[];
  /** Folders that get what gives agents their credentials and takes them away, too. */
  spawners: readonly string[];
}

/**
 * Copies of the keys, each for those who need it and no more; the operator's own seed stays where
 * it is. Files are whole or not there, and their owner's only.
 */
export async function shareTrust(authDir: string, shares: TrustShares): Promise<void> {
  const copy = async (name: string, folder: string) => {
    const text = await readFile(join(authDir, name), 'utf8');
    await replaceFile(join(folder, name), text, { durable: true });
  };
  for (const folder of [...shares.services, ...shares.spawners]) {
    await makeFolder(folder, 0o700);
    await copy(OPERATOR_CREDS, folder);
    await copy(AGENTS_PUBLIC, folder);
  }
  for (const folder of shares.spawners) {
    for (const name of [AGENTS_SEED, SIGNING_SEED, REVOKER_CREDS]) await copy(name, folder);
  }
}

async function key(file: string, create: () => KeyPair): Promise<KeyPair> {
  const seed = await keep(file, async () => new TextDecoder().decode(create().getSeed()));
  return keyPair(new TextEncoder().encode(seed.trim()));
}

async function credentials(
  name: string,
  account: KeyPair,
  permissions?: Permissions,
): Promise<string> {
  const user = keyPair(createUser().getSeed());
  const jwt = await encodeUser(name, user, account, permissions);
  return new TextDecoder().decode(fmtCreds(jwt, user));
}

/** A claim that is not signed by the operator's keys is refused whoever sends it. */
const revokerPermissions = (agents: KeyPair): Permissions => ({
  pub: {
    allow: [
      '$SYS.REQ.CLAIMS.UPDATE',
      ...['CLAIMS.LOOKUP', 'CONNS', 'CONNZ'].map(
        (what) => `$SYS.REQ.ACCOUNT.${agents.getPublicKey()}.${what}`,
      ),
    ],
  },
  sub: { allow: [`${REVOKER_INBOX}.>`] },
});

/** The file's text; where there is none, it is made, whole or not at all, for its owner only. */
async function keep(file: string, make: () => Promise<string>): Promise<string> {
  const present = await readIfThere(file);
  if (present !== undefined) return present;
  const text = await make();
  await replaceFile(file, text, { durable: true });
  return text;
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}
