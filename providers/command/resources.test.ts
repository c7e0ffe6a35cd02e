import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Provider } from "../kit/provider.ts";
import { Secret, type ValueMap } from "../kit/value.ts";
import { operate } from "../testing/operate.ts";
import { command } from "./provider.ts";

const type = "command:local:Command";
const resource = operate(command, {}, type);

let dir = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "command-"));
});

describe("a command's life", () => {
  it("runs create, then update, then delete, each seeing what the one before printed", async () => {
    const inputs = {
      dir,
      create: "echo made | tee log",
      update: 'echo "updated after $PULUMI_COMMAND_STDOUT" | tee -a log',
      delete: 'echo "deleted after $PULUMI_COMMAND_STDOUT" >> log',
    };
    const made = await resource.create(inputs);
    expect(made.outputs).toMatchObject({ stdout: "made", stderr: "" });
    const news = { ...inputs, environment: { X: "1" } };
    expect((await resource.diff(made, news)).changes).toEqual([{ path: ["environment"], kind: "add", replace: false }]);
    const updated = await resource.update(made, news);
    expect(updated.outputs.stdout).toBe("updated after made");
    await resource.delete(updated);
    expect(await readFile(join(dir, "log"), "utf8")).toBe(
      "made\nupdated after made\ndeleted after updated after made\n",
    );
  });

  it("runs create again for an update where there is no update command", async () => {
    const made = await resource.create({ create: "echo one", addPreviousOutputInEnv: false });
    const inputs = { create: 'echo "two $PULUMI_COMMAND_STDOUT"', addPreviousOutputInEnv: false };
    expect((await resource.update(made, inputs)).outputs.stdout).toBe("two ");
  });

  it("does nothing where no command is given", async () => {
    const made = await resource.create({ delete: "true" });
    expect(made.outputs).toMatchObject({ stdout: "", stderr: "" });
    expect((await resource.update(made, { environment: { X: "1" } })).outputs.stdout).toBe("");
  });

  it("is replaced for other triggers only", async () => {
    const made = await resource.create({ create: "true", triggers: ["a", { b: 1 }] });
    const diff = await resource.diff(made, { create: "true", triggers: ["a", { b: 2 }] });
    expect(diff.changes).toEqual([{ path: ["triggers", 1, "b"], kind: "update", replace: true }]);
    expect((await resource.diff(made, { create: "false", triggers: ["a", { b: 1 }] })).changes).toMatchObject([
      { replace: false },
    ]);
  });
});

describe("how a command runs", () => {
  it.each<[string, ValueMap, string]>([
    ["with standard input", { create: "cat", stdin: "from stdin" }, "from stdin"],
    ["with an empty one otherwise", { create: "cat; echo end" }, "end"],
    [
      "in an environment of its own over the plugin's",
      { create: "echo $X-$HOME", environment: { X: "x" } },
      `x-${process.env.HOME}`,
    ],
    ["through another interpreter", { create: "console.log(6 * 7)", interpreter: [process.execPath, "-e"] }, "42"],
    ["losing one trailing line break only", { create: "printf 'a\\n\\n'" }, "a\n"],
  ])("%s", async (_, inputs, stdout) => {
    expect((await resource.create(inputs)).outputs.stdout).toBe(stdout);
  });

  it("shows its lines as the program wants it", async () => {
    const provider = new Provider(command);
    provider.configure({});
    const create = "echo out; echo err >&2";
    for (const [logging, expected] of [
      [undefined, ["err", "out"]],
      ["stdout", ["out"]],
      ["stderr", ["err"]],
      ["none", []],
    ] as const) {
      const lines: string[] = [];
      const log = (line: string) => lines.push(line);
      const inputs = logging === undefined ? { create } : { create, logging };
      await provider.create(type, inputs, { signal: new AbortController().signal, log });
      expect(lines.sort()).toEqual(expected);
    }
  });
});

describe("failure", () => {
  it("tells the exit status and everything that was printed", async () => {
    await expect(resource.create({ create: "echo out; echo err >&2; exit 3" })).rejects.toThrow(
      /^exit status 3: running "echo out; echo err >&2; exit 3":\n(out\nerr|err\nout)\n$/,
    );
  });

  it("tells which folder is missing", async () => {
    await expect(resource.create({ create: "true", dir: join(dir, "none") })).rejects.toThrow(
      `could not be started in ${join(dir, "none")}`,
    );
  });

  it("refuses what it cannot do", async () => {
    const inputs: ValueMap = { create: "true", assetPaths: ["a"], logging: "loud", interpreter: [] };
    const problems = await resource.check(inputs);
    expect(problems.map(({ path }) => path[0])).toEqual(["assetPaths", "logging", "interpreter"]);
  });
});

describe("secrets", () => {
  it("make what a command prints secret", async () => {
    const made = await resource.create({ create: "echo $TOKEN", environment: { TOKEN: new Secret("canary") } });
    expect(made.outputs.stdout).toEqual(new Secret("canary"));
    expect(made.outputs.environment).toEqual({ TOKEN: new Secret("canary") });
    const preview = await resource.previewCreate({ create: new Secret("echo canary") });
    expect(preview.stdout).toBeInstanceOf(Secret);
  });
});

describe("cancellation", () => {
  it("ends the command with everything it started", async () => {
    const provider = new Provider(command);
    provider.configure({});
    const stop = new AbortController();
    const create = `sleep 300 & echo $! > ${join(dir, "pid")}; wait`;
    const running = provider.create(type, { create }, { signal: stop.signal, log: () => {} });
    const failed = expect(running).rejects.toThrow("signal: SIGTERM");
    const pid = await vi.waitFor(async () => {
      const found = Number(await readFile(join(dir, "pid"), "utf8"));
      expect(found).toBeGreaterThan(0);
      return found;
    }, 10_000);
    stop.abort();
    await failed;
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"), 10_000);
  });

  it("does not start a command that comes too late", async () => {
    const provider = new Provider(command);
    provider.configure({});
    const marker = join(dir, "ran");
    await writeFile(marker, "no");
    const late = provider.create(
      type,
      { create: `echo yes > ${marker}` },
      { signal: AbortSignal.abort(), log: () => {} },
    );
    await expect(late).rejects.toThrow("cancelled");
    expect(await readFile(marker, "utf8")).toBe("no");
  });
});

describe("command:local:run", () => {
  const run = (args: ValueMap) =>
    resource.provider.invoke("command:local:run", args, { signal: new AbortController().signal, log: () => {} });

  it("runs at once and answers what was printed", async () => {
    expect(await run({ command: "echo hello" })).toEqual({ command: "echo hello", stdout: "hello", stderr: "" });
  });

  it("keeps what secret arguments made it print secret", async () => {
    const outputs = await run({ command: "cat", stdin: new Secret("canary") });
    expect(outputs).toMatchObject({ stdin: new Secret("canary"), stdout: new Secret("canary") });
  });

  it("refuses wrong arguments", async () => {
    await expect(run({ logging: "loud" })).rejects.toThrow(
      /command is required and missing.*\nlogging must be one of/s,
    );
  });
});
