import { workerOf } from "../complete.ts";
import { workerDefaults } from "../defaults.ts";
import { families } from "../families.ts";
import { liveClasses } from "../live-classes.ts";
import type { MigrationSpec, WorkerSpec } from "../schema/hosting.ts";
import type { Merged, Surroundings } from "../surroundings.ts";
import type { Report } from "./candidate.ts";
import { renameOr } from "./nearest.ts";

/** Reports what does not fit together about where and how a service runs. */
export function checkHosting({ spec }: Merged, around: Surroundings, report: Report): void {
  const worker = workerOf(spec, around.environment);
  const path = spec.hosting.kind === "worker" ? "hosting" : "hosting.worker";
  checkCrons(spec.crons ?? [], spec.shellCrons, worker, report);
  if (!worker) return;
  checkTail(spec.name, worker, path, around, report);
  checkMigrations(worker.migrations ?? [], `${path}.migrations`, report);
  const assets = (spec.bindings ?? []).find((binding) => binding.kind === "assets");
  if (assets && worker.artifact && !worker.assets) {
    report(
      `bindings.${assets.name}`,
      "a binding of assets",
      "assets to bind",
      `Name their folder: ${path}.assets.directory.`,
    );
  }
}

function checkCrons(
  crons: readonly string[],
  shellCrons: "hold" | "record" | undefined,
  worker: WorkerSpec | undefined,
  report: Report,
): void {
  if (crons.length === 0) return;
  if (!worker) {
    report(
      "crons",
      "schedules of a service that runs no Worker here",
      "a Worker to run them",
      "Remove them, or declare hosting.worker.",
    );
  } else if (!worker.artifact && shellCrons === undefined) {
    report(
      "crons",
      "schedules of a service that has no artifact",
      "an artifact, or a word on what the shell Worker shall do with them",
      'Set shellCrons to "hold" (none is created until there is an artifact) or "record" (the shell records each run).',
    );
  }
}

function checkTail(name: string, worker: WorkerSpec, path: string, around: Surroundings, report: Report): void {
  const tails = worker.tailConsumers ?? workerDefaults.tailConsumers;
  const [usual] = workerDefaults.tailConsumers;
  const receives = name === usual || [...around.own.values()].some((other) => tailsOf(other, around).includes(name));
  if (tails.length === 0 && !receives) {
    report(
      `${path}.tailConsumers`,
      "no tail consumer",
      "one, so that its failures are seen",
      `Name it: tailConsumers: ["${usual}"].`,
    );
  }
  for (const tail of tails) {
    const target = around.find(tail);
    const field = `${path}.tailConsumers`;
    if (tail === name) {
      report(
        field,
        "the service itself",
        "another service",
        "Name another one, or none if this is the account's own tail consumer.",
      );
    } else if (!target) {
      report(
        field,
        `${tail}, which does not exist`,
        "a service of the catalog",
        renameOr(tail, [...around.own.keys()], "Declare it."),
      );
    } else if (!workerOf(target.spec, around.environment)) {
      report(field, `${tail}, which runs no Worker here`, "a service that runs a Worker", "Name another one.");
    } else if (families[target.family].places[around.environment].account !== around.place.account) {
      report(
        field,
        `${tail}, which runs in another account`,
        "a Worker of the same account",
        "Name a forwarder in this account.",
      );
    }
  }
}

function tailsOf({ spec }: Merged, { environment }: Surroundings): readonly string[] {
  const worker = workerOf(spec, environment);
  return worker ? (worker.tailConsumers ?? workerDefaults.tailConsumers) : [];
}

function checkMigrations(migrations: readonly MigrationSpec[], path: string, report: Report): void {
  const tags = new Set<string>();
  migrations.forEach(
    ({ tag, newSqliteClasses = [], newClasses = [], renamedClasses = [], deletedClasses = [] }, index) => {
      const before = liveClasses(migrations.slice(0, index));
      if (tags.has(tag))
        report(`${path}.${index}.tag`, `${tag} again`, "a tag of its own for each step", "Give it the next number.");
      tags.add(tag);
      for (const name of [...newSqliteClasses, ...newClasses].filter((created) => before.includes(created))) {
        report(
          `${path}.${index}`,
          `${name}, created a second time`,
          "a class that is not there yet",
          "Remove it from this step.",
        );
      }
      for (const name of [...deletedClasses, ...renamedClasses.map(({ from }) => from)].filter(
        (gone) => !before.includes(gone),
      )) {
        report(
          `${path}.${index}`,
          `${name}, which no earlier step creates`,
          "a class that is there",
          "Remove it from this step.",
        );
      }
    },
  );
}
