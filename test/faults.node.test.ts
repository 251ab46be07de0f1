import { suite } from "uvu";
import { addFaultTests } from "./faults.js";

const test = suite("faults in Node");
addFaultTests(test, 2000, undefined);
addFaultTests(test, 2000, "a test");
test.run();
