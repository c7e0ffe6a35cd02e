import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { services } from "../catalog/index.ts";
import { createProgram } from "../cli/program.ts";
import { repositoryRoot } from "../local/engine/home.ts";

const pages = ["*.md", "docs/**/*.md", "*/README.md", "*/*/README.md"]
  .flatMap((pattern) => globSync(pattern, { cwd: repositoryRoot, exclude: ["node_modules/**", "**/node_modules/**"] }))
  .map((path) => ({ path, text: readFileSync(join(repositoryRoot, path), "utf8") }));

/** Each match of a pattern's first group, with the page it is on. */
function mentions(pattern: RegExp): { page: string; text: string }[] {
  return pages.flatMap(({ path, text }) =>
    [...text.matchAll(pattern)].flatMap(([, found]) =>
      found === undefined ? [] : [{ page: path, text: found.trim() }],
    ),
  );
}

/** What is wrong with the words after `npx chittyops`, or nothing. */
async function problemOf(line: string): Promise<string | undefined> {
  const words = line.split(/\s+/);
  let command: Command = await createProgram(words);
  for (;;) {
    const next = command.commands.find((candidate) => candidate.name() === words[0]);
    if (!next) break;
    command = next;
    words.shift();
  }
  if (command.commands.length > 0 && words[0] !== undefined && !words[0].startsWith("-")) {
    return `there is no command ${words[0]}`;
  }
  const known = (word: string) => command.options.some(({ short, long }) => word === short || word === long);
  const unknown = words.filter((word) => word.startsWith("-") && word !== "--help" && !known(word));
  return unknown.length > 0 ? `there is no option ${unknown.join(", ")}` : undefined;
}

describe("the documentation", () => {
  it("has pages", () => {
    expect(pages.map(({ path }) => path)).toEqual(
      expect.arrayContaining(["README.md", "SECURITY.md", "CONTRIBUTING.md"]),
    );
  });

  it("names only commands and options that the command line has", async () => {
    const lines = mentions(/npx chittyops((?:[ \t]+[^\s`"')|;&]+)*)/g).filter(({ text }) => text !== "");
    const checked = await Promise.all(
      lines.map(async ({ page, text }) => ({ page, text, problem: await problemOf(text.replace(/[.,]$/, "")) })),
    );
    expect(checked.filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect(lines.length).toBeGreaterThan(10);
  });

  it("names only npm scripts that package.json has", () => {
    const { scripts } = JSON.parse(readFileSync(join(repositoryRoot, "package.json"), "utf8")) as { scripts: object };
    const named = [...mentions(/npm run ([\w:-]+)/g), ...mentions(/npm (start|test)\b/g)];
    expect(named.filter(({ text }) => !Object.hasOwn(scripts, text))).toEqual([]);
  });

  it("links only to files that are there", () => {
    const broken = mentions(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g).filter(
      ({ page, text }) => !existsSync(join(repositoryRoot, dirname(page), text)),
    );
    expect(broken).toEqual([]);
  });

  it("names only files and folders that are there", () => {
    const rooms = "catalog|contracts|components|stacks|policies|providers|runtime|lite|cli|local|docs|tests|bench";
    const missing = mentions(new RegExp(`\`((?:${rooms})/[\\w./-]*)\``, "g")).filter(
      ({ page, text }) =>
        !existsSync(join(repositoryRoot, text)) && !existsSync(join(repositoryRoot, dirname(page), text)),
    );
    expect(missing).toEqual([]);
  });

  it("counts the services rightly", () => {
    expect(mentions(/\*\*(\d+) core services\*\*/g).map(({ text }) => text)).toEqual([String(services.length)]);
  });

  it("has every page of decisions and runbooks in its index", () => {
    for (const folder of ["docs/decisions", "docs/runbooks"]) {
      const index = readFileSync(join(repositoryRoot, folder, "README.md"), "utf8");
      const files = globSync("*.md", { cwd: join(repositoryRoot, folder) }).filter((file) => file !== "README.md");
      expect(
        files.filter((file) => !index.includes(`(${file})`)).map((file) => relative(".", join(folder, file))),
      ).toEqual([]);
    }
  });
});
