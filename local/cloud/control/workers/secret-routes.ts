import { z } from "zod";
import type { WorkerBinding } from "../../types.ts";
import { ApiError } from "../api-error.ts";
import type { Call } from "../call.ts";
import { ok } from "../envelope.ts";
import { type Route, route } from "../route.ts";
import { shownBinding } from "./bindings.ts";
import { changeVersion } from "./change-version.ts";
import { latestVersion, scriptOf } from "./script-target.ts";

const secretBody = z.discriminatedUnion("type", [
  z.object({ type: z.literal("secret_text"), name: z.string().min(1), text: z.string() }),
  z.looseObject({ type: z.literal("secret_key"), name: z.string().min(1) }),
]);
const bulkBody = z.looseObject({ secrets: z.record(z.string(), secretBody.nullable()) });

const isSecret = ({ type }: WorkerBinding): boolean => type === "secret_text" || type === "secret_key";

/** `…/secrets` and `…/secrets-bulk` of the scripts below `base`. Every change makes a version and deploys it. */
export function secretRoutes(base: string): Route[] {
  return [
    route("GET", `${base}/secrets`, (call) => ok(secretsOf(call).map(shownBinding))),
    route("PUT", `${base}/secrets`, putSecret),
    route("PATCH", `${base}/secrets-bulk`, patchSecrets),
    route("GET", `${base}/secrets/:secret`, (call) => ok(shownBinding(secretOf(call)))),
    route("DELETE", `${base}/secrets/:secret`, async (call) => {
      const { name } = secretOf(call);
      await changeSecrets(call, { [name]: null });
      return ok(null);
    }),
  ];
}

async function putSecret(call: Call): Promise<Response> {
  const secret = (await call.json(secretBody, 10021)) as WorkerBinding;
  await changeSecrets(call, { [secret.name]: secret });
  return ok(shownBinding(secret));
}

async function patchSecrets(call: Call): Promise<Response> {
  const { secrets } = await call.json(bulkBody, 10021);
  await changeSecrets(call, secrets as Record<string, WorkerBinding | null>);
  return ok(Object.fromEntries(secretsOf(call).map((binding) => [binding.name, shownBinding(binding)])));
}

async function changeSecrets(call: Call, changes: Record<string, WorkerBinding | null>): Promise<void> {
  await changeVersion(call, {
    triggeredBy: "secret",
    refusalCode: 10215,
    change: (draft) => {
      for (const { name, type } of draft.bindings) {
        if (changes[name] && !isSecret({ name, type })) {
          throw new ApiError(
            400,
            10053,
            `Binding name '${name}' already in use. Please use a different name and try again.`,
          );
        }
      }
      const kept = draft.bindings.filter((binding) => changes[binding.name] === undefined);
      return { ...draft, bindings: [...kept, ...Object.values(changes).filter((secret) => secret !== null)] };
    },
  });
}

function secretsOf(call: Call): WorkerBinding[] {
  return latestVersion(call.store, scriptOf(call))?.bindings.filter(isSecret) ?? [];
}

function secretOf(call: Call): WorkerBinding {
  const name = call.parameter("secret");
  const secret = secretsOf(call).find((binding) => binding.name === name);
  if (!secret) throw new ApiError(404, 10056, `Binding '${name}' not found`);
  return secret;
}
