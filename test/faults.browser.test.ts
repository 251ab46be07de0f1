import { suite } from "uvu";
import { addFaultTests } from "./faults.js";

const test = suite("faults in Chromium");
addFaultTests(test, 5000, undefined);
addFaultTests(test, 5000, "a test");
test.run();
