import type { ObjectNamespace } from "../object-namespace.ts";

/** Objects by name, made when they are first asked for, whose calls are answered later as those to another machine are. */
export function memoryNamespace<T extends object>(make: (name: string) => T): ObjectNamespace<T> {
  const objects = new Map<string, T>();
  return {
    getByName(name) {
      const object = objects.get(name) ?? make(name);
      objects.set(name, object);
      return new Proxy(object, {
        get: (target, member) => {
          const method = Reflect.get(target, member);
          return typeof method === "function" ? async (...given: unknown[]) => method.apply(target, given) : method;
        },
      }) as ReturnType<ObjectNamespace<T>["getByName"]>;
    },
  };
}
