import type { Log } from "../log.ts";
import type { PostgresFleet } from "../postgres/types.ts";
import type { AdvancingClock } from "../runtime/local-clock.ts";
import {
  neonBranches,
  neonEndpoints,
  neonOperations,
  neonOrganizations,
  neonProjects,
  neonSnapshots,
} from "../store/records/neon.ts";
import type { Store } from "../store/store.ts";
import { answerNeon, type NeonAnswered } from "./api.ts";
import { keep } from "./keeper.ts";
import { openEndpoint } from "./open-endpoint.ts";
import { createOperations } from "./operations.ts";
import { createRealTime } from "./real-time.ts";
import type { NeonServices } from "./services.ts";
import { createTaskRunner } from "./tasks.ts";
import { createUsage } from "./usage.ts";

/** Neon in the embedded cloud. */
export interface Neon {
  /** To be awaited before anything else: endpoints listen again, and what a killed daemon was doing is gone on with. */
  open(): Promise<void>;
  answer(request: Request): Promise<NeonAnswered>;
  /** What there is, for people. */
  summary(): NeonSummary;
  /** Resolves when all operations have ended. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** Neon's part of `/_local/state`. */
export interface NeonSummary {
  /** What is behind pooled ports: a real pooler, or the direct port by another name. */
  pooler: PostgresFleet["pooler"];
  organizations: {
    id: string;
    name: string;
    plan: string;
    projects: {
      id: string;
      name: string;
      branches: { id: string; name: string; endpoints: { id: string; active: boolean; connections: number }[] }[];
    }[];
  }[];
}

interface NeonOptions {
  store: Store;
  clock: AdvancingClock;
  fleet: PostgresFleet;
  log: Log;
  /** How long each step of an operation takes at least: milliseconds. */
  pace?: number;
}

const lookEvery = 15_000;

export function createNeon({ store, clock, fleet, log, pace = 20 }: NeonOptions): Neon {
  const operations = createOperations({ store, clock, log, pace, runTask: createTaskRunner({ store, clock, fleet }) });
  const realTime = createRealTime(store, clock);
  const usage = createUsage({ store, clock, fleet, operations, realTime });
  const services: NeonServices = { store, clock, fleet, log, realTime, operations, usage };

  let isStopped = false;
  const look = (): void => {
    if (isStopped) return;
    try {
      keep(services);
    } catch (error) {
      log.error(`neon: looking after what is due failed: ${String(error)}`);
    }
  };
  const timer = setInterval(look, lookEvery).unref();
  clock.onAdvance(async () => {
    realTime.noteAdvance();
    look();
    if (!isStopped) await operations.settled();
  });

  return {
    async open() {
      await fleet.sweep(neededData(store));
      for (const endpoint of store.list(neonEndpoints)) {
        store.put(neonEndpoints, { ...endpoint, ports: await openEndpoint(services, endpoint) });
      }
      operations.resume();
    },
    answer: (request) => answerNeon(services, request),
    summary: () => summary(services),
    settled: () => operations.settled(),
    async stop() {
      isStopped = true;
      clearInterval(timer);
      await operations.stop();
      await fleet.stop();
    },
  };
}

/** Ids whose data in the fleet is still needed; also by what is not finished. */
function neededData(store: Store): Set<string> {
  const inWork = store
    .list(neonOperations)
    .filter(({ status }) => status === "scheduling" || status === "running")
    .flatMap(({ tasks }) => tasks.flatMap((task) => (task.do === "create-data" ? task.dataId : [])));
  const branches = store.list(neonBranches).map(({ id, dataId = id }) => dataId);
  return new Set([...branches, ...store.list(neonSnapshots).map(({ id }) => id), ...inWork]);
}

function summary({ store, fleet }: NeonServices): NeonSummary {
  return {
    pooler: fleet.pooler,
    organizations: store.list(neonOrganizations).map(({ id: organizationId, name, plan }) => ({
      id: organizationId,
      name,
      plan,
      projects: store
        .list(neonProjects, organizationId)
        .filter(({ deletedAt }) => deletedAt === undefined)
        .map((project) => {
          const endpoints = store.list(neonEndpoints, project.id);
          return {
            id: project.id,
            name: project.name,
            branches: store.list(neonBranches, project.id).map((branch) => ({
              id: branch.id,
              name: branch.name,
              endpoints: endpoints
                .filter(({ branchId }) => branchId === branch.id)
                .map(({ id }) => {
                  const { active, connections } = fleet.status(id);
                  return { id, active, connections };
                }),
            })),
          };
        }),
    })),
  };
}
