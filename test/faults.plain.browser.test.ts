import { suite } from "uvu";
import { addFaultTests } from "./faults.js";

const test = suite("faults on a page without isolation");
addFaultTests(test, 5000, "the page");
test.run();
