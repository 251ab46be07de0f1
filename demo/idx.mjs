// The file format of MNIST: a magic number, the extents, then bytes. For Node and pages alike.

const IMAGES = 0x803;
const LABELS = 0x801;

/** The names of the four files, as they are published. */
export const FILES = {
  train: { images: "train-images-idx3-ubyte", labels: "train-labels-idx1-ubyte" },
  test: { images: "t10k-images-idx3-ubyte", labels: "t10k-labels-idx1-ubyte" },
};

/** The bytes after the header, without a copy. */
function read(bytes, magic, what) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint32(0) !== magic) throw new Error(`mnist: expected an IDX file of ${what}.`);
  const extents = Array.from({ length: magic & 0xff }, (_, i) => view.getUint32(4 + 4 * i));
  const body = bytes.subarray(4 + 4 * extents.length);
  const size = extents.reduce((product, extent) => product * extent, 1);
  if (body.length !== size) throw new Error(`mnist: expected ${size} bytes of ${what}, got ${body.length}.`);
  return { body, extents };
}

/** Two files -> `x`, one byte a pixel, 784 a row, and `y`, one label a row. */
export function readIdx(imageBytes, labelBytes) {
  const images = read(imageBytes, IMAGES, "images");
  const labels = read(labelBytes, LABELS, "labels");
  const [rows] = images.extents;
  if (labels.extents[0] !== rows) throw new Error(`mnist: expected ${rows} labels, got ${labels.extents[0]}.`);
  return { x: images.body, y: labels.body, rows };
}
