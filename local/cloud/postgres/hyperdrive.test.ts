import { builtinModules } from "node:module";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestPlatform, type TestPlatform } from "../runtime/test-platform.ts";
import { openTestFleet, type TestFleet } from "./testing/test-fleet.ts";

let cloud: TestPlatform;
let test: TestFleet;
beforeAll(async () => {
  [cloud, test] = await Promise.all([startTestPlatform(), openTestFleet()]);
});
afterAll(async () => {
  await Promise.all([cloud.stop(), test.close()]);
});

const clients = {
  postgres: `import postgres from "postgres";
    const ask = async (login, statement) => {
      const sql = postgres({ ...login, fetch_types: false });
      const rows = await sql.unsafe(statement);
      await sql.end();
      return rows;
    };`,
  pg: `import { Client } from "pg";
    const ask = async (login, statement) => {
      const client = new Client(login);
      await client.connect();
      const { rows } = await client.query(statement);
      await client.end();
      return rows;
    };`,
};

it.each(Object.entries(clients))(
  "is reached from a Worker with `%s` through Hyperdrive, over TLS",
  async (name, client) => {
    const password = "p:w@/ %'\"€";
    const { direct } = await test.branch(`br-${name}`);
    await test.fleet.setPassword(`br-${name}`, { name: "app", password });
    const code = `${client}
    export default {
      async fetch(_, env) {
        const { host, port, user, password, database } = env.HD;
        const answer = await ask({ host, port, user, password, database }, "SELECT current_user AS who").catch((error) => String(error.stack));
        return Response.json(answer);
      },
    };`;
    const { outputFiles } = await build({
      stdin: { contents: code, resolveDir: import.meta.dirname },
      bundle: true,
      write: false,
      format: "esm",
      target: "es2024",
      conditions: ["workerd", "worker"],
      external: ["cloudflare:*", "node:*", ...builtinModules],
      banner: { js: 'import { createRequire } from "node:module"; const require = createRequire("/");' },
      logLevel: "silent",
    });
    const origin = {
      scheme: "postgres",
      host: "127.0.0.1",
      port: direct,
      user: "app",
      password,
      database: "app",
      sslmode: "require",
    };
    cloud.deploy(name, outputFiles[0]?.text ?? "", {
      compatibilityFlags: ["nodejs_compat"],
      bindings: [{ type: "hyperdrive", name: "HD", id: name, origin }],
    });
    cloud.changed();
    await cloud.runtime.settled();
    const { text } = await cloud.get(`${name}.test`);
    expect(JSON.parse(text)).toEqual([{ who: "app" }]);
  },
);
