/** A service and the names of the ones its Worker refers to (service bindings, foreign classes, tail consumers). */
export interface Dependent {
  name: string;
  needs: readonly string[];
}

/** `cycles`: each a set of services that reach each other, sorted. */
export interface DeploymentOrder {
  order: readonly string[];
  shellFirst: readonly string[];
  cycles: readonly (readonly string[])[];
}

/** Tarjan's strongly connected components; a component comes after the ones it needs. */
function components(nodes: readonly string[], edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (node: string): number => {
    const own = index.size;
    index.set(node, own);
    low.set(node, own);
    stack.push(node);
    let lowest = own;
    for (const next of edges.get(node) ?? []) {
      if (!index.has(next)) lowest = Math.min(lowest, visit(next));
      else if (stack.includes(next)) lowest = Math.min(lowest, index.get(next) ?? own);
    }
    low.set(node, lowest);
    if (lowest === own) found.push(stack.splice(stack.indexOf(node)).sort());
    return lowest;
  };
  for (const node of nodes) if (!index.has(node)) visit(node);
  return found;
}

/**
 * The order in which Workers can be deployed. Where references form a cycle, the service that most others of the cycle refer to
 * gets a shell Worker first, and so on until no cycle is left. Deterministic: ties go by name.
 */
export function deploymentOrder(services: readonly Dependent[]): DeploymentOrder {
  const names = services.map((service) => service.name).sort();
  const known = new Set(names);
  const needs = new Map(
    services.map(({ name, needs: needed }) => [name, [...new Set(needed)].filter((n) => known.has(n)).sort()] as const),
  );
  const shellFirst = new Set<string>();
  const edgesLeft = () => new Map([...needs].map(([name, list]) => [name, list.filter((n) => !shellFirst.has(n))]));
  const isCycle = (members: readonly string[], edges: ReadonlyMap<string, readonly string[]>) =>
    members.length > 1 || members.some((name) => edges.get(name)?.includes(name));

  const cycles = components(names, needs).filter((members) => isCycle(members, needs));
  for (;;) {
    const edges = edgesLeft();
    const cycle = components(names, edges).find((members) => isCycle(members, edges));
    if (!cycle) break;
    const referrers = (target: string) => cycle.filter((name) => edges.get(name)?.includes(target)).length;
    const [first] = [...cycle].sort((a, b) => referrers(b) - referrers(a) || (a < b ? -1 : 1));
    if (first === undefined) break;
    shellFirst.add(first);
  }
  return { order: components(names, edgesLeft()).flat(), shellFirst: [...shellFirst].sort(), cycles };
}
