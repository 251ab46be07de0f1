// Activations whose output may lie over the input, and the gradients over each other.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import type { KernelName } from "../oracle.js";

const test = suite("activations over their inputs");

/** With the least alpha that allows it. */
const OVER: [string, number[]][] = [
  ["relu", []],
  ["leaky_relu", [0]],
  ["leaky_relu", [0.25]],
  ["tanh", []],
];
const x = Float32Array.of(0, -0, 1, -1, 1e-45, -1e-45, Infinity, -Infinity, NaN, 3e38, -3e38, -1e-44, 0.5, -0.5, 9, -9);
const dout = x.map((_, i) => 1 + i);
const bitsOf = (values: Float32Array) => [...new Uint32Array(values.slice().buffer)];

for (const [name, parameters] of OVER) {
  for (const { kernels, memory, base, name: build } of kernelBuilds()) {
    test(`${name} ${parameters}: the same bits as apart (${build})`, () => {
      const place = (i: number) => base + i * x.byteLength;
      const at = (i: number) => new Float32Array(memory.buffer, place(i), x.length);
      const call = (way: "forward" | "backward", ...places: number[]) => {
        const kernel = kernels[`${name}_${way}` as KernelName] as (...given: number[]) => void;
        kernel(...places.map(place), ...parameters, 8, 0, x.length / 8);
      };
      at(0).set(x);
      at(1).set(dout);
      call("forward", 2, 0);
      call("backward", 3, 1, 0, 2);
      call("forward", 0, 0);
      assert.equal(bitsOf(at(0)), bitsOf(at(2)), "forward");
      call("backward", 1, 1, 0, 0);
      assert.equal(bitsOf(at(1)), bitsOf(at(3)), "backward");
      assert.equal(bitsOf(at(0)), bitsOf(at(2)), "the output");
    });
  }
}

test.run();
