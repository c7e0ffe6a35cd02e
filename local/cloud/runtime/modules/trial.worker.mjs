/**
 * Loads an uploaded script in an isolate of its own and reports what it exports, or what workerd says about it.
 * Takes `{ compatibilityDate, compatibilityFlags, mainModule, modules, env }`; module contents are base64.
 */
const entry = "chittyops-trial.mjs";

const probe = (mainModule) => `
import { WorkerEntrypoint } from "cloudflare:workers";
import * as uploaded from ${JSON.stringify(`./${mainModule}`)};
const main = uploaded.default;
const isClass = typeof main === "function";
const handlers = new Set();
for (let own = isClass ? main.prototype : main; own && own !== Object.prototype && own !== WorkerEntrypoint.prototype; own = Object.getPrototypeOf(own)) {
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(own))) {
    if (name !== "constructor" && typeof value === "function") handlers.add(name);
  }
}
const classes = Object.keys(uploaded).filter((name) => name !== "default" && typeof uploaded[name] === "function");
export default { fetch: () => Response.json({ ok: true, handlers: [...handlers], classes }) };
`;

export default {
  async fetch(request, env) {
    const { mainModule, modules, ...code } = await request.json();
    const loaded = Object.fromEntries(modules.map(({ name, type, content }) => [name, moduleOf(type, content)]));
    loaded[entry] = { js: probe(mainModule) };
    try {
      const worker = env.LOADER.get(crypto.randomUUID(), () => ({
        ...code,
        mainModule: entry,
        modules: loaded,
        globalOutbound: null,
      }));
      const answer = await worker.getEntrypoint().fetch("http://trial/");
      return Response.json(await answer.json());
    } catch (error) {
      return Response.json({
        ok: false,
        message: String(error?.message ?? error).replace(/^Failed to start Worker:\s*/, ""),
      });
    }
  },
};

function moduleOf(type, content) {
  const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
  const text = () => new TextDecoder().decode(bytes);
  switch (type) {
    case "esm":
      return { js: text() };
    case "commonjs":
      return { cjs: text() };
    case "wasm":
      return { wasm: bytes.buffer };
    case "data":
      return { data: bytes.buffer };
    case "json":
      return { json: JSON.parse(text()) };
    default:
      return { text: text() };
  }
}
