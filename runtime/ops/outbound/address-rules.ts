/** Names that lead to somewhere inside, whatever they resolve to (RFC 6761, 6762, 8375 and what networks call themselves). */
const insideNames = ["localhost", "local", "internal", "intranet", "private", "corp", "lan", "home", "home.arpa"];

/**
 * Why an address that somebody else names is not asked, or undefined. Names only, no addresses as numbers; HTTPS on its own port; nothing
 * inside a network. In `local` only what the embedded cloud's edge serves, and where `loopback` says so what listens on this machine.
 */
export function refusalOf(
  text: string,
  { local, loopback = false }: { local: boolean; loopback?: boolean },
): string | undefined {
  if (!URL.canParse(text)) return "is no URL";
  const { protocol, hostname, port, username, password } = new URL(text);
  const name = hostname.replace(/\.$/, "").toLowerCase();
  if (username !== "" || password !== "") return "carries credentials";
  if (local && loopback && ["127.0.0.1", "[::1]", "localhost"].includes(name)) {
    return ["http:", "https:"].includes(protocol) ? undefined : "is neither http: nor https:";
  }
  if (/^[\d.]+$/.test(name) || name.startsWith("[")) return "names an IP address: a host name is needed";
  if (local) {
    if (!name.endsWith(".localhost")) return "is not below .localhost, where everything of this environment is";
    return protocol === "http:" ? undefined : "is not http:, which is what the embedded cloud's edge speaks";
  }
  if (protocol !== "https:") return "is not https:";
  if (port !== "") return "names a port: only the port of https: is asked";
  if (!name.includes(".") || insideNames.some((inside) => name.endsWith(`.${inside}`))) {
    return "is a name inside a network";
  }
  return undefined;
}

/** IPv4 networks that are not the public's (RFC 6890): first address and prefix length. */
const closedNetworks: [network: string, prefix: number][] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];

/** Whether an address that a name resolves to is one of the public Internet. */
export function isPublicAddress(address: string): boolean {
  if (!address.includes(":")) {
    const number = numberOf(address);
    return number !== undefined && !closedNetworks.some(([network, prefix]) => inNetwork(number, network, prefix));
  }
  const [first = "", second = ""] = address.toLowerCase().split(":");
  const head = Number.parseInt(first, 16);
  // Global unicast is 2000::/3; of it, these carry other addresses or are for documents: 2001::/32, 2001:db8::/32, 2002::/16, 3fff::/20.
  if (!(head >= 0x2000 && head <= 0x3fff) || head === 0x2002 || head === 0x3fff) return false;
  return !(head === 0x2001 && ["", "0", "0000", "db8", "0db8"].includes(second));
}

function inNetwork(number: number, network: string, prefix: number): boolean {
  const size = 2 ** (32 - prefix);
  return Math.floor(number / size) === Math.floor((numberOf(network) ?? 0) / size);
}

function numberOf(address: string): number | undefined {
  const parts = address.split(".").map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256));
  if (parts.length !== 4 || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}
