import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Result, run } from "./driver.js";

const test = suite("driver");

/** Runs one made-up module. */
const drive = (body: () => unknown, limit = 1000): Promise<Result> =>
  run([{ file: "made-up.test.ts", load: async () => body() }], { limit });

const fails = async (body: () => unknown, reason: RegExp, limit?: number) => {
  const { failed, suites } = await drive(body, limit);
  assert.ok(failed > 0, "nothing failed");
  assert.match(suites.map(({ error }) => error).join("\n"), reason);
};

test("counts what passes, by suite", async () => {
  const { passed, failed, skipped, suites } = await drive(() => {
    for (const name of ["first", "the second"]) {
      const inner = suite(name);
      inner("one", () => {});
      inner("two", async () => {});
      inner.run();
    }
  });
  assert.equal({ passed, failed, skipped }, { passed: 4, failed: 0, skipped: 0 });
  assert.equal(
    suites.map(({ name, error }) => [name, error]),
    [
      ["first", ""],
      ["the second", ""],
    ],
  );
});

test("counts what fails and goes on", async () => {
  const { passed, failed, suites } = await drive(() => {
    const inner = suite("inner");
    inner("wrong", () => assert.is(1, 2));
    inner("right", () => {});
    inner.run();
  });
  assert.equal([passed, failed], [1, 1]);
  assert.match(suites[0]!.error, /"wrong"/);
});

test("fails a suite whose hook throws", async () => {
  for (const hook of ["before", "after"] as const) {
    await fails(
      () => {
        const inner = suite("inner");
        inner[hook](() => {
          throw new Error("from a hook");
        });
        inner("right", () => {});
        inner.run();
      },
      hook === "before" ? /a hook of the suite threw/ : /from a hook/,
    );
  }
});

test("fails a file that throws or queues nothing, and a suite without tests", async () => {
  await fails(() => suite("forgotten")("right", () => {}), /queued no suite/);
  await fails(() => suite("empty").run(), /no tests/);
  await fails(() => {
    throw new Error("while loading");
  }, /while loading/);
});

test("fails a suite that never ends", () =>
  fails(
    () => {
      const inner = suite("inner");
      inner("endless", () => new Promise<void>(() => {}));
      inner.run();
    },
    /not done within 20 milliseconds/,
    20,
  ));

test("fails on a rejection that nobody caught", () =>
  fails(() => {
    const inner = suite("inner");
    inner("careless", () => {
      Promise.reject(new Error("stray"));
    });
    inner.run();
  }, /nobody caught: .*stray/));

test("counts what `only` and `skip` leave out", async () => {
  const leaveOut = "skip";
  const choose = "only";
  const { skipped } = await drive(() => {
    const inner = suite("inner");
    inner[leaveOut]("left out", () => {});
    inner[choose]("chosen", () => {});
    inner("not chosen", () => {});
    inner.run();
  });
  assert.is(skipped, 2);
});

test.run();
