/** Which builds a caller accepts: its own, or a range as npm writes them. */
import { WarrenError, printValue } from "../../errors.ts";

type Version = readonly [number, number, number];

const RANGE = /^([~^]?)(\d+)(?:\.(\d+)(?:\.(\d+))?)?$/;

/** Whether `accept` names a build. @param accept a build, `"^2.1"`, `"~2.1.3"` or `"*"` @throws ERR_INVALID_ARGUMENT */
export function acceptOf(accept: unknown): (build: string) => boolean {
  if (accept === "*") return () => true;
  if (typeof accept !== "string" || accept === "") throw new WarrenError("ERR_INVALID_ARGUMENT", `accept must be a build, or a range such as "^2.1", "~2.1.3" or "*", not ${printValue(accept)}`);
  const [, operator, ...parts] = RANGE.exec(accept) ?? [];
  if (operator === undefined || operator === "") {
    if (/^[~^<>=*]/.test(accept)) throw new WarrenError("ERR_INVALID_ARGUMENT", `accept must be a build, or a range such as "^2.1", "~2.1.3" or "*", not ${printValue(accept)}`);
    return (build) => build === accept;
  }
  const from = parts.map((part) => Number(part ?? 0)) as unknown as Version;
  // The first part that may not change: of ^ the first that is not 0, of ~ the second that is given.
  const firstNot0 = from.findIndex((part) => part > 0);
  const fixed = operator === "~" ? (parts[1] === undefined ? 1 : 2) : firstNot0 < 0 ? 3 : firstNot0 + 1;
  return (build) => {
    const version = versionOf(build);
    return version !== undefined && version.slice(0, fixed).every((part, k) => part === from[k]) && compare(version, from) >= 0;
  };
}

/** A build without a pre-release as three numbers. */
function versionOf(build: string): Version | undefined {
  const parts = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:\+.*)?$/.exec(build);
  return parts === null ? undefined : ([Number(parts[1]), Number(parts[2] ?? 0), Number(parts[3] ?? 0)] as const);
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
