// Bytes from where users have them, and files by path.

import { short, show } from "../check.js";
import { FileError, OptionError, PlatformError } from "../errors.js";
import { files } from "../platform.js";

/** What `loadModel` takes: a path (Node), or the bytes of a file. */
export type FileInput = string | Uint8Array | ArrayBuffer | Blob;

/** The platform's files. PlatformError with a cure where it has none. */
export function filesFor(who: string, path: unknown, cure: string): NonNullable<ReturnType<typeof files>> {
  if (typeof path !== "string" || !path) {
    throw new OptionError(`${who}: expected a path as a text${who === "save" ? "" : ", or bytes"}, got ${show(path)}.`);
  }
  const found = files();
  if (!found) throw new PlatformError(`${who}: expected a platform with files, got a browser. ${cure}`);
  return found;
}

/** What a promise gives; a failure of the platform's becomes a FileError. */
export async function unlessFails<T>(who: string, what: string, promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw new FileError(`${who}: expected ${show(what)} to be a file in reach, got ${short(String(error), 240)}.`);
  }
}

/** The bytes of a file. */
export async function readBytes(from: FileInput): Promise<Uint8Array> {
  if (ArrayBuffer.isView(from)) return new Uint8Array(from.buffer, from.byteOffset, from.byteLength);
  if (from instanceof ArrayBuffer) return new Uint8Array(from);
  if (from instanceof Blob) return new Uint8Array(await unlessFails("loadModel", "the Blob", from.arrayBuffer()));
  const cure = "Pass bytes: await (await fetch(address)).arrayBuffer().";
  return unlessFails("loadModel", from, filesFor("loadModel", from, cure).read(from));
}
