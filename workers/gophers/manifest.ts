/**
 * The manifest: what was burnt, file by file, in a form that `sha256sum` checks.
 *
 * ```
 * # warren manifest 1: files 2, bytes 1239, compressed 587
 * # 5 bytes, 25 compressed
 * 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824  ./a.txt
 * # 1234 bytes, 562 compressed
 * \486ea46224d1bb4fb680f34f7c9ad96a8f24ec88be73ea8e5a6c65260e9cb8a7  ./b\nc
 * ```
 *
 * `sha256sum` ignores lines that begin with `#`, so it can check the file
 * directly: `cd DIR && sha256sum --check --quiet MANIFEST`. To print it as one table:
 *
 * ```
 * awk '/^#/ { bytes = $2; packed = $4; next } { print bytes, packed, $0 }' MANIFEST
 * ```
 *
 * Paths begin with `./` (a file may be called `-`), are sorted by their bytes
 * and written as those bytes; backslash, newline and carriage return are
 * escaped and then the line begins with a backslash, as coreutils does it.
 */

/** One file: the path relative to the pile, in bytes; sizes in bytes. */
export interface ManifestEntry {
  readonly path: Uint8Array;
  readonly bytes: number;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  /** Bytes of the file as independent gzip members of 64 KiB each. */
  readonly compressedBytes: number;
}

const ESCAPED = new Map([
  [0x5c, "\\\\"],
  [0x0a, "\\n"],
  [0x0d, "\\r"],
]);

/** The manifest as the bytes of a file (paths need not be valid UTF-8). */
export function formatManifest(entries: readonly ManifestEntry[]): Buffer {
  const sum = (of: (entry: ManifestEntry) => number) => entries.reduce((total, entry) => total + of(entry), 0);
  const head = `files ${entries.length}, bytes ${sum((e) => e.bytes)}, compressed ${sum((e) => e.compressedBytes)}`;
  const parts: Buffer[] = [Buffer.from(`# warren manifest 1: ${head}\n`)];
  for (const { path, bytes, sha256, compressedBytes } of entries) {
    const escaped = escapePath(path);
    const mark = escaped.length === path.length ? "" : "\\";
    parts.push(Buffer.from(`# ${bytes} bytes, ${compressedBytes} compressed\n${mark}${sha256}  ./`), escaped, Buffer.from("\n"));
  }
  return Buffer.concat(parts);
}

/**
 * A path for a message or a table: on one line, escaped as in the manifest,
 * with control characters and bytes that are not UTF-8 as `\xNN`.
 */
export function printPath(path: Uint8Array): string {
  const escaped = escapePath(path);
  const text = escaped.toString("utf8");
  // oxlint-disable-next-line no-control-regex -- it searches for control characters
  if (Buffer.from(text).equals(escaped)) return text.replaceAll(/[\x00-\x1f\x7f]/g, (c) => hex(c.charCodeAt(0)));
  return Array.from(escaped, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : hex(byte))).join("");
}

function escapePath(path: Uint8Array): Buffer {
  if (!path.some((byte) => ESCAPED.has(byte))) return Buffer.from(path);
  return Buffer.concat(Array.from(path, (byte) => Buffer.from(ESCAPED.get(byte) ?? [byte])));
}

function hex(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, "0")}`;
}
