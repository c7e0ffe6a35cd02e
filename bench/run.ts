import { writeFile } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import { buildArtifacts } from "../local/engine/build.ts";
import { repositoryRoot } from "../local/engine/home.ts";
import { branching } from "./branches.ts";
import { coreEstate } from "./core-estate.ts";
import { dashboard } from "./dashboard.ts";
import { restoreDrill } from "./drill.ts";
import { eventDelivery } from "./event-delivery.ts";
import { migrations } from "./migrations.ts";
import { oneChange } from "./one-change.ts";
import { pluginStart } from "./plugin-start.ts";
import { policies } from "./policies.ts";
import { provisioning } from "./provisioning.ts";
import { type Benchmark, markdown } from "./report.ts";
import { syncTicks } from "./sync-ticks.ts";
import { tenants } from "./tenants.ts";

const benchmarks: Benchmark[] = [
  coreEstate,
  oneChange,
  pluginStart,
  policies,
  tenants,
  provisioning,
  migrations,
  branching,
  restoreDrill,
  dashboard,
  syncTicks,
  eventDelivery,
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name));
if (unknown.length > 0) {
  console.error(
    `Found ${unknown.join(", ")}; expected any of ${benchmarks.map(({ name }) => name).join(", ")}, or nothing for all.`,
  );
  process.exit(2);
}

await buildArtifacts();
const sections: string[] = [];
for (const benchmark of benchmarks) {
  if (wanted.length > 0 && !wanted.includes(benchmark.name)) continue;
  console.error(`${benchmark.name} …`);
  const section = markdown(await benchmark.run((line) => console.error(`  ${line}`)));
  console.log(section);
  sections.push(section);
}
if (wanted.length === 0) {
  const machine = `${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, ${process.platform} ${process.arch}`;
  const head = `# Benchmarks\n\nMade by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)} (${machine}). Ratios are within one run; seconds depend on the machine.\n`;
  await writeFile(join(repositoryRoot, "docs", "benchmarks.md"), [head, ...sections].join("\n"));
}
