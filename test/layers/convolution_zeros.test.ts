import { suite } from "uvu";
import * as assert from "uvu/assert";
import { listBytes, stripOf } from "../../src/layers/convolution_zeros.js";
import { adjoint, fieldOf } from "../../src/layers/windows.js";
import { kernelBuilds } from "../kernelbuilds.js";
import { generator, matrix, oracle, panelIndex, panels, stride } from "../oracle.js";
import { sparse } from "./zeros.js";

const test = suite("convolutions without zeros");

/** Images of so many lines, pixels and channels, `live` of whose values are not zero, under `units` windows of a kernel. */
interface Case {
  B: number;
  image: [lines: number, pixels: number, channels: number];
  kernel: [rows: number, columns: number];
  units: number;
  live: number;
  padding?: "same" | "valid" | [number, number];
  strides?: number;
  dilation?: number;
  bias?: boolean;
  keeps?: boolean;
  /** Lines of the output that lists are made for at a time; default all. */
  strip?: number;
}

const cases: Case[] = [
  { B: 3, image: [5, 6, 8], kernel: [5, 5], units: 8, live: 0.2, padding: "same", bias: true, keeps: true },
  { B: 2, image: [6, 5, 9], kernel: [3, 3], units: 5, live: 0.3, padding: "same" },
  { B: 4, image: [4, 7, 5], kernel: [3, 4], units: 17, live: 0.1, padding: "valid", bias: true },
  { B: 3, image: [7, 3, 16], kernel: [3, 1], units: 12, live: 0.2, padding: [2, 0] },
  { B: 2, image: [5, 9, 6], kernel: [5, 3], units: 3, live: 0.25, padding: [4, 3], bias: true },
  { B: 2, image: [3, 4, 13], kernel: [3, 3], units: 1, live: 0, padding: "same", bias: true, keeps: true },
  { B: 2, image: [5, 6, 8], kernel: [5, 5], units: 9, live: 1, padding: "same", bias: true },
  { B: 3, image: [5, 6, 1], kernel: [3, 3], units: 8, live: 0.1, padding: "same", keeps: true },
  { B: 5, image: [4, 4, 8], kernel: [3, 3], units: 4, live: 0.45, padding: "valid" },
  { B: 2, image: [7, 5, 9], kernel: [3, 3], units: 9, live: 0.2, padding: "same", bias: true, strip: 2 },
  { B: 2, image: [9, 4, 8], kernel: [5, 3], units: 5, live: 0.2, padding: [4, 1], strip: 1 },
  { B: 2, image: [8, 4, 8], kernel: [5, 3], units: 8, live: 0.2, padding: "valid", strip: 3 },
];
/** Lists of all of it would not stay near. */
const large: Case = { B: 1, image: [50, 90, 90], kernel: [3, 3], units: 1, live: 0.3, padding: "same" };

const field = ({ image, kernel, padding = "valid", strides = 1, dilation = 1 }: Case) =>
  fieldOf({ kernelSize: kernel, padding, strides, dilation }, image, "case");
const sizeOf = ({ image: [lines, pixels, channels] }: Case) => lines * pixels * channels;
const heightOf = ({ image: [, , channels], kernel: [rows, columns] }: Case) => rows * columns * channels;
const outOf = (c: Case) => field(c).down.out * field(c).across.out * c.units;
const paddedOf = (c: Case) => field(c).down.padded * field(c).across.padded * c.image[2];

/** Calls with the index in an image, or undefined beside it, in the kernel and in the output's pixels, for all values of all windows. */
function eachValue(c: Case, visit: (inImage: number | undefined, k: number, pixel: number) => void): void {
  const { down, across, channels } = field(c);
  for (let pixel = 0; pixel < down.out * across.out; pixel++)
    for (let k = 0; k < heightOf(c); k++) {
      const [position, channel] = [Math.floor(k / channels), k % channels];
      const y = Math.floor(pixel / across.out) * down.stride + Math.floor(position / across.kernel) * down.dilation;
      const x = (pixel % across.out) * across.stride + (position % across.kernel) * across.dilation;
      const [line, column] = [y - down.before, x - across.before];
      const inside = line >= 0 && line < down.extent && column >= 0 && column < across.extent;
      visit(inside ? (line * across.extent + column) * channels + channel : undefined, k, pixel);
    }
}

