import { type EnvironmentName, environmentNames } from "./environments.ts";

/** Where the hosts of a family live in one environment. `domain` is the zone itself or a name below it. */
export interface Place {
  /** Name of the Cloudflare account; its id comes from the stack's configuration. */
  account: string;
  /** Name of the zone in that account. */
  zone: string;
  /** What `{domain}` stands for. */
  domain: string;
}

/** A group of services with a Pulumi project of its own. */
export interface Family {
  name: FamilyName;
  title: string;
  /** The family whose stack owns the zone's settings; another family may have hosts below the same zone. */
  zoneOwner: FamilyName;
  places: Readonly<Record<EnvironmentName, Place>>;
}

export const familyNames = ["chittyos", "cook-county", "digital-dossier", "chitty-apps"] as const;
export type FamilyName = (typeof familyNames)[number];

const core = "chittyos";

export const families: Readonly<Record<FamilyName, Family>> = {
  chittyos: {
    name: "chittyos",
    title: "ChittyOS core",
    zoneOwner: "chittyos",
    places: {
      local: { account: core, zone: "chitty.localhost", domain: "chitty.localhost" },
      dev: { account: core, zone: "chitty.cc", domain: "dev.chitty.cc" },
      prod: { account: core, zone: "chitty.cc", domain: "chitty.cc" },
    },
  },
  // Nothing is known of a zone of its own: its hosts are below core's zone until the county brings one.
  "cook-county": {
    name: "cook-county",
    title: "Cook County apps",
    zoneOwner: "chittyos",
    places: {
      local: { account: core, zone: "chitty.localhost", domain: "cook-county.chitty.localhost" },
      dev: { account: core, zone: "chitty.cc", domain: "dev.cook-county.chitty.cc" },
      prod: { account: core, zone: "chitty.cc", domain: "cook-county.chitty.cc" },
    },
  },
  "digital-dossier": {
    name: "digital-dossier",
    title: "Digital Dossier apps",
    zoneOwner: "digital-dossier",
    places: {
      local: { account: "digital-dossier", zone: "digital-dossier.localhost", domain: "digital-dossier.localhost" },
      dev: { account: "digital-dossier", zone: "digital-dossier.com", domain: "dev.digital-dossier.com" },
      prod: { account: "digital-dossier", zone: "digital-dossier.com", domain: "digital-dossier.com" },
    },
  },
  "chitty-apps": {
    name: "chitty-apps",
    title: "Chitty apps",
    zoneOwner: "chitty-apps",
    places: {
      local: { account: core, zone: "mychitty.localhost", domain: "mychitty.localhost" },
      dev: { account: core, zone: "mychitty.com", domain: "dev.mychitty.com" },
      prod: { account: core, zone: "mychitty.com", domain: "mychitty.com" },
    },
  },
};

/**
 * The accounts and zones that the families use in an environment, in the shape that the embedded cloud is seeded with
 * (`localSeed` of contracts/local.ts). Sorted by name.
 */
export function accountsAndZones(environment: EnvironmentName): { accounts: { name: string; zones: string[] }[] } {
  const zonesOf = new Map<string, Set<string>>();
  for (const family of Object.values(families)) {
    const { account, zone } = family.places[environment];
    zonesOf.set(account, (zonesOf.get(account) ?? new Set()).add(zone));
  }
  return {
    accounts: [...zonesOf]
      .map(([name, zones]) => ({ name, zones: [...zones].sort() }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

export function isFamilyName(name: string): name is FamilyName {
  return (familyNames as readonly string[]).includes(name);
}

export function isEnvironmentName(name: string): name is EnvironmentName {
  return (environmentNames as readonly string[]).includes(name);
}
