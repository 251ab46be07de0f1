// npm start: trains on MNIST in workers, shows how it goes, and tests what came of it.
import cliProgress from "cli-progress";
import colours from "picocolors";
import { readMnist } from "./mnist.mjs";
import { createModel, fitOptions, meanRate } from "./recipe.mjs";

const { stdout, env } = process;
const terminal = Boolean(stdout.isTTY) && env.TERM !== "dumb";
const { bold, cyan, dim, green } = colours.createColors(terminal && !env.NO_COLOR);

const COLUMNS = [
  { head: "epoch", width: 5, cell: ({ epoch }) => String(epoch + 1) },
  { head: "loss", width: 8, cell: ({ loss }) => loss.toFixed(4) },
  { head: "accuracy", width: 10, cell: ({ accuracy }) => percent(accuracy) },
  { head: "valLoss", width: 9, cell: ({ valLoss }) => valLoss.toFixed(4) },
  { head: "valAccuracy", width: 13, cell: ({ valAccuracy }) => percent(valAccuracy) },
  { head: "samples/s", width: 11, cell: ({ samplesPerSecond }) => whole(samplesPerSecond) },
  { head: "seconds", width: 9, cell: ({ seconds }) => seconds.toFixed(2) },
];

const percent = (share) => `${(100 * share).toFixed(2)} %`;
const whole = (value) => Math.round(value).toLocaleString("en-US");
const row = (cells) => COLUMNS.map(({ width }, i) => cells[i].padStart(width)).join("");
const fact = (name, value, note = "") => console.log(`${name.padEnd(13)} ${value}${note && dim(`  ${note}`)}`);

/** The bar below the table, redrawn in place; nothing where the output is no terminal. */
function createBar() {
  if (!terminal) return { show() {}, clear() {} };
  const format = `${cyan("{bar}")} {percentage} %  epoch {epoch} of ${fitOptions.epochs}  loss {loss}`;
  const bar = new cliProgress.SingleBar(
    { format, barsize: 30, clearOnComplete: true, hideCursor: true, gracefulExit: false, stream: stdout },
    cliProgress.Presets.shades_classic,
  );
  let shown = false;
  return {
    show({ epoch, step, steps, dataLoss }) {
      const payload = { epoch: epoch + 1, loss: dataLoss.toFixed(4) };
      const value = epoch * steps + step;
      if (shown) bar.update(value, payload);
      else bar.start(fitOptions.epochs * steps, value, payload);
      shown = true;
    },
    clear() {
      if (shown) bar.stop();
      shown = false;
    },
  };
}

const { train, test } = await readMnist();
const model = createModel();

console.log(`\n${bold("Whetstone")} trains 784-64-10 on MNIST, in workers, off this thread.\n`);
console.log(`${model.summary()}\n`);
console.log(dim(row(COLUMNS.map(({ head }) => head))));

const bar = createBar();
const begin = performance.now();
const run = model.fit(train.x, train.y, {
  ...fitOptions,
  onProgress: (progress) => bar.show(progress),
  onEpochEnd(log) {
    bar.clear();
    console.log(row(COLUMNS.map(({ cell }) => cell(log))));
  },
});
process.once("SIGINT", () => run.stop());
const history = await run;
const seconds = (performance.now() - begin) / 1000;
bar.clear();

const { accuracy } = await model.evaluate(test.x, test.y);
await model.dispose();

const { epochs, stopped, bestEpoch, workers, numerics, seed, fingerprint } = history;
console.log(`\n${green(`test accuracy ${bold(percent(accuracy))}`)}${dim(`  on ${whole(test.rows)} images`)}\n`);
fact("stopped", stopped, bestEpoch === undefined ? "" : `best weights: epoch ${bestEpoch + 1}`);
fact("time", `${seconds.toFixed(1)} s`, "data, training and validation");
if (epochs.length) fact("rate", `${whole(meanRate(epochs))} samples/s`, "training alone");
fact("workers", workers);
fact("numerics", numerics, numerics === "strict" ? "the same bits on every machine" : "");
fact("seed", seed);
fact("fingerprint", fingerprint, "a hash of the trained weights");
