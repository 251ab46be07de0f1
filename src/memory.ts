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
