// The model itself, from a file.

import { type FileInput, readBytes } from "../io/files.js";
import { type LoadOptions, readLoad, readModel, unlessUnknown } from "../io/model.js";
import { Model } from "../model.js";

/**
 * A model as `save` or `toBlob` left it: it predicts, and goes on training, to the same bits. Nothing is started.
 *
 * Errors   FileError for a file that is damaged or of another kind, OptionError, PlatformError for a path in a browser
 */
export async function loadModel(from: FileInput, given: LoadOptions = {}): Promise<Model> {
  const options = readLoad(given);
  const saved = readModel(await readBytes(from), options);
  return unlessUnknown(() => new Model(saved.spec, saved));
}
