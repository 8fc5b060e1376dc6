/**
 * Modules that a rival loads by path or only where installed: worker files
 * and peers.
 */
import { findPackageJSON } from "node:module";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The URL of a module relative to another, given without its extension: `.ts`
 * when run from source, `.js` after a build, as the other module's own.
 */
export function moduleBeside(importMetaUrl: string, path: string): URL {
  return new URL(`${path}${extname(fileURLToPath(importMetaUrl))}`, importMetaUrl);
}

/** The version of the package that an import of `name` from that module finds; `undefined` where there is none. */
export async function installedVersion(name: string, importMetaUrl: string): Promise<string | undefined> {
  let path: string | undefined;
  try {
    path = findPackageJSON(name, importMetaUrl);
  } catch (error) {
    if ((error as { code?: unknown }).code !== "ERR_MODULE_NOT_FOUND") throw error;
  }
  if (path === undefined) return undefined;
  const { version } = JSON.parse(await readFile(path, "utf8")) as { version: string };
  return version;
}

/** The version of a package that warren itself depends on. */
export async function dependencyVersion(name: string, importMetaUrl: string): Promise<string> {
  const version = await installedVersion(name, importMetaUrl);
  if (version === undefined) throw new Error(`${name}, a dependency of warren, is not installed: run npm ci`);
  return version;
}
