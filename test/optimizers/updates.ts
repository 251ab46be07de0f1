// The tests that every update kernel has: one step through the oracle, many steps in sequence, padding, penalties,
// subnormal numbers and the flag.
import type { Test } from "uvu";
import * as assert from "uvu/assert";
import { type Build, kernelBuilds } from "../kernelbuilds.js";
import { generator, type KernelName, oracle } from "../oracle.js";

export interface Update {
  kernel: KernelName;
  /** Slot names in the order of the arguments; those of `positive` start above zero. */
  slots: readonly string[];
  positive?: readonly string[];
  /** The values at `hyper` in step t = 1..; all of `settings` are tried. */
  settings: readonly unknown[];
  hyper(setting: never, t: number): number[];
  /** One weight's new value and slots, in float64. */
  step(w: number, g: number, slots: number[], hyper: Iterable<number>): { w: number; slots: number[] };
}

interface Case {
  setting: unknown;
  unit: number;
  units: number;
  l1: number;
  l2: number;
  penalty: boolean;
  decay?: number;
}

const penalties = [
  { l1: 0, l2: 0, penalty: false },
  { l1: 0, l2: 0, penalty: true },
  { l1: 0.25, l2: 0, penalty: false },
  { l1: 0, l2: 0.125, penalty: false },
  { l1: 0, l2: 0.125, penalty: true },
  { l1: 0.0625, l2: 0.5, penalty: true },
  { l1: 0, l2: 0, penalty: false, decay: 0.125 },
  { l1: 0.0625, l2: 0.5, penalty: true, decay: 0.25 },
];
const sizes = [
  { unit: 8, units: 1 },
  { unit: 8, units: 7 },
  { unit: 16, units: 3 },
  { unit: 64, units: 4 },
];
const slope = (w: number, l1: number, l2: number) => l1 * Math.sign(w) + 2 * l2 * w;

/** The kernel on tensors of a memory that is cleared first, called for units from..to. */
export function updater(build: Build, { kernel, slots }: Update, unit: number, units: number, hyperSize: number) {
  new Uint8Array(build.memory.buffer).fill(0, build.base, build.base + 65536);
  let end = build.base;
  const place = (size: number) => {
    const view = new Float32Array(build.memory.buffer, end, size);
    end += ((size * 4 + 15) & ~15) + 16;
    return view;
  };
  const size = unit * units;
  const weight = place(size);
  const state = slots.map(() => place(size));
  const gradient = place(size);
  const penalty = place(units);
  const flagAt = place(1);
  const flag = new Int32Array(build.memory.buffer, flagAt.byteOffset, 1);
  const hyper = place(hyperSize);
  const tensors = [weight, ...state, gradient, penalty, flag, hyper].map((view) => view.byteOffset);
  const call = build.kernels[kernel] as (...args: number[]) => void;
  /** Without a penalty where `skip`. */
  const run = (l1 = 0, l2 = 0, from = 0, to = units, skip = false) =>
    call(...tensors.map((at) => (skip && at === penalty.byteOffset ? 0 : at)), l1, l2, unit, from, to);
  return { weight, slots: state, gradient, penalty, flag, hyper, run };
}

