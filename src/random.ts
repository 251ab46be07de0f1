// Philox 4x32-10 (Salmon et al. 2011): random bits as a pure function of a counter of four words and a key of two. The same
// bits as the kernels'. Whole-number arithmetic only, so that every engine agrees.

/** The words of the last block; a block is read before the next is made. */
let word0 = 0;
let word1 = 0;
let word2 = 0;
let word3 = 0;

/** The upper 32 bits of a * b, both unsigned, as int32: products of halves, each below 2^32. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = (Math.imul(aLow, bHigh) >>> 0) + (Math.imul(aLow, bLow) >>> 16);
  const carry = (Math.imul(aHigh, bLow) >>> 0) + (middle & 0xffff);
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (carry >>> 16)) | 0;
}

/** Leaves the block of the counter (c0, c1, c2, c3) under the key (k0, k1) in word0 to word3. */
function block(c0: number, c1: number, c2: number, c3: number, k0: number, k1: number): void {
  for (let round = 0; round < 10; round++) {
    const first = multiplyHigh(c0, 0xd2511f53);
    const firstLow = Math.imul(c0, 0xd2511f53);
    c0 = multiplyHigh(c2, 0xcd9e8d57) ^ c1 ^ k0;
    c1 = Math.imul(c2, 0xcd9e8d57);
    c2 = first ^ c3 ^ k1;
    c3 = firstLow;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  word0 = c0;
  word1 = c1;
  word2 = c2;
  word3 = c3;
}

/** The four words of a counter under a key, unsigned. */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): [number, number, number, number] {
  block(counter[0], counter[1], counter[2], counter[3], key[0], key[1]);
  return [word0 >>> 0, word1 >>> 0, word2 >>> 0, word3 >>> 0];
}

/** The key of a seed, a whole number in 0..2^53-1: its lower 32 and its upper 21 bits. */
export function seedKey(seed: number): [low: number, high: number] {
  return [seed >>> 0, Math.floor(seed / 4294967296)];
}

/**
 * Hands `count` numbers in [0, 1), whole multiples of 2^-24, to `take` with their index: number `index` is word `index mod 4`
 * of the counter (floor(index / 4), 0, step, stream).
 */
export function uniforms(
  seed: number,
  stream: number,
  step: number,
  count: number,
  take: (value: number, index: number) => void,
): void {
  const [low, high] = seedKey(seed);
  const unit = 1 / 16777216;
  for (let i = 0, group = 0; i < count; i += 4, group++) {
    block(group, 0, step, stream, low, high);
    // Copies, since `take` may ask for random numbers itself.
    const second = word1;
    const third = word2;
    const fourth = word3;
    take((word0 >>> 8) * unit, i);
    if (i + 1 < count) take((second >>> 8) * unit, i + 1);
    if (i + 2 < count) take((third >>> 8) * unit, i + 2);
    if (i + 3 < count) take((fourth >>> 8) * unit, i + 3);
  }
}

/** A seed for a model that was given none: 32 random bits. */
export function drawSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}

/** Shuffles rows in place (Fisher-Yates); another turn (an epoch, a repeat), another order. */
export function shuffle(rows: Int32Array, seed: number, turn: number, stream: number): void {
  let last = rows.length - 1;
  uniforms(seed, stream, turn, rows.length, (u) => {
    if (last <= 0) return;
    const other = Math.floor(u * (last + 1));
    const row = rows[last]!;
    rows[last] = rows[other]!;
    rows[other] = row;
    last--;
  });
}