const isBare = (c: Case) => paddedOf(c) === sizeOf(c);
/** Working memory of a worker: where no tensor of a case lies. */
const LISTS = 8 << 20;

const zerosArguments = (c: Case) => {
  const { down, across } = field(c);
  return [
    ...[
      c.strip ?? down.out,
      c.keeps ? 1 : 0,
      ...c.image,
      down.out,
      across.out,
      c.units,
      ...c.kernel,
      down.before,
      across.before,
    ],
    ...[stride(outOf(c)), stride(sizeOf(c)), stride(paddedOf(c))],
  ];
};

oracle<Case>(test, {
  kernel: "convolve_zeros",
  cases,
  tensors: (c, random) => ({
    inp: { data: matrix(c.B, sizeOf(c), sparse(c.live, random)) },
    ...(isBare(c) ? {} : { padded: { data: new Float32Array(c.B * stride(paddedOf(c))), write: true } }),
    weight: { data: panels(heightOf(c), c.units, random) },
    ...(c.bias ? { bias: { data: matrix(1, c.units, random) } } : {}),
    out: { data: new Float32Array(c.B * stride(outOf(c))), write: true },
  }),
  args: (c, p) => [
    ...[p("out"), p("inp"), p(isBare(c) ? "inp" : "padded"), p("weight"), c.bias ? p("bias") : 0, LISTS],
    ...zerosArguments(c),
  ],
  extent: ({ B }) => B,
  expected(c, { inp, weight, bias }) {
    const out: (number | undefined)[] = new Array(c.B * stride(outOf(c))).fill(undefined);
    const padded: (number | undefined)[] = new Array(c.B * stride(paddedOf(c))).fill(undefined);
    const { down, across, channels } = field(c);
    for (let b = 0; b < c.B; b++) {
      for (let i = 0; i < outOf(c); i++) out[b * stride(outOf(c)) + i] = bias?.[i % c.units] ?? 0;
      eachValue(c, (inImage, k, pixel) => {
        if (inImage === undefined) return;
        for (let o = 0; o < c.units; o++)
          out[b * stride(outOf(c)) + pixel * c.units + o]! +=
            inp![b * stride(sizeOf(c)) + inImage]! * weight![panelIndex(k, o, heightOf(c))]!;
      });
      for (let i = 0; c.keeps && i < paddedOf(c); i++) {
        const [line, x] = [Math.floor(i / channels / across.padded) - down.before, Math.floor(i / channels)];
        const column = (x % across.padded) - across.before;
        const inside = line >= 0 && line < down.extent && column >= 0 && column < across.extent;
        const from = b * stride(sizeOf(c)) + (line * across.extent + column) * channels + (i % channels);
        padded[b * stride(paddedOf(c)) + i] = inside ? inp![from]! : 0;
      }
    }
    return { out: out as number[], ...(c.keeps ? { padded: padded as number[] } : {}) };
  },
});

/** Without padding: the kernel sees the padded image. */
const gradients: Case[] = [
  ...cases.map((c) => ({
    ...c,
    padding: "valid" as const,
    image: [c.image[0] + 2, c.image[1] + 2, c.image[2]] as const,
  })),
  { B: 2, image: [7, 9, 60], kernel: [1, 1], units: 9, live: 0.1 },
  { B: 3, image: [9, 9, 4], kernel: [3, 3], units: 3, live: 0.05, strides: 2 },
  { B: 6, image: [9, 11, 50], kernel: [2, 3], units: 10, live: 0.2, dilation: 2 },
].map((c) => ({ ...c, image: [...c.image] }) as Case);

