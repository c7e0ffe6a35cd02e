/** A binding that exists but that this embedded cloud cannot serve: whatever is called on it fails and says so. */
export default function unavailable({ settings }) {
  const fail = () =>
    rejected(new Error(`unavailable locally: the embedded cloud has no ${settings.type} (binding ${settings.name})`));
  return new Proxy(fail, {
    get(_, property) {
      // A binding is no promise: `await env.AI` is the binding itself.
      if (property === "then" || typeof property === "symbol") return undefined;
      return fail;
    },
    set: () => false,
  });
}

/** Rejects when awaited; calls chained onto it (`env.IMAGES.input(…).transform(…)`) end in the same rejection. */
function rejected(error) {
  const promise = Promise.reject(error);
  promise.catch(() => {});
  return new Proxy(() => rejected(error), {
    get(_, property) {
      if (property === "then" || property === "catch" || property === "finally") return promise[property].bind(promise);
      return typeof property === "symbol" ? undefined : () => rejected(error);
    },
  });
}
