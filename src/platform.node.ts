// Node. Builtin modules come through process.getBuiltinModule, so that no bundler meets a `node:` import.

import workerText from "worker:text";
import type { Endpoint } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import type { Platform, Thread } from "./platform.js";

const threads = () => process.getBuiltinModule("node:worker_threads");

export const nodePlatform: Platform & { present(): boolean } = {
  present: () => typeof process !== "undefined" && typeof process.getBuiltinModule === "function",
  cores: () => process.getBuiltinModule("node:os").availableParallelism(),
  whyNotShared: () => undefined,
  crossOriginIsolated: () => true,
  spawn(url): Thread {
    const { Worker } = threads();
    const worker = url ? new Worker(new URL(url)) : new Worker(workerText, { eval: true });
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