const windowArguments = (c: Case) => {
  const { down, across, channels } = field(c);
  const width = across.padded * channels;
  const gapless = across.dilation === 1;
  return [
    ...[down.out, across.out, c.units, down.kernel, gapless ? 1 : across.kernel],
    ...[gapless ? across.kernel * channels : channels, down.dilation * width, across.dilation * channels],
    ...[down.stride * width, across.stride * channels, stride(outOf(c)), stride(sizeOf(c))],
  ];
};

oracle<Case>(test, {
  kernel: "convolve_backward_kernel",
  cases: gradients,
  tensors: (c, random) => ({
    inp: { data: matrix(c.B + 1, sizeOf(c), random) },
    dout: { data: matrix(c.B + 1, outOf(c), sparse(c.live, random)) },
    dweight: { data: new Float32Array(stride(heightOf(c)) * stride(c.units)) },
  }),
  args: (c, p) => [p("dweight"), p("inp"), p("dout"), LISTS, c.B, ...windowArguments(c)],
  extent: (c) => (stride(heightOf(c)) * stride(c.units)) / 64,
  expected(c, { inp, dout }) {
    const dweight = new Float64Array(stride(heightOf(c)) * stride(c.units));
    for (let b = 0; b < c.B; b++)
      eachValue(c, (inImage, k, pixel) => {
        for (let o = 0; o < c.units; o++)
          dweight[panelIndex(k, o, heightOf(c))]! +=
            inp![b * stride(sizeOf(c)) + inImage!]! * dout![b * stride(outOf(c)) + pixel * c.units + o]!;
      });
    return { dweight };
  },
});

test("the room for lists goes by lines, not by images", () => {
  assert.ok(stripOf(field(large)) < field(large).down.out);
  const room = (extent: number) =>
    listBytes(fieldOf({ kernelSize: 3, padding: "same" }, [extent, extent, 64], "images"), 64);
  assert.is(room(28), 256 + 4 * stride(28 * 29) + 8 * (28 * 28 * 64 + 4));
  assert.ok(room(512) < 5e6, `${room(512)} bytes`);
});

