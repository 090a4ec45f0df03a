#!/usr/bin/env node
// Verifies a receipt of the Orchestrator with nothing but Node.js: no server, no packages, no other file.
//
//   node verify-receipt.mjs receipt.json [key]
//
// docs/receipts.md says what each line of it proves. Exit code 0: it holds; 1: it does not, and why.
// @ts-nocheck: it is read by itself, as plain JavaScript.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

const FIELDS = {
  receipt: 'format log key messageId agentId issuedAt steps seals signature',
  step: 'sequence time subject headers headersBase64 data dataBase64 salt path',
  seal: 'number from to root previous sealedAt signature',
};

const sha256 = (...parts) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

/** Throws with the first thing that does not hold. */
export function verifyReceipt(bytes, expectedKey) {
  const receipt = ordered(JSON.parse(bytes.toString()), FIELDS.receipt);
  receipt.steps = receipt.steps.map((step) => ordered(step, FIELDS.step));
  receipt.seals = receipt.seals.map((seal) => ordered(seal, FIELDS.seal));
  // What is read below is all that is there: a byte more, less or other is another file.
  const written = Buffer.from(`${JSON.stringify(receipt, undefined, 1)}\n`);
  hold(written.equals(bytes), 'the file is not written as a receipt is');
  const { format, log, key, messageId, agentId, issuedAt, steps, seals, signature } = receipt;
  hold(format === 'orchestrator-receipt-1', 'it is of another version');
  hold(expectedKey === undefined || key === expectedKey, `it is by the key ${key}`);

  // The seals: each signed, each behind the one before it, without a gap.
  let before;
  for (const seal of seals) {
    const { number, from, to, root, previous, sealedAt } = seal;
    const whose = [`log ${log}`, `key ${key}`, `number ${number}`, `from ${from}`, `to ${to}`];
    const what = [`root ${root}`, `previous ${previous}`, `sealedAt ${sealedAt}`];
    const text = ['orchestrator-seal-1', ...whose, ...what].join('\n');
    hold(isSigned(text, seal.signature, key), `seal ${number} is not signed by its key`);
    hold(from <= to, `seal ${number} ends before it begins`);
    if (before !== undefined) {
      const follows = number === before.number + 1 && from === before.to + 1;
      hold(follows && previous === before.hash, `seal ${number} does not follow the one before it`);
    }
    before = { number, to, hash: sha256(text).toString('hex') };
  }

  // The steps: each at its place of the log, under the root of its seal, in order.
  const claims = [];
  let last = 0;
  for (const step of steps) {
    const { sequence } = step;
    hold(sequence > last, `event ${sequence} stands behind ${last}`);
    last = sequence;
    const seal = seals.find(({ from, to }) => sequence >= from && sequence <= to);
    hold(seal !== undefined, `event ${sequence} is in none of its seals`);
    const leaf = leafOf(step);
    const path = step.path.map(bytesOfHex);
    const root = rootBy(leaf, sequence - seal.from, seal.to - seal.from + 1, path);
    hold(root?.toString('hex') === seal.root, `event ${sequence} is not what was sealed`);
    claims.push(`step ${sequence} ${leaf.toString('hex')}`);
  }
  hold(steps[0]?.sequence <= seals[0]?.to, 'the first seal has none of its steps');
  hold(last >= seals.at(-1)?.from, 'the last seal has none of its steps');

  // The receipt: these steps and no others are what the log has of this message.
  const message = `message ${JSON.stringify(messageId)}`;
  const head = [format, `log ${log}`, `key ${key}`, message, `agent ${JSON.stringify(agentId)}`];
  const claim = [...head, `issuedAt ${issuedAt}`, ...claims, `seal ${before.hash}`].join('\n');
  hold(isSigned(claim, signature, key), 'it is not signed by its key');
  const isMessage = (step) =>
    step.subject === `agents.${agentId}.command.send` && headerOf(step, 'ce-id') === messageId;
  hold(steps.some(isMessage), 'its message is no step of it');
  return receipt;
}

function hold(is, otherwise) {
  if (!is) throw new Error(otherwise);
}

