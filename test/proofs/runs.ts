// What the proof of equal bits runs on every engine: the shared runs, and the demo's recipe on MNIST.

import type { History } from "../../src/index.js";
import { sharedRuns, train, type Whetstone } from "../fingerprints.js";

/** One run: on how many workers, and the fingerprint that it ended in. */
export interface ProofRun {
  readonly name: string;
  readonly workers: number;
  readonly fingerprint: string;
  readonly numerics: string;
}

export interface Images {
  readonly x: Uint8Array;
  readonly y: Uint8Array;
}

const TEAMS = [1, 2, 3, 4];
/** Name of the run on MNIST. */
export const MNIST = "MNIST, 784-64-10, 3 epochs";

/** The fingerprints that the shared runs must end in. */
export const expected: Record<string, string> = Object.fromEntries(
  Object.entries(sharedRuns).map(([name, { fingerprint }]) => [name, fingerprint]),
);

function runOf(name: string, { workers, fingerprint, numerics }: History, asked: number): ProofRun {
  if (workers !== asked) throw new Error(`${name}: expected ${asked} workers, got ${workers}`);
  return { name, workers, fingerprint, numerics };
}

/** Trains on the pixels of MNIST: about ten seconds of one core. */
async function trainImages(
  { sequential, input, rescaling, dense, dropout, sgd, inverseTimeDecay }: Whetstone,
  { x, y }: Images,
  workers: number,
): Promise<ProofRun> {
  const model = sequential([
    input({ shape: [784] }),
    rescaling({ scale: 1 / 255 }),
    dense({ units: 64, activation: "relu", kernelRegularizer: { l2: 0.001 } }),
    dropout({ rate: 0.1 }),
    dense({ units: 10, activation: "softmax" }),
  ]);
  const optimizer = sgd({ learningRate: inverseTimeDecay({ initial: 0.01, decay: 1e-6 }), momentum: 0.9 });
  const loss = "sparseCategoricalCrossentropy";
  model.compile({ optimizer, loss, metrics: ["accuracy"], seed: 0, workers, numerics: "strict" });
  const history = await model.fit(x, y, { epochs: 3, batchSize: 32, validationSplit: 0.1 });
  await model.dispose();
  return runOf(MNIST, history, workers);
}

/** Every run that this engine can do; without threads on one worker. */
export async function proofRuns(library: Whetstone, images: Images | undefined): Promise<ProofRun[]> {
  const { threads, relaxedSimd } = library.features();
  const teams = threads ? TEAMS : [1];
  const runs: ProofRun[] = [];
  for (const numerics of relaxedSimd ? (["strict", "fast"] as const) : (["strict"] as const)) {
    for (const [name, run] of Object.entries(sharedRuns)) {
      for (const asked of teams) {
        runs.push(runOf(name, await train(library, run, { workers: asked, numerics }), asked));
      }
    }
  }
  if (images) for (const workers of threads ? [1, 2] : [1]) runs.push(await trainImages(library, images, workers));
  return runs;
}
