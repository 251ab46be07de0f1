// jax-js on batches that are arrays already, in two ways: value-and-grad jitted and the optimizer's array operations behind it, as the
// library's own pages and its optax train, or with `whole` all of a step in one jitted function. Arrays are counted: `.ref` keeps one
// for another use.

export async function create(jax, workload, { x, y }, { processor, whole }) {
  await jax.init();
  jax.defaultDevice("wasm");
  const { numpy: np, nn, jit, valueAndGrad, tree } = jax;
  const { units, l2, batch, rows, loss, optimizer } = workload;
  const [width, outputs] = [units[0], units.at(-1)];
  const uniform = (n, limit) => Float32Array.from({ length: n }, () => limit * (2 * Math.random() - 1));
  let weights = units
    .slice(1)
    .flatMap((count, i) => [
      np.array(uniform(units[i] * count, Math.sqrt(6 / (units[i] + count)))).reshape([units[i], count]),
      np.zeros([count]),
    ]);
  const batches = [];
  for (let row = 0; row < rows; row += batch) {
    const n = Math.min(batch, rows - row);
    const part = y.subarray(row, row + n);
    const target = new Float32Array(n * outputs);
    if (loss === "mse") target.set(part);
    else for (let r = 0; r < n; r++) target[r * outputs + part[r]] = 1;
    batches.push({
      x: np.array(x.slice(width * row, width * (row + n))).reshape([n, width]),
      y: np.array(target).reshape([n, outputs]),
    });
  }
  const last = weights.length - 2;
  function lossOf(weights, x, y) {
    let out = x;
    for (let i = 0; i <= last; i += 2) {
      out = np.matmul(out, weights[i]).add(weights[i + 1]);
      if (i < last) out = nn.relu(out);
    }
    if (loss === "mse") return np.square(out.sub(y)).mean();
    return nn
      .logSoftmax(out)
      .mul(y)
      .sum()
      .mul(-1 / batch);
  }
  const { name, learningRate, momentum, beta1, beta2, epsilon } = optimizer;
  const rules = {
    sgd(w, g, [buffer]) {
      const moved = buffer.mul(momentum).add(g);
      return [w.sub(moved.ref.mul(learningRate)), [moved]];
    },
    adam(w, g, [mean, variance], [one, two]) {
      const m = mean.mul(beta1).add(g.ref.mul(1 - beta1));
      const v = variance.mul(beta2).add(np.square(g).mul(1 - beta2));
      const root = np.sqrt(v.ref.mul(two)).add(epsilon);
      return [w.sub(m.ref.mul(one).mul(learningRate).div(root)), [m, v]];
    },
  };
  function measure(weights, x, y) {
    const [value, gradients] = valueAndGrad(lossOf)(tree.ref(weights), x, y);
    // The penalty's gradient, without the penalty itself.
    if (l2) gradients[0] = gradients[0].add(weights[0].ref.mul(2 * l2));
    tree.dispose(weights);
    return [value, gradients];
  }
  const look = whole ? measure : jit(measure);
  function train(weights, slots, corrections, x, y) {
    const [value, gradients] = look(tree.ref(weights), x, y);
    const updated = weights.map((weight, i) =>
      rules[name](
        weight,
        gradients[i],
        slots[i],
        corrections.map((c) => c.ref),
      ),
    );
    for (const correction of corrections) correction.dispose();
    return [updated.map(([weight]) => weight), updated.map(([, slot]) => slot), value];
  }
  const step = whole ? jit(train) : train;
  let slots = weights.map((weight) => (name === "sgd" ? [0] : [0, 0]).map(() => np.zeros(weight.shape)));
  let next = 0;
  let count = 0;
  return {
    info: {},
    async run(steps) {
      const [begin, busy] = [performance.now(), processor?.()];
      let loss;
      for (let i = 0; i < steps; i++) {
        count++;
        const corrections = name === "sgd" ? [] : [1 / (1 - beta1 ** count), 1 / (1 - beta2 ** count)];
        const { x, y } = batches[next];
        let value;
        const arrays = corrections.map((c) => np.array(Float32Array.of(c)));
        [weights, slots, value] = step(weights, slots, arrays, x.ref, y.ref);
        next = (next + 1) % batches.length;
        // Left alone, steps pile up: over a hundred of them take ten times as long each.
        [loss] = await value.data();
      }
      const seconds = (performance.now() - begin) / 1000;
      return { steps, seconds, processor: processor?.() - busy, info: { loss } };
    },
    close() {},
  };
}
