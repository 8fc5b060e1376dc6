import { expect, test } from "vitest";
import { html, inlineJson, raw } from "../../../src/lab/report/parts/html.ts";

test("values are escaped, in text and in attributes; markup is not", () => {
  const bad = `</script><img src=x onerror="alert('1')">&`;
  expect(html`<p title="${bad}">${bad}</p>`.text).toBe(
    "<p title=\"&lt;/script&gt;&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;\">&lt;/script&gt;&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;</p>",
  );
  expect(html`<p>${html`<b>${"<"}</b>`}${raw("<i>")}</p>`.text).toBe("<p><b>&lt;</b><i></p>");
});

test("lists follow each other, nothing is nothing, zero is a number", () => {
  expect(html`${[1, html`<b>`, ["<"]]}|${null}${undefined}${false}|${0}${""}`.text).toBe("1<b>&lt;||0");
});

test("JSON in a script element cannot end it, and is the same JSON", () => {
  const value = { name: "</script><!--\u2028\u2029", list: [1, null, "é"] };
  const { text } = inlineJson(value);
  expect(text).not.toMatch(/[<\u2028\u2029]/);
  expect(JSON.parse(text)).toEqual(value);
});
