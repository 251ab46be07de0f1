/** The same small training wherever the library is met: strict, so that its fingerprint is the same everywhere. */
export async function train({ sequential, input, dense, WhetstoneError }, options = {}) {
  try {
    const model = sequential([input({ shape: [3] }), dense({ units: 4, activation: "tanh" }), dense({ units: 1 })]);
    model.compile({ optimizer: "sgd", loss: "meanSquaredError", seed: 0, numerics: "strict", ...options });
    const x = Float32Array.from({ length: 96 }, (_, i) => (i % 7) / 7);
    const y = Float32Array.from({ length: 32 }, (_, i) => i % 2);
    const { fingerprint, workers, epochs } = await model.fit(x, y, { epochs: 3, batchSize: 8 });
    return { fingerprint, workers, epochs: epochs.length };
  } catch (error) {
    const { name, code, message } = error;
    return { typed: error instanceof WhetstoneError, name, code, message };
  }
}
