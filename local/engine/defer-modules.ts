// Loaded before anything else (`node --import`): lets the Pulumi SDK load what a program hardly ever needs when it is first used, and not at
// each start. Where the SDK's text is not what is expected here, it is left as it is; `CHITTYOPS_PLAIN_SDK=1` leaves all of it so.
import { registerHooks } from "node:module";

/** By the end of a module's URL, what becomes of its source. */
const edits: [end: string, edit: (source: string) => string][] = [
  // For turning functions of a program into text, which takes half of the time of loading the SDK.
  ["/@npmcli/arborist/lib/index.js", deferring],
  ["/@pulumi/pulumi/typescript-shim.js", deferring],
  ["/normalize-package-data/lib/normalize.js", deferring],
  // For the same it turns V8's debugger on, with which every promise and module of a program takes longer.
  ["/@pulumi/pulumi/runtime/closure/v8Hooks.js", (source) => deferring(source, "isInitializedAsync: async () => {}")],
  // OpenTelemetry, for `--tracing`.
  ["/@pulumi/pulumi/cmd/run/tracing.js", requiringLate],
  // Stripped types leave every line where it was: stack traces of a program have nothing to map, and those of the SDK name its own files.
  ["/source-map-support/register.js", () => "// Nothing is mapped."],
];

if (process.env.CHITTYOPS_PLAIN_SDK !== "1") {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const [, edit] = edits.find(([end]) => url.endsWith(end)) ?? [];
      return edit === undefined ? loaded : { ...loaded, source: edit(String(loaded.source)) };
    },
  });
}

/**
 * A CommonJS module that runs `source` when one of its exports is first asked for.
 * @param own exports for which it need not, as properties of an object literal
 */
function deferring(source: string, own = ""): string {
  return `
    let exported;
    const own = { ${own} };
    const original = (module, exports) => { ${source}
    };
    const load = () => {
      if (exported === undefined) {
        const made = { exports: {} };
        original(made, made.exports);
        exported = made.exports;
      }
      return exported;
    };
    // As an ES module it is taken as it is: otherwise the one who requires it would copy, and so load, everything at once.
    module.exports = new Proxy({}, {
      get: (_, key) => {
        if (key === "__esModule") return true;
        if (Object.hasOwn(own, key)) return own[key];
        return key === "default" && !("default" in load()) ? load() : load()[key];
      },
    });
  `;
}

/** Functions and classes that a CommonJS module takes out of others are required when they are called. */
function requiringLate(source: string): string {
  return source.replace(/^const \{ ([\w, ]+) \} = require\(("[^"]+")\);$/gm, (_, names: string, from: string) =>
    names
      .split(", ")
      .map(
        (name) =>
          `function ${name}(...args) { const it = require(${from}).${name}; return new.target ? new it(...args) : it(...args); }`,
      )
      .join("\n"),
  );
}
