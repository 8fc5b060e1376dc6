import { describe, expect, test } from "vitest";
import { formatManifest, printPath, type ManifestEntry } from "../../../workers/gophers/manifest.ts";

const entry = (path: string | Uint8Array): ManifestEntry => ({
  path: Buffer.from(path as string),
  bytes: 5,
  sha256: "ab".repeat(32),
  compressedBytes: 25,
});

describe("the manifest", () => {
  test("has a line for sha256sum and a line of figures for each file", () => {
    expect(formatManifest([entry("a b/c"), entry("d")]).toString()).toBe(
      [
        "# warren manifest 1: files 2, bytes 10, compressed 50",
        "# 5 bytes, 25 compressed",
        `${"ab".repeat(32)}  ./a b/c`,
        "# 5 bytes, 25 compressed",
        `${"ab".repeat(32)}  ./d`,
        "",
      ].join("\n"),
    );
  });

  test("escapes what coreutils escape, and marks the line", () => {
    expect(formatManifest([entry("a\nb\\c\rd")]).toString()).toContain(`\n\\${"ab".repeat(32)}  ./a\\nb\\\\c\\rd\n`);
  });

  test("keeps bytes that are not UTF-8", () => {
    const path = Uint8Array.of(0x61, 0xff, 0xfe);
    expect(formatManifest([entry(path)]).includes(Buffer.from([0x2f, 0x61, 0xff, 0xfe, 0x0a]))).toBe(true);
  });

  test("of nothing is its first line", () => {
    expect(formatManifest([]).toString()).toBe("# warren manifest 1: files 0, bytes 0, compressed 0\n");
  });
});

test("a path is printed on one line whatever is in it", () => {
  expect(printPath(Buffer.from("ünï code/x"))).toBe("ünï code/x");
  expect(printPath(Buffer.from("a\nb\\"))).toBe("a\\nb\\\\");
  expect(printPath(Buffer.from("\u001b[31mred\t"))).toBe("\\x1b[31mred\\x09");
  expect(printPath(Uint8Array.of(0x61, 0xff, 0x0a))).toBe("a\\xff\\n");
});
