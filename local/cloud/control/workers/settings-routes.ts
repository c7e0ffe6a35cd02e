import { scripts } from "../../store/records/workers.ts";
import type { WorkerBinding } from "../../types.ts";
import { type Call, check } from "../call.ts";
import { ok } from "../envelope.ts";
import { type Route, route } from "../route.ts";
import { normaliseBinding } from "./bindings.ts";
import { changeVersion } from "./change-version.ts";
import { withSettings } from "./commit-version.ts";
import { inheritBindings } from "./inherit-bindings.ts";
import { scriptSettings, versionSettings } from "./metadata.ts";
import { latestVersion, scriptOf } from "./script-target.ts";
import { shownScriptSettings, shownSettings } from "./shown-script.ts";
import { readUploadForm } from "./upload-form.ts";

/** `…/settings` and `…/script-settings` of the scripts below `base`. */
export function settingsRoutes(base: string): Route[] {
  return [
    route("GET", `${base}/settings`, getSettings),
    route("PATCH", `${base}/settings`, patchSettings),
    route("GET", `${base}/script-settings`, (call) => ok(shownScriptSettings(scriptOf(call)))),
    route("PATCH", `${base}/script-settings`, async (call) => {
      const body = await call.json(scriptSettings, 10021);
      const changed = call.store.transaction(() => {
        const script = withSettings(scriptOf(call), body, call.now());
        call.store.put(scripts, script);
        return script;
      });
      call.runtime.desiredStateChanged();
      return ok(shownScriptSettings(changed));
    }),
  ];
}

function getSettings(call: Call): Response {
  const script = scriptOf(call);
  return ok(shownSettings(script, latestVersion(call.store, script)));
}

/** What is versioned makes a new version, which is deployed; bindings that are given replace all, `inherit` keeps one. */
async function patchSettings(call: Call): Promise<Response> {
  const isForm = call.request.headers.get("content-type")?.startsWith("multipart/form-data");
  const settings = isForm
    ? check(versionSettings, (await readUploadForm(call.request, "settings")).metadata, 10021)
    : await call.json(versionSettings, 10021);
  const { script, version } = await changeVersion(call, {
    triggeredBy: "settings",
    refusalCode: 10214,
    change: (draft) => ({
      ...draft,
      bindings: settings.bindings
        ? inheritBindings((settings.bindings as WorkerBinding[]).map(normaliseBinding), draft.bindings, {
            keep: [],
            strict: true,
          })
        : draft.bindings,
      compatibilityDate: settings.compatibility_date ?? draft.compatibilityDate,
      compatibilityFlags: settings.compatibility_flags ?? draft.compatibilityFlags,
      usageModel: settings.usage_model ?? draft.usageModel,
      limits: settings.limits === undefined ? draft.limits : (settings.limits ?? undefined),
      placement: settings.placement === undefined ? draft.placement : (settings.placement ?? undefined),
      annotations: { ...draft.annotations, ...settings.annotations },
      migrations: settings.migrations,
      settings,
    }),
  });
  return ok(shownSettings(script, version));
}
