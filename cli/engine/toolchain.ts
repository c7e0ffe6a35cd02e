import { catalogCheckedVariable } from "../../contracts/catalog-checked.ts";
import type { Engine } from "../../local/engine/engine.ts";
import { type EnvironmentOptions, engineEnvironment } from "../../local/engine/environment.ts";
import { resolveEngine } from "../../local/engine/resolve.ts";
import type { Session } from "../session.ts";
import type { Supervision } from "./supervised-command.ts";
import { automationApi } from "./workspace.ts";

/** The engine, and the environment in which it finds its plugins and runs our programs. */
export interface Toolchain {
  engine: Engine;
  environment: Record<string, string>;
}

/**
 * Finds or makes the engine, and builds the bundles it works with where they are not fresh. `CHITTYOPS_PLUGINS` overrides which plugins
 * are used: `official` for `local`, `stand-in` for tests of the real environments.
 */
export async function openToolchain(session: Session, options: Omit<EnvironmentOptions, "engine">): Promise<Toolchain> {
  const phase = session.console.phase("Tool chain");
  // Its files are checked in another thread meanwhile.
  const found = resolveEngine({ progress: (line) => session.console.note(line) });
  const [engine, environment] = await Promise.all([
    found,
    engineEnvironment({ engine: found, ...options, ...chosenPlugins() }),
    automationApi(),
  ]);
  phase.done(`Pulumi ${engine.version} (${engine.source})`);
  return { engine, environment };
}

/** How the engine is run, once the catalog was looked at: `environment` is its own and its program's. */
export function supervise(session: Session, engine: Engine, environment: Record<string, string>): Supervision {
  const told = { ...environment, [catalogCheckedVariable]: "1" };
  return { pulumi: engine.pulumi, environment: told, signal: session.signal, onInsist: session.onInsist };
}

function chosenPlugins(): Partial<Pick<EnvironmentOptions, "plugins" | "home">> {
  const chosen = process.env.CHITTYOPS_PLUGINS;
  return chosen === "official" || chosen === "stand-in" ? { plugins: chosen, home: "private" } : {};
}
