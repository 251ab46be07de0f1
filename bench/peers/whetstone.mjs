// Whetstone on resident data. The time is the training thread's: from the first step done to the last epoch's end, shuffling,
// gathering, snapshots and logs in it. For Node and pages alike.

export async function create({ dense, input, sequential, sgd, adam }, workload, { x, y }, { workers, numerics }) {
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
      let begin;
      let end;
      const history = await model.fit(x, y, {
        ...{ epochs, batchSize: batch },
        onProgress: () => void (begin ??= performance.now()),
        onEpochEnd: () => void (end = performance.now()),
      });
      const { loss } = history.epochs.at(-1);
      Object.assign(info, { workers: history.workers, numerics: history.numerics, loss });
      return { steps: epochs * perEpoch - 1, seconds: (end - begin) / 1000, info };
    },
    close: () => model.dispose(),
  };
}
