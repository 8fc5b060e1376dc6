/** What the NATS client throws, as errors of warren. */
import { WarrenError } from "../../errors.ts";

/** Whether an error has this name: the client's classes are known by it. */
export function isNamed(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

/** An error that says that the server does not let this program do something. @param operation what it wanted to do */
export function refusalOf(error: unknown, operation: string): WarrenError | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { message } = at;
    if (isNamed(at, "AuthorizationError", "UserAuthenticationExpiredError") || /^(?:Authorization|Authentication|User Authentication)/i.test(message)) {
      return new WarrenError("ERR_NET_REFUSED", `the server does not accept the credentials (${firstLine(message)}): check the option auth of join`, { operation }, { cause: error });
    }
    if (isNamed(at, "PermissionViolationError") || /permissions violation/i.test(message)) {
      return new WarrenError("ERR_NET_REFUSED", `the server does not allow this user to ${operation} (${firstLine(message)}): docs/net.md lists the permissions`, { operation }, { cause: error });
    }
    if (/does not support 'tls'/.test(message)) return new WarrenError("ERR_NET_SERVER", "the server offers no TLS, which the option tls or a tls:// URL of join asks for", {}, { cause: error });
    if (isTlsError(at)) return new WarrenError("ERR_NET_REFUSED", `TLS with the server failed (${firstLine(message)}): check the option tls of join, and the names in the server's certificate`, { operation }, { cause: error });
  }
  return undefined;
}

/** Whatever an operation has thrown, as an error of warren. @param operation what the program wanted to do */
export function codedError(error: unknown, operation: string): WarrenError {
  if (error instanceof WarrenError) return error;
  const refusal = refusalOf(error, operation);
  if (refusal !== undefined) return refusal;
  const why = error instanceof Error ? firstLine(error.message) : String(error);
  if (isNamed(error, "TimeoutError", "NoRespondersError", "RequestError", "ClosedConnectionError", "DrainingConnectionError", "ConnectionError")) {
    return new WarrenError("ERR_NET_DOWN", `the server has not answered when this program wanted to ${operation} (${why}): try again when it does`, { operation }, { cause: error });
  }
  const code: unknown = (error as { code?: unknown } | null | undefined)?.code;
  return new WarrenError("ERR_NET_SERVER", `the server cannot ${operation}: ${why}`, { code }, { cause: error });
}

function isTlsError(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return /^(?:ERR_)?(?:TLS|SSL|OSSL|CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)_/.test(code ?? "") || /certificate|tls|ssl alert/i.test(error.message);
}

export function unreachable(servers: readonly string[], cause: unknown): WarrenError {
  const why = cause instanceof Error ? firstLine(cause.message) : String(cause);
  return new WarrenError("ERR_NET_UNREACHABLE", `no NATS server answers at ${servers.join(", ")} (${why}): start one with nats-server --jetstream, or name another with the option servers of join`, { servers }, { cause });
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] as string;
}
