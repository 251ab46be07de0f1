// Whetstone on resident data. The time runs from the first word of the training thread to the last epoch's end, as they arrive:
// shuffling, gathering, snapshots and logs are in it. For Node and pages alike.

/** The value behind one layer of a workload. */
function apply(library, value, { type, layers, ...options }) {
  if (type !== "residual") return library[type](options).apply(value);
  const inner = layers.reduce((value, layer) => apply(library, value, layer), value);
  return library.add().apply([value, inner]);
}

export async function create(library, workload, data, { workers, numerics, processor, fill }) {
  const { input, functional, sgd, adam } = library;
  const { layers, shape, labels = 1, batch, rows, loss, optimizer } = workload;
  const inputs = input({ shape });
  const outputs = layers.reduce((value, layer) => apply(library, value, layer), inputs);
  const model = functional({ inputs, outputs });
  const { name, ...options } = optimizer;
  model.compile({
    optimizer: { sgd, adam }[name](options),
    loss: loss === "mse" ? "meanSquaredError" : "sparseCategoricalCrossentropy",
    seed: 1,
    workers,
    numerics,
  });
  const y = labels > 1 ? { data: data.y, shape: [rows, labels] } : data.y;
  const x = { data: fill ? data.x.map((value) => value || fill) : data.x, shape: [rows, ...shape] };
  const perEpoch = Math.ceil(rows / batch);
  /** Epochs of the fits so far. */
  let trained = 0;
  return {
    info: {},
    async run(steps) {
      const epochs = Math.ceil((steps + 1) / perEpoch);
      const now = () => ({ seconds: performance.now() / 1000, processor: processor?.() });
      const called = { ...now(), steps: 0 };
      let begin;
      let end;
      let first = true;
      const note = (steps) => {
        end = { ...now(), steps };
        // Logs travel in bundles: the first word's steps are those of the last log that came with it.
        if (first) begin = { ...(begin ?? end), steps };
        if (begin.steps === steps) queueMicrotask(() => (first = false));
      };
      const history = await model.fit(x, y, {
        ...{ epochs, batchSize: batch },
        onProgress: ({ epoch, step }) => note((epoch - trained) * perEpoch + step),
        onEpochEnd: ({ epoch }) => note((epoch + 1 - trained) * perEpoch),
      });
      trained += epochs;
      // All of it came at once: a warm-up, or too short a round.
      if (end.steps === begin.steps) begin = called;
      const [seconds, busy, done] = ["seconds", "processor", "steps"].map((key) => end[key] - begin[key]);
      const { loss } = history.epochs.at(-1);
      const info = { workers: history.workers, numerics: history.numerics, loss };
      return { steps: done, seconds, processor: busy, info };
    },
    close: () => model.dispose(),
  };
}
