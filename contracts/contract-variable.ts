/** The variable in which `chittyops` hands core's contract for a family, as JSON with the key in it, to the program that publishes it. */
export const contractVariable = "CHITTYOPS_CONTRACT";

/** The variable with what the contract is known by, so that whether it is published already can be told without opening anything. */
export const contractFingerprintVariable = "CHITTYOPS_CONTRACT_FINGERPRINT";
