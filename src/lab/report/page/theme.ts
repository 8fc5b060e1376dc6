/**
 * Colours. Light, dark and paper differ only in these variables. The hues are
 * those of Okabe and Ito's palette for colour-blind readers, darkened or
 * lightened until marks have 3:1 and text 4.5:1 against the page.
 */

const LIGHT = `
  --page: #ffffff; --ink: #1c2128; --quiet: #57606a; --line: #d0d7de; --ground: #f3f5f8; --link: #0550ae;
  --blue: #0063a6; --orange: #b35300; --green: #00785a; --purple: #8f3f8a; --brown: #7a6200; --red: #b3261e; --sky: #2f7fb5; --grey: #5b6570;
  --shade-0: #e3e8ee; --shade-1: #8fb4d8; --shade-2: #0a5a9c; --bar-text: #ffffff;
  --doubt: #fff6dd; --doubt-line: #b98900; --wrong: #ffe9e7; --wrong-line: #b3261e;`;

const DARK = `
  --page: #0f1419; --ink: #e6ebf0; --quiet: #9ba7b4; --line: #323b45; --ground: #1a2129; --link: #7cb8ff;
  --blue: #62b0f0; --orange: #f2a24d; --green: #45c79d; --purple: #d898d4; --brown: #d9bf4d; --red: #ff8a80; --sky: #9fd3ff; --grey: #aab4bf;
  --shade-0: #27313c; --shade-1: #48779f; --shade-2: #8fcbff; --bar-text: #0f1419;
  --doubt: #2d2710; --doubt-line: #d9b43a; --wrong: #371a19; --wrong-line: #ff8a80;`;

/** The variables. Paper is light whatever the screen is. */
export const THEME = `
:root { color-scheme: light dark; ${LIGHT}
}
@media screen and (prefers-color-scheme: dark) {
:root { ${DARK}
}
}
@media print {
:root { color-scheme: light; }
}`;
