// Packed kernels -> WebAssembly. Builds stand beside each other function by function, since they differ little. Locals go by how
// lately they were used among those of their sort, so that the same code reads the same wherever it was inlined.
import { createModel, type Decide } from "./model.js";

/** What symbols are, for what is expected of them. */
const [OPERATION, VECTOR, LOCAL, NUMBER, PLAIN, HEAD] = [0, 1, 2, 3, 4, 5] as const;
const [TYPES, FUNCTIONS, CODE] = [1, 3, 10] as const;
const [VECTORS, END, BRANCH_TABLE] = [0xfd, 0x0b, 0x0e] as const;
/** Behind those of one byte stand the operations on vectors. */
const FIRST_VECTOR = 256;
const MOST_BYTES = 1 << 18;
/** What is read of a head at a time. */
const HEAD_BYTES = 100;

/** What follows operations: from, to, numbers, plain bytes. */
const OPERANDS = [
  [0x02, 0x04, 1, 0],
  [0x0c, 0x0e, 1, 0],
  [0x10, 0x10, 1, 0],
  [0x23, 0x24, 1, 0],
  [0x28, 0x3e, 2, 0],
  [0x41, 0x42, 1, 0],
  [0x43, 0x43, 0, 4],
  [0x44, 0x44, 0, 8],
  [0xfc, 0xfc, 1, 0],
  [FIRST_VECTOR, FIRST_VECTOR + 11, 2, 0],
  [FIRST_VECTOR + 12, FIRST_VECTOR + 13, 0, 16],
  [FIRST_VECTOR + 21, FIRST_VECTOR + 34, 0, 1],
  [FIRST_VECTOR + 84, FIRST_VECTOR + 91, 2, 1],
  [FIRST_VECTOR + 92, FIRST_VECTOR + 93, 2, 0],
] as const;

/** Symbols of the locals used last of each sort: integers, vectors, and the rest. */
export const SORTS: readonly number[] = [0, 128, 192];
const sortOf = (type: number) => (type === 0x7f ? 0 : type === 0x7b ? 1 : 2);

/** A number as LEB128. */
const leb = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...leb(value >> 7)]);

/** The types of parameters, by function, in what stands before the code. */
function parametersOf(head: Uint8Array): Uint8Array[] {
  let at = 8;
  const read = (): number => {
    const byte = head[at++]!;
    return byte < 128 ? byte : byte - 128 + 128 * read();
  };
  const skip = () => {
    const size = read();
    at += size;
    return head.subarray(at - size, at);
  };
  const types: Uint8Array[] = [];
  const functions: Uint8Array[] = [];
  while (at < head.length) {
    const section = read();
    const end = read() + at;
    if (section === TYPES || section === FUNCTIONS) {
      for (let count = read(); count > 0; count--) {
        if (section === FUNCTIONS) {
          functions.push(types[read()]!);
          continue;
        }
        at++;
        types.push(skip());
        skip();
      }
    }
    at = end;
  }
  return functions;
}

/** The locals of a function by sort, those used last in front. */
export type Recency = readonly (readonly number[])[];

/** Takes builds out of answers; `heads` are the bytes of each before its code. `onLocal` is told what a symbol goes by. */
export function* takeKernels(
  decide: Decide,
  heads: readonly number[],
  onLocal?: (recency: Recency | undefined) => void,
): Generator<void, Uint8Array[]> {
  const { symbol, operation } = createModel(decide);
  const numbersOf = new Uint8Array(2 * FIRST_VECTOR);
  const plainOf = new Uint8Array(2 * FIRST_VECTOR);
  for (const [from, to, numbers, plain] of OPERANDS) {
    numbersOf.fill(numbers, from, to + 1);
    plainOf.fill(plain, from, to + 1);
  }
  const body = new Uint8Array(MOST_BYTES);
  let size = 0;
  const take = (kind: number, place: number): number => {
    const value = symbol(kind, place);
    body[size++] = value;
    return value;
  };
  const number = (kind: number): number => {
    let value = 0;
    for (let place = 0; ; place++) {
      const byte = take(kind, place);
      value += (byte & 127) << (7 * place);
      if (byte < 128) return value;
    }
  };
  const takeBody = (parameters: Uint8Array) => {
    size = 0;
    const recency: number[][] = [[], [], []];
    let locals = 0;
    const declare = (type: number) => recency[sortOf(type)]!.push(locals++);
    parameters.forEach(declare);
    for (let groups = number(HEAD); groups > 0; groups--) {
      const count = number(HEAD);
      const type = take(HEAD, 0);
      for (let i = 0; i < count; i++) declare(type);
    }
    for (let depth = 1; depth > 0; ) {
      let code = take(OPERATION, 0);
      if (code === VECTORS) code = FIRST_VECTOR + number(VECTOR);
      operation(code);
      if (code >= 0x20 && code <= 0x22) {
        onLocal?.(recency);
        const value = symbol(LOCAL, 0);
        onLocal?.(undefined);
        const sort = value < SORTS[1]! ? 0 : value < SORTS[2]! ? 1 : 2;
        const list = recency[sort]!;
        let index = value - SORTS[sort]!;
        body[size++] = list[index]!;
        for (; index > 0; index--) list[index] = list[index - 1]!;
        list[0] = body[size - 1]!;
        continue;
      }
      if (code >= 0x02 && code <= 0x04) depth++;
      if (code === END) depth--;
      let numbers = numbersOf[code]!;
      if (code === BRANCH_TABLE) numbers += number(NUMBER);
      for (; numbers > 0; numbers--) number(NUMBER);
      for (let i = 0; i < plainOf[code]!; i++) take(PLAIN, i);
    }
  };
  const builds: { head: Uint8Array; parameters: Uint8Array[]; code: Uint8Array; end: number }[] = [];
  for (const length of heads) {
    for (size = 0; size < length; ) {
      take(HEAD, 0);
      if (size % HEAD_BYTES === 0) yield;
    }
    const head = body.slice(0, size);
    builds.push({ head, parameters: parametersOf(head), code: new Uint8Array(MOST_BYTES), end: 0 });
  }
  for (let i = 0; builds.some(({ parameters }) => i < parameters.length); i++) {
    for (const build of builds) {
      const { parameters, code } = build;
      if (i >= parameters.length) continue;
      takeBody(parameters[i]!);
      const length = leb(size);
      code.set(length, build.end);
      code.set(body.subarray(0, size), build.end + length.length);
      build.end += length.length + size;
      yield;
    }
  }
  return builds.map(({ head, parameters, code, end }) => {
    const count = leb(parameters.length);
    const start = [CODE, ...leb(count.length + end), ...count];
    const bytes = new Uint8Array(head.length + start.length + end);
    bytes.set(head);
    bytes.set(start, head.length);
    bytes.set(code.subarray(0, end), head.length + start.length);
    return bytes;
  });
}
