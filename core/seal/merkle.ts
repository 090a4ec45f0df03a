import { createHash } from 'node:crypto';

const NODE = Buffer.of(1);

/** @param left and right of 32 bytes each */
const nodeHash = (left: Buffer, right: Buffer): Buffer =>
  createHash('sha256').update(NODE).update(left).update(right).digest();

/** How many of `count` leaves are on the left: the largest power of two below (RFC 9162, section 2.1.1). */
const leftOf = (count: number): number => 2 ** (Math.ceil(Math.log2(count)) - 1);

/** The root of the tree over leaves, as RFC 9162 makes it. At least one leaf. Pure. */
export function rootOf(leaves: readonly Buffer[]): Buffer {
  const [first] = leaves;
  if (first === undefined) throw new TypeError('a tree has a leaf');
  if (leaves.length === 1) return first;
  const left = leftOf(leaves.length);
  return nodeHash(rootOf(leaves.slice(0, left)), rootOf(leaves.slice(left)));
}

/** What the leaf at an index is hashed with on the way to the root, from below. Pure. */
export function pathOf(leaves: readonly Buffer[], index: number): Buffer[] {
  if (leaves.length <= 1) return [];
  const left = leftOf(leaves.length);
  return index < left
    ? [...pathOf(leaves.slice(0, left), index), rootOf(leaves.slice(left))]
    : [...pathOf(leaves.slice(left), index - left), rootOf(leaves.slice(0, left))];
}

/**
 * The root that a leaf and its path lead to; undefined where the path is not as long as that of this index among so many
 * leaves. Pure.
 */
export function rootByPath(
  leaf: Buffer,
  index: number,
  count: number,
  path: readonly Buffer[],
): Buffer | undefined {
  if (count <= 1) return path.length === 0 ? leaf : undefined;
  const sibling = path.at(-1);
  if (sibling === undefined) return undefined;
  const left = leftOf(count);
  const below = path.slice(0, -1);
  if (index < left) {
    const own = rootByPath(leaf, index, left, below);
    return own && nodeHash(own, sibling);
  }
  const own = rootByPath(leaf, index - left, count - left, below);
  return own && nodeHash(sibling, own);
}
