// Node. Builtin modules come through process.getBuiltinModule, so that no bundler meets a `node:` import.

import type { Endpoint } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import type { Platform, Thread } from "./platform.js";

const threads = () => process.getBuiltinModule("node:worker_threads");

export const nodePlatform: Platform & { present(): boolean } = {
  present: () => typeof process !== "undefined" && typeof process.getBuiltinModule === "function",
  cores: () => process.getBuiltinModule("node:os").availableParallelism(),
  whyNotShared: () => undefined,
  crossOriginIsolated: () => true,
  spawn(url, code): Thread {
    const { Worker } = threads();
    const worker = url ? new Worker(new URL(url)) : new Worker(code, { eval: true });
    return {
      endpoint: nodeEndpoint(worker) as Endpoint,
      onDeath(listener) {
        worker.once("error", (error: Error) => listener(error?.message ?? String(error)));
        worker.once("messageerror", () => listener("a message could not be read"));
        worker.once("exit", (code) => listener(`it exited with code ${code}`));
      },
      ref: () => worker.ref(),
      unref: () => worker.unref(),
      terminate: () => void worker.terminate(),
    };
  },
  ownEndpoint: () => nodeEndpoint(threads().parentPort!) as Endpoint,
  watched: () => Promise.resolve(),
};

const disk = () => process.getBuiltinModule("node:fs/promises");
const NO_FILE = "it is no file";

/** Files by path. Apart from the platform, so that the worker's bundle goes without. */
export const nodeFiles = {
  async read(path: string): Promise<Uint8Array> {
    // What is no file may have no end.
    if (!(await disk().stat(path)).isFile()) throw new Error(NO_FILE);
    return disk().readFile(path);
  },
  /** Writes beside the file first: whatever fails, what was there before stays whole. */
  async write(path: string, parts: readonly Uint8Array[]): Promise<void> {
    const { open, realpath, rename, rm, stat } = disk();
    const target = await realpath(path).catch(() => path);
    const old = await stat(target).catch(() => undefined);
    if (old && !old.isFile()) throw new Error(NO_FILE);
    const temporary = `${target}.${crypto.randomUUID()}.tmp`;
    try {
      const file = await open(temporary, "wx", old?.mode);
      try {
        for (const part of parts) await file.writeFile(part);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      throw error;
    }
  },
};