/** The fields of an object in their one order; others are left out, and so change the file. */
function ordered(object, fields) {
  return Object.fromEntries(
    fields
      .split(' ')
      .flatMap((name) => (Object.hasOwn(object, name) ? [[name, object[name]]] : [])),
  );
}

/** What stands before an Ed25519 key in SPKI (RFC 8410). */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

function isSigned(text, signature, key) {
  const der = Buffer.concat([SPKI, exactly(key, 'base64url')]);
  const open = createPublicKey({ key: der, format: 'der', type: 'spki' });
  return verify(null, Buffer.from(text), open, exactly(signature, 'base64url'));
}

/** Bytes of a text that is the only one for them. */
function exactly(text, encoding) {
  const bytes = Buffer.from(text, encoding);
  hold(bytes.toString(encoding) === text, `${text} is no ${encoding}`);
  return bytes;
}

const bytesOfHex = (text) => exactly(text, 'hex');

function part(text = '', base64 = undefined) {
  if (base64 === undefined) return Buffer.from(text);
  const bytes = exactly(base64, 'base64');
  hold(text === '' && !isUtf8(bytes), 'a part is written otherwise than a receipt writes it');
  return bytes;
}

const isUtf8 = (bytes) => Buffer.from(bytes.toString()).equals(bytes);

function leafOf({ sequence, time, subject, headers, headersBase64, data, dataBase64, salt }) {
  const parts = [Buffer.from(time), Buffer.from(subject)];
  parts.push(part(headers, headersBase64), part(data, dataBase64));
  const sized = parts.flatMap((bytes) => [number(bytes.length, 4), bytes]);
  return sha256(Buffer.of(0), bytesOfHex(salt), number(sequence, 8), ...sized);
}

function number(value, length) {
  const bytes = Buffer.alloc(length);
  if (length === 4) bytes.writeUInt32BE(value);
  else bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

/** The root of a tree of `count` leaves (RFC 9162) by one of them and what it is hashed with, from below. */
function rootBy(leaf, index, count, path) {
  if (count === 1) return path.length === 0 ? leaf : undefined;
  if (path.length === 0) return undefined;
  const left = 2 ** (Math.ceil(Math.log2(count)) - 1);
  const [below, sibling] = [path.slice(0, -1), path.at(-1)];
  const isLeft = index < left;
  const own = isLeft
    ? rootBy(leaf, index, left, below)
    : rootBy(leaf, index - left, count - left, below);
  return own && sha256(Buffer.of(1), ...(isLeft ? [own, sibling] : [sibling, own]));
}

function headerOf({ headers = '' }, name) {
  const line = headers.split('\r\n').find((each) => each.toLowerCase().startsWith(`${name}:`));
  return line?.slice(name.length + 1).trim();
}

/** What a person looks for in a step. */
function shown(step) {
  let data = {};
  try {
    data = JSON.parse(step.data ?? '{}');
  } catch {}
  const said = data.text === undefined ? [] : [JSON.stringify(data.text)];
  const files = (data.files ?? []).map(({ name, sha256: hash }) => `${name} (SHA-256 ${hash})`);
  const brought = data.messageId === undefined ? [] : [`received as ${data.messageId}`];
  return [step.sequence, step.time, headerOf(step, 'ce-type'), ...said, ...files, ...brought]
    .join('  ')
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, '?');
}

if (import.meta.main ?? process.argv[1]?.endsWith('verify-receipt.mjs')) {
  const [, , file = 'receipt.json', key] = process.argv;
  try {
    const { messageId, agentId, key: by, steps, seals } = verifyReceipt(readFileSync(file), key);
    const whose = key === undefined ? `${by}, which you must know to be theirs` : by;
    const held = `It holds: message ${messageId} to ${agentId}, sealed by ${seals.at(-1).sealedAt}`;
    const lines = [...steps.map(shown), held, `By the key ${whose}`];
    process.stdout.write(`${lines.join('\n')}\n`);
  } catch (error) {
    process.stderr.write(`It does NOT hold: ${error.message}\n`);
    process.exitCode = 1;
  }
}
