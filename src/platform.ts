// The platform seam: what the library needs from where it runs. Two files answer it, one for Node, one for browsers.

import type { Endpoint } from "comlink";
import { browserPlatform } from "./platform.browser.js";
import { nodeFiles, nodePlatform } from "./platform.node.js";

/** A thread as its owner sees it. */
export interface Thread {
  readonly endpoint: Endpoint;
  /** Calls `listener` once, when the thread can no longer answer. */
  onDeath(listener: (reason: string) => void): void;
  /** Whether the thread keeps a process alive. */
  ref(): void;
  unref(): void;
  terminate(): void;
}

export interface Platform {
  /** Cores that a team may use. */
  cores(): number;
  /** Undefined if threads can share memory, else why not, in one line. */
  whyNotShared(): string | undefined;
  crossOriginIsolated(): boolean;
  /** Starts a worker: from where its code lies, or from the code itself. */
  spawn(url: string | URL | undefined, code: string): Thread;
  /** Inside a worker: the way to its owner. */
  ownEndpoint(): Endpoint;
  /** Inside a worker: resolves when its owner would notice its end. Nothing may be sent or run before. */
  watched(): Promise<void>;
}

let injected: Platform | undefined;

/** The platform that this code runs on. */
export const platform = (): Platform => injected ?? (nodePlatform.present() ? nodePlatform : browserPlatform);

/** Puts another platform in place (tests do); undefined takes it back. Not part of the public surface. */
export function injectPlatform(other: Platform | undefined): void {
  injected = other;
}

/** Files by path; undefined where there are none. */
export const files = (): typeof nodeFiles | undefined => (nodePlatform.present() ? nodeFiles : undefined);
