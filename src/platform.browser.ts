// Browsers. A worker starts from a Blob; one that is killed from outside fires no event, so each holds a Web Lock for life.

import type { Endpoint } from "comlink";
import type { Platform, Thread } from "./platform.js";

let spawned = 0;

export const browserPlatform: Platform = {
  cores: () => Math.max(1, (globalThis.navigator?.hardwareConcurrency ?? 2) - 1),
  whyNotShared() {
    if (globalThis.crossOriginIsolated) return undefined;
    return "the page is not cross-origin isolated: send Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp";
  },
  crossOriginIsolated: () => globalThis.crossOriginIsolated === true,
  spawn(url, code): Thread {
    const blob = url ? undefined : URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
    const name = `whetstone-${performance.timeOrigin}-${performance.now()}-${spawned++}`;
    const worker = new Worker(blob ?? (url as string | URL), { name });
    let started = false;
    worker.addEventListener(
      "message",
      () => {
        started = true;
        if (blob) URL.revokeObjectURL(blob);
      },
      { once: true },
    );
    return {
      endpoint: worker as Endpoint,
      onDeath(listener) {
        worker.addEventListener("error", ({ message }) => {
          const cure =
            "it could not start: a Content-Security-Policy needs worker-src blob: and 'wasm-unsafe-eval', or the option workerUrl";
          listener(started ? (message ?? "an error without text") : cure);
        });
        worker.addEventListener("messageerror", () => listener("a message could not be read"));
        const watch = () => void navigator.locks?.request(name, () => listener("it was ended from outside"));
        worker.addEventListener("message", watch, { once: true });
      },
      ref() {},
      unref() {},
      terminate: () => worker.terminate(),
    };
  },
  ownEndpoint: () => globalThis as unknown as Endpoint,
  watched() {
    const { name } = globalThis as unknown as { name: string };
    if (!name || !navigator.locks) return Promise.resolve();
    return new Promise((resolve) => {
      const hold = () => {
        resolve();
        return new Promise(() => {});
      };
      navigator.locks.request(name, hold).catch(() => resolve());
    });
  },
};
