// Functions that give callbacks as plain JSON. Each checks what it was given at once.

import { type EarlyStoppingOptions, readEarlyStopping } from "../model/callbacks.js";
import type { EarlyStoppingSpec } from "../spec.js";

/** Stops a fit when `monitor` has not improved for `patience` epochs, and puts the best weights back. */
export const earlyStopping = (config: EarlyStoppingOptions = {}): EarlyStoppingSpec => readEarlyStopping(config);
