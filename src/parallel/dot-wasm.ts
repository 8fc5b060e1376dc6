/**
 * GENERATED from dot.wat by `node scripts/build-wasm.ts`: do not edit.
 * `node scripts/build-wasm.ts --check` and a test fail when it is out of date.
 */

/** SHA-256, in hex, of the text of dot.wat that the binary was made from. */
export const DOT_WAT_SHA256 = "15e6a80f227c04db42551228f7a92ae989ff273e25336b841a1ece08c1ccda0d";

/** The compiled module, base64. It imports `env.memory` (shared) and exports `dot`. */
export const DOT_WASM_BASE64 =
  "AGFzbQEAAAABCAFgA39/fwF8AhIBA2VudgZtZW1vcnkCAwGAgAQDAgEABwcBA2RvdAAACokDAYYDAwN/CHsBfCACQQR2IQMg" +
  "AkEPcSECIAAgA0EGdGohBCABIANBBnRqIQUCQCADRQ0AA0AgBiAA/QAEACAB/QAEAP3yAf3wASEGIAcgAP0ABBAgAf0ABBD9" +
  "8gH98AEhByAIIAD9AAQgIAH9AAQg/fIB/fABIQggCSAA/QAEMCAB/QAEMP3yAf3wASEJIAogBP0ABAAgBf0ABAD98gH98AEh" +
  "CiALIAT9AAQQIAX9AAQQ/fIB/fABIQsgDCAE/QAEICAF/QAEIP3yAf3wASEMIA0gBP0ABDAgBf0ABDD98gH98AEhDSAAQcAA" +
  "aiEAIAFBwABqIQEgBEHAAGohBCAFQcAAaiEFIANBAWsiAw0ACwsgBiAK/fABIQYgByAL/fABIQcgCCAM/fABIQggCSAN/fAB" +
  "IQkgBiAI/fABIAcgCf3wAf3wASEGIAb9IQAgBv0hAaAhDgJAIAJFDQADQCAOIAQrAwAgBSsDAKKgIQ4gBEEIaiEEIAVBCGoh" +
  "BSACQQFrIgINAAsLIA4L";
