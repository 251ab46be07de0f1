import { dense, input, sequential, WhetstoneError } from "whetstone";
import { train } from "../train.js";

globalThis.outcome = await train({ sequential, input, dense, WhetstoneError }, { workers: 2 });
document.body.textContent = JSON.stringify(globalThis.outcome);
