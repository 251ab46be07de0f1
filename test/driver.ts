// Runs uvu suites in Node and in pages alike. uvu's own runner stays green when a `before` hook throws, when a file forgets
// `.run()` and when there is nothing to run; here each of these is a failure, and so is an error that nobody caught.

export interface TestModule {
  file: string;
  load(): Promise<unknown>;
}
export interface SuiteResult {
  file: string;
  name: string;
  passed: number;
  failed: number;
  skipped: number;
  milliseconds: number;
  error: string;
}
export interface Result {
  passed: number;
  failed: number;
  skipped: number;
  suites: SuiteResult[];
}
export interface Options {
  /** Milliseconds that one suite may take, or the loading of its file. */
  limit?: number;
  started?(file: string): void;
  finished?(suite: SuiteResult): void;
}

type Runner = () => Promise<[errors: string | true, passed: number, skipped: number, total: number]>;
type Scope = { UVU_DEFER?: number; UVU_INDEX?: number; UVU_QUEUE?: Runner[][]; process?: NodeJS.Process | undefined };
const scope = globalThis as unknown as Scope;

/** What the running suite wrote; its name comes first. */
let written = "";
/** Where errors go that nobody caught: to the innermost run. */
let strays: unknown[] = [];

/** uvu keeps the `console.log` that it finds when it is loaded; outside Node it writes nowhere else. */
async function loadUvu(): Promise<void> {
  const { process } = scope;
  const { log } = console;
  scope.UVU_DEFER = 1;
  scope.process = undefined;
  console.log = (text: string) => {
    written += text;
  };
  try {
    await import("uvu");
  } finally {
    scope.process = process;
    console.log = log;
  }
}

/** Loads the modules one after another and runs what each has queued. */
export async function run(modules: readonly TestModule[], options: Options = {}): Promise<Result> {
  const { limit = 120_000, started, finished } = options;
  const result: Result = { passed: 0, failed: 0, skipped: 0, suites: [] };
  const outer = { queue: scope.UVU_QUEUE, written, strays };
  await loadUvu();
  const own: unknown[] = (strays = []);
  const listening = listen((error) => {
    if (strays === own) own.push(error);
  });

  const note = async (file: string, begin: number, part: Partial<SuiteResult>) => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    const suite = { file, name: "", passed: 0, failed: 0, skipped: 0, milliseconds: 0, error: "", ...part };
    for (const error of own.splice(0)) {
      suite.failed++;
      suite.error += `\nnobody caught: ${text(error)}`;
    }
    suite.milliseconds = performance.now() - begin;
    suite.error = suite.error.split(COLOUR).join("").trim();
    result.passed += suite.passed;
    result.failed += suite.failed;
    result.skipped += suite.skipped;
    result.suites.push(suite);
    finished?.(suite);
  };

  for (const { file, load } of modules) {
    const queue: Runner[] = [];
    scope.UVU_QUEUE = [queue];
    scope.UVU_INDEX = 0;
    started?.(file);
    let begin = performance.now();
    try {
      await within(limit, load());
      if (!queue.length) throw new Error("the file queued no suite: it must end with test.run()");
    } catch (error) {
      await note(file, begin, { failed: 1, error: text(error) });
    }
    for (let next = queue.shift(); next; next = queue.shift()) {
      begin = performance.now();
      written = "";
      try {
        await note(file, begin, judge(await within(limit, next())));
      } catch (error) {
        await note(file, begin, { name: suiteName(), failed: 1, error: text(error) });
      }
    }
  }
  listening.abort();
  scope.UVU_QUEUE = outer.queue;
  ({ written, strays } = outer);
  return result;
}

function judge([errors, passed, skipped, total]: Awaited<ReturnType<Runner>>): Partial<SuiteResult> {
  const name = suiteName();
  let error = errors === true ? "" : errors;
  if (passed < total && !error) error = "a hook of the suite threw, so that tests were left out";
  if (!total) error += "\nthe suite has no tests";
  return { name, passed, skipped, failed: Math.max(total - passed, error ? 1 : 0), error };
}

const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`);

function suiteName(): string {
  return (
    written
      .split(COLOUR)
      .join("")
      .match(/^ (.*?) {2}/)?.[1] ?? ""
  );
}

function text(error: unknown): string {
  return error instanceof Error ? (error.stack ?? String(error)) : String(error);
}

async function within<T>(limit: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${limit} milliseconds`)), limit);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Hands over every error that nobody caught, until the controller it returns is aborted. */
function listen(found: (error: unknown) => void): AbortController {
  const controller = new AbortController();
  const { signal } = controller;
  const { process } = scope;
  if (process) {
    for (const event of ["unhandledRejection", "uncaughtException"] as const) {
      process.on(event, found);
      signal.addEventListener("abort", () => process.off(event, found));
    }
  } else {
    const take = (event: Event, error: unknown) => {
      event.preventDefault();
      found(error);
    };
    addEventListener("unhandledrejection", (event) => take(event, event.reason), { signal });
    // A worker's error also arrives here, without the error itself; it is the business of whoever started the worker.
    addEventListener("error", (event) => event.error && take(event, event.error), { signal });
  }
  return controller;
}
