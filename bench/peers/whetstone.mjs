// Whetstone on resident data. The time is the training thread's: from the first step done to the last epoch's end, shuffling,
// gathering, snapshots and logs in it. For Node and pages alike.

export async function create(
  { dense, input, sequential, sgd, adam },
  workload,
  { x, y },
  { workers, numerics, processor },
) {
  const { units, l2, batch, rows, loss, optimizer } = workload;
  const last = units.length - 1;
  const model = sequential([
    input({ shape: [units[0]] }),
    ...units.slice(1).map((count, i) =>
      dense({
        units: count,
        activation: i + 1 < last ? "relu" : loss === "mse" ? "linear" : "softmax",
        ...(i === 0 && l2 ? { kernelRegularizer: { l2 } } : {}),
      }),
    ),
  ]);
  const { name, ...options } = optimizer;
  model.compile({
    optimizer: { sgd, adam }[name](options),
    loss: loss === "mse" ? "meanSquaredError" : "sparseCategoricalCrossentropy",
    seed: 1,
    workers,
    numerics,
  });
  const info = {};
  return {
    info,
    async run(steps) {
      const perEpoch = Math.ceil(rows / batch);
      const epochs = Math.ceil((steps + 1) / perEpoch);
      const times = [];
      const now = () => ({ seconds: performance.now() / 1000, processor: processor?.() });
      const history = await model.fit(x, y, {
        ...{ epochs, batchSize: batch },
        onProgress: () => void (times[0] ??= now()),
        onEpochEnd: () => void (times[1] = now()),
      });
      const [begin, end] = times;
      const { loss } = history.epochs.at(-1);
      Object.assign(info, { workers: history.workers, numerics: history.numerics, loss });
      const [seconds, used] = ["seconds", "processor"].map((key) => end[key] - begin[key]);
      return { steps: epochs * perEpoch - 1, seconds, processor: used, info };
    },
    close: () => model.dispose(),
  };
}
