// Rows of things done wrong. Each must give one typed error whose text says who expected what, what came and what to do.
import * as assert from "uvu/assert";
import * as whetstone from "../../src/index.js";
import { injectPlatform, platform } from "../../src/platform.js";
import { drain } from "../../src/pool.js";

export type Wrong = readonly [what: string, call: () => unknown, code: string, text: RegExp];

/** The public functions without their types, for calls that no type would let pass. */
// biome-ignore lint/suspicious/noExplicitAny: wrong arguments are the point
export const anyhow = whetstone as unknown as Record<string, (...given: any[]) => any>;

const { WhetstoneError } = whetstone;
const classes: Record<string, abstract new (...given: never[]) => Error> = {
  E_SHAPE: whetstone.ShapeError,
  E_OPTION: whetstone.OptionError,
  E_DATA: whetstone.DataError,
  E_DIVERGED: whetstone.DivergedError,
  E_WORKER: whetstone.WorkerError,
  E_DISPOSED: whetstone.WorkerError,
  E_BUSY: whetstone.WorkerError,
  E_PLATFORM: whetstone.PlatformError,
  E_MEMORY: whetstone.MemoryLimitError,
  E_FILE: whetstone.FileError,
};

/** The longest text of an error, whatever was passed. */
export const LONGEST = 480;
const NEVER = 20_000;

/** Class, code and form of an error; where `text` is given, what it says. */
export function judge(error: unknown, what: string, code?: string, text?: RegExp): void {
  if (!(error instanceof WhetstoneError)) {
    const got = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new Error(`${what}: expected an error of the library, got ${got.slice(0, 500)}`);
  }
  const said = `${what}: ${error.message.slice(0, 2 * LONGEST)}`;
  assert.ok(code === undefined || error.code === code, `${said} [${error.code}, expected ${code}]`);
  assert.ok(error instanceof classes[error.code]!, `${said} [class ${error.name}]`);
  assert.is(error.name, classes[error.code]!.name);
  assert.ok(text === undefined || text.test(error.message), `${said} [does not match ${text}]`);
  assert.ok(/^[^:]+.*: .*(expected|unknown) .+\.$/s.test(error.message), `${said} [form]`);
  assert.ok(error.message.length <= LONGEST, `${said} [${error.message.length} characters]`);
}

/** Every row throws at once. */
export function eachThrows(rows: readonly Wrong[]): Promise<void> {
  return judgeAll(rows, (call, what) => {
    try {
      call();
    } catch (error) {
      return error;
    }
    throw new Error(`${what}: expected an error, got none`);
  });
}

/** Every row gives a promise, which rejects. */
export const eachRejects = (rows: readonly Wrong[]): Promise<void> => judgeAll(rows, rejection);

/** Judges all rows before it fails, so that one run shows everything. */
async function judgeAll(rows: readonly Wrong[], failure: (call: () => unknown, what: string) => unknown) {
  const wrong: string[] = [];
  for (const [what, call, code, text] of rows) {
    try {
      judge(await failure(call, what), what, code, text);
    } catch (error) {
      wrong.push((error as Error).message);
    }
  }
  if (wrong.length) throw new Error(wrong.join("\n"));
}

/** What a call rejects with; it must neither throw nor resolve nor hang. */
export async function rejection(call: () => unknown, what: string): Promise<unknown> {
  let promise: PromiseLike<unknown>;
  try {
    promise = call() as PromiseLike<unknown>;
  } catch (error) {
    throw new Error(`${what}: expected a rejection, but it threw at once: ${error}`);
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  const never = new Promise<unknown>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: expected a rejection, got nothing at all`)), NEVER);
  });
  const outcome = promise.then(
    () => ({ resolved: true as const }),
    (error: unknown) => ({ resolved: false as const, error }),
  );
  const settled = (await Promise.race([outcome, never]).finally(() => clearTimeout(timer))) as Awaited<typeof outcome>;
  if (settled.resolved) throw new Error(`${what}: expected a rejection, but it resolved`);
  return settled.error;
}

/** Runs a test on a platform that starts no thread, and fails if one was asked for. */
export const withoutThreads = (test: () => unknown) => async () => {
  drain();
  const real = platform();
  let spawned = 0;
  injectPlatform({
    ...real,
    cores: () => real.cores(),
    spawn() {
      spawned++;
      throw new Error("a thread was started");
    },
  });
  try {
    await test();
  } finally {
    injectPlatform(undefined);
  }
  assert.is(spawned, 0, "threads were started");
};
