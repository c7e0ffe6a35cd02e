import type { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commands } from "../cli/commands/index.ts";
import { createProgram } from "../cli/program.ts";
import { isKnownType } from "../cli/recovery/interrupted-creates.ts";
import { Estate, patience } from "./harness/estate.ts";

const loaded = await Promise.all(commands.map(async (entry) => ({ entry, command: await entry.load() })));

/** Every command that does something, with the words that call it. */
function leaves(command: Command, path: string[]): { path: string[]; command: Command }[] {
  if (command.commands.length === 0) return [{ path, command }];
  return command.commands.flatMap((child) => leaves(child, [...path, child.name()]));
}
const all = loaded.flatMap(({ command }) => leaves(command, [command.name()]));

describe("every command", { timeout: patience }, () => {
  it("is listed with the summary that it gives itself", () => {
    expect(loaded.map(({ command }) => [command.name(), command.summary()])).toEqual(
      loaded.map(({ entry }) => [entry.name, entry.summary]),
    );
  });

  it.each(all.map(({ path, command }) => ({ line: path.join(" "), command })))(
    "$line: takes --json and has an example in its help",
    async ({ line, command }) => {
      expect(command.options.map(({ long }) => long)).toContain("--json");
      const program = await createProgram([...line.split(" "), "--help"]);
      let help = "";
      const configure = (one: Command): void => {
        one.configureOutput({
          writeOut: (text) => {
            help += text;
          },
        });
        one.commands.forEach(configure);
      };
      configure(program);
      await expect(program.parseAsync([...line.split(" "), "--help"], { from: "user" })).rejects.toThrow("outputHelp");
      expect(help).toContain("Examples:");
      expect(help).toMatch(/\$ .*(chittyops|npm start)/);
    },
  );
});

describe("a command line", { timeout: patience }, () => {
  let estate: Estate;
  beforeAll(() => {
    estate = new Estate();
  });
  afterAll(() => estate[Symbol.asyncDispose]());

  it.each([
    ["with a typo in the command", ["statsu"], "Did you mean status?"],
    ["with an unknown option", ["up", "--al"], "unknown option '--al'"],
    ["with an unknown environment", ["up", "-e", "pord"], "local, dev, prod"],
    ["with an unknown family", ["up", "cook-countee"], "cook-county"],
    ["with an unknown service", ["catalog", "show", "chittyx"], "chittyregistry"],
    ["without a subcommand", ["local"], "Usage: chittyops local"],
    ["with a wrong time", ["local", "clock", "--advance", "soon"], "e.g. 15m"],
    ["with a fault that is no JSON", ["local", "faults", "add", "{"], "not JSON"],
  ])("%s ends with 2 and says what is right", async (_, args, said) => {
    const { code, stdout, stderr } = await estate.run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(said);
    expect(stderr).not.toMatch(/^\s+at .+:\d+:\d+/m);
  });

  it("for dev without settings names each and the way without them", async () => {
    const { code, stderr } = await estate.run(["up", "-e", "dev"]);
    expect(code).toBe(1);
    for (const said of ["PULUMI_BACKEND_URL", "CLOUDFLARE_API_TOKEN", "npx chittyops preview -e dev --offline"]) {
      expect(stderr).toContain(said);
    }
  });

  it("writes data to stdout, progress to stderr, and colours to neither where there is no terminal", async () => {
    const { stdout, stderr } = await estate.succeed(["catalog", "list", "--json"]);
    expect(JSON.parse(stdout)).toHaveLength(3);
    expect(stderr).toBe("");
    const table = await estate.succeed(["catalog", "list"]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours are control characters
    expect(table.stdout).not.toMatch(/\u001b\[/);
  });

  it("about an embedded cloud that does not run says how to start it", async () => {
    expect(await estate.run(["local", "status"])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("stopped"),
    });
    const { code, stderr } = await estate.run(["local", "faults", "list"]);
    expect(code).toBe(1);
    expect(stderr).toContain("local start");
    expect(stderr).not.toContain("defect of ChittyOps");
  });

  it.each([
    ["dev", {}],
    ["prod", { CHITTYOPS_CATALOG: "" }],
  ])(
    "previews %s without credentials, state or cloud, and recovery knows every kind in it",
    async (environment, catalog) => {
      const { stdout } = await estate.succeed(["preview", "-e", environment, "--offline", "--json"], catalog);
      const { changes } = JSON.parse(stdout) as { changes: { type: string; operation: string }[] };
      expect(changes.length).toBeGreaterThan(20);
      expect(changes.filter(({ operation }) => operation !== "create")).toEqual([]);
      expect(changes.filter(({ type }) => !isKnownType(type))).toEqual([]);
    },
  );
});
