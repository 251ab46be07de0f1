// The order in which rows are seen: a shuffle of each epoch, and rows set apart for validation. Pure functions of the seed.

import { shuffle } from "../random.js";

/** Streams of random numbers that belong to the host, apart from those of layers. */
export const STREAM = { shuffle: 1, split: 2, test: 3, balance: 7, mixup: 11, initial: 0x40000000 } as const;

/**
 * As many rows as given, the classes in turn: each gives its own rows in an order of this epoch, again and again. Classes are
 * ordered by their labels.
 */
export function balance(rows: Int32Array, labels: Int32Array, seed: number, epoch: number): Int32Array {
  const classes = [...grouped(rows, labels).entries()].sort(([a], [b]) => a - b);
  const groups = classes.map(([label, members]) => {
    const group = Int32Array.from(members);
    // Streams of random numbers: one for each class and epoch.
    shuffle(group, seed, epoch * 65536 + label, STREAM.balance);
    return group;
  });
  return rows.map((_, i) => {
    const group = groups[i % groups.length]!;
    return group[Math.floor(i / groups.length) % group.length]!;
  });
}

function grouped(rows: Int32Array, labels: Int32Array | undefined): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (const row of rows) {
    const label = labels ? labels[row]! : 0;
    const group = groups.get(label);
    if (group) group.push(row);
    else groups.set(label, [row]);
  }
  return groups;
}

/**
 * 0..n-1 with the rows to train on first and the `held` others behind, both ascending. With labels, every class gives its share
 * (largest remainders first, smaller labels first where they are equal).
 */
export function splitRows(
  n: number,
  held: number,
  seed: number,
  labels: Int32Array | undefined,
  stream: number = STREAM.split,
): Int32Array {
  const rows = Int32Array.from({ length: n }, (_, row) => row);
  const classes = [...grouped(rows, labels).entries()]
    .sort(([a], [b]) => a - b)
    .map(([label, rows]) => ({
      label,
      rows,
      take: Math.floor((rows.length * held) / n),
      rest: (rows.length * held) % n,
    }));
  let missing = held - classes.reduce((sum, { take }) => sum + take, 0);
  for (const group of [...classes].sort((a, b) => b.rest - a.rest || a.label - b.label)) {
    if (missing-- > 0) group.take++;
  }
  const apart = new Uint8Array(n);
  classes.forEach(({ rows, take }, i) => {
    const order = Int32Array.from(rows);
    shuffle(order, seed, i, stream);
    for (const row of order.subarray(0, take)) apart[row] = 1;
  });
  const order = new Int32Array(n);
  let [train, validation] = [0, n - held];
  for (let row = 0; row < n; row++) order[apart[row] ? validation++ : train++] = row;
  return order;
}
