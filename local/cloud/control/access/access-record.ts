import { resources } from "../../store/records/resources.ts";

export const accessApps = resources("access-app");
export const identityProviders = resources("identity-provider");
