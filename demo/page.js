// The page: trains on MNIST in this browser's workers and shows how it goes.
import { features } from "../build/whetstone.js";
import { createChart } from "./chart.js";
import { createDigits } from "./digits.js";
import { FILES, readIdx } from "./idx.mjs";
import { createModel, fitOptions } from "./recipe.mjs";

const { epochs, batchSize } = fitOptions;
const SHOWN = 8;
const BATCHES_A_POINT = 100;

const at = (id) => document.getElementById(id);
const show = (id, text) => {
  at(id).textContent = text;
};
const percent = (share) => `${(100 * share).toFixed(2)} %`;
const whole = (value) => Math.round(value).toLocaleString("en-US");

const chart = createChart(at("chart"), epochs);
let model;
let run;
let paused = false;

function say(text, failed = false) {
  if (at("status").textContent !== text) show("status", text);
  at("status").classList.toggle("failed", failed);
}

/** Which buttons can be pressed. */
function offer({ start = false, going = false }) {
  at("start").disabled = !start;
  at("pause").disabled = at("stop").disabled = !going;
  show("pause", paused ? "Resume" : "Pause");
}

async function load({ images, labels }) {
  const files = [images, labels].map(async (name) => {
    const response = await fetch(`mnist/${name}`);
    if (!response.ok) throw new Error(`could not load ${name}: ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  });
  return readIdx(...(await Promise.all(files)));
}

/** Takes in reports of progress: draws the mean loss since the last point, and shows how fast it goes. */
function createMeter() {
  let last;
  let speed;
  return {
    /** Forgets the last point, so that a pause does not count as slow training. */
    rest() {
      last = undefined;
    },
    read({ epoch, step, steps, dataLoss }) {
      show("epoch", `${epoch + 1} of ${epochs}`);
      show("loss", dataLoss.toFixed(4));
      const now = performance.now();
      const report = { epoch, step, dataLoss, now };
      if (epoch === 0 && !last) chart.add(step / steps, dataLoss);
      if (last?.epoch !== epoch) last = report;
      const batches = step - last.step;
      if (batches < BATCHES_A_POINT) return;
      chart.add(epoch + step / steps, (dataLoss * step - last.dataLoss * last.step) / batches);
      const rate = (batches * batchSize) / ((now - last.now) / 1000);
      speed = speed === undefined ? rate : 0.8 * speed + 0.2 * rate;
      show("rate", whole(speed));
      last = report;
    },
  };
}

/** Asks the model, which makes room for the question in the middle of a fit. */
async function ask(digits) {
  if (!model) return;
  const { data } = await model.predict(digits.pixels());
  digits.answer(data);
}

async function train({ train, test, digits }) {
  paused = false;
  offer({});
  say("Starting the workers …");
  at("result").hidden = true;
  chart.clear();
  for (const id of ["epoch", "loss", "accuracy", "valAccuracy", "rate"]) show(id, "–");
  await model?.dispose();
  model = createModel();
  const meter = createMeter();
  run = model.fit(train.x, train.y, {
    ...fitOptions,
    onProgress(progress) {
      meter.read(progress);
      if (!paused) say("Training. The page stays free for other work.");
    },
    onEpochEnd({ dataLoss, accuracy, valAccuracy, samplesPerSecond }) {
      show("loss", dataLoss.toFixed(4));
      show("accuracy", percent(accuracy));
      show("valAccuracy", percent(valAccuracy));
      show("rate", whole(samplesPerSecond));
      ask(digits).catch(() => {});
    },
  });
  at("pause").onclick = () => {
    paused = !paused;
    if (paused) run.pause();
    else run.resume();
    meter.rest();
    offer({ going: true });
    say(paused ? "Paused." : "Going on …");
  };
  at("stop").onclick = () => run.stop();
  offer({ going: true });
  const history = await run;
  offer({});
  say("Testing …");
  show("workers", history.workers);
  const { accuracy } = await model.evaluate(test.x, test.y);
  await ask(digits);
  const how = { completed: "Done.", aborted: "Stopped.", earlyStopping: "Done: it would not get better." };
  say(how[history.stopped] ?? "Done.");
  const note = document.createElement("small");
  note.textContent = `Fingerprint of the weights: ${history.fingerprint}. The same seed gives the same bits on every device.`;
  at("result").replaceChildren(`Test accuracy ${percent(accuracy)} on ${whole(test.rows)} digits.`, note);
  at("result").hidden = false;
}

async function main() {
  const { threads, workers, reason } = features();
  show("workers", workers === 1 ? "1" : `auto, at most ${workers}`);
  show("numerics", "strict");
  show("seed", "0");
  at("reason").hidden = threads;
  if (!threads) show("reason", `No threads here, ${reason}.`);

  const data = { train: await load(FILES.train), test: await load(FILES.test) };
  const digits = createDigits(at("digits"), data.test, SHOWN);
  digits.choose();
  at("other").disabled = false;
  at("other").onclick = () => {
    digits.choose();
    ask(digits).catch(() => {});
  };
  at("start").onclick = () =>
    train({ ...data, digits })
      .catch((error) => say(`${error.code ?? error.name}: ${error.message}`, true))
      .finally(() => offer({ start: true }));
  offer({ start: true });
  say(`Ready: ${whole(data.train.rows)} digits are loaded.`);
}

main().catch((error) => say(error.message, true));
