// What is expected to come next in packed kernels: symbols below 256, most of them guessed from where the same stood before, the
// others bit by bit, by mixing what several contexts expect. Sums and products in float64 alone: every engine expects the same.

/** Settles a question whose answer is 1 with a chance of `chance` / 2^16; a guess is the symbol that 1 stands for. */
export type Decide = (chance: number, guess?: number) => number;

export interface Model {
  /** The next symbol; its kind and its place in an instruction say what it is like. */
  symbol(kind: number, place: number): number;
  /** Notes the operation that what follows belongs to. */
  operation(code: number): void;
}

const MOST_SYMBOLS = 1 << 18;
const KINDS = 8;
/** What is expected goes by the last two operations, by five, by two symbols, and by the kind alone. */
const CONTEXTS = 4;
/** Symbols that are alike before a guess is made, and lengths that are told apart. */
const ALIKE = 5;
const LENGTHS = 20;
const SLOT_BITS = 18;
const PLACE_BITS = 16;
const GUESS_BITS = 14;
const MOST_COUNT = 20;
const MOST_GUESSES = 30;
const RATE = 0.006;
const FIRST_WEIGHT = 0.3;

/** In bits of which each depends on all of both. */
function hash(a: number, b: number): number {
  const product = Math.imul((a + b + 1) | 0, 0x2c1b3c6d);
  return product ^ (product >>> 13);
}

/** log(p / (1 - p)) for p = i / 4096, summed up from its slope. */
function logits(): Float64Array {
  const values = new Float64Array(4096);
  for (let i = 2049; i < 4096; i++) {
    values[i] = values[i - 1]! + 4096 / ((i - 0.5) * (4096.5 - i));
    values[4096 - i] = -values[i]!;
  }
  return values;
}

/** About 1 / (1 + exp(-x)). */
function logistic(x: number): number {
  const near = 1 - Math.max(-11, Math.min(11, x)) / 128;
  const power = near * near * near * near;
  const more = power * power * power * power;
  const most = more * more * more * more;
  return 1 / (1 + most * most);
}

export function createModel(decide: Decide): Model {
  const stretched = logits();
  const seen = new Uint8Array(MOST_SYMBOLS);
  const operations = new Uint16Array(MOST_SYMBOLS);
  let [at, count] = [8, 8];
  // How often a 1 came, per context and bits so far, of 2^16, and how sure that is.
  const chances = new Uint16Array(1 << SLOT_BITS).fill(1 << 15);
  const counts = new Uint8Array(1 << SLOT_BITS);
  const rates = Float64Array.from({ length: MOST_COUNT + 1 }, (_, count) => 1 / (count + 1.3));
  const weights = new Float64Array(KINDS * CONTEXTS).fill(FIRST_WEIGHT);
  const contexts = new Int32Array(CONTEXTS);
  const slots = new Int32Array(CONTEXTS);
  const inputs = new Float64Array(CONTEXTS);
  // Where the same symbols stood before, how many were alike, and how often such a guess was right.
  const places = new Int32Array(1 << PLACE_BITS);
  const right = new Float64Array(1 << GUESS_BITS).fill(0.85);
  const guesses = new Uint8Array(1 << GUESS_BITS);
  let [match, length] = [0, 0];

  const recent = (values: Uint8Array | Uint16Array, end: number, most: number): number => {
    let key = most;
    for (let i = 1; i <= most; i++) key = hash(key, values[end - i]!);
    return key;
  };

  const guessed = (own: number): boolean => {
    const slot = hash(hash(own, operations[count - 1]!), Math.min(length, LENGTHS)) >>> (32 - GUESS_BITS);
    const chance = right[slot]!;
    const answer = decide(Math.max(64, Math.min(65472, (chance * 65536) | 0)), seen[match]!);
    right[slot] = chance + (answer - chance) / (guesses[slot]! + 1.5);
    if (guesses[slot]! < MOST_GUESSES) guesses[slot]!++;
    return answer === 1;
  };

  const spelled = (kind: number, own: number, place: number): number => {
    const start = hash(own, Math.min(place, 1) * seen[at - 1]!);
    contexts[0] = hash(start, recent(operations, count, 2));
    contexts[1] = hash(start, recent(operations, count, 5));
    contexts[2] = recent(seen, at, 2);
    contexts[3] = own;
    let bits = 1;
    while (bits < 256) {
      let sum = 0;
      for (let k = 0; k < CONTEXTS; k++) {
        const slot = Math.imul(contexts[k]! + Math.imul(bits * 8 + k, 0x9e3779b1), 0x2545f491) >>> (32 - SLOT_BITS);
        slots[k] = slot;
        inputs[k] = stretched[chances[slot]! >>> 4]!;
        sum += inputs[k]! * weights[kind * CONTEXTS + k]!;
      }
      const chance = logistic(sum);
      const bit = decide(Math.max(16, Math.min(65520, (chance * 65536) | 0)));
      const step = (bit - chance) * RATE;
      for (let k = 0; k < CONTEXTS; k++) {
        const slot = slots[k]!;
        weights[kind * CONTEXTS + k]! += step * inputs[k]!;
        chances[slot]! += ((bit * 65535 - chances[slot]!) * rates[counts[slot]!]!) | 0;
        if (counts[slot]! < MOST_COUNT) counts[slot]!++;
      }
      bits = bits * 2 + bit;
    }
    return bits - 256;
  };

  return {
    operation(code) {
      operations[count++] = code;
    },
    symbol(kind, place) {
      const own = kind * 32 + place;
      const symbol = length && guessed(own) ? seen[match]! : spelled(kind, own, place);
      length = length && seen[match] === symbol ? length + 1 : 0;
      match++;
      seen[at++] = symbol;
      const key = recent(seen, at, ALIKE) >>> (32 - PLACE_BITS);
      if (!length) {
        match = places[key]!;
        while (length < LENGTHS && length < match && seen[match - 1 - length] === seen[at - 1 - length]) length++;
        if (length < ALIKE) length = 0;
      }
      places[key] = at;
      return symbol;
    },
  };
}
