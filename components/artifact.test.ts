import { createHash } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ResolvedService, resolve } from "../catalog/index.ts";
import { findBundles } from "./artifact.ts";
import { refuse } from "./input-problems.ts";
import { repositoryPath } from "./program-path.ts";

const folder = `.chittyops/test-artifacts-${process.pid}`;
const code = "export default { fetch: () => new Response() };";
const sha256 = createHash("sha256").update(code).digest("hex");
const wrong = "0".repeat(64);
let server: Server;
let url: string;

beforeAll(async () => {
  await mkdir(repositoryPath(folder), { recursive: true });
  await writeFile(repositoryPath(folder, "worker.mjs"), code);
  server = createServer((request, response) => {
    response.writeHead(request.url === "/worker.mjs" ? 200 : 404).end(code);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  await rm(repositoryPath(folder), { recursive: true, force: true });
  await rm(repositoryPath(`.chittyops/artifacts/${sha256}.mjs`), { force: true });
});

const [template] = resolve("local", "chittyos").services;
type Worker = NonNullable<ResolvedService["worker"]>;
function service(name: string, artifact: Worker["artifact"], assets?: Worker["assets"]): ResolvedService {
  if (template?.worker === undefined) throw new Error("the catalog has no Worker");
  const worker = { ...template.worker, ...(artifact && { artifact }), ...(assets && { assets }) };
  return { ...template, name, worker };
}
const fieldsOf = (problems: { propertyPath: string }[]) =>
  problems.map(({ propertyPath }) => propertyPath).filter((path) => path.startsWith("services"));

describe("findBundles", () => {
  it("finds a bundle by its path, and by its address", async () => {
    const { bundles, problems } = await findBundles([
      service("by-path", { path: `${folder}/worker.mjs`, sha256 }),
      service("by-url", { url: `${url}/worker.mjs`, sha256 }),
      service("shell", undefined),
    ]);
    expect(fieldsOf(problems)).toEqual([]);
    expect([...bundles.own]).toEqual([
      ["by-path", { path: `${folder}/worker.mjs`, sha256 }],
      ["by-url", { path: `.chittyops/artifacts/${sha256}.mjs`, sha256 }],
    ]);
  });

  it("reports every mistake at once, with its field, what was found and what to do", async () => {
    const { problems } = await findBundles([
      service("missing", { path: `${folder}/none.mjs`, sha256 }),
      service("changed", { path: `${folder}/worker.mjs`, sha256: wrong }),
      service("outside", { path: "/etc/passwd", sha256 }),
      service("gone", { url: `${url}/none.mjs`, sha256: wrong }),
      service("swapped", { url: `${url}/worker.mjs`, sha256: wrong }),
      service("no-assets", { path: `${folder}/worker.mjs`, sha256 }, { directory: `${folder}/public` }),
    ]);
    expect(fieldsOf(problems)).toEqual([
      'services["changed"].hosting.artifact.sha256',
      'services["gone"].hosting.artifact.url',
      'services["missing"].hosting.artifact.path',
      'services["no-assets"].hosting.assets.directory',
      'services["outside"].hosting.artifact.path',
      'services["swapped"].hosting.artifact.sha256',
    ]);
    const [changed] = problems.filter(({ propertyPath }) => propertyPath.includes("changed"));
    expect(changed).toMatchObject({ found: expect.stringContaining(sha256), expected: wrong });
    expect(() => refuse(problems)).toThrow(/6 problems[\s\S]*sha256[\s\S]*none\.mjs/);
  });

  it("does not keep a download that is not what was asked for", async () => {
    const swapped = [service("swapped", { url: `${url}/worker.mjs`, sha256: wrong })];
    await findBundles(swapped);
    expect(fieldsOf((await findBundles(swapped)).problems)).toEqual(['services["swapped"].hosting.artifact.sha256']);
  });
});
