// Packs kernels as src/packing takes them: the same model, which here is told what comes.
import { build } from "esbuild";

/** From # to c, but for the backslash. */
const DIGITS = Array.from({ length: 64 }, (_, i) => String.fromCharCode(i + (i < 57 ? 35 : 36)));

const { outputFiles } = await build({
  entryPoints: [new URL("src/packing/kernels.ts", import.meta.url).pathname],
  bundle: true,
  format: "esm",
  target: "es2022",
  write: false,
});
const { SORTS, takeKernels } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);

/** Reads numbers of a module, from a place on. */
export function reader(bytes, at) {
  const number = () => {
    const byte = bytes[at++];
    return byte < 128 ? byte : byte - 128 + 128 * number();
  };
  return { number, at: () => at, skip: (count) => (at += count) };
}

/** A module -> what stands before its code, and the functions' bodies. Nothing stands behind. */
function parts(bytes) {
  const { number, at, skip } = reader(bytes, 8);
  for (;;) {
    const head = bytes.subarray(0, at());
    const section = number();
    const length = number();
    if (section !== 10) {
      skip(length);
      continue;
    }
    const bodies = Array.from({ length: number() }, () => {
      const size = number();
      return bytes.subarray(at(), skip(size));
    });
    return { head, bodies };
  }
}

/** The range coder that src/packing/digits.ts reads. */
function writer() {
  const digits = [];
  let [low, range] = [0, 2 ** 24];
  const shift = () => {
    digits.push(Math.floor(low / 2 ** 24));
    low = (low % 2 ** 24) * 64;
  };
  return {
    write(chance, answer) {
      const bound = (range >>> 16) * chance;
      if (!answer) low += bound;
      range = answer ? bound : range - bound;
      if (low >= 2 ** 30) {
        low -= 2 ** 30;
        let i = digits.length - 1;
        while (digits[i] === 63) digits[i--] = 0;
        digits[i]++;
      }
      for (; range < 2 ** 24; range *= 64) shift();
    },
    end() {
      for (let i = 0; i < 5; i++) shift();
      return digits
        .map((digit) => DIGITS[digit])
        .slice(1)
        .join("");
    },
  };
}

/** Builds of the kernels -> their text, and the lengths that go with it. */
export function packKernels(builds) {
  const split = builds.map((bytes) => parts(bytes));
  const rows = Math.max(0, ...split.map(({ bodies }) => bodies.length));
  const inTurns = Array.from({ length: rows }, (_, i) => split.map(({ bodies }) => bodies[i] ?? []));
  const known = Buffer.concat(
    [...split.map(({ head }) => head), ...inTurns.flat()].map((part) => Uint8Array.from(part)),
  );
  const { write, end } = writer();
  let [at, symbol, bits, recency] = [0, 0, 0, undefined];
  const symbolHere = () => {
    if (!recency) return known[at];
    const sort = recency.findIndex((locals) => locals.includes(known[at]));
    const local = SORTS[sort] + recency[sort]?.indexOf(known[at]);
    if (!(local < (SORTS[sort + 1] ?? 256)))
      throw new Error("pack.mjs: a kernel has more locals than there are symbols");
    return local;
  };
  const decide = (chance, guess) => {
    if (!bits) [symbol, bits] = [symbolHere(), 8];
    const answer = guess === undefined ? (symbol >> --bits) & 1 : Number(symbol === guess);
    if (guess !== undefined && answer) bits = 0;
    if (!bits) at++;
    write(chance, answer);
    return answer;
  };
  const heads = split.map(({ head }) => head.length);
  const steps = takeKernels(decide, heads, (locals) => (recency = locals));
  let step = steps.next();
  while (!step.done) step = steps.next();
  step.value.forEach((bytes, i) => {
    if (Buffer.compare(bytes, builds[i])) throw new Error("pack.mjs: what was packed does not come out again");
  });
  return { packed: end(), heads };
}
