/** What the studio's page weighs, and where it reaches: nowhere but its own server. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";

const assets = fileURLToPath(new URL("../../dist/web/studio/assets/", import.meta.url));

test.skipIf(!existsSync(assets))("the page is small, and names no other host", () => {
  const files = readdirSync(assets).map((name) => ({ name, bytes: readFileSync(`${assets}${name}`) }));
  const zipped = files.map(({ bytes }) => gzipSync(bytes).length).reduce((sum, one) => sum + one, 0);
  expect(zipped).toBeLessThan(125_000);
  for (const { name, bytes } of files) {
    const text = bytes.toString("utf8").replaceAll("http://www.w3.org/", "");
    expect(text.match(/https?:\/\/[\w.-]+/g) ?? [], name).toEqual([]);
  }
});
