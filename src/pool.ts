// One pool of threads for the whole process: models lease them and give them back. Idle ones keep no process alive.

import code from "worker:text";
import { show } from "./check.js";
import { PlatformError } from "./errors.js";
import { platform } from "./platform.js";
import { Connection } from "./rpc.js";
import type { WorkerJobs } from "./worker.js";

export type Member = Connection<WorkerJobs>;

const idle = new Map<string, Member[]>();
const MOST_IDLE = 8;
/**
 * A thread that has seen so many bytes of shared memory is ended instead of used again: its collector does not count them,
 * so that memories which nobody uses any more would stay for as long as it lives.
 */
const MOST_SEEN = 128e6;

/** Bytes of shared memory that a thread has been given so far. */
const seen = new WeakMap<Member, number>();

/** Notes a shared memory that threads are given. */
export function countMemory(members: readonly Member[], bytes: number): void {
  for (const member of members) seen.set(member, (seen.get(member) ?? 0) + bytes);
  // This thread's collector does not count it either. A buffer that it does count, dropped at once, makes it look.
  void new ArrayBuffer(Math.min(bytes, MOST_SEEN));
}

/** True if a thread must not be given another memory. */
export const isFull = (member: Member): boolean => (seen.get(member) ?? 0) > MOST_SEEN;

const key = (url: string | URL | undefined) => String(url ?? "");

/** A thread for one model: an idle one, or a new one. It keeps the process alive until `unref` or `release`. */
export function lease(url: string | URL | undefined): Member {
  const free = idle.get(key(url));
  while (free?.length) {
    const member = free.pop()!;
    if (member.dead !== undefined) continue;
    member.ref();
    return member;
  }
  try {
    return new Connection<WorkerJobs>(platform().spawn(url, code));
  } catch (error) {
    const cure = url === undefined ? "" : ` Look at workerUrl: ${show(String(url))}.`;
    throw new PlatformError(`worker: expected a new thread, got: ${(error as Error).message}.${cure}`);
  }
}

/** Gives a thread back, its model closed; what the pool has no place for ends. */
export async function release(member: Member, url: string | URL | undefined): Promise<void> {
  member.onNote = () => {};
  member.onDeath = () => {};
  if (member.dead !== undefined) return;
  member.ref();
  try {
    await member.jobs.close();
  } catch {
    return;
  }
  const free = idle.get(key(url)) ?? [];
  idle.set(key(url), free);
  member.unref();
  if (free.length < MOST_IDLE && !isFull(member)) free.push(member);
  else member.end("it was not needed any more");
}

/** Ends all idle threads. */
export function drain(): void {
  for (const members of idle.values()) for (const member of members.splice(0)) member.end("the pool was drained");
}
