import { connect } from "../database/connect.ts";
import { benchHome } from "./home.ts";
import { neonClient, operationsEnded } from "./neon.ts";
import { type Benchmark, seconds } from "./report.ts";

/** Of the database, on disk; `CHITTYOPS_BENCH_BRANCH_MIB=64` for a quick look. */
const mebibytes = Number(process.env.CHITTYOPS_BENCH_BRANCH_MIB ?? 1024);
const branches = 4;

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
      const times: number[] = [];
      for (let index = 1; index <= branches; index++) {
        const started = performance.now();
        await neon.createProjectBranch(data.project.id, { branch: { name: `branch-${index}` } });
        await operationsEnded(neon, data.project.id);
        times.push(performance.now() - started);
        progress(`branch ${index}: ${seconds(times.at(-1) ?? 0)}`);
      }
      return {
        title: `A branch of ${(size / 1024).toFixed(2)} GiB`,
        how: "In the embedded cloud, through the official client until the operation has finished, one branch after the other. The file system copies whole blocks unless it can share them.",
        rows: times.map((time, index) => ({ what: `branch ${index + 1}`, value: seconds(time) })),
      };
    } finally {
      await home.dispose();
    }
  },
};

async function fill(uri: string): Promise<number> {
  const client = await connect(uri, { applicationName: "bench" });
  try {
    await client.query("create table filler (id bigint generated always as identity primary key, words text)");
    for (;;) {
      await client.query(
        "insert into filler (words) select repeat(md5(random()::text), 30) from generate_series(1, 30000)",
      );
      const { rows } = await client.query("select pg_database_size(current_database()) / 1048576.0 as size");
      if (Number(rows[0].size) >= mebibytes) return Number(rows[0].size);
    }
  } finally {
    await client.end();
  }
}
