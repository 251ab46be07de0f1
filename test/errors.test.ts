import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fromWire, toWire } from "../src/errors.js";
import * as whetstone from "../src/index.js";

const test = suite("errors");

const { DataError, DivergedError, MemoryLimitError, OptionError, ShapeError, WhetstoneError, WorkerError } = whetstone;
const { FileError, PlatformError } = whetstone;

/** One error of every class and code. */
const errors: readonly (readonly [
  error: InstanceType<typeof WhetstoneError>,
  name: string,
  code: string,
  fields: object,
])[] = [
  [new ShapeError("a"), "ShapeError", "E_SHAPE", {}],
  [new OptionError("b"), "OptionError", "E_OPTION", {}],
  [new DataError("c", { row: 3, column: 0 }), "DataError", "E_DATA", { row: 3, column: 0 }],
  [new PlatformError("d"), "PlatformError", "E_PLATFORM", {}],
  [
    new MemoryLimitError("e", { bytes: 2 ** 33, limit: 5 }),
    "MemoryLimitError",
    "E_MEMORY",
    { bytes: 2 ** 33, limit: 5 },
  ],
  [new FileError("f", { path: "ä\n" }), "FileError", "E_FILE", { path: "ä\n" }],
  [
    new DivergedError("g", { epoch: 0, step: 7, layer: "x" }),
    "DivergedError",
    "E_DIVERGED",
    { epoch: 0, step: 7, layer: "x" },
  ],
  [new WorkerError("h"), "WorkerError", "E_WORKER", {}],
  [new WorkerError("i", "E_DISPOSED"), "WorkerError", "E_DISPOSED", {}],
  [new WorkerError("j", "E_BUSY", { model: "m" }), "WorkerError", "E_BUSY", { model: "m" }],
];

const classOf = (name: string) => Object.entries(whetstone).find(([key]) => key === name)![1] as typeof ShapeError;

const fieldsOf = (error: object) => {
  const { name: _, code: __, ...fields } = { ...error } as Record<string, unknown>;
  return fields;
};

test("each has its class, name and stable code", () => {
  for (const [error, name, code, fields] of errors) {
    const Class = classOf(name);
    assert.instance(error, Class);
    assert.instance(error, WhetstoneError);
    assert.instance(error, Error);
    assert.is(Class.name, name);
    assert.is(error.name, name);
    assert.is(error.code, code);
    assert.equal(fieldsOf(error), fields);
    assert.ok(String(error).startsWith(`${name}: `));
    const others = errors.filter(([, other]) => other !== name);
    for (const [other] of others) assert.not.instance(other, Class);
  }
});

test("each crosses the wire with class, code, text and fields", () => {
  for (const [error, name, code, fields] of errors) {
    const wire = structuredClone(toWire(error));
    assert.equal(JSON.parse(JSON.stringify(wire)), wire);
    const back = fromWire(wire);
    assert.instance(back, classOf(name));
    assert.equal([back.name, back.code, back.message, fieldsOf(back)], [name, code, error.message, fields]);
    assert.equal(toWire(back), wire);
  }
});

test("the table of classes is whole", () => {
  const classes = Object.values(whetstone).filter(
    (value) => typeof value === "function" && value.prototype instanceof WhetstoneError,
  );
  assert.is(classes.length, new Set(errors.map(([, name]) => name)).size);
});

test("what is not ours crosses as a WorkerError that keeps the text", () => {
  for (const foreign of [new RangeError("too far"), "too far", new WebAssembly.RuntimeError("too far")]) {
    const back = fromWire(structuredClone(toWire(foreign)));
    assert.instance(back, WorkerError);
    assert.is(back.code, "E_WORKER");
    assert.match(back.message, /^worker: .*too far/s);
  }
  for (const nothing of [undefined, null, Symbol("s"), {}]) assert.instance(fromWire(toWire(nothing)), WorkerError);
  for (const name of ["Error", "__proto__", "constructor"]) {
    assert.instance(fromWire({ name, code: "E_WORKER", message: "m", fields: {} }), WorkerError);
  }
});

test.run();