export function updateTests(test: Test, update: Update): void {
  const { kernel, slots, positive = [], settings, step } = update;
  /** Its own numbers, and the decay as the last of 16. */
  const hyperOf = (setting: unknown, t: number, decay = 0) => {
    const hyper = new Float32Array(16);
    hyper.set(update.hyper(setting as never, t));
    hyper[15] = decay;
    return hyper;
  };

  oracle<Case>(test, {
    kernel,
    cases: settings.flatMap((setting) =>
      sizes.flatMap((size) => penalties.map((penalty) => ({ setting, ...size, ...penalty }))),
    ),
    tensors: ({ setting, unit, units, penalty, decay }, random) => {
      const fill = (value: () => number) => ({ data: Float32Array.from({ length: unit * units }, value) });
      const weight = fill(random);
      weight.data.fill(0, 2, 5);
      weight.data[5] = -0;
      return {
        weight,
        ...Object.fromEntries(slots.map((s) => [s, fill(positive.includes(s) ? () => random() + 2 : random)])),
        gradient: fill(random),
        ...(penalty ? { penalty: { data: new Float32Array(units), write: true } } : {}),
        flag: { data: new Int32Array(1) },
        hyper: { data: hyperOf(setting, 3, decay) },
      };
    },
    args: ({ unit, l1, l2, penalty }, p) => [
      p("weight"),
      ...slots.map(p),
      p("gradient"),
      penalty ? p("penalty") : 0,
      p("flag"),
      p("hyper"),
      l1,
      l2,
      unit,
    ],
    extent: ({ units }) => units,
    expected: ({ unit, units, l1, l2, penalty, decay = 0 }, { weight, gradient, hyper, ...rest }) => {
      const want: Record<string, Float64Array> = { weight: weight!.slice(), flag: new Float64Array(1) };
      for (const s of slots) want[s] = rest[s]!.slice();
      if (penalty) want.penalty = new Float64Array(units);
      weight!.forEach((w, i) => {
        const g = gradient![i]! + slope(w, l1, l2);
        const next = step(
          w,
          g,
          slots.map((s) => rest[s]![i]!),
          hyper!,
        );
        want.weight![i] = next.w - decay * w;
        slots.forEach((s, k) => {
          want[s]![i] = next.slots[k]!;
        });
        if (want.penalty) want.penalty[Math.floor(i / unit)]! += l1 * Math.abs(w) + l2 * w * w;
      });
      return want;
    },
  });

  for (const build of kernelBuilds()) {
    const at = (text: string, run: () => void) => test(`${kernel} ${text} (${build.name})`, run);
    const usual = settings[0];
    const { length } = hyperOf(usual, 1);

    at("follows float64 over 50 steps, and padding stays zero", () => {
      for (const setting of settings) {
        const [unit, units, l1, l2] = [8, 4, 0.001, 0.01];
        const random = generator(7);
        const tensors = updater(build, update, unit, units, length);
        const real = [...tensors.weight.keys()].filter((i) => i % 8 < 5);
        const start = new Map(real.map((i) => [i, random()]));
        for (const [i, w] of start) tensors.weight[i] = w;
        const state = new Map(real.map((i) => [i, { w: tensors.weight[i]!, slots: slots.map(() => 0) }]));
        for (let t = 1; t <= 50; t++) {
          tensors.hyper.set(hyperOf(setting, t));
          let penalty = 0;
          for (const i of real) {
            tensors.gradient[i] = random();
            const { w, slots } = state.get(i)!;
            penalty += Math.fround(l1) * Math.abs(w) + Math.fround(l2) * w * w;
            const g = tensors.gradient[i]! + slope(w, Math.fround(l1), Math.fround(l2));
            state.set(i, step(w, g, slots, tensors.hyper));
          }
          tensors.run(l1, l2, 0, 1);
          tensors.run(l1, l2, 1, 4);
          const got = tensors.penalty.reduce((sum, x) => sum + x, 0);
          assert.ok(
            Math.abs(got - penalty) < 1e-4 * Math.max(1, penalty),
            `step ${t}: penalty ${got}, want ${penalty}`,
          );
        }
        for (const [i, { w, slots: wanted }] of state) {
          const name = `${JSON.stringify(setting)} [${i}]`;
          const near = (got: number, want: number) =>
            assert.ok(Math.abs(got - want) < 3e-4 * Math.max(1, Math.abs(want)), `${name} is ${got}, want ${want}`);
          near(tensors.weight[i]!, w);
          wanted.forEach((slot, k) => {
            near(tensors.slots[k]![i]!, slot);
          });
          assert.not.equal(tensors.weight[i], Math.fround(start.get(i)!));
        }
        for (const tensor of [tensors.weight, ...tensors.slots, tensors.gradient])
          tensor.forEach((x, i) => {
            if (i % 8 >= 5) assert.ok(Object.is(x, 0), `padding [${i}] is ${x} with ${JSON.stringify(setting)}`);
          });
        assert.is(tensors.flag[0], 0);
      }
    });

    at("leaves what lies outside the range alone", () => {
      const tensors = updater(build, update, 8, 3, length);
      tensors.hyper.set(hyperOf(usual, 1));
      tensors.weight.fill(0.5);
      tensors.gradient.fill(1);
      tensors.penalty.fill(9);
      tensors.run(0.5, 0.5, 1, 2);
      for (const i of [0, 7, 16, 23]) {
        assert.is(tensors.weight[i], 0.5);
        for (const slot of tensors.slots) assert.is(slot[i], 0);
      }
      assert.is.not(tensors.weight[8], 0.5);
      assert.equal([...tensors.penalty], [9, 8 * (0.25 + 0.125), 9]);
      tensors.run(0.5, 0.5, 1, 1);
      assert.is(tensors.flag[0], 0);
    });

    at("makes subnormal weights, slots and gradients zero", () => {
      for (const tiny of [1e-40, -1e-40, 1e-31, -1e-38]) {
        const tensors = updater(build, update, 8, 1, length);
        tensors.hyper.set(hyperOf(usual, 1));
        tensors.gradient.fill(tiny);
        tensors.run();
        for (const tensor of [tensors.weight, ...tensors.slots])
          for (const x of tensor) assert.ok(Object.is(x, 0), `${x}`);
        tensors.gradient.fill(0);
        tensors.weight.fill(tiny);
        tensors.slots.forEach((slot, k) => {
          slot.fill(positive.includes(slots[k]!) ? Math.abs(tiny) : tiny);
        });
        tensors.run();
        for (const slot of tensors.slots) for (const x of slot) assert.ok(Object.is(x, 0), `${x}`);
        for (const x of tensors.weight) assert.ok(x === 0 || Math.abs(x) >= 1e-30, `${x}`);
        assert.is(tensors.flag[0], 0);
      }
    });

    at("writes no penalty where the pointer is 0", () => {
      const low = new Uint8Array(build.memory.buffer, 0, build.base);
      const tensors = updater(build, update, 8, 3, length);
      tensors.hyper.set(hyperOf(usual, 1));
      tensors.weight.fill(1);
      tensors.penalty.fill(9);
      low.fill(0xa5);
      tensors.run(0.5, 0.5, 0, 3, true);
      assert.ok(low.every((byte) => byte === 0xa5));
      assert.equal([...tensors.penalty], [9, 9, 9]);
    });

    at("keeps a slot that is not a number from being lost", () => {
      slots.forEach((name, k) => {
        const tensors = updater(build, update, 8, 1, length);
        tensors.hyper.set(hyperOf(usual, 1));
        tensors.gradient.fill(1);
        tensors.slots[k]![3] = Number.NaN;
        tensors.run();
        assert.ok(Number.isNaN(tensors.weight[3]!), name);
        assert.ok(Number.isNaN(tensors.slots[k]![3]!), name);
        assert.is(tensors.flag[0], 1);
      });
    });

    at("raises the flag for weights that are not finite, in any lane, and only then", () => {
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        for (let i = 0; i < 16; i++) {
          for (const where of ["weight", "gradient"] as const) {
            for (const l2 of [0, 0.5]) {
              const tensors = updater(build, update, 8, 2, length);
              tensors.hyper.set(hyperOf(usual, 1));
              tensors.weight.fill(1);
              tensors.gradient.fill(1);
              tensors[where][i] = bad;
              tensors.run(0, l2, i < 8 ? 1 : 0, i < 8 ? 2 : 1);
              assert.is(tensors.flag[0], 0, `the other unit of ${i}`);
              tensors.run(0, l2);
              assert.is(tensors.flag[0], 1, `${bad} in ${where}[${i}]`);
              assert.not.ok(Number.isFinite(tensors.weight[i]!));
              tensors.weight.fill(1);
              tensors.gradient.fill(1);
              for (const slot of tensors.slots) slot.fill(0);
              tensors.run();
              assert.is(tensors.flag[0], 1, "nothing lowers the flag");
            }
          }
        }
      }
    });

    at("never raises the flag for finite weights", () => {
      for (const setting of settings)
        for (const size of [0, 1e-45, 1e-30, 1e-15, 1, 1e4, 1e15]) {
          const tensors = updater(build, update, 8, 1, length);
          tensors.hyper.set(hyperOf(setting, 1));
          tensors.weight.set([size, -size, 1, -1]);
          tensors.gradient.set([size, -size, -size, size, 0, 1]);
          for (let step = 0; step < 3; step++) tensors.run();
          assert.is(tensors.flag[0], 0, `gradients of ${size} with ${JSON.stringify(setting)}`);
          assert.ok(tensors.weight.every(Number.isFinite), [...tensors.weight].join());
        }
    });

    at("takes the penalty of the weights before it changes them", () => {
      const random = generator(3);
      const tensors = updater(build, update, 8, 1, length);
      tensors.hyper.set(hyperOf(usual, 1));
      tensors.weight.set(Array.from({ length: 8 }, random));
      tensors.gradient.set(Array.from({ length: 8 }, random));
      const before = [...tensors.weight];
      tensors.run(0.5, 2);
      const want = before.reduce((sum, w) => sum + 0.5 * Math.abs(w) + 2 * w * w, 0);
      assert.ok(Math.abs(tensors.penalty[0]! - want) < 1e-5, `${tensors.penalty[0]}, want ${want}`);
    });
  }
}
