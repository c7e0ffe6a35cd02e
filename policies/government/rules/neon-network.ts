import { read } from "../../kit/graph.ts";
import { governmentRule } from "../government-rule.ts";
import { fields, known, list } from "../known.ts";

const anywhere = ["0.0.0.0/0", "::/0", "0.0.0.0-255.255.255.255"];

export const neonNetwork = governmentRule({
  id: "government-neon-network",
  title: "A Neon project takes connections from named addresses only, or none from the internet",
  controls: ["SC-7(5)"],
  cannotSee: "Who else sends from these addresses.",
  remedy: "Set settings.allowedIps.ips, for all branches, or settings.blockPublicConnections",
  kinds: ["Project"],
  scope: "handles",
  *check(node) {
    if (fields(node.props.settings, "settings").blockPublicConnections === true) return;
    const ips = list(read(node, "settings", "allowedIps", "ips"), "settings.allowedIps.ips");
    if (ips.length === 0) yield "it takes connections from anywhere";
    if (ips.some((ip) => anywhere.includes(String(known(ip, "an allowed address")))))
      yield "its allowed addresses are all there are";
    if (read(node, "settings", "allowedIps", "protectedBranchesOnly") === true)
      yield "branches that are not protected take connections from anywhere";
    known(fields(node.props.settings, "settings").blockPublicConnections, "settings.blockPublicConnections");
  },
});
