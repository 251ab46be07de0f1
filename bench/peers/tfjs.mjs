// TensorFlow.js with its WebAssembly backend: optimizer.minimize on batches that are tensors already. For Node and pages alike.

/** A dense net from variables and operations alone: its outputs before softmax, and its first kernel. */
function dense(tf, { units }) {
  const layers = units.slice(1).map((count, i) => {
    const limit = Math.sqrt(6 / (units[i] + count));
    return {
      kernel: tf.variable(tf.randomUniform([units[i], count], -limit, limit)),
      bias: tf.variable(tf.zeros([count])),
    };
  });
  const forward = (x) =>
    layers.reduce((value, { kernel, bias }, i) => {
      const sum = tf.add(tf.matMul(value, kernel), bias);
      return i + 1 < layers.length ? tf.relu(sum) : sum;
    }, x);
  return { forward, first: layers[0].kernel };
}

/** Any other net from its layers. */
function net(tf, { layers, shape }) {
  const made = layers.map(({ type, activation, ...options }, i) =>
    tf.layers[type]({
      ...options,
      ...(activation && activation !== "softmax" ? { activation } : {}),
      ...(i ? {} : { inputShape: shape }),
    }),
  );
  const model = tf.sequential({ layers: made });
  return { forward: (x) => model.apply(x, { training: true }) };
}

export async function create(tf, workload, { x, y }, { processor }) {
  const { units, l2, batch, rows, loss, optimizer, shape } = workload;
  const { forward, first } = (units ? dense : net)(tf, workload);
  const outputs = workload.layers.at(-1).units;
  const width = x.length / rows;
  const batches = [];
  for (let row = 0; row < rows; row += batch) {
    const n = Math.min(batch, rows - row);
    const part = y.subarray(row, row + n);
    batches.push({
      x: tf.tensor(x.subarray(width * row, width * (row + n)), [n, ...shape]),
      y: loss === "mse" ? tf.tensor2d(part, [n, 1]) : tf.oneHot(tf.tensor1d(part, "int32"), outputs).toFloat(),
    });
  }
  const { name, learningRate, momentum, beta1, beta2, epsilon } = optimizer;
  const trainer =
    name === "sgd" ? tf.train.momentum(learningRate, momentum) : tf.train.adam(learningRate, beta1, beta2, epsilon);
  const lossOf = (batch) => {
    const out = forward(batch.x);
    const data =
      loss === "mse" ? tf.losses.meanSquaredError(batch.y, out) : tf.losses.softmaxCrossEntropy(batch.y, out);
    return l2 ? tf.add(data, tf.mul(l2, tf.sum(tf.square(first)))) : data;
  };
  let next = 0;
  return {
    info: { backend: tf.getBackend() },
    async run(steps) {
      const [begin, busy] = [performance.now(), processor?.()];
      let value;
      for (let step = 0; step < steps; step++) {
        value?.dispose();
        value = trainer.minimize(() => lossOf(batches[next]), true);
        next = (next + 1) % batches.length;
      }
      const [loss] = await value.data();
      value.dispose();
      const seconds = (performance.now() - begin) / 1000;
      return { steps, seconds, processor: processor?.() - busy, info: { loss } };
    },
    close() {},
  };
}
