import { resources } from "../../store/records/resources.ts";

export const dnsRecords = resources("dns-record");
