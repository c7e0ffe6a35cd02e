/** What a fault does to the connection once the answer is ready: cut it, cut it half-way through the body, or kill the daemon. */
export type SocketAction = "reset" | "truncate" | "exit";

const actions = new WeakMap<Response, SocketAction>();

/** Notes on a response what its listener must do; the app itself has no socket. */
export function markSocket(response: Response, action: SocketAction): Response {
  actions.set(response, action);
  return response;
}

export function socketAction(response: Response): SocketAction | undefined {
  return actions.get(response);
}
