// Processes that train on request, turn by turn, and what their times say. Machines swing; ratios of neighbouring rounds hold.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const PATIENCE_MILLISECONDS = 180_000;
const PAUSE_MILLISECONDS = 20;

/** One peer as a child process that answers every line with a line. `failed` says why it takes part no more. */
export class Child {
  #process;
  #waiting;
  #stderr = "";
  failed;
  info = {};
  /** Steps of a round. */
  steps = 2;

  constructor(command, args, env = process.env) {
    this.#process = spawn(command, args, { env, stdio: ["pipe", "pipe", "pipe"] });
    this.#process.stderr.on("data", (text) => (this.#stderr = (this.#stderr + text).slice(-2000)));
    this.#process.stdin.on("error", () => {});
    this.#process.on("error", ({ message }) => this.#fail(message));
    this.#process.on("close", (code) => this.#fail(`ended with code ${code}: ${this.#stderr.trim().slice(-300)}`));
    createInterface({ input: this.#process.stdout }).on("line", (line) => {
      if (line.startsWith("{")) this.#waiting?.done(JSON.parse(line));
    });
  }

  #fail(reason) {
    this.failed ??= reason;
    this.#waiting?.failed(new Error(reason));
  }

  async #next(line) {
    if (this.failed) throw new Error(this.failed);
    let timer;
    const answer = new Promise((done, failed) => {
      this.#waiting = { done, failed };
      timer = setTimeout(() => this.#fail("no answer"), PATIENCE_MILLISECONDS);
    });
    if (line !== undefined) this.#process.stdin.write(`${line}\n`);
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
      this.#waiting = undefined;
    }
  }

  /** Waits for its first line. */
  async ready() {
    Object.assign(this.info, await this.#next());
  }

  /** One round of so many steps; `prefix` comes before their number. Seconds, and those of the processor, for a step. */
  async run(count = this.steps, prefix = "") {
    const { steps, seconds, processor, info } = await this.#next(prefix + count);
    Object.assign(this.info, info);
    if (info?.loss !== undefined && !Number.isFinite(info.loss)) this.#fail(`loss ${info.loss}`);
    return { step: seconds / steps, busy: processor / steps, seconds };
  }

  /** A short round that nobody times: who ran a moment ago finds caches and threads warm, who waited for the others does not. */
  warm() {
    return this.run(Math.ceil(this.steps / 8));
  }

  close() {
    this.failed ??= "closed";
    this.#process.stdin.end();
    setTimeout(() => this.#process.kill("SIGKILL"), 2000).unref();
  }
}

const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** Runs until the engine's optimising tier has been reached, and finds the number of steps that take `round` seconds. */
export async function warmUp(runner, { warm, round }) {
  const begin = performance.now();
  let last = 0;
  while (performance.now() - begin < 1000 * warm || last < 0.8 * round) {
    const { step, seconds } = await runner.run();
    last = seconds;
    runner.steps = Math.min(8 * runner.steps, Math.max(2, Math.ceil((1.15 * round) / step)));
  }
}

/**
 * `rounds` times every pair: first the one, then the other. Gives pair by pair the ratios `second / first` of the seconds that a
 * step took, of processor time as `busy`, each runner's seconds, and what `look` saw of a pair by its index before and behind the round.
 * A runner that fails is left out from then on.
 */
export async function alternate(pairs, rounds, look = () => undefined) {
  const results = pairs.map(() => ({ ratios: [], busy: [], first: [], second: [], seen: [] }));
  for (let round = 0; round < rounds; round++) {
    for (const [i, [first, second]] of pairs.entries()) {
      if (first.failed || second.failed) continue;
      try {
        const before = look(i);
        await first.warm?.();
        const a = await first.run();
        await sleep(PAUSE_MILLISECONDS);
        await second.warm?.();
        const b = await second.run();
        await sleep(PAUSE_MILLISECONDS);
        results[i].first.push(a.step);
        results[i].second.push(b.step);
        results[i].ratios.push(b.step / a.step);
        results[i].busy.push(b.busy / a.busy);
        results[i].seen.push([before, look(i)]);
      } catch {}
    }
  }
  return results;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The value below which a share of the values lies. */
export const quantile = (values, share) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))];

export const figure = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

/** `median (min to max)`. */
export function spread(values, show = figure) {
  if (!values.length) return "failed";
  return `${show(median(values))} (${show(Math.min(...values))} to ${show(Math.max(...values))})`;
}
