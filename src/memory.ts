// The one place that makes a WebAssembly memory.

const PAGE = 65536;

/** A memory of a number of bytes, which never grows; undefined where the engine refuses it. */
export function createMemory(bytes: number, shared: boolean): WebAssembly.Memory | undefined {
  const pages = Math.ceil(bytes / PAGE);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  } catch {
    return undefined;
  }
}

/** What to do about a run of so many bytes that there is no memory for; `rows` of them are rows to train on. */
export function smaller(bytes: number, rows: number): string {
  const cure = "Take fewer units, a smaller batchSize, fewer rows or Uint8Array data";
  return 2 * rows > bytes ? `${cure}, or pass the rows in chunks: fit(() => chunks, options)` : cure;
}