for (const { name, kernels, memory, base } of kernelBuilds()) {
  /** Puts tensors one behind the other. */
  const placing = () => {
    let end = base;
    return (data: Float32Array) => {
      const at = end;
      new Float32Array(memory.buffer, at, data.length).set(data);
      end = (end + data.byteLength + 63) & ~63;
      return at;
    };
  };
  const bits = (at: number, count: number) => Array.from(new Int32Array(memory.buffer, at, count));
  const call = (kernel: keyof typeof kernels, ...args: number[]) =>
    (kernels[kernel] as (...a: number[]) => void)(...args);
  const FENCE = 0x5eed5eed;
  /** The words of a list's room, with a fence behind them. */
  const fenced = (bytes: number) => {
    new Int32Array(memory.buffer, LISTS, bytes / 4 + 16).fill(FENCE);
    return () => bits(LISTS + bytes, 16).every((word) => word === FENCE);
  };

  test(`the bits of the dense kernels, in the room that is asked for (${name})`, () => {
    for (const c of [...cases, large]) {
      // As many windows as there are, also for the gradient of the image.
      const places = field(c);
      for (const turned of [false, true]) {
        const put = placing();
        const random = generator(7);
        const seen = turned ? adjoint(places, c.units) : places;
        const { down, across, channels } = seen;
        const [units, size] = [turned ? places.channels : c.units, down.extent * across.extent * channels];
        const paddedSize = down.padded * across.padded * channels;
        const outSize = down.out * across.out * units;
        const inp = put(matrix(c.B, size, sparse(c.live, random)));
        const weight = put(panels(down.kernel * across.kernel * channels, units, random));
        const bias = put(matrix(1, units, (_, o) => (o % 3 ? random() : -0)));
        const padded = put(new Float32Array(c.B * stride(paddedSize)));
        const [out, dense] = [
          put(new Float32Array(c.B * stride(outSize))),
          put(new Float32Array(c.B * stride(outSize))),
        ];
        const room = listBytes(places, c.units);
        const holds = fenced(room);
        const extents = [down.extent, across.extent, channels, down.out, across.out, units, ...c.kernel];
        const strides = [stride(outSize), stride(size), stride(paddedSize)];
        const before = [down.before, across.before];
        call(
          "convolve_zeros",
          out,
          inp,
          padded,
          weight,
          bias,
          LISTS,
          c.strip ?? stripOf(seen),
          1,
          ...extents,
          ...before,
          ...strides,
          0,
          c.B,
        );
        assert.ok(holds(), "the lists overflow");
        const lineStep = across.padded * channels;
        const windows = [down.kernel, 1, across.kernel * channels, lineStep, channels, lineStep, channels];
        const shape = [down.out, across.out, units, ...windows, stride(outSize), stride(paddedSize)];
        call("convolve", dense, padded, weight, bias, ...shape, 0, c.B);
        assert.equal(bits(out, c.B * stride(outSize)), bits(dense, c.B * stride(outSize)));
      }
    }
    for (const c of gradients) {
      const put = placing();
      const random = generator(8);
      const inp = put(matrix(c.B + 1, sizeOf(c), random));
      const dout = put(matrix(c.B + 1, outOf(c), sparse(c.live, random)));
      const floats = stride(heightOf(c)) * stride(c.units);
      const [dweight, dense] = [put(new Float32Array(floats)), put(new Float32Array(floats))];
      const holds = fenced(listBytes(field(c), c.units));
      const shape = [c.B, ...windowArguments(c), 0, floats / 64] as const;
      call("convolve_backward_kernel", dweight, inp, dout, LISTS, ...shape);
      assert.ok(holds(), "the lists overflow");
      call("convolve_backward_kernel", dense, inp, dout, 0, ...shape);
      assert.equal(bits(dweight, floats), bits(dense, floats));
    }
  });

  test(`products of zeros are left out, which a value shows that is not a number (${name})`, () => {
    const [c] = cases as [Case];
    const count = (at: number, length: number) =>
      new Float32Array(memory.buffer, at, length).reduce((sum, value) => sum + Number(Number.isNaN(value)), 0);
    for (const live of [0.1, 1]) {
      const put = placing();
      const random = generator(9);
      // The last channel is zero everywhere, and what it is multiplied by is not a number.
      const [last, values] = [c.image[2] - 1, sparse(live, random)];
      const zeros = (_: number, i: number) => (i % 8 === last ? 0 : values());
      const image = put(matrix(c.B + 1, sizeOf(c), zeros));
      const padded = put(new Float32Array(c.B * stride(paddedOf(c))));
      const weight = put(panels(heightOf(c), c.units, (k) => (k % 8 === last ? Number.NaN : random())));
      const out = put(new Float32Array(c.B * stride(outOf(c))));
      call("convolve_zeros", out, image, padded, weight, 0, LISTS, ...zerosArguments(c), 0, c.B);
      assert.is(count(out, c.B * stride(outOf(c))) > 0, live === 1);

      const inside: Case = { ...c, padding: "valid", image: [9, 9, 8] };
      // One pixel of the gradient is zero for all units, and the image is not a number in a corner that only its window has.
      const dout = put(matrix(c.B + 1, outOf(inside), (_, i) => (i < 8 ? 0 : values())));
      const inp = put(matrix(c.B + 1, sizeOf(inside), (_, i) => (i === 0 ? Number.NaN : random())));
      const dweight = put(new Float32Array(stride(heightOf(inside)) * 8));
      const blocks = stride(heightOf(inside)) / 8;
      call("convolve_backward_kernel", dweight, inp, dout, LISTS, c.B, ...windowArguments(inside), 0, blocks);
      assert.is(count(dweight, blocks * 64) > 0, live === 1);
    }
  });
}

test.run();
