/** Certificates for tests, made by `openssl`: an authority, and keys that it has signed. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { has } from "./with-server.ts";

/** Why there can be no certificates here; `undefined` if there can. */
export const noCertificates: string | undefined = has("openssl", "version") ? undefined : "openssl is not installed";

export interface Signed {
  readonly cert: string;
  readonly key: string;
}

/** An authority whose files are in `folder`. */
export class Authority {
  readonly #folder: string;
  readonly #name: string;
  /** The file of its certificate. */
  readonly ca: string;
  readonly #key: string;

  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#name = name;
    this.ca = join(folder, `${name}.pem`);
    this.#key = join(folder, `${name}.key`);
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", this.#key, "-out", this.ca, "-days", "2", "-subj", `/CN=${name}`);
  }

  /** A certificate for `subject` at these addresses, such as `IP:127.0.0.1`. */
  sign(subject: string, addresses: string): Signed {
    const at = (ending: string): string => join(this.#folder, `${this.#name}-${subject}.${ending}`);
    const [key, request, cert, extensions] = [at("key"), at("csr"), at("pem"), at("ext")];
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", request, "-subj", `/CN=${subject}`);
    writeFileSync(extensions, `subjectAltName=${addresses}\nextendedKeyUsage=serverAuth,clientAuth\n`);
    openssl("x509", "-req", "-in", request, "-CA", this.ca, "-CAkey", this.#key, "-CAcreateserial", "-out", cert, "-days", "2", "-extfile", extensions);
    return { cert, key };
  }
}

function openssl(...args: string[]): void {
  execFileSync("openssl", args, { stdio: "ignore" });
}
