/** A server in operator mode, and users of it: what the tool nsc makes, by hand. */
import { nkeys } from "@nats-io/transport-node";

type KeyPair = ReturnType<typeof nkeys.createUser>;

/** A claim that `issuer` has signed (github.com/nats-io/jwt, version 2). */
function signed(issuer: KeyPair, subject: KeyPair, name: string, nats: object, seconds = 3600): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const nowMs = Date.now();
  const claim = { jti: name, iat: Math.floor(nowMs / 1000), exp: Math.ceil(nowMs / 1000) + seconds, iss: issuer.getPublicKey(), name, sub: subject.getPublicKey(), nats: { ...nats, version: 2 } };
  const text = `${part({ typ: "JWT", alg: "ed25519-nkey" })}.${part(claim)}`;
  return `${text}.${Buffer.from(issuer.sign(new TextEncoder().encode(text))).toString("base64url")}`;
}

/** One operator with one account. */
export class Operator {
  readonly #account = nkeys.createAccount();
  /** For the server's configuration. */
  readonly config: string;

  constructor() {
    const operator = nkeys.createOperator();
    const limits = { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1, mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };
    const system = nkeys.createAccount();
    const ofSystem = signed(operator, system, "system", { type: "account", limits: { ...limits, mem_storage: 0, disk_storage: 0, streams: 0, consumer: 0 } });
    const ofAccount = signed(operator, this.#account, "shop", { type: "account", limits });
    this.config = `operator: ${signed(operator, operator, "warren", { type: "operator" })}\nsystem_account: ${system.getPublicKey()}\nresolver: MEMORY\nresolver_preload { ${system.getPublicKey()}: ${ofSystem}, ${this.#account.getPublicKey()}: ${ofAccount} }`;
  }

  /** The text of a user's file of credentials, and the seed in it. @param seconds how long they are valid */
  credentials(seconds = 3600): { readonly text: string; readonly seed: string } {
    const user = nkeys.createUser();
    const seed = new TextDecoder().decode(user.getSeed());
    const jwt = signed(this.#account, user, "node", { type: "user", subs: -1, data: -1, payload: -1 }, seconds);
    return { text: `-----BEGIN NATS USER JWT-----\n${jwt}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`, seed };
  }
}
