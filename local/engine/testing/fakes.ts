import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { chittyopsHome } from "../home.ts";
import { engineVersion } from "../pin.ts";

/** An empty folder of this test's own, in the home that is removed after the run. */
export function temporaryFolder(): string {
  return mkdtempSync(join(chittyopsHome(), "engine-test-"));
}

/** Puts an executable shell script into `folder` and returns its path. */
export function script(folder: string, name: string, body: string): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** A `pulumi` that knows its version and nothing else. */
export function fakePulumi(folder: string, version: string = engineVersion): string {
  return script(folder, "pulumi", `echo "v${version}"`);
}

/** A folder for PATH whose `go` says its version and runs `build` for `go build`; `$out` is the file to write. */
export function fakeGo(build: string, version = "go1.26.0"): string {
  const folder = temporaryFolder();
  script(
    folder,
    "go",
    `[ "$1" = env ] && echo ${version} && exit 0
while [ "$1" != -o ]; do shift; done
out=$2
${build}`,
  );
  return folder;
}

/** The body of a fake `go build` that makes a fake engine. */
export const buildsFakeEngine = `printf '#!/bin/sh\\necho v${engineVersion}\\n' > "$out"; chmod +x "$out"`;

/** A site that publishes a release of a fake engine; `change` may spoil its files before they are served. */
export async function fakeReleases(change: (files: Record<string, Buffer>) => void = () => undefined): Promise<string> {
  const folder = temporaryFolder();
  fakePulumi(join(folder, "pulumi"));
  script(join(folder, "pulumi"), "pulumi-language-nodejs", "exit 1");
  const archive = `pulumi-v${engineVersion}-${process.platform}-${process.arch}.tar.gz`;
  execFileSync("tar", ["-czf", join(folder, archive), "-C", folder, "pulumi"]);
  const bytes = readFileSync(join(folder, archive));
  const sum = createHash("sha256").update(bytes).digest("hex");
  const files: Record<string, Buffer> = {
    [archive]: bytes,
    [`pulumi-${engineVersion}-checksums.txt`]: Buffer.from(`${"0".repeat(64)}  other.tar.gz\n${sum}  ${archive}\n`),
  };
  change(files);
  return serve((request, response) => {
    const file = files[request.url?.slice(1) ?? ""];
    if (file) response.end(file);
    else response.writeHead(404).end();
  });
}

/** Serves on loopback until the test ends, and returns the base URL. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A base URL on which nobody listens. */
export async function unreachable(): Promise<string> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return `http://127.0.0.1:${port}`;
}
