import { execFileSync } from "node:child_process";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "../database/connect.ts";
import { copyFolder } from "../local/cloud/postgres/copy-folder.ts";
import { benchHome } from "./home.ts";
import { neonClient, operationsEnded } from "./neon.ts";
import { type Benchmark, median, type Row, ratio, seconds } from "./report.ts";

/** Of the database, on disk; `CHITTYOPS_BENCH_BRANCH_MIB=64` for a quick look. */
const mebibytes = Number(process.env.CHITTYOPS_BENCH_BRANCH_MIB ?? 1024);
const branches = 6;
/** What two runs of the same copy may differ by. */
const noise = 1.5;

/** What a branch of a large database costs in the embedded cloud, one after the other. */
export const branching: Benchmark = {
  name: "branches",
  run: async (progress) => {
    const home = await benchHome();
    try {
      const neon = neonClient(home);
      const { data } = await neon.createProject({ project: { name: "large" } });
      await operationsEnded(neon, data.project.id);
      const size = await fill(data.connection_uris[0]?.connection_uri ?? "");
      progress(`filled: ${size.toFixed(0)} MiB`);
      const parent = await onlyCluster(home.path);
      const rows: Row[] = [];
      const ratios: number[] = [];
      for (let index = 1; index <= branches; index++) {
        const copy = await plainCopy(parent, join(home.path, "copy"));
        const started = performance.now();
        await neon.createProjectBranch(data.project.id, { branch: { name: `branch-${index}` } });
        await operationsEnded(neon, data.project.id);
        const branch = performance.now() - started;
        ratios.push(branch / copy);
        rows.push({
          what: `branch ${index}, and a copy of the same files`,
          value: `${seconds(branch)}, ${seconds(copy)}`,
        });
        progress(`branch ${index}: ${seconds(branch)}, copy: ${seconds(copy)}`);
      }
      const growth = median(ratios.slice(branches / 2)) / median(ratios.slice(0, branches / 2));
      return {
        title: `A branch of ${(size / 1024).toFixed(2)} GiB`,
        how: "In the embedded cloud, through the official client until the operation has finished, one branch after the other, each right after a copy of the parent's files alone. The file system copies whole blocks unless it can share them. How long any copy takes depends on the machine's memory as much as on the disk: what a virtual machine has to get from its host first takes several times as long.",
        rows: [
          ...rows,
          {
            what: "the later half against the first, each by its copy, medians",
            value: ratio(growth, 1),
            aim: "does not grow",
            met: growth <= noise,
          },
        ],
      };
    } finally {
      await home.dispose();
    }
  },
};

async function onlyCluster(home: string): Promise<string> {
  const clusters = join(home, "local", "cloud", "postgres", "clusters");
  const [name, ...others] = await readdir(clusters);
  if (name === undefined || others.length > 0) throw new Error(`Found ${others.length + 1} clusters, expected one.`);
  return join(clusters, name);
}

/** Milliseconds of the second of two copies: the first warms the memory up. Nothing is left of them, nor of what was to be written before. */
async function plainCopy(cluster: string, to: string): Promise<number> {
  execFileSync("sync");
  let taken = 0;
  for (let round = 0; round < 2; round++) {
    const started = performance.now();
    await copyFolder(join(cluster, "data", "base"), to);
    taken = performance.now() - started;
    await rm(to, { recursive: true });
  }
  return taken;
}

async function fill(uri: string): Promise<number> {
  const client = await connect(uri, { applicationName: "bench" });
  try {
    await client.query("create table filler (id bigint generated always as identity primary key, words text)");
    for (;;) {
      await client.query(
        "insert into filler (words) select repeat(md5(random()::text), 30) from generate_series(1, 30000)",
      );
      const { rows } = await client.query("select pg_database_size(current_database()) / 1048576.0 as size");
      if (Number(rows[0].size) >= mebibytes) {
        // Otherwise autovacuum does this about a minute later, beside some of the branches.
        await client.query("vacuum (freeze, analyze) filler");
        return Number(rows[0].size);
      }
    }
  } finally {
    await client.end();
  }
}
