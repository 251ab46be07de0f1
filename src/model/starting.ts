// A fit's arguments, of arrays or of a stream -> the start of its run, every check that needs no worker done.

import { show } from "../check.js";
import { OptionError } from "../errors.js";
import type { Program } from "../plan/program.js";
import type { EpochLog, History } from "../spec.js";
import type { Calls } from "./calls.js";
import { type ChunkSource, isSource } from "./chunks.js";
import { arrayCourse, runFit } from "./fitting.js";
import type { Naming } from "./naming.js";
import { type FitInput, readFit } from "./options.js";
import type { ModelInput, ModelTarget } from "./ports.js";
import type { Session } from "./session.js";
import { StreamCourse } from "./streaming.js";
import { readStream, type StreamInput } from "./streamOptions.js";

export type { ChunkSource, StreamInput };

type Start = (session: Session, calls: Calls, onLog: (log: EpochLog) => void) => Promise<History>;

export function readStart(
  program: Program,
  x: ModelInput | ChunkSource,
  y: ModelTarget | StreamInput | undefined,
  given: FitInput | undefined,
  naming: Naming,
): Start {
  if (isSource(x)) {
    const found = optionsBehind(y, given);
    const request = readStream(program, x, found, { ...naming, learns: false });
    return (session, calls, onLog) =>
      runFit(program, session, calls, new StreamCourse(program, session, calls, request), found, onLog);
  }
  const found = given === undefined ? {} : given;
  const request = readFit(program, x, y as ModelTarget, found, naming);
  return (session, calls, onLog) =>
    runFit(program, session, calls, arrayCourse(program, session, calls, request), found, onLog);
}

/** The options of a stream: the argument behind its source. */
function optionsBehind(second: unknown, third: unknown): StreamInput {
  const one = second === undefined ? third : second;
  if (second === undefined || third === undefined) return (one === undefined ? {} : one) as StreamInput;
  const cure = "The targets of a stream come in its chunks.";
  throw new OptionError(`fit: expected the options behind a source, got ${show(second)} before them. ${cure}`);
}
