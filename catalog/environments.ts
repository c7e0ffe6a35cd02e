/** Where a program runs. `local` is the embedded cloud on a laptop; `dev` and `prod` share the real accounts. */
export interface Environment {
  name: EnvironmentName;
  cloud: "embedded" | "cloudflare";
  /** Appended to every physical name, so that no two environments meet; prod has none. */
  suffix: "" | `-${string}`;
  /**
   * Whether this environment's stack owns the settings of its zones. A zone has one owning stack: prod owns the real ones,
   * dev uses hosts below `dev.<domain>` of the same zones and never touches their settings.
   */
  ownsZones: boolean;
  /** Whether stores that hold data are protected from deletion. */
  protectsData: boolean;
}

export const environmentNames = ["local", "dev", "prod"] as const;
export type EnvironmentName = (typeof environmentNames)[number];

export const environments: Readonly<Record<EnvironmentName, Environment>> = {
  local: { name: "local", cloud: "embedded", suffix: "-local", ownsZones: true, protectsData: false },
  dev: { name: "dev", cloud: "cloudflare", suffix: "-dev", ownsZones: false, protectsData: false },
  prod: { name: "prod", cloud: "cloudflare", suffix: "", ownsZones: true, protectsData: true },
};
