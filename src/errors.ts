// Every error a user can meet: a class, a stable code, and plain fields that survive the way out of a worker.

/** The base of all errors: `code` is stable, `message` says who expected what, what came and what to do. */
export class WhetstoneError extends Error {
  readonly code: string;
  constructor(message: string, code: string, fields: object = {}) {
    super(message);
    this.code = code;
    this.name = new.target.name;
    Object.assign(this, fields);
  }
}

/** Named, so that the declarations say no more of Error than every TypeScript knows. */
type ErrorClass = new (message: string, fields?: object) => WhetstoneError;

const withCode = (name: string, code: string): ErrorClass => {
  const Class = class extends WhetstoneError {
    constructor(message: string, fields: object = {}) {
      super(message, code, fields);
      this.name = name;
    }
  };
  Object.defineProperty(Class, "name", { value: name });
  return Class;
};

/** A shape that does not fit: of a layer's input, of data, of weights. */
export class ShapeError extends withCode("ShapeError", "E_SHAPE") {}
/** An unknown name or an option out of its range. */
export class OptionError extends withCode("OptionError", "E_OPTION") {}
/** A value in the data that cannot be trained on: not finite, or a label out of range. */
export class DataError extends withCode("DataError", "E_DATA") {
  /** Where the value is, counted from 0, if it is in one place. */
  declare readonly row: number | undefined;
  declare readonly column: number | undefined;
}
/** What the engine, the browser or the page does not offer. */
export class PlatformError extends withCode("PlatformError", "E_PLATFORM") {}
/** A run that needs more bytes than `memoryLimit`, or than the engine gives. */
export class MemoryLimitError extends withCode("MemoryLimitError", "E_MEMORY") {
  declare readonly bytes: number;
  /** Absent where the engine refused. */
  declare readonly limit: number | undefined;
}
/** A file that cannot be read or written. */
export class FileError extends withCode("FileError", "E_FILE") {}

/** A loss or a weight that turned non-finite; nothing of that step was kept. */
export class DivergedError extends withCode("DivergedError", "E_DIVERGED") {
  declare readonly epoch: number;
  declare readonly step: number;
  declare readonly layer: string;
}

/** A worker that died (`E_WORKER`), a model that was disposed of (`E_DISPOSED`) or is in use (`E_BUSY`). */
export class WorkerError extends WhetstoneError {
  constructor(message: string, code: "E_WORKER" | "E_DISPOSED" | "E_BUSY" = "E_WORKER", fields: object = {}) {
    super(message, code, fields);
    this.name = "WorkerError";
  }
}

const classes: Record<string, (message: string, code: string, fields: object) => WhetstoneError> = {
  ShapeError: (message, _, fields) => new ShapeError(message, fields),
  OptionError: (message, _, fields) => new OptionError(message, fields),
  DataError: (message, _, fields) => new DataError(message, fields),
  PlatformError: (message, _, fields) => new PlatformError(message, fields),
  MemoryLimitError: (message, _, fields) => new MemoryLimitError(message, fields),
  FileError: (message, _, fields) => new FileError(message, fields),
  DivergedError: (message, _, fields) => new DivergedError(message, fields),
  WorkerError: (message, code, fields) => new WorkerError(message, code as "E_WORKER", fields),
};

/** An error as plain data: what crosses from a worker. */
export interface WireError {
  name: string;
  code: string;
  message: string;
  fields: Record<string, unknown>;
}

/** error -> plain data; anything that is not ours becomes a WorkerError that keeps the text. */
export function toWire(error: unknown): WireError {
  if (!(error instanceof WhetstoneError)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { name: "WorkerError", code: "E_WORKER", message: `worker: unexpected failure: ${text}`, fields: {} };
  }
  const { name, code, message, stack: _, cause: __, ...fields } = error as WhetstoneError & Record<string, unknown>;
  return { name, code, message, fields };
}

/** plain data -> the error of the same class, code and fields. */
export function fromWire({ name, code, message, fields }: WireError): WhetstoneError {
  const make = Object.hasOwn(classes, name) ? classes[name]! : classes.WorkerError!;
  return make(message, code, fields);
}
