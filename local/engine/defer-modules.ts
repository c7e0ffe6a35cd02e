// Loaded before anything else (`node --import`): lets the Pulumi SDK load some packages when it first uses them, and not at each start.
// It needs them to turn functions of a program into text, which hardly any program does; they take half of the time of loading the SDK.
import { registerHooks } from "node:module";

const deferred = [
  "/@npmcli/arborist/lib/index.js",
  "/@pulumi/pulumi/typescript-shim.js",
  "/normalize-package-data/lib/normalize.js",
];

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!deferred.some((end) => url.endsWith(end))) return loaded;
    return { ...loaded, source: deferring(String(loaded.source)) };
  },
});

/** A CommonJS module that runs `source` when one of its exports is first asked for. */
function deferring(source: string): string {
  return `
    let exported;
    const original = (module, exports) => { ${source}
    };
    const load = () => {
      if (exported === undefined) {
        const own = { exports: {} };
        original(own, own.exports);
        exported = own.exports;
      }
      return exported;
    };
    // As an ES module it is taken as it is: otherwise the one who requires it would copy, and so load, everything at once.
    module.exports = new Proxy({}, {
      get: (_, key) => {
        if (key === "__esModule") return true;
        return key === "default" && !("default" in load()) ? load() : load()[key];
      },
    });
  `;
}
