// The memory map: the only place that adds to an offset. Every byte a kernel touches is a tensor of one arena.
//
//   low                                                                                                           high
//   | control | parameters, derived | counters, slots | snapshot | best | hyper | data | batch | rows | window |
//
// Everything left of `hyper` depends on the model and its optimizer alone; the rest on the batch size and the data.

/** A named range of the memory. `alternate` is the second address of a tensor that has two by step parity. */
export interface Tensor {
  readonly name: string;
  readonly pointer: number;
  readonly alternate?: number;
  /** Bytes that each worker has of it for itself; nobody else touches them. */
  readonly each?: number;
  readonly bytes: number;
  /** Floats of a row (a batch tensor) as the layer sees them, and as they lie in memory. */
  readonly width: number;
  readonly stride: number;
  /** Rows, of a tensor that has them. */
  readonly rows?: number;
  /** Where its rows are records of bytes, not floats: how long each is, and what kind of bytes, as kernels number them. */
  readonly record?: { readonly bytes: number; readonly kind: number };
}

const ALIGNMENT = 64;
/** Vectors may read this far behind a tensor's end. */
const SLACK = 192;

/** The next multiple of 8 floats: a row's length in memory. */
export const stride = (width: number): number => (width + 7) & ~7;

/** The same for rows of a batch, but never a multiple of 1 KiB: the columns of a matrix would share a few lines of the cache. */
export const rowStride = (width: number): number => (stride(width) % 256 === 0 ? stride(width) + 16 : stride(width));

export class Arena {
  readonly tensors: Tensor[] = [];
  #end: number;

  constructor(base: number) {
    this.#end = base;
  }

  /** The first address behind all tensors. */
  get end(): number {
    return this.#end + SLACK;
  }

  /** A tensor of plain bytes. */
  take(name: string, bytes: number): Tensor {
    return this.#push({ name, pointer: this.#next(bytes), bytes, width: bytes >> 2, stride: bytes >> 2 });
  }

  /** A tensor that each worker has one of for itself, in cache lines of its own. */
  each(name: string, bytes: number, workers: number): Tensor {
    const each = Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    return { ...this.take(name, each * workers), each };
  }

  /** Two ranges of the same size, used in turn by step parity. */
  pair(name: string, bytes: number): Tensor {
    const pointer = this.#next(bytes);
    return this.#push({ name, pointer, alternate: this.#next(bytes), bytes, width: bytes >> 2, stride: bytes >> 2 });
  }

  /** rows x width floats, each row padded. */
  rows(name: string, rows: number, width: number): Tensor {
    const stride = rowStride(width);
    const bytes = rows * stride * 4;
    return this.#push({ name, pointer: this.#next(bytes), bytes, width, stride, rows });
  }

  /** The same for each worker. */
  eachRows(name: string, rows: number, width: number, workers: number): Tensor {
    const stride = rowStride(width);
    return { ...this.each(name, rows * stride * 4, workers), width, stride, rows };
  }

  #next(bytes: number): number {
    const pointer = Math.ceil(this.#end / ALIGNMENT) * ALIGNMENT;
    this.#end = pointer + bytes;
    return pointer;
  }

  #push(tensor: Tensor): Tensor {
    this.tensors.push(tensor);
    return tensor;
  }
}
