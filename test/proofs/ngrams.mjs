// Models of a text that count: how often a character followed the one, two, ... before it, smoothed.

/**
 * Smoothings by name, each of a strength below `most`: the probability of a character by its count in a context, the context's total
 * and number of different characters, what the context without its first character says, and V, the number of all characters.
 */
export const smoothings = {
  /** `(count + k) / (total + k V)`; shorter contexts have no part. */
  "add-k": { make: (k) => (count, total, _, __, V) => (count + k) / (total + k * V) },
  /** `s count / total + (1 - s) shorter`. */
  interpolated: {
    most: 1,
    make: (s) => (count, total, _, shorter) => (total ? (s * count) / total + (1 - s) * shorter : shorter),
  },
  /** `(count + k n shorter) / (total + k n)`, n different characters: interpolated by what was seen. Witten & Bell 1991. */
  "Witten-Bell": {
    make: (k) => (count, total, n, shorter) => (total ? (count + k * n * shorter) / (total + k * n) : shorter),
  },
};

/** Counts behind each context of 0 to order - 1 characters, where it and the character belong to the part. */
export function countText(text, inPart, order) {
  const tables = Array.from({ length: order }, () => new Map());
  for (let i = 0; i < text.length; i++) {
    for (let length = 0; length < order && i >= length && inPart(i - length); length++) {
      const context = text.slice(i - length, i);
      const entry = tables[length].get(context) ?? { total: 0, counts: new Map() };
      tables[length].set(context, entry);
      entry.total++;
      entry.counts.set(text[i], (entry.counts.get(text[i]) ?? 0) + 1);
    }
  }
  return tables;
}

/** The probability of the character at i, of V that there are. */
export function probability(tables, smoothing, text, i, V) {
  let shorter = 1 / V;
  for (const [length, table] of tables.entries()) {
    const entry = table.get(text.slice(i - length, i));
    const count = entry?.counts.get(text[i]) ?? 0;
    shorter = smoothing(count, entry?.total ?? 0, entry?.counts.size ?? 0, shorter, V);
  }
  return shorter;
}

/** `exp` of the mean of `-log probability` over positions. */
export const perplexity = (positions, probability) =>
  Math.exp(positions.reduce((sum, i) => sum - Math.log(probability(i)), 0) / positions.length);
