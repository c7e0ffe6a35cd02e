import type { ServiceSpec } from "../schema/service.ts";
import { chittyauth } from "./chittyauth.ts";
import { chittybeacon } from "./chittybeacon.ts";
import { chittycan } from "./chittycan.ts";
import { chittychat } from "./chittychat.ts";
import { chittychronicle } from "./chittychronicle.ts";
import { chittycommand } from "./chittycommand.ts";
import { chittycomptroller } from "./chittycomptroller.ts";
import { chittyconnect } from "./chittyconnect.ts";
import { chittydiscovery } from "./chittydiscovery.ts";
import { chittyevidence } from "./chittyevidence.ts";
import { chittyfinance } from "./chittyfinance.ts";
import { chittyforce } from "./chittyforce.ts";
import { chittygateway } from "./chittygateway.ts";
import { chittyid } from "./chittyid.ts";
import { chittyledger } from "./chittyledger.ts";
import { chittymcp } from "./chittymcp.ts";
import { chittyregister } from "./chittyregister.ts";
import { chittyregistry } from "./chittyregistry.ts";
import { chittyrouter } from "./chittyrouter.ts";
import { chittyschema } from "./chittyschema.ts";
import { chittyscore } from "./chittyscore.ts";
import { chittystorage } from "./chittystorage.ts";
import { chittytrack } from "./chittytrack.ts";
import { chittyverify } from "./chittyverify.ts";
import { legalConsultant } from "./legal-consultant.ts";

/** Every service, one file each, sorted by name. */
export const services: readonly ServiceSpec[] = [
  chittyauth,
  chittybeacon,
  chittycan,
  chittychat,
  chittychronicle,
  chittycommand,
  chittycomptroller,
  chittyconnect,
  chittydiscovery,
  chittyevidence,
  chittyfinance,
  chittyforce,
  chittygateway,
  chittyid,
  chittyledger,
  chittymcp,
  chittyregister,
  chittyregistry,
  chittyrouter,
  chittyschema,
  chittyscore,
  chittystorage,
  chittytrack,
  chittyverify,
  legalConsultant,
];
