// Which room may use which: design, "The house". Tests may look further than what they test.
const tests = "\\.test\\.ts$|/testing/|^tests/|^bench/";

/** @param {string} room @param {string[]} allowed folders of this repository it may import, besides itself */
const only = (room, allowed, comment) => ({
  name: `${room}-uses-only-${allowed.join("-and-") || "itself"}`,
  comment,
  severity: "error",
  from: { path: `^${room}/`, pathNot: tests },
  to: {
    pathNot: [`^(${[room, ...allowed].join("|")})/`, "node_modules", "^cloudflare:"],
    dependencyTypesNot: ["core"],
  },
});

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    {
      name: "no-cycles",
      comment: "Two files that need each other are one file, or hide a third.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-unresolvable",
      comment: "An import that leads nowhere.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^cloudflare:" },
    },
    only("contracts", [], "What crosses a seam depends on neither side."),
    only("catalog", ["contracts"], "What exists knows nothing of how it is built."),
    only("components", ["catalog", "contracts", "providers/[a-z]+/sdk"], "How a thing is built."),
    only("stacks", ["components", "catalog", "contracts"], "Stacks compose and do nothing else."),
    only("policies", ["catalog", "contracts"], "Rules do not depend on how things are built."),
    only("runtime", ["contracts"], "Edge code reaches components only as a bundle with a hash."),
    only("lite", ["contracts"], "Packages others install carry nothing of ours but the contracts."),
    only("local", ["contracts"], "The embedded cloud stands in for a cloud, which knows nothing of us."),
    only("providers", ["database"], "Plugins are programs of their own."),
    only("database", ["contracts"], "How a database is operated, whoever asks."),
    {
      name: "nobody-uses-stacks",
      comment: "A stack is run by the engine, not imported.",
      severity: "error",
      from: { pathNot: ["^stacks/", tests] },
      to: { path: "^stacks/" },
    },
    {
      name: "nobody-uses-the-command-line",
      comment: "The command line is the outermost layer.",
      severity: "error",
      from: { pathNot: ["^cli/", tests] },
      to: { path: "^cli/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|node_modules/\\.cache|\\.chittyops)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] },
  },
};
