// How an epoch's rows become batches: an update takes one, or several in turn whose gradients are added up.

/** A batch: its rows, and where it stands among those of its update. */
export interface Batch {
  readonly rows: number;
  /** Rows of the whole update. */
  readonly total: number;
  /** Whether it is the first and the last of its update. */
  readonly first: boolean;
  readonly last: boolean;
  /** Its number within the update. */
  readonly index: number;
}

export class Batches {
  /** Rows of an epoch; of a stream those that were let in so far. */
  length: number;
  /** Rows of an update. */
  readonly updateRows: number;
  /** Rows of a batch. */
  readonly #size: number;
  /** Rows of the epoch that were trained on. */
  cursor = 0;

  constructor(length: number, size: number, update: number) {
    this.length = length;
    this.#size = size;
    this.updateRows = update;
  }

  /** Updates of an epoch. */
  get updates(): number {
    return Math.ceil(this.length / this.updateRows);
  }

  /** The number of the update that the batch to come belongs to. */
  get update(): number {
    return Math.floor(this.cursor / this.updateRows);
  }

  /** Updates of this epoch that are done. */
  get done(): number {
    return Math.ceil(this.cursor / this.updateRows);
  }

  get ended(): boolean {
    return this.cursor >= this.length;
  }

  /** Leaves out the update that the batch to come belongs to. */
  skip(): void {
    this.cursor = Math.min((this.update + 1) * this.updateRows, this.length);
  }

  /** The batch to come. */
  next(): Batch {
    const start = Math.floor(this.cursor / this.updateRows) * this.updateRows;
    const end = Math.min(start + this.updateRows, this.length);
    const rows = Math.min(this.#size, end - this.cursor);
    const index = (this.cursor - start) / this.#size;
    return { rows, total: end - start, first: index === 0, last: this.cursor + rows === end, index };
  }
}
