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
/** Keys of what stood last, and how far each step shifts them, so that two or five stay. */
const [TWO_OPERATIONS, FIVE_OPERATIONS, TWO_SYMBOLS, FIVE_SYMBOLS] = [0, 1, 2, 3] as const;
const [TWO, FIVE] = [16, 7] as const;
/** Symbols that are alike before a guess is made, and lengths that are told apart. */
const ALIKE = 5;
const LENGTHS = 20;
const SLOT_BITS = 20;
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
  let [at, last] = [8, 0];
  // How often a 1 came, per context and bits so far, of 2^16 and from a half on, and how sure that is.
  const chances = new Int16Array(1 << SLOT_BITS);
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

  // What stood last, in 32 bits: what is older has been shifted out of them.
  const keys = new Int32Array(4);
  const note = (key: number, shift: number, value: number) => {
    keys[key] = Math.imul(keys[key]!, 0x2f0b4c47 << shift) + Math.imul(value + 1, 0x2c1b3c6d);
  };

  const guessed = (own: number): boolean => {
    const slot = hash(hash(own, last), Math.min(length, LENGTHS)) >>> (32 - GUESS_BITS);
    const chance = right[slot]!;
    const answer = decide(Math.max(64, Math.min(65472, (chance * 65536) | 0)), seen[match]!);
    right[slot] = chance + (answer - chance) / (guesses[slot]! + 1.5);
    if (guesses[slot]! < MOST_GUESSES) guesses[slot]!++;
    return answer === 1;
  };

  const spelled = (kind: number, own: number, place: number): number => {
    const first = kind * CONTEXTS;
    const start = hash(own, Math.min(place, 1) * seen[at - 1]!);
    contexts[0] = hash(start, keys[TWO_OPERATIONS]!);
    contexts[1] = hash(start, keys[FIVE_OPERATIONS]!);
    contexts[2] = hash(0, keys[TWO_SYMBOLS]!);
    contexts[3] = own;
    // Four bits at a time go by chances that lie beside each other.
    let bits = 1;
    while (bits < 256) {
      for (let k = 0; k < CONTEXTS; k++) {
        const place = Math.imul(contexts[k]! + Math.imul(bits * 8 + k, 0x9e3779b1), 0x2545f491);
        slots[k] = (place >>> (32 - SLOT_BITS)) & -16;
      }
      let four = 1;
      while (four < 16) {
        let sum = 0;
        for (let k = 0; k < CONTEXTS; k++) {
          const input = stretched[2048 + (chances[slots[k]! + four]! >> 4)]!;
          inputs[k] = input;
          sum += input * weights[first + k]!;
        }
        const chance = logistic(sum);
        const bit = decide(Math.max(16, Math.min(65520, (chance * 65536) | 0)));
        const step = (bit - chance) * RATE;
        for (let k = 0; k < CONTEXTS; k++) {
          const slot = slots[k]! + four;
          const count = counts[slot]!;
          weights[first + k]! += step * inputs[k]!;
          chances[slot]! += ((bit * 65535 - 32768 - chances[slot]!) * rates[count]!) | 0;
          if (count < MOST_COUNT) counts[slot] = count + 1;
        }
        four = four * 2 + bit;
      }
      bits = bits * 16 + four - 16;
    }
    return bits - 256;
  };

  return {
    operation(code) {
      last = code;
      note(TWO_OPERATIONS, TWO, code);
      note(FIVE_OPERATIONS, FIVE, code);
    },
    symbol(kind, place) {
      const own = kind * 32 + place;
      const symbol = length && guessed(own) ? seen[match]! : spelled(kind, own, place);
      length = length && seen[match] === symbol ? length + 1 : 0;
      match++;
      seen[at++] = symbol;
      note(TWO_SYMBOLS, TWO, symbol);
      note(FIVE_SYMBOLS, FIVE, symbol);
      const key = keys[FIVE_SYMBOLS]! >>> (32 - PLACE_BITS);
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
