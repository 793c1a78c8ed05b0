import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { barChart, light } from "../figures/index.ts";
import { adaptiveSvg } from "./adaptive.ts";
import { codeForScript, Html, html, jsonForScript } from "./html.ts";
import { pageShell } from "./shell.ts";

test("what is put into a template is escaped, unless it is HTML", () => {
  const name = `<b>"Tom" & 'Jerry'</b>`;
  const escaped = "&#60;b&#62;&#34;Tom&#34; &#38; &#39;Jerry&#39;&#60;/b&#62;";
  expect(html`<p title="${name}">${name}</p>`.text).toBe(`<p title="${escaped}">${escaped}</p>`);
  expect(html`${[html`<i>${1}</i>`, new Html("<hr>")]}${undefined}${false}`.text).toBe("<i>1</i><hr>");
});

test("nothing embedded can end the script that it is in", () => {
  expect(jsonForScript({ name: "</script><!--" }).text).toBe('{"name":"\\u003c/script>\\u003c!--"}');
  expect(codeForScript('f("</script>", "</SCRIPT>")').text).toBe('f("<\\/script>", "<\\/SCRIPT>")');
});

test("a chart takes the colours of the page, and keeps those that mean something", async () => {
  const { svg } = await barChart({
    x: { label: "latent" },
    y: { label: "KL" },
    bars: [
      { label: "0", value: 1 },
      { label: "2", value: 3, color: "#123456" },
      { label: "1", value: 2, color: light.categorical[7] },
    ],
  });
  const adapted = adaptiveSvg(svg);
  expect(adapted).toContain('fill="var(--paper)"');
  expect(adapted).toContain('fill="var(--class-7)"');
  expect(adapted).toContain('fill="var(--class-0)"');
  expect(adapted).toContain('fill="#123456"');
  for (const fixed of ["#ffffff", "#1a1d21", "#5f6873", "#e3e6ea"]) expect(adapted).not.toContain(fixed);
});

test("a page's policy allows its own script and no other", () => {
  const code = new Html("alert(1)");
  const hash = `sha256-${createHash("sha256").update(code.text).digest("base64")}`;
  const script = { code, hash };
  const assets = { fonts: [new Uint8Array(), new Uint8Array()], theme: script } as never;
  const page = pageShell({ kind: "report", title: "<x>", style: "", main: html`<p></p>`, script }, assets);
  const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page)![1]!;
  expect(policy.replaceAll("&#39;", "'")).toContain(
    `script-src '${hash}' 'wasm-unsafe-eval'; worker-src blob:`,
  );
  expect(policy).not.toMatch(/script-src[^;]*'unsafe/);
  expect(page).toContain("<title>&#60;x&#62; – betalab report</title>");
});

test("the scripts are small: no zod, no protobuf", () => {
  const folder = fileURLToPath(new URL("../../dist/web/", import.meta.url));
  if (!existsSync(folder)) {
    console.warn("the size of the pages' scripts is not checked: npm run build makes them");
    return;
  }
  const most = { theme: 2_000, explorer: 90_000, "side-by-side": 51_000, decoder: 80_000 };
  for (const [name, bytes] of Object.entries(most)) {
    const script = readFileSync(`${folder}${name}.js`, "utf8");
    expect(script.length, name).toBeLessThan(bytes);
    // Names of vocabularies are no addresses.
    expect(script.replaceAll("http://www.w3.org/", "")).not.toMatch(/\bimport\s*\(|https?:\/\//);
  }
});
