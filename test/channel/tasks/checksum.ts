/** FNV-1a: a checksum that is cheap enough for every block. */
export function fnv(block: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of block) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
