import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createAccount,
  createOperator,
  createUser,
  encodeUser,
  fmtCreds,
  fromSeed,
  type KeyPair,
} from '@nats-io/jwt';

/** Who may vouch for whom (NATS decentralised JWT auth): operator → account → user. */
export interface Trust {
  operator: KeyPair;
  /** Holds the streams; its seed mints the credentials of agents. */
  account: KeyPair;
  accountSeed: string;
  /** The server wants an account of its own for its `$SYS` subjects. */
  system: KeyPair;
  /** Path of the credentials of services and of the operator: everything within the account. */
  operatorCreds: string;
}

const ACCOUNT_SEED = 'account.seed';
const OPERATOR_CREDS = 'operator.creds';

/**
 * The keys of a data folder, made on first use in `<authDir>` (0700, files 0600) and then kept:
 * agents that outlive the system hold credentials made with them.
 */
export async function ensureTrust(authDir: string): Promise<Trust> {
  await mkdir(authDir, { recursive: true, mode: 0o700 });
  await chmod(authDir, 0o700);
  const operator = await key(join(authDir, 'operator.seed'), createOperator);
  const account = await key(join(authDir, ACCOUNT_SEED), createAccount);
  const system = await key(join(authDir, 'system.seed'), createAccount);
  const operatorCreds = join(authDir, OPERATOR_CREDS);
  await keep(operatorCreds, () => mintOperatorCredentials(account));
  const accountSeed = new TextDecoder().decode(account.getSeed());
  return { operator, account, accountSeed, system, operatorCreds };
}

/**
 * The seed that mints agents' credentials, of the keys that {@link ensureTrust} made; undefined
 * where there is none, and NATS somebody else's. The other keys need not be there.
 */
export async function readAccountSeed(authDir: string): Promise<string | undefined> {
  return (await readIfThere(join(authDir, ACCOUNT_SEED)))?.trim();
}

/** What {@link shareTrust} gives away. */
export interface TrustShares {
  /** Folders that get the credentials of services. */
  services: readonly string[];
  /** Folders that get the seed which mints agents' credentials, too. */
  spawners: readonly string[];
}

/**
 * Copies of the keys, each for those who need it and no more; the operator's own seed stays where
 * it is. Files are whole or not there, and their owner's only.
 */
export async function shareTrust(trust: Trust, shares: TrustShares): Promise<void> {
  const credentials = await readFile(trust.operatorCreds, 'utf8');
  for (const folder of [...shares.services, ...shares.spawners]) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await replaceFile(join(folder, OPERATOR_CREDS), credentials);
  }
  for (const folder of shares.spawners) {
    await replaceFile(join(folder, ACCOUNT_SEED), trust.accountSeed);
  }
}

async function key(file: string, create: () => KeyPair): Promise<KeyPair> {
  const seed = await keep(file, async () => new TextDecoder().decode(create().getSeed()));
  return fromSeed(new TextEncoder().encode(seed.trim()));
}

async function mintOperatorCredentials(account: KeyPair): Promise<string> {
  const user = createUser();
  const jwt = await encodeUser('operator', user, account);
  return new TextDecoder().decode(fmtCreds(jwt, user));
}

/** The file's text; where there is none, it is made, whole or not at all, for its owner only. */
async function keep(file: string, make: () => Promise<string>): Promise<string> {
  const present = await readIfThere(file);
  if (present !== undefined) return present;
  const text = await make();
  await replaceFile(file, text);
  return text;
}

async function replaceFile(file: string, text: string): Promise<void> {
  const unfinished = `${file}.${randomBytes(4).toString('hex')}`;
  const handle = await open(unfinished, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(unfinished, file);
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
