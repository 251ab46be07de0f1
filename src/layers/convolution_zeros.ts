// The steps of convolutions that leave out zeros of what they convolve, and the room for lists.
import { stride, type Tensor } from "../arena.js";
import { type Access, reads, type Step, step, withFlops, writes } from "../kernels.js";
import type { NodeContext } from "./layer.js";
import { adjoint, type Field, multiplyAdds, windowsOf } from "./windows.js";

/** Bytes of an entry of a list, and of the table that makes lists; floats of a tile of sums. */
const [ENTRY, TABLE, TILE] = [8, 256, 48];
/** Bytes of lists that stay near while all units go by them, and the fewest lines that are worth those that the next ones need, too. */
const [NEAR, FEW] = [1 << 20, 16];

/** True where `convolve_zeros` knows the windows: one pixel apart, without gaps, 3 or 5 rows high, and none beside the image. */
export const isListed = ({ down, across }: Field): boolean =>
  [down, across].every(({ stride, dilation }) => stride === 1 && dilation === 1) &&
  (down.kernel === 3 || down.kernel === 5) &&
  down.before < down.kernel;

/** Lines of the output that lists are made for at a time. */
export const stripOf = ({ down, across, channels }: Field): number =>
  Math.min(down.out, Math.max(FEW, Math.floor(NEAR / (ENTRY * across.extent * channels))));

/** What convolve_zeros and the gradient of a kernel make lists and sums in. */
export function listBytes(field: Field, units: number): number {
  const [lines, pixels, , rows, segments, values] = windowsOf(field, units);
  const tiles = rows * segments * Math.ceil(values / TILE);
  const sums = ENTRY * (lines * pixels + 1) + 4 * 8 * TILE * tiles;
  if (!isListed(field)) return sums;
  const lists = [field, adjoint(field, units)].map((one) => {
    const { down, across, channels } = one;
    const lines = Math.min(down.extent, stripOf(one) + down.kernel - 1);
    return TABLE + 4 * stride(lines * (across.extent + 1)) + ENTRY * (lines * across.extent * channels + 4);
  });
  return Math.max(sums, ...lists);
}

/** `out = bias + window · weight`, the zeros of `inp` left out where they are many; `image` has what is around it. */
export function convolveZeros(
  field: Field,
  units: number,
  { batch, scratch }: NodeContext,
  out: Tensor,
  inp: Tensor,
  image: Tensor,
  weight: Tensor,
  { bias, keeps }: { bias: Access | 0; keeps: boolean },
): Step {
  const { down, across, channels } = field;
  return withFlops(
    2 * batch.extent * multiplyAdds(field, units),
    step(
      "convolve_zeros",
      batch,
      writes(out),
      reads(inp),
      image === inp ? reads(inp) : writes(image),
      reads(weight),
      bias,
      writes(scratch("lists")),
      stripOf(field),
      keeps ? 1 : 0,
      ...([down.extent, across.extent, channels, down.out, across.out, units, down.kernel, across.kernel] as const),
      ...([down.before, across.before, out.stride, inp.stride, image.stride] as const),
    ),
  );
}
