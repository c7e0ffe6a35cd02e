/** Whoever uses the embedded cloud is this person. */
export const localUser = { id: "00000000000000000000000000000001", email: "local@chittyops.localhost" };
